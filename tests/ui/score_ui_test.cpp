// The views of score networks in the real window: a slider from data to noise, flows of samples.
#include <gtest/gtest.h>

#include "tests/ui/live_window.h"

namespace aniso::test {
namespace {

// At 1200×800: the slider of the left tile, its picture, and what stands under the samples.
constexpr int kTrackX = 400, kTrackY = 680;
constexpr Index kFieldX = 320, kFieldY = 110, kFieldWidth = 330, kFieldHeight = 540;
constexpr int kReplayX = 881, kOtherX = 917, kButtonY = 324;

class Score : public testing::Test {
 protected:
  static Json settings(const Json& state, int tile) {
    return state["view_state"]["tiles"][static_cast<std::size_t>(tile)]["settings"];
  }
  static double time(const Json& state) { return settings(state, 0)["time"].get<double>(); }

  LiveWindow window_{{"--preset", "sad-mixture-score", "--paused"}};
};

TEST_F(Score, TheSliderMovesOneTileBetweenDataAndNoise) {
  LiveWindow::pause(1.5);
  window_.move(250, 30);
  const Shot before = window_.shot();
  ASSERT_NEAR(time(before.state), 0.2, 1e-9);
  const double other = settings(before.state, 2)["time"].get<double>();
  window_.drag(kTrackX, kTrackY, 25, 0);
  const Json dragged = window_.state_when([](const Json& s) { return time(s) > 0.5; });
  EXPECT_GT(time(dragged), 0.5);
  EXPECT_EQ(settings(dragged, 2)["time"].get<double>(), other) << "the other tile has its own";
  window_.wheel(kTrackX, kTrackY, 1);
  const Json stepped = window_.state_when([&](const Json& s) { return time(s) != time(dragged); });
  EXPECT_NEAR(time(stepped) - time(dragged), 1.0 / 99, 1e-9) << "one step of a hundred";
  LiveWindow::pause(1);
  window_.move(250, 30);
  const Shot after = window_.shot();
  EXPECT_GT(difference(before.image, after.image, kFieldX, kFieldY, kFieldWidth, kFieldHeight), 0.1)
      << "the field is that of the chosen time";
}

TEST_F(Score, SamplesAreDrawnAgainFromOtherNoise) {
  LiveWindow::pause(1);
  const auto seed = [](const Json& s) { return settings(s, 1)["seed"].get<int>(); };
  window_.click(kOtherX, kButtonY);
  EXPECT_EQ(seed(window_.state_when([&](const Json& s) { return seed(s) == 1; })), 1);
  window_.click(kReplayX, kButtonY);
  EXPECT_EQ(seed(window_.shot().state), 1) << "the same again";
}

}  // namespace
}  // namespace aniso::test
