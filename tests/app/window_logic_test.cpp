#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "app/frame_pacer.h"
#include "app/preferences.h"
#include "app/stage_layout.h"
#include "app/view_state.h"
#include "core/base/errors.h"
#include "core/session/presets.h"

namespace aniso::app {
namespace {

namespace fs = std::filesystem;

TEST(StageLayout, TilesFillTheStageWithoutOverlap) {
  const Rect stage{100, 50, 1001, 701};
  for (int count = 1; count <= 4; ++count) {
    const StageLayout layout = arrange(count, stage, 0.6, 0.45, 4);
    ASSERT_EQ(layout.tiles.size(), static_cast<std::size_t>(count));
    double area = 0;
    for (const Rect& tile : layout.tiles) {
      area += static_cast<double>(tile.width) * tile.height;
      EXPECT_GE(tile.x, stage.x);
      EXPECT_GE(tile.y, stage.y);
      EXPECT_LE(tile.x + tile.width, stage.x + stage.width);
      EXPECT_LE(tile.y + tile.height, stage.y + stage.height);
      EXPECT_EQ(tile.width, std::floor(tile.width)) << "hairlines need whole pixels";
    }
    area += static_cast<double>(layout.vertical.width) * layout.vertical.height;
    area += static_cast<double>(layout.horizontal.width) * layout.horizontal.height;
    if (count == 4) area -= 4 * 4;  // the dividers cross
    EXPECT_EQ(area, 1001.0 * 701.0) << count << " tiles";
    for (int a = 0; a < count; ++a)
      for (int b = 0; b < a; ++b) {
        const Rect& tile = layout.tiles[static_cast<std::size_t>(a)];
        EXPECT_FALSE(layout.tiles[static_cast<std::size_t>(b)].contains(tile.x + tile.width / 2,
                                                                        tile.y + tile.height / 2));
      }
  }
  EXPECT_THROW(arrange(0, stage, 0.5, 0.5, 4), InvalidInput);
  EXPECT_THROW(arrange(5, stage, 0.5, 0.5, 4), InvalidInput);
}

TEST(FramePacer, DrawsOnlyWhenSomethingChanged) {
  FramePacer pacer(60);
  for (double now = 0; now < 1; now += 0.02)
    if (pacer.should_draw(now)) pacer.frame_started(now);
  EXPECT_FALSE(pacer.should_draw(10));
  EXPECT_GE(pacer.wait_s(10, false), 0.2) << "idle windows sleep";
  pacer.mark_changed();
  EXPECT_TRUE(pacer.should_draw(10));
  pacer.frame_started(10);
  EXPECT_FALSE(pacer.should_draw(10.05));
}

TEST(FramePacer, KeepsToItsRateAndSleepsTheRestOfTheBudget) {
  FramePacer pacer(60);
  pacer.frame_started(1.0);
  pacer.mark_changed();
  EXPECT_FALSE(pacer.should_draw(1.005));
  EXPECT_NEAR(pacer.wait_s(1.005, true), 1.0 / 60 - 0.005, 1e-9);
  EXPECT_TRUE(pacer.should_draw(1.0 + 1.0 / 60));
  // A slow frame: nothing is left of the budget, so nothing is waited for.
  EXPECT_LE(pacer.wait_s(1.1, true), 0.001);
}

TEST(FramePacer, AnInputDrawsAFewFramesThenRests) {
  FramePacer pacer(60);
  double now = 0;
  const auto frames = [&] {
    int drawn = 0;
    for (int i = 0; i < 20; ++i, now += 0.02)
      if (pacer.should_draw(now)) {
        pacer.frame_started(now);
        ++drawn;
      }
    return drawn;
  };
  frames();
  pacer.mark_input();
  EXPECT_EQ(frames(), 3);
  EXPECT_EQ(frames(), 0);
}

class PreferencesFile : public testing::Test {
 protected:
  PreferencesFile()
      : folder_(fs::temp_directory_path() / ("aniso_prefs_" + std::to_string(::getpid()))) {}
  ~PreferencesFile() override { fs::remove_all(folder_); }
  void write(const std::string& text) const {
    fs::create_directories(folder_);
    std::ofstream(folder_ / "preferences.json") << text;
  }
  fs::path folder_;
};

TEST_F(PreferencesFile, RoundTrips) {
  Preferences preferences;
  preferences.window_width = 1234;
  preferences.view_state.theme = "light";
  save_preferences(folder_ / "deep" / "er", preferences);
  std::string notice;
  const Preferences read = load_preferences(folder_ / "deep" / "er", notice);
  EXPECT_EQ(notice, "");
  EXPECT_EQ(read.window_width, 1234);
  EXPECT_EQ(to_json(read.view_state), to_json(preferences.view_state));
}

TEST_F(PreferencesFile, AMissingFileGivesDefaultsWithoutANotice) {
  std::string notice;
  EXPECT_EQ(load_preferences(folder_, notice).window_width, 1600);
  EXPECT_EQ(notice, "");
}

TEST_F(PreferencesFile, ABrokenFileIsPutAside) {
  for (const std::string broken : {"{", "[]", R"({"window_width": -5})", R"({"view_state": 3})"}) {
    write(broken);
    std::string notice;
    EXPECT_EQ(load_preferences(folder_, notice).window_width, 1600);
    EXPECT_NE(notice.find("preferences.broken.json"), std::string::npos) << notice;
    std::ifstream aside(folder_ / "preferences.broken.json");
    std::string kept;
    std::getline(aside, kept);
    EXPECT_EQ(kept, broken);
  }
}

TEST_F(PreferencesFile, AFolderThatCannotBeMadeIsAnError) {
  write("{}");
  EXPECT_THROW(save_preferences(folder_ / "preferences.json" / "sub", {}), IoError);
  EXPECT_THROW(save_preferences({}, {}), IoError);
}

TEST(PresetTiles, EveryShippedPresetAsksForViewsThatExist) {
  const fs::path assets = fs::path(ANISO_SOURCE_DIR) / "assets";
  int with_tiles = 0;
  for (const auto& preset : session::list_presets(assets)) {
    const auto experiment = session::load_preset(assets, preset.id);
    EXPECT_NO_THROW(with_tiles += tiles_of(experiment).empty() ? 0 : 1) << preset.id;
  }
  EXPECT_GT(with_tiles, 0);
}

TEST(PresetTiles, UnknownViewsAndSettingsAreRefusedByName) {
  session::Experiment experiment;
  const auto refused = [&](const Json& tiles) {
    experiment.views = {{"tiles", tiles}};
    try {
      tiles_of(experiment);
    } catch (const InvalidInput& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(refused({{{"view", "feild"}}}).find("Did you mean 'field'?"), std::string::npos);
  EXPECT_NE(refused({{{"view", "field"}, {"settings", {{"isolins", 3}}}}}).find("isolines"),
            std::string::npos);
  EXPECT_NE(refused(Json::array()).find("one to four tiles"), std::string::npos);
  experiment.views = Json::object();
  EXPECT_TRUE(tiles_of(experiment).empty());
}

}  // namespace
}  // namespace aniso::app
