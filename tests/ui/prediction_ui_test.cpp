// An order clicked with the real mouse, trained for, and taken back.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/ui/live_window.h"

namespace aniso::test {
namespace {

// At 1200×800, one tile with two candidates: their pictures and the first button below them.
constexpr int kFirstX = 410, kSecondX = 620, kPictureY = 200;
constexpr int kTrainX = 370, kTrainY = 345, kStartOverX = 890, kStartOverY = 90;

std::string experiment_in(const std::filesystem::path& folder) {
  const Json tile = {{"view", "prediction"},
                     {"settings", {{"values", {0, 63}}, {"prefix", "dct"}, {"looks", 1}}}};
  const Json experiment = {
      {"schema", 1},
      {"dataset",
       {{"id", "anisotropic_gaussian"},
        {"n", 200},
        {"dimension", 64},
        {"layout", "image"},
        {"v", "dct:1"}}},
      {"architecture", {{"id", "score_cnn"}, {"channels", 4}, {"layers", 2}, {"groups", 2}}},
      {"objective", {{"id", "score_matching"}, {"steps", 50}}},
      {"optimizer", {{"id", "adam"}, {"learning_rate", 0.001}}},
      {"training", {{"steps", 20}, {"batch_size", 16}}},
      {"views", {{"tiles", Json::array({tile})}}}};
  const auto path = folder / "prediction.json";
  std::ofstream(path) << experiment.dump();
  return path.string();
}

TEST(Prediction, AnOrderIsClickedTrainedForAndTakenBack) {
  const testing_support::ScratchFolder folder;
  LiveWindow window{{experiment_in(folder.path()), "--paused"}};
  const auto settings = [](const Json& s) { return s["view_state"]["tiles"][0]["settings"]; };
  const auto order = [&](const Json& s) { return settings(s).value("order", Json::array()); };
  const auto ordered = [&](Json wanted) {
    return [=](const Json& s) { return order(s) == wanted; };
  };
  Json state = window.state_when([](const Json&) { return true; });
  ASSERT_EQ(state["view_state"]["tiles"][0]["view"], "prediction");
  // The candidates are there once one answers.
  for (int tries = 0; tries < 20 && order(state).empty(); ++tries) {
    window.click(kSecondX, kPictureY);
    state = window.state_when(ordered({1.0}));
  }
  EXPECT_EQ(order(state), Json({1.0}));
  window.click(kTrainX, kTrainY);
  EXPECT_EQ(settings(window.shot().state)["stage"], "look") << "not before all have a place";
  window.click(kFirstX, kPictureY);
  state = window.state_when(ordered({1.0, 0.0}));
  EXPECT_EQ(order(state), Json({1.0, 0.0}));
  window.click(kSecondX, kPictureY);  // takes it back
  state = window.state_when(ordered({0.0}));
  EXPECT_EQ(order(state), Json({0.0}));
  window.click(kSecondX, kPictureY);
  window.state_when(ordered({0.0, 1.0}));
  const auto stage = [&](const char* wanted) {
    return [=](const Json& s) { return settings(s)["stage"] == wanted; };
  };
  window.click(kTrainX, kTrainY);
  state = window.state_when(stage("train"));
  EXPECT_EQ(settings(state)["stage"], "train");
  window.click(kStartOverX, kStartOverY);
  state = window.state_when(stage("look"));
  EXPECT_EQ(settings(state)["stage"], "look");
  EXPECT_EQ(order(state), Json({0.0, 1.0})) << "the order stays";
}

}  // namespace
}  // namespace aniso::test
