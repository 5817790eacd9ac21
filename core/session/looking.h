#pragma once

#include <stop_token>
#include <string>

#include "core/analysis/registry.h"
#include "core/session/engines.h"
#include "core/session/laboratory.h"
#include "core/session/snapshot.h"

namespace aniso::session {

/// What an analysis is asked to look at.
struct Look {
  ResolvedPtr resolved;
  const Vector* parameters = nullptr;  ///< layout order
  std::shared_ptr<const ProbeRecords> probes;
  std::uint64_t run = 0;
  Index step = 0;
  /// The last results of this analysis for this run, so that axes keep sign and order; or nullptr.
  const analysis::Results* previous = nullptr;
  Laboratory* laboratory = nullptr;  ///< prepared for `resolved`; nullptr: one for this look alone
  std::vector<Timeline::StatePtr> stored = {};  ///< states of the run up to `step`
};

/// Runs one analysis on given parameters with a network of its own. The window's analysis worker
/// and the headless run share this.
/// @param chosen  its params are validated already.
/// @throws InvalidInput, NumericalError; analysis::Cancelled when `stop` fires.
analysis::ResultsPtr look(const Engines& engines, const Chosen& chosen, const Look& at,
                          const FunctionOptions& options, std::stop_token stop = {},
                          const analysis::PartialSink& on_partial = {});

/// The same for a chosen analysis given by id and JSON parameters.
Chosen chosen_analysis(const std::string& id, const Json& params = Json::object());

}  // namespace aniso::session
