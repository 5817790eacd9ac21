// Input that Dear ImGui does not handle: shortcuts, dropped files, and the note that something
// happened, which ends an idle wait.
#include <cctype>
#include <cstring>
#include <string>

#include "app/gl/window_state.h"

namespace aniso::app::gl {
namespace {

bool letter_or_digit(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

/// What the layout writes on this key without modifiers, if it is one ASCII character.
char printed(int key, int scancode) {
  const char* name = glfwGetKeyName(key, scancode);
  if (name == nullptr || std::strlen(name) != 1) return 0;
  return static_cast<char>(std::tolower(static_cast<unsigned char>(*name)));
}

}  // namespace

Window::State& Window::State::of(GLFWwindow* window) {
  auto& state = *static_cast<State*>(glfwGetWindowUserPointer(window));
  state.activity = true;
  return state;
}

void Window::State::on_key(GLFWwindow* window, int key, int scancode, int action, int mods) {
  State& state = of(window);
  if (action == GLFW_PRESS && key >= 0) {
    state.tapped.push_back(key);
    state.tapped_ctrl |= (mods & GLFW_MOD_CONTROL) != 0;
    state.tapped_shift |= (mods & GLFW_MOD_SHIFT) != 0;
  }
  if (action == GLFW_RELEASE || !state.owner->on_key) return;
  KeyPress press;
  press.ctrl = (mods & (GLFW_MOD_CONTROL | GLFW_MOD_SUPER)) != 0;
  press.shift = (mods & GLFW_MOD_SHIFT) != 0;
  press.alt = (mods & GLFW_MOD_ALT) != 0;
  press.repeat = action == GLFW_REPEAT;
  press.letter = printed(key, scancode);
  // Where another key of this layout writes the sign of an American one ("?" is Shift+ß in
  // Germany), only the character that follows says which; with Ctrl none follows.
  const bool sign = press.letter != 0 && key != GLFW_KEY_SPACE && !letter_or_digit(press.letter);
  if (sign && !press.ctrl) return;
  if (sign) press.shift = false;  // Ctrl and "+" is Ctrl+Shift+= on an American keyboard
  if (press.letter == 0 || key == GLFW_KEY_SPACE) {
    press.key = key;
    press.letter = 0;
  }
  state.owner->on_key(press);
}

void Window::State::on_character(GLFWwindow* window, unsigned int code) {
  State& state = of(window);
  if (code <= ' ' || code >= 127 || letter_or_digit(static_cast<char>(code))) return;
  if (!state.owner->on_key) return;
  KeyPress press;
  press.letter = static_cast<char>(code);
  state.owner->on_key(press);
}

void Window::State::on_drop(GLFWwindow* window, int count, const char** paths) {
  State& state = of(window);
  if (state.owner->on_drop) state.owner->on_drop({paths, paths + count});
}

void Window::State::hold_tapped_keys() {
  ImGuiIO& io = ImGui::GetIO();
  for (const int key : tapped) io.KeysDown[key] = true;
  io.KeyCtrl |= tapped_ctrl;
  io.KeyShift |= tapped_shift;
}

void Window::State::release_tapped_keys() {
  if (tapped.empty()) return;
  ImGuiIO& io = ImGui::GetIO();
  for (const int key : tapped) io.KeysDown[key] = glfwGetKey(window, key) == GLFW_PRESS;
  io.KeyCtrl = io.KeysDown[GLFW_KEY_LEFT_CONTROL] || io.KeysDown[GLFW_KEY_RIGHT_CONTROL];
  io.KeyShift = io.KeysDown[GLFW_KEY_LEFT_SHIFT] || io.KeysDown[GLFW_KEY_RIGHT_SHIFT];
  tapped.clear();
  tapped_ctrl = tapped_shift = false;
}

void Window::State::install_callbacks() {
  glfwSetKeyCallback(window, on_key);
  glfwSetCharCallback(window, on_character);
  glfwSetDropCallback(window, on_drop);
  glfwSetMouseButtonCallback(window, [](GLFWwindow* w, int, int, int) { of(w); });
  glfwSetCursorPosCallback(window, [](GLFWwindow* w, double, double) { of(w); });
  glfwSetCursorEnterCallback(window, [](GLFWwindow* w, int) { of(w); });
  glfwSetScrollCallback(window, [](GLFWwindow* w, double, double) { of(w); });
  glfwSetWindowFocusCallback(window, [](GLFWwindow* w, int) { of(w); });
  glfwSetWindowIconifyCallback(window, [](GLFWwindow* w, int) { of(w); });
  glfwSetWindowRefreshCallback(window, [](GLFWwindow* w) { of(w); });
  glfwSetWindowCloseCallback(window, [](GLFWwindow* w) { of(w); });
  glfwSetFramebufferSizeCallback(window, [](GLFWwindow* w, int, int) { of(w); });
  glfwSetWindowContentScaleCallback(window, [](GLFWwindow* w, float, float) { of(w); });
}

}  // namespace aniso::app::gl
