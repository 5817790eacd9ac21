#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/session/experiment.h"
#include "core/session/session_file.h"

/// The command line: `anisoscope [FILE…]`, run, list, describe. Knows no window; main() passes one
/// in where the build has it.
namespace aniso::cli {

/// Flags that only a window understands.
struct WindowFlags {
  int width = 0, height = 0;                          ///< 0: as last time
  double scale = 0;                                   ///< of the interface; 0: the display's
  std::size_t memory_bytes = std::size_t{512} << 20;  ///< for stored steps
  double autosave_s = 30;                             ///< between two automatic saves; 0: none
  double measure_s = 0;  ///< > 0: close after so many seconds and print what was measured
  bool paused = false;   ///< open without starting to train
};

/// What was opened at the start: an experiment, or a session to go on with.
struct Opened {
  session::Experiment experiment;
  std::optional<session::SessionState> session;
  std::filesystem::path session_folder;  ///< where the session came from
  std::string origin;                    ///< "preset rotated-plane-mlp", "moons.json"; for messages
};

struct IdTitle {
  std::string id;
  std::string title;
};

/// What the command line does not know itself.
struct Hooks {
  /// Kinds of views, for `list`.
  std::function<std::vector<IdTitle>()> views;
  /// Opens the window and returns its exit code, or nothing, with why, where there can be none
  /// (no display, no OpenGL 3.3). Empty in a build without a window.
  std::function<std::optional<int>(const Opened&, const WindowFlags&, std::string& why_not)> window;
};

/// The exit codes of the program.
enum ExitCode : int {
  kDone = 0,
  kFailed = 1,
  kBadInput = 2,
  kDiverged = 3,
  kCheckFailed = 4,
  kInterrupted = 130,
};

/// Parses, dispatches, reports errors on standard error as "anisoscope: …".
/// @return  the program's exit code. Never throws.
int run_program(int argc, char** argv, const Hooks& hooks);

}  // namespace aniso::cli
