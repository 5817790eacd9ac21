#include "core/session/picture_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/base/errors.h"
#include "core/session/run_folder.h"
#include "tests/support/scratch_folder.h"

namespace aniso::session {
namespace {

using testing_support::message_of;
using testing_support::ScratchFolder;

Experiment moons() {
  return experiment_from_json({{"dataset", "two_moons"},
                               {"architecture", "mlp"},
                               {"objective", "logistic"},
                               {"optimizer", "adam"}});
}

TEST(PictureState, GivesTheExperimentBack) {
  const Experiment experiment = moons();
  const Json json = experiment_json_of_state(picture_state(experiment, 70), "a.png");
  EXPECT_EQ(experiment_from_json(json), experiment);
  // A bare experiment is a state too.
  EXPECT_EQ(experiment_json_of_state(to_json(experiment).dump(), "x"), to_json(experiment));
}

TEST(PictureState, OtherContentIsRefusedWithItsName) {
  for (const char* state : {"[1, 2]", R"({"format": "other"})", "{"})
    EXPECT_THAT(message_of<InvalidInput>([&] { experiment_json_of_state(state, "cat.png"); }),
                testing::HasSubstr("cat.png"))
        << state;
}

TEST(FreshFolder, TakesTheFirstFreeNumber) {
  const ScratchFolder scratch;
  EXPECT_EQ(fresh_folder(scratch.path(), "a b/c"), scratch / "a-b-c-001");
  std::filesystem::create_directory(scratch / "a-b-c-001");
  EXPECT_EQ(fresh_folder(scratch.path(), "a b/c"), scratch / "a-b-c-002");
}

}  // namespace
}  // namespace aniso::session
