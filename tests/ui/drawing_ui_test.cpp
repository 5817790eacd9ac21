// Points painted, erased and undone with the real mouse and keyboard.
#include <gtest/gtest.h>

#include "tests/ui/live_window.h"

namespace aniso::test {
namespace {

// At 1200×800: the tools above the field, and places on the canvas below them.
constexpr int kToolsY = 98, kBrushX = 334, kClass1X = 398, kEraserX = 430, kClearX = 596;
constexpr int kLeftX = 400, kRightX = 580, kCanvasY = 300;

Index points(const Json& state) {
  return static_cast<Index>(state["experiment"]["dataset"]["points"].size()) / 3;
}

Index points_of_class(const Json& state, int label) {
  const Json& numbers = state["experiment"]["dataset"]["points"];
  Index count = 0;
  for (std::size_t i = 2; i < numbers.size(); i += 3) count += numbers[i] == label;
  return count;
}

class Drawing : public testing::Test {
 protected:
  LiveWindow window_{
      {"--preset", "moons-mlp", "-D", "dataset.id=drawn", "-D", "training.steps=1000000"}};
};

TEST_F(Drawing, TheNetworkFollowsWhatIsPaintedErasedAndUndone) {
  EXPECT_EQ(points(window_.shot().state), 0);
  EXPECT_EQ(window_.shot().step(), 0) << "nothing to train on yet";

  window_.drag(kLeftX, kCanvasY, 0, 80);  // class 0, with the brush that is on from the start
  Json state = window_.state_when([](const Json& s) { return points(s) > 0; });
  const Index first = points(state);
  EXPECT_GT(first, 5);
  EXPECT_EQ(points_of_class(state, 0), first);
  EXPECT_GT(window_.state_when([](const Json& s) { return s["step"] > 0; })["step"], 0)
      << "it trains as soon as there are points";

  window_.click(kClass1X, kToolsY);
  window_.drag(kRightX, kCanvasY, 0, 80);
  state = window_.state_when([&](const Json& s) { return points(s) > first; });
  const Index both = points(state);
  EXPECT_EQ(points_of_class(state, 0), first);
  EXPECT_EQ(points_of_class(state, 1), both - first);
  const Json& numbers = state["experiment"]["dataset"]["points"];
  EXPECT_LT(numbers[0].get<double>(), numbers[numbers.size() - 3].get<double>())
      << "painted at the left, then at the right";
  const Index before = state["step"].get<Index>();

  window_.click(kEraserX, kToolsY);
  window_.drag(kLeftX, kCanvasY, 0, 80);
  state = window_.state_when([&](const Json& s) { return points(s) < both; });
  EXPECT_LT(points_of_class(state, 0), first);
  EXPECT_EQ(points_of_class(state, 1), both - first) << "only what the eraser touched is gone";
  EXPECT_GE(state["step"].get<Index>(), before) << "the run goes on";

  window_.key("ctrl+z");  // the erasing
  EXPECT_EQ(points(window_.state_when([&](const Json& s) { return points(s) == both; })), both);
  window_.key("ctrl+z");  // the second stroke
  EXPECT_EQ(points(window_.state_when([&](const Json& s) { return points(s) == first; })), first);
  window_.key("ctrl+y");
  EXPECT_EQ(points(window_.state_when([&](const Json& s) { return points(s) == both; })), both);

  window_.click(kClearX, kToolsY);
  EXPECT_EQ(points(window_.state_when([](const Json& s) { return points(s) == 0; })), 0);
  window_.key("ctrl+z");
  EXPECT_EQ(points(window_.state_when([&](const Json& s) { return points(s) == both; })), both);
}

TEST_F(Drawing, TheKeyAndTheButtonTurnTheBrushOff) {
  window_.key("b");
  window_.drag(kLeftX, kCanvasY, 60, 40);
  EXPECT_EQ(points(window_.shot().state), 0) << "without the brush the mouse pans";
  window_.click(kBrushX, kToolsY);
  window_.drag(kLeftX, kCanvasY, 60, 40);
  EXPECT_GT(points(window_.state_when([](const Json& s) { return points(s) > 0; })), 0);
}

}  // namespace
}  // namespace aniso::test
