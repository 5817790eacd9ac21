#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/session/experiment.h"

namespace aniso::session {

/// Settings and the step from which they are in force.
struct SettingsChange {
  Index step = 0;
  Experiment experiment;
};

/// The settings of one run, from its first step on: what a replay needs beside a stored state.
///
/// Changes at one step follow one another in order; those that keep the optimiser's slots replace
/// the one before, so that a dragged number is one change. A value.
class SettingsHistory {
 public:
  explicit SettingsHistory(Experiment first);

  /// @throws InvalidInput when the step is before the newest change.
  void add(Index step, Experiment experiment);
  /// In order; never empty, the first is of step 0.
  const std::vector<SettingsChange>& all() const { return changes_; }
  /// Index of the newest change at or before `step`.
  std::size_t in_force(Index step) const;
  /// The history up to and with `step`: what a fork there begins with.
  SettingsHistory until(Index step) const;

 private:
  std::vector<SettingsChange> changes_;
};

/// [{"step": 0, "experiment": {…}}, …], and back. @throws InvalidInput.
Json to_json(const SettingsHistory& history);
SettingsHistory settings_history_from_json(const Json& json);

/// "learning rate 0.1 → 0.05", "3 settings"; empty where nothing differs.
std::string describe_changes(const Experiment& before, const Experiment& after);

}  // namespace aniso::session
