#include "app/cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <iostream>

namespace aniso::cli {
namespace {

constexpr double kLineEverySeconds = 5;
constexpr const char* kClearLine = "\r\x1b[K";

int terminal_columns() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

}  // namespace

ProgressDisplay::ProgressDisplay(Verbosity verbosity)
    : enabled_(verbosity >= Verbosity::info), is_terminal_(::isatty(STDERR_FILENO) == 1) {}

void ProgressDisplay::show(const session::Progress& progress) {
  if (!enabled_) return;
  if (is_terminal_) {
    std::cerr << kClearLine << session::progress_bar(progress, terminal_columns() - 1)
              << std::flush;
    bar_shown_ = true;
  } else if (progress.elapsed_s >= next_line_s_ || progress.step == progress.total) {
    std::cerr << session::progress_line(progress) << std::endl;
    next_line_s_ = progress.elapsed_s + kLineEverySeconds;
  }
}

void ProgressDisplay::say(const std::string& message) {
  if (bar_shown_) std::cerr << kClearLine;
  bar_shown_ = false;
  complain(message);
}

void ProgressDisplay::end() {
  if (bar_shown_) std::cerr << std::endl;
  bar_shown_ = false;
}

void complain(const std::string& message) { std::cerr << "anisoscope: " << message << std::endl; }

}  // namespace aniso::cli
