#include "core/session/presets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "core/session/resolved.h"
#include "tests/support/fake_trainer.h"
#include "tests/support/session_helpers.h"

namespace aniso::session {
namespace {

namespace fs = std::filesystem;
using test::message_of;
using ::testing::HasSubstr;

const fs::path kAssets = fs::path(ANISO_SOURCE_DIR) / "assets";

TEST(Presets, TheShippedOnesAreCompleteAndResolve) {
  auto engines = test::fake_engines(std::make_shared<test::FakeControls>());
  // Eigenvectors of image networks need LibTorch; those of a linear one have the same shape.
  engines.family = [](const nn::Architecture& wanted, const Params&, const InputShape& given,
                      Index outputs, const FunctionOptions&) {
    const InputShape inputs = wanted.has_time ? InputShape(given.dim + 1) : given;
    const auto& linear = nn::architecture("linear");
    return nn::make_dense_family(linear, validated(linear.params, Json::object(), "linear"), inputs,
                                 outputs);
  };
  const auto presets = list_presets(kAssets);
  ASSERT_GE(presets.size(), 5u);
  EXPECT_EQ(presets.front().id, kDefaultPreset);
  for (const auto& preset : presets) {
    EXPECT_FALSE(preset.title.empty()) << preset.id;
    EXPECT_THAT(preset.watch, HasSubstr(".")) << preset.id;
    const Experiment experiment = load_preset(kAssets, preset.id);
    EXPECT_FALSE(experiment.expect.empty()) << preset.id;
    EXPECT_NO_THROW(resolve(experiment, engines)) << preset.id;
    EXPECT_EQ(experiment_from_json(to_json(experiment)), experiment);
  }
}

TEST(Presets, AnUnknownOneNamesTheNearest) {
  EXPECT_THAT(message_of([] { load_preset(kAssets, "moon-mlp"); }),
              HasSubstr("preset 'moon-mlp' is not known. Did you mean 'moons-mlp'?"));
}

class PresetFolder : public ::testing::Test {
 protected:
  PresetFolder() {
    root_ = fs::temp_directory_path() / ("aniso_presets_" + std::to_string(::getpid()));
    fs::remove_all(root_);
    fs::create_directories(root_ / "presets");
  }
  ~PresetFolder() override {
    ::unsetenv("ANISO_ASSETS");
    fs::remove_all(root_);
  }
  fs::path root_;
};

TEST_F(PresetFolder, ErrorsNameThePresetAndTheFile) {
  std::ofstream(root_ / "presets" / "a.json") << "{\"dataset\": 3}";
  EXPECT_THAT(message_of([&] { list_presets(root_); }), HasSubstr("preset 'a': "));
  std::ofstream(root_ / "presets" / "a.json") << "{\n\"dataset\" 3}";
  EXPECT_THAT(message_of([&] { list_presets(root_); }), HasSubstr("a.json, line 2"));
}

TEST_F(PresetFolder, AssetsAreFoundInOrderUnlessTheEnvironmentSays) {
  ::unsetenv("ANISO_ASSETS");
  EXPECT_EQ(find_assets({root_ / "missing", root_, kAssets}), root_);
  ::setenv("ANISO_ASSETS", kAssets.c_str(), 1);
  EXPECT_EQ(find_assets({root_}), kAssets);
  ::setenv("ANISO_ASSETS", (root_ / "missing").c_str(), 1);
  EXPECT_THAT(message_of<IoError>([&] { find_assets({root_}); }), HasSubstr("missing"));
  EXPECT_THAT(message_of<IoError>([&] { list_presets(root_ / "missing"); }),
              HasSubstr("ANISO_ASSETS"));
}

}  // namespace
}  // namespace aniso::session
