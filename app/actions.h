#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace aniso::app {

/// A key with its modifiers. Letters go by what the keyboard's layout prints on the key; the
/// others by GLFW's key code.
struct KeyChord {
  int key = 0;      ///< GLFW_KEY_*; 0 where `letter` is used
  char letter = 0;  ///< lower case letter, digit or sign such as '?'
  bool ctrl = false;
  bool shift = false;
  /// "Ctrl+Shift+R", "Space", "?".
  std::string text() const;
  bool operator==(const KeyChord&) const = default;
};

/// Something a person can do, declared once: keys, palette, key sheet, buttons and their tooltips
/// all come from this list.
struct Action {
  std::string id;              ///< "play_pause"
  std::string title;           ///< "Play or pause"
  std::string group;           ///< heading on the key sheet: "Run", "View", "File", …
  std::vector<KeyChord> keys;  ///< may be empty: palette and buttons only
  std::function<void()> run;
  std::function<bool()> is_enabled;    ///< empty: always
  std::function<std::string()> value;  ///< current value for the key sheet ("150 %"); may be empty
};

class Actions {
 public:
  /// @throws InvalidInput when the id or one of the keys is taken.
  void add(Action action);
  const std::vector<Action>& all() const { return actions_; }
  /// nullptr when there is none.
  const Action* find(std::string_view id) const;
  /// Runs it if it is enabled. @return  whether it ran.
  bool run(std::string_view id) const;
  /// Runs the action bound to this key. @return  whether there was one and it ran.
  bool press(const KeyChord& chord) const;

 private:
  std::vector<Action> actions_;
};

}  // namespace aniso::app
