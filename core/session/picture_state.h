#pragma once

#include <string>
#include <string_view>

#include "core/base/types.h"
#include "core/session/experiment.h"

namespace aniso::session {

/// The state that a picture carries (PNG text under io::kStateKey), and that copy and paste
/// exchange: {"format": "anisoscope-state", "experiment": {…}, "step": n}. It opens as the
/// experiment, from step 0: same seed, same run.
std::string picture_state(const Experiment& experiment, Index step);

/// The experiment's JSON out of a state, before validation. A bare experiment is accepted too.
/// @param source  where it comes from, for messages.
/// @throws InvalidInput when it is neither.
Json experiment_json_of_state(std::string_view state, const std::string& source);

}  // namespace aniso::session
