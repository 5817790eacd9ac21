#include "app/actions.h"

#include <GLFW/glfw3.h>
#include <gtest/gtest.h>

#include "app/view_state.h"
#include "core/base/errors.h"

namespace aniso::app {
namespace {

Action action(const std::string& id, std::vector<KeyChord> keys, int* count) {
  Action made;
  made.id = id;
  made.title = id;
  made.keys = std::move(keys);
  made.run = [count] { ++*count; };
  return made;
}

TEST(Actions, KeysRunWhatTheyAreBoundTo) {
  int plays = 0, resets = 0;
  Actions actions;
  actions.add(action("play", {{.key = GLFW_KEY_SPACE}}, &plays));
  actions.add(action("reset", {{.letter = 'r'}}, &resets));
  EXPECT_TRUE(actions.press({.key = GLFW_KEY_SPACE}));
  EXPECT_TRUE(actions.press({.letter = 'r'}));
  EXPECT_FALSE(actions.press({.letter = 'r', .shift = true}));
  EXPECT_EQ(plays, 1);
  EXPECT_EQ(resets, 1);
}

TEST(Actions, ADisabledActionDoesNotRun) {
  int count = 0;
  Actions actions;
  Action undo = action("undo", {{.letter = 'z', .ctrl = true}}, &count);
  undo.is_enabled = [] { return false; };
  actions.add(undo);
  EXPECT_FALSE(actions.press({.letter = 'z', .ctrl = true}));
  EXPECT_FALSE(actions.run("undo"));
  EXPECT_EQ(count, 0);
}

TEST(Actions, TwoActionsCannotShareAKeyOrAnId) {
  int count = 0;
  Actions actions;
  actions.add(action("a", {{.letter = 'a'}}, &count));
  EXPECT_THROW(actions.add(action("b", {{.letter = 'a'}}, &count)), InvalidInput);
  EXPECT_THROW(actions.add(action("a", {}, &count)), InvalidInput);
}

TEST(Actions, ChordsReadAsOnTheKeyboard) {
  EXPECT_EQ((KeyChord{.letter = 'r', .ctrl = true, .shift = true}.text()), "Ctrl+Shift+R");
  EXPECT_EQ((KeyChord{.key = GLFW_KEY_F11}.text()), "F11");
  EXPECT_EQ((KeyChord{.letter = '?'}.text()), "?");
}

TEST(ViewState, RoundTripsAndRefusesNonsense) {
  ViewState state = default_view_state();
  state.theme = "light";
  state.tiles = {{"curves"}, {"field", {{"resolution", 64}}}};
  state.active_tile = 1;
  EXPECT_EQ(to_json(view_state_from_json(to_json(state))), to_json(state));
  EXPECT_THROW(view_state_from_json({{"them", "light"}}), InvalidInput);
  EXPECT_THROW(view_state_from_json({{"theme", "pink"}}), InvalidInput);
  EXPECT_THROW(view_state_from_json({{"tiles", Json::array()}}), InvalidInput);
  EXPECT_THROW(view_state_from_json({{"text_scale", 100}}), InvalidInput);
}

}  // namespace
}  // namespace aniso::app
