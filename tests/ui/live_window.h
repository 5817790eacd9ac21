#pragma once

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "core/io/png.h"
#include "tests/cli/program.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/xvfb.h"

namespace aniso::test {

using testing_support::ScratchFolder;

/// A picture that the window took of itself, with the state it carries.
struct Shot {
  io::Image image;
  Json state;
  Index step() const { return state["step"].get<Index>(); }
};

/// The program with its window on a display of its own, used through real input events.
class LiveWindow {
 public:
  /// @param environment  "NAME=value" on top of folders of its own.
  explicit LiveWindow(std::vector<std::string> arguments,
                      const std::vector<std::string>& environment = {})
      : program_(with_size(std::move(arguments)), {.folder = folder_.path(),
                                                   .file_size = RLIM_INFINITY,
                                                   .environment = own_folders(environment)}) {
    // The window is there once it answers a screenshot key.
    move(600, 400);
    for (int tries = 0; tries < 60; ++tries) {
      pause(0.25);
      key("F12");
      pause(0.25);
      if (!pictures().empty()) break;
    }
    if (pictures().empty()) throw std::runtime_error("no window: " + program_.err());
    pause(0.6);
    for (const auto& path : pictures()) std::filesystem::remove(path);
  }

  static void pause(double seconds) {
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  }
  void key(const std::string& name) const { xdotool("key --delay 80 " + name); }
  /// Down and up again at once.
  void tap(const std::string& name) const { xdotool("key --delay 0 " + name); }
  void type(const std::string& text) const { xdotool("type --delay 60 '" + text + "'"); }
  void move(int x, int y) const {
    xdotool("mousemove " + std::to_string(x) + " " + std::to_string(y));
    pause(0.15);
  }
  void click(int x, int y) const {
    move(x, y);
    xdotool("mousedown 1");
    pause(0.1);
    xdotool("mouseup 1");
    pause(0.3);
  }
  void drag(int x, int y, int dx, int dy, int button = 1) const {
    move(x, y);
    const std::string b = std::to_string(button);
    xdotool("mousedown " + b);
    for (int i = 1; i <= 5; ++i) {
      pause(0.06);
      move(x + dx * i / 5, y + dy * i / 5);
    }
    xdotool("mouseup " + b);
    pause(0.3);
  }
  void wheel(int x, int y, int notches) const {
    move(x, y);
    for (int i = 0; i < std::abs(notches); ++i) xdotool(notches > 0 ? "click 4" : "click 5");
    pause(0.4);
  }

  /// Presses F12 and reads what was written.
  Shot shot() const {
    const auto before = pictures();
    key("F12");
    for (int tries = 0; tries < 100; ++tries) {
      // A key that came while a text field was closing went to that field.
      if (tries > 0 && tries % 20 == 0) key("F12");
      pause(0.1);
      for (const auto& path : pictures()) {
        if (std::find(before.begin(), before.end(), path) != before.end()) continue;
        const io::Png png = io::read_png(path);
        return {png.image, Json::parse(png.text.at(io::kStateKey))};
      }
    }
    throw std::runtime_error("F12 wrote no picture");
  }
  /// The state alone, once `holds` does or after a few seconds.
  template <typename Holds>
  Json state_when(Holds holds) const {
    Json state = shot().state;
    for (int tries = 0; tries < 20 && !holds(state); ++tries) {
      pause(0.2);
      state = shot().state;
    }
    return state;
  }
  std::filesystem::path folder() const { return folder_.path(); }
  /// Ctrl+Q. @return  the exit code.
  int close() {
    key("ctrl+q");
    return program_.wait();
  }

 private:
  std::vector<std::string> own_folders(const std::vector<std::string>& given) const {
    std::vector<std::string> out = {"XDG_CONFIG_HOME=" + (folder_.path() / "config").string(),
                                    "XDG_STATE_HOME=" + (folder_.path() / "state").string()};
    out.insert(out.end(), given.begin(), given.end());
    return out;
  }
  static std::vector<std::string> with_size(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--window-size", "1200x800", "--scale", "1"});
    return arguments;
  }
  static void xdotool(const std::string& command) {
    if (std::system(("xdotool " + command).c_str()) != 0)
      throw std::runtime_error("xdotool " + command + " failed");
  }
  std::vector<std::filesystem::path> pictures() const {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
      if (entry.path().extension() == ".png") found.push_back(entry.path());
    return found;
  }

  Xvfb display_{"1200x800x24"};
  ScratchFolder folder_;
  testing_support::Program program_;
};

/// Share of pixels of a region whose largest channel difference exceeds `tolerance` (of 255).
inline double difference(const io::Image& a, const io::Image& b, Index x0, Index y0, Index width,
                         Index height, int tolerance = 24) {
  if (a.width != b.width || a.height != b.height) return 1;
  Index different = 0;
  for (Index y = y0; y < y0 + height; ++y)
    for (Index x = x0; x < x0 + width; ++x) {
      const auto at = static_cast<std::size_t>(4 * (y * a.width + x));
      int worst = 0;
      for (std::size_t c = 0; c < 3; ++c)
        worst = std::max(worst, std::abs(int{a.rgba[at + c]} - int{b.rgba[at + c]}));
      different += worst > tolerance ? 1 : 0;
    }
  return static_cast<double>(different) / static_cast<double>(width * height);
}

}  // namespace aniso::test
