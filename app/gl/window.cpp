#include "app/gl/window.h"

#include <backends/imgui_impl_glfw.h>
#include <backends/imgui_impl_opengl3.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "app/gl/handle.h"
#include "app/gl/window_state.h"
#include "core/base/check.h"

namespace aniso::app::gl {
namespace {

constexpr const char* kWayOn =
    " Without a window: \"anisoscope run --help\". If there is a display: try software rendering "
    "with LIBGL_ALWAYS_SOFTWARE=1.";

int glfw_users = 0;

std::string glfw_message() {
  const char* message = nullptr;
  glfwGetError(&message);
  return message == nullptr ? "no reason given" : message;
}

const char* display_name() {
  for (const char* variable : {"WAYLAND_DISPLAY", "DISPLAY"})
    if (const char* name = std::getenv(variable); name != nullptr && *name != '\0') return name;
  return nullptr;
}

/// Software GL starts a thread per core and takes them from training: with one, frames are steady
/// and training is 30 % faster. Mesa reads this when it makes its first context, before anyone
/// can know which renderer it will be; hardware drivers ignore it. What the user set stays.
void tame_software_rendering() { setenv("LP_NUM_THREADS", "1", 0); }

}  // namespace

Glfw::Glfw() {
  if (glfw_users == 0 && glfwInit() != GLFW_TRUE) {
    const std::string reason = glfw_message();
    const char* name = display_name();
    throw IoError(
        name == nullptr
            ? text("No window: there is no display (DISPLAY is not set).", kWayOn)
            : text("No window: the display ", name, " cannot be opened (", reason, ").", kWayOn));
  }
  ++glfw_users;
}

Glfw::~Glfw() {
  if (--glfw_users == 0) glfwTerminate();
}

Window::State::~State() {
  if (imgui != nullptr) ImGui::SetCurrentContext(imgui);
  backing.reset();
  if (painter) ImGui_ImplOpenGL3_Shutdown();
  if (platform) ImGui_ImplGlfw_Shutdown();
  if (imgui != nullptr) ImGui::DestroyContext(imgui);
  if (debug_log) install_debug_log(nullptr);
  if (window != nullptr) glfwDestroyWindow(window);
}

void Window::State::create_window() {
  tame_software_rendering();
  glfwDefaultWindowHints();
  glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
  glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
  glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
  glfwWindowHint(GLFW_OPENGL_DEBUG_CONTEXT, options.debug ? GLFW_TRUE : GLFW_FALSE);
  glfwWindowHint(GLFW_VISIBLE, options.visible ? GLFW_TRUE : GLFW_FALSE);
  glfwWindowHint(GLFW_MAXIMIZED, options.maximized ? GLFW_TRUE : GLFW_FALSE);
  glfwWindowHint(GLFW_SCALE_TO_MONITOR, options.content_scale > 0 ? GLFW_FALSE : GLFW_TRUE);
  // Everything is drawn flat and anti-aliases itself.
  glfwWindowHint(GLFW_DEPTH_BITS, 0);
  glfwWindowHint(GLFW_STENCIL_BITS, 0);
  window = glfwCreateWindow(options.width, options.height, options.title.c_str(), nullptr, nullptr);
  if (window == nullptr) {
    const char* message = nullptr;
    const int code = glfwGetError(&message);
    const std::string reason = message == nullptr ? "no reason given" : message;
    if (code == GLFW_VERSION_UNAVAILABLE || code == GLFW_API_UNAVAILABLE)
      throw IoError(
          text("No window: the graphics driver offers no OpenGL 3.3 core (", reason, ").", kWayOn));
    throw IoError(text("No window: it could not be created (", reason, ").", kWayOn));
  }
  glfwSetWindowUserPointer(window, this);
  glfwMakeContextCurrent(window);
  if (epoxy_gl_version() < 33)
    throw IoError(text("No window: the graphics driver offers OpenGL ", epoxy_gl_version() / 10,
                       ".", epoxy_gl_version() % 10, ", needed is 3.3.", kWayOn));
  glfwSwapInterval(options.vsync ? 1 : 0);
  renderer = reinterpret_cast<const char*>(glGetString(GL_RENDERER));
  glGetIntegerv(GL_MAX_TEXTURE_SIZE, &max_texture);
  debug_log = options.debug && install_debug_log(&options.log);
}

void Window::State::create_imgui() {
  IMGUI_CHECKVERSION();
  imgui = ImGui::CreateContext();
  ImGui::SetCurrentContext(imgui);
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;  // preferences are ours
  io.LogFilename = nullptr;
  platform = ImGui_ImplGlfw_InitForOpenGL(window, true);
  // Now rather than in the first frame, which would replace, and leak, a font texture made before.
  painter = ImGui_ImplOpenGL3_Init("#version 330 core") && ImGui_ImplOpenGL3_CreateDeviceObjects();
  backing.emplace();
  if (!platform || !painter)
    throw IoError(text("No window: the interface could not be set up on ", renderer, ".", kWayOn));
}

GLFWmonitor* Window::State::monitor() const {
  int x = 0, y = 0, w = 0, h = 0;
  glfwGetWindowPos(window, &x, &y);
  glfwGetWindowSize(window, &w, &h);
  int count = 0;
  GLFWmonitor** all = glfwGetMonitors(&count);
  GLFWmonitor* best = glfwGetPrimaryMonitor();
  int most = 0;
  for (int i = 0; i < count; ++i) {
    int mx = 0, my = 0;
    glfwGetMonitorPos(all[i], &mx, &my);
    const GLFWvidmode* mode = glfwGetVideoMode(all[i]);
    if (mode == nullptr) continue;
    const int shared = std::max(0, std::min(x + w, mx + mode->width) - std::max(x, mx)) *
                       std::max(0, std::min(y + h, my + mode->height) - std::max(y, my));
    if (shared > most) {
      most = shared;
      best = all[i];
    }
  }
  return best;
}

Window::Window(WindowOptions options) : state_(std::make_unique<State>(std::move(options), this)) {
  state_->create_window();
  state_->install_callbacks();
  state_->create_imgui();
}

Window::~Window() = default;

void Window::wait_events(double seconds) {
  if (seconds > 0)
    glfwWaitEventsTimeout(seconds);
  else
    glfwPollEvents();
}

void Window::wake() { glfwPostEmptyEvent(); }

bool Window::take_activity() { return std::exchange(state_->activity, false); }

void Window::begin_frame() {
  ImGui_ImplOpenGL3_NewFrame();
  ImGui_ImplGlfw_NewFrame();
  state_->hold_tapped_keys();
  ImGui::NewFrame();
}

void Window::end_frame(figure::Rgb background) {
  ImGui::Render();
  state_->release_tapped_keys();
  glBindFramebuffer(GL_FRAMEBUFFER, 0);
  state_->backing->draw(*ImGui::GetDrawData(), framebuffer_width(), framebuffer_height(),
                        background);
  glfwSwapBuffers(state_->window);
  // A mistake in a draw call repeats every frame; its first few reports say all there is to say.
  constexpr int kReported = 20;
  const LogSink none;
  const bool quiet = state_->debug_log || state_->errors >= kReported;
  state_->errors += report_errors("this frame", quiet ? none : state_->options.log);
}

bool Window::should_close() const { return glfwWindowShouldClose(state_->window) == GLFW_TRUE; }

void Window::request_close(bool close) {
  glfwSetWindowShouldClose(state_->window, close ? GLFW_TRUE : GLFW_FALSE);
}

bool Window::hidden() const {
  return glfwGetWindowAttrib(state_->window, GLFW_ICONIFIED) == GLFW_TRUE ||
         framebuffer_width() <= 0 || framebuffer_height() <= 0;
}

float Window::pixel_ratio() const {
  int width = 0, height = 0;
  glfwGetWindowSize(state_->window, &width, &height);
  return width > 0 && framebuffer_width() > 0
             ? static_cast<float>(framebuffer_width()) / static_cast<float>(width)
             : 1.0F;
}

float Window::content_scale() const {
  if (state_->options.content_scale > 0) return state_->options.content_scale;
  float x = 1, y = 1;
  glfwGetWindowContentScale(state_->window, &x, &y);
  // Where the system magnifies the whole window, ImGui's units are magnified already.
  return std::max(x, 0.5F) / pixel_ratio();
}

int Window::framebuffer_width() const {
  int width = 0;
  glfwGetFramebufferSize(state_->window, &width, nullptr);
  return width;
}

int Window::framebuffer_height() const {
  int height = 0;
  glfwGetFramebufferSize(state_->window, nullptr, &height);
  return height;
}

void Window::resize(int width, int height) { glfwSetWindowSize(state_->window, width, height); }

void Window::set_title(const std::string& title) {
  if (title == state_->options.title) return;
  state_->options.title = title;
  glfwSetWindowTitle(state_->window, title.c_str());
}

void Window::set_fullscreen(bool on) {
  State& s = *state_;
  if (on == s.fullscreen) return;
  if (on) {
    GLFWmonitor* monitor = s.monitor();
    const GLFWvidmode* mode = monitor == nullptr ? nullptr : glfwGetVideoMode(monitor);
    if (mode == nullptr) return;  // no monitor to fill: stays as it is
    glfwGetWindowPos(s.window, &s.restore_x, &s.restore_y);
    glfwGetWindowSize(s.window, &s.restore_width, &s.restore_height);
    glfwSetWindowMonitor(s.window, monitor, 0, 0, mode->width, mode->height, mode->refreshRate);
  } else {
    glfwSetWindowMonitor(s.window, nullptr, s.restore_x, s.restore_y, s.restore_width,
                         s.restore_height, GLFW_DONT_CARE);
  }
  s.fullscreen = on;
  s.activity = true;
}

bool Window::fullscreen() const { return state_->fullscreen; }

void Window::set_vsync(bool on) { glfwSwapInterval(on ? 1 : 0); }

std::string Window::clipboard() const {
  const char* content = glfwGetClipboardString(state_->window);
  return content == nullptr ? "" : content;
}

void Window::set_clipboard(const std::string& content) {
  glfwSetClipboardString(state_->window, content.c_str());
}

const std::string& Window::renderer() const { return state_->renderer; }

bool Window::software_rendering() const {
  for (const char* name : {"llvmpipe", "softpipe", "swrast", "SwiftShader"})
    if (state_->renderer.find(name) != std::string::npos) return true;
  return false;
}

int Window::max_texture_size() const { return state_->max_texture; }

GLFWwindow* Window::native() const { return state_->window; }

const LogSink& Window::log() const { return state_->options.log; }

}  // namespace aniso::app::gl
