// Directions of the average geometry, pointed at and used with the real mouse.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/ui/live_window.h"

namespace aniso::test {
namespace {

// At 1200×800: the upper right tile, the button that closes the one below it, and then the
// spectrum's third value with what its menu holds.
constexpr int kTileX = 800, kTileY = 250, kCloseX = 920, kCloseY = 414;
constexpr int kValueX = 767, kValueY = 240;
constexpr int kItemX = 850, kAxisU = 292, kDatasetU1 = 363;
constexpr Index kFieldX = 320, kFieldY = 80, kFieldWidth = 330, kFieldHeight = 600;

class Spectrum : public testing::Test {
 protected:
  Spectrum() {
    const auto tiles = [](const Json& s) { return s["view_state"]["tiles"].size(); };
    for (int tries = 0; tries < 5; ++tries) {  // a window that has just appeared is slow
      window_.click(kCloseX, kCloseY);
      if (tiles(window_.shot().state) == 2) break;
    }
    window_.click(kTileX, kTileY);
    window_.key("6");
    const Json state = window_.state_when(
        [](const Json& s) { return s["view_state"]["tiles"].back()["view"] == "spectrum"; });
    EXPECT_EQ(state["view_state"]["tiles"].size(), 2u);
    EXPECT_EQ(state["view_state"]["tiles"][1]["view"], "spectrum");
    EXPECT_EQ(state["view_state"]["tiles"][0]["view"], "field");
    // The spectrum is there once a value answers with a menu; until then clicks do nothing.
    LiveWindow::pause(3);
  }

  // Clicks the value, then an item of its menu, until the state shows it.
  template <typename Holds>
  Json choose(int item, Holds holds) {
    Json state;
    for (int tries = 0; tries < 5; ++tries) {
      window_.click(kValueX, kValueY);
      window_.click(kItemX, item);
      state = window_.state_when(holds);
      if (holds(state)) break;
    }
    return state;
  }

  LiveWindow window_{{"--preset", "rotated-plane-mlp", "--paused", "-D", "dataset.dimension=16"}};
};

TEST_F(Spectrum, AClickedValueBecomesAnAxisOfTheFieldsPlane) {
  window_.move(250, 30);
  const io::Image before = window_.shot().image;
  const auto axis = [](const Json& s) { return s["view_state"]["tiles"][0]["settings"]["u"]; };
  const Json state =
      choose(kAxisU, [&](const Json& s) { return axis(s).value("basis", "") == "numbers"; });
  const Json u = axis(state);
  ASSERT_EQ(u.value("basis", ""), "numbers");
  ASSERT_EQ(u["values"].size(), 16u);
  double squares = 0;
  for (const Json& value : u["values"]) squares += std::pow(value.get<double>(), 2);
  EXPECT_NEAR(squares, 1, 1e-9);
  LiveWindow::pause(1.5);
  window_.move(250, 30);
  const io::Image after = window_.shot().image;
  EXPECT_GT(difference(before, after, kFieldX, kFieldY, kFieldWidth, kFieldHeight), 0.05)
      << "the field is drawn on the new plane";
}

TEST_F(Spectrum, AClickedValueBecomesADirectionOfTheDatasetAndUndoTakesItBack) {
  const auto direction = [](const Json& s) {
    return s["experiment"]["dataset"]["u1"].value("basis", "");
  };
  const Json state = choose(kDatasetU1, [&](const Json& s) { return direction(s) == "numbers"; });
  EXPECT_EQ(direction(state), "numbers");
  window_.key("ctrl+z");
  EXPECT_EQ(direction(window_.state_when([&](const Json& s) { return direction(s) == "random"; })),
            "random");
}

}  // namespace
}  // namespace aniso::test
