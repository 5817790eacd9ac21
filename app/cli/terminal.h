#pragma once

#include <string>

#include "app/cli/arguments.h"
#include "core/session/progress.h"

namespace aniso::cli {

/// Shows how a run goes on standard error: a bar that redraws itself on a terminal, plain lines
/// (at most one in five seconds) elsewhere.
class ProgressDisplay {
 public:
  explicit ProgressDisplay(Verbosity verbosity);
  void show(const session::Progress& progress);
  /// A line of its own, above the bar.
  void say(const std::string& message);
  /// Takes the bar away.
  void end();

 private:
  bool enabled_;
  bool is_terminal_;
  bool bar_shown_ = false;
  double next_line_s_ = 0;
};

/// "anisoscope: …" on standard error.
void complain(const std::string& message);

}  // namespace aniso::cli
