#pragma once

#include <map>
#include <string>

#include "core/session/headless.h"
#include "core/session/result_arrays.h"

namespace aniso::session {

/// Looks along a run by analysis id, and what went wrong with some of them.
using Histories = std::map<std::string, ResultHistory>;

/// summary.json: why the run ended, steps, steps/s, final, best and lowest metrics, hash of the
/// weights, device, engine, provenance, notes of data and analyses, the status of every quantity
/// that is not valid, and the checks.
Json summary_json(const HeadlessOutcome& outcome, RunLoop& loop, const Histories& histories,
                  const std::map<std::string, std::string>& failed_analyses,
                  const HeadlessOptions& options, double wall_s);

/// "finished", "diverged", "interrupted", "failed".
std::string ending_text(Ending ending);

}  // namespace aniso::session
