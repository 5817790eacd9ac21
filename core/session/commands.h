#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/base/params.h"

namespace aniso::session {

struct Play {};
struct Pause {};
/// Takes n steps, then pauses.
struct Step {
  Index n = 1;
};
/// Starts the current experiment again from step 0, as a new run; keeps running if it was.
struct Reset {};
/// Ends the run; its state stays to be looked at.
struct Stop {};
/// A complete experiment (or one whose missing keys take defaults). Applied to the running network
/// where it changes no shape, else as a new run.
struct SetExperiment {
  Json experiment;
};
/// Upper bound on the step rate; 0 for none.
struct SetSpeed {
  double steps_per_s = 0;
};
/// Opens a session folder, paused at its step.
struct OpenSession {
  std::string folder;
};

using Command = std::variant<Play, Pause, Step, Reset, Stop, SetExperiment, SetSpeed, OpenSession>;

/// The tag under which a "set" replaces an older queued one; empty for commands that never do.
std::string coalescing_tag(const Command& command);

/// {"command": "step", "n": 10}.
Json to_json(const Command& command);
/// @throws InvalidInput naming the nearest command or the wrong key.
Command command_from_json(const Json& json);

/// A command with where it took effect.
struct CommandRecord {
  std::uint64_t run = 0;  ///< run id it took effect in (a restart: the new run)
  Index step = 0;         ///< steps done when it took effect
  Command command;
};

/// [{"run": 1, "step": 0, "command": "set_experiment", …}, …].
Json to_json(const std::vector<CommandRecord>& log);
/// @throws InvalidInput.
std::vector<CommandRecord> command_log_from_json(const Json& json);

}  // namespace aniso::session
