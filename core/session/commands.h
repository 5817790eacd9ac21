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
/// Looks at a step that was taken before: training pauses, the snapshot shows that step. Beyond the
/// newest step it is Live. Looking changes nothing, so it is not part of the log.
struct Scrub {
  Index step = 0;
};
/// Looks at the newest step again; whatever trains does so first.
struct Live {};
/// A new run that begins at the step that is looked at, with what was learned up to it, and is
/// worked with from now on. The run it comes from stays, and both train in lock-step; a third one
/// goes.
struct Fork {
  std::uint64_t from = 0;  ///< in the log: the parent
};
/// Works with the other one of two runs: settings, scrubbing and reset are meant for it.
struct Activate {
  std::uint64_t run = 0;
};
/// Lets go of the run that is not active.
struct CloseComparison {};

using Command = std::variant<Play, Pause, Step, Reset, Stop, SetExperiment, SetSpeed, OpenSession,
                             Scrub, Live, Fork, Activate, CloseComparison>;

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
