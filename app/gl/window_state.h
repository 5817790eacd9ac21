#pragma once

#include <epoxy/gl.h>
#include <imgui.h>
// After epoxy: GLFW then leaves GL's declarations to it.
#include <GLFW/glfw3.h>

#include <optional>
#include <string>
#include <vector>

#include "app/gl/backing.h"
#include "app/gl/window.h"

namespace aniso::app::gl {

/// GLFW is process-wide: started by the first window, ended by the last.
class Glfw {
 public:
  /// @throws IoError if there is no display.
  Glfw();
  ~Glfw();
  Glfw(const Glfw&) = delete;
  Glfw& operator=(const Glfw&) = delete;
};

/// What Window keeps; its callbacks are static members because GLFW calls plain functions.
struct Window::State {
  WindowOptions options;
  Glfw glfw;
  Window* owner;
  GLFWwindow* window = nullptr;
  ImGuiContext* imgui = nullptr;
  bool platform = false, painter = false;  ///< ImGui's back ends are initialised
  std::optional<Backing> backing;          ///< while there is a context
  bool debug_log = false;
  bool activity = true;
  std::vector<int> tapped;  ///< GLFW keys pressed since the last frame began
  bool tapped_ctrl = false, tapped_shift = false;
  bool fullscreen = false;
  int restore_x = 0, restore_y = 0, restore_width = 0, restore_height = 0;
  int errors = 0;
  int max_texture = 0;
  std::string renderer;

  State(WindowOptions wanted, Window* self) : options(std::move(wanted)), owner(self) {}
  ~State();

  void create_window();
  void create_imgui();
  /// Before ImGui's back end installs its own, which call these.
  void install_callbacks();
  GLFWmonitor* monitor() const;
  /// Between the back end's new frame and ImGui's: a key that went down and up again since the last
  /// frame is down for this one. The back end of this ImGui knows only how a key is *now*, so that
  /// a quick Enter is lost in a slow frame.
  void hold_tapped_keys();
  /// After the frame: keys are as the keyboard has them.
  void release_tapped_keys();

 private:
  static State& of(GLFWwindow* window);
  static void on_key(GLFWwindow* window, int key, int scancode, int action, int mods);
  static void on_character(GLFWwindow* window, unsigned int code);
  static void on_drop(GLFWwindow* window, int count, const char** paths);
};

}  // namespace aniso::app::gl
