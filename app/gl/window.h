#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/gl/log.h"
#include "core/figure/color.h"

struct GLFWwindow;

namespace aniso::app::gl {

/// A key press as a shortcut sees it. Letters, digits and signs are what the keyboard's layout
/// writes; signs that need Shift ("?") arrive as that sign, without `shift`.
struct KeyPress {
  int key = 0;      ///< GLFW_KEY_*; 0 where `letter` is set
  char letter = 0;  ///< lower case letter, digit or ASCII sign; 0 for other keys
  bool ctrl = false, shift = false, alt = false;
  bool repeat = false;
};

struct WindowOptions {
  std::string title = "Anisoscope";
  int width = 1600, height = 900;  ///< in screen units at content scale 1
  bool visible = true;
  bool maximized = false;
  bool vsync = true;
  bool debug = false;       ///< asks for a debug context
  float content_scale = 0;  ///< 0: the monitor's; otherwise this, for tests
  LogSink log;
};

/// One window with an OpenGL 3.3 core context and Dear ImGui in it. UI thread (the process' first).
///
///   while (!window.should_close()) {
///     window.wait_events(seconds);
///     window.begin_frame();
///     … ImGui …
///     window.end_frame(background);
///   }
class Window {
 public:
  /// @throws IoError that says what is missing (a display, OpenGL 3.3, …) and what to do.
  explicit Window(WindowOptions options);
  ~Window();
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  // Frames.
  /// Handles what is waiting; sleeps up to `seconds` if nothing is (0: returns at once).
  void wait_events(double seconds);
  /// Wakes `wait_events`. Any thread.
  static void wake();
  /// Something happened since the last call: input, size, exposure, focus.
  bool take_activity();
  void begin_frame();
  /// Renders what ImGui drew over `background`, swaps, and reports GL errors to the log. Only what
  /// changed since the last frame is drawn again, see Backing.
  void end_frame(figure::Rgb background);
  bool should_close() const;
  void request_close(bool close = true);
  /// Minimised or of no size: nothing to draw.
  bool hidden() const;

  // Geometry.
  /// UI scale: how many ImGui units a design pixel takes. 1 on ordinary screens, 2 on X11 or
  /// Windows at 200 %.
  float content_scale() const;
  /// Framebuffer pixels per ImGui unit: 2 on Wayland and macOS at 200 %, else 1.
  float pixel_ratio() const;
  int framebuffer_width() const;
  int framebuffer_height() const;
  void resize(int width, int height);
  void set_title(const std::string& title);
  /// Toggles full screen on the monitor that shows most of the window; restores the geometry.
  void set_fullscreen(bool on);
  bool fullscreen() const;
  void set_vsync(bool on);

  // Input beyond ImGui.
  /// Called for every key press, also while a text field has focus: ask
  /// ImGui::GetIO().WantTextInput.
  std::function<void(const KeyPress&)> on_key;
  std::function<void(const std::vector<std::filesystem::path>&)> on_drop;
  std::string clipboard() const;
  void set_clipboard(const std::string& text);

  // The context.
  const std::string& renderer() const;
  bool software_rendering() const;
  /// Largest texture edge in pixels.
  int max_texture_size() const;
  GLFWwindow* native() const;
  const LogSink& log() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace aniso::app::gl
