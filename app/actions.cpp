#include "app/actions.h"

#include <GLFW/glfw3.h>

#include <utility>

#include "core/base/check.h"

namespace aniso::app {
namespace {

std::string key_title(int key) {
  switch (key) {
    case GLFW_KEY_SPACE:
      return "Space";
    case GLFW_KEY_TAB:
      return "Tab";
    case GLFW_KEY_LEFT:
      return "←";
    case GLFW_KEY_RIGHT:
      return "→";
    case GLFW_KEY_UP:
      return "↑";
    case GLFW_KEY_DOWN:
      return "↓";
    case GLFW_KEY_HOME:
      return "Home";
    case GLFW_KEY_END:
      return "End";
    case GLFW_KEY_PAGE_UP:
      return "Page Up";
    case GLFW_KEY_PAGE_DOWN:
      return "Page Down";
    case GLFW_KEY_ESCAPE:
      return "Esc";
    case GLFW_KEY_ENTER:
      return "Enter";
    case GLFW_KEY_DELETE:
      return "Delete";
    default:
      break;
  }
  if (key >= GLFW_KEY_F1 && key <= GLFW_KEY_F25) return "F" + std::to_string(key - GLFW_KEY_F1 + 1);
  return "key " + std::to_string(key);
}

}  // namespace

std::string KeyChord::text() const {
  std::string out;
  if (ctrl) out += "Ctrl+";
  if (shift) out += "Shift+";
  if (letter != 0)
    out += letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
  else
    out += key_title(key);
  return out;
}

void Actions::add(Action action) {
  ANISO_CHECK(find(action.id) == nullptr, "action '", action.id, "' is declared twice");
  for (const Action& other : actions_)
    for (const KeyChord& taken : other.keys)
      for (const KeyChord& key : action.keys)
        ANISO_CHECK(!(taken == key), "key ", key.text(), " of action '", action.id,
                    "' belongs to '", other.id, "' already");
  actions_.push_back(std::move(action));
}

const Action* Actions::find(std::string_view id) const {
  for (const Action& action : actions_)
    if (action.id == id) return &action;
  return nullptr;
}

bool Actions::run(std::string_view id) const {
  const Action* action = find(id);
  if (action == nullptr || (action->is_enabled && !action->is_enabled())) return false;
  action->run();
  return true;
}

bool Actions::press(const KeyChord& chord) const {
  for (const Action& action : actions_)
    for (const KeyChord& key : action.keys)
      if (key == chord) return run(action.id);
  return false;
}

}  // namespace aniso::app
