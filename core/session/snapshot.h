#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/analysis/registry.h"
#include "core/session/metrics.h"
#include "core/session/resolved.h"
#include "core/session/timeline.h"

namespace aniso::session {

enum class RunState { ready, running, paused, stopping, finished, diverged, error };

/// "Running", as the transport bar shows it.
std::string state_title(RunState state);

using ProbeRecords = std::vector<std::shared_ptr<const analysis::ProbeRecord>>;

/// A copy of the parameters and where it was taken.
struct ParameterCopy {
  std::uint64_t run = 0;
  Index step = 0;
  ResolvedPtr resolved;                         ///< whose plan they belong to
  Vector values;                                ///< layout order
  std::vector<Timeline::StatePtr> stored = {};  ///< states up to `step`, shared with the timeline
};

/// A place on the run's time line that is worth a mark.
struct TimeMark {
  Index step = 0;
  std::string text;  ///< "learning rate 0.1 → 0.05"
  bool operator==(const TimeMark&) const = default;
};

/// Everything the window knows about the run at one moment. Immutable.
struct Snapshot {
  std::uint64_t run = 0;  ///< run id, from 1; 0 before the first experiment
  Index step = 0;         ///< that is looked at
  Index end_step = 0;     ///< the newest; larger than `step` while somebody looks back
  RunState state = RunState::ready;
  std::string cause;      ///< why it ended, diverged or failed
  std::string rejection;  ///< message of the last command that was refused; empty after a good one
  std::uint64_t rejections = 0;  ///< how many were refused so far

  /// Experiment, data and plan in force at `step`; nullptr before the first experiment.
  ResolvedPtr resolved;
  /// As the run began, or as it was opened. Parameters that act at the start of a run only
  /// (Effect::at_start) still have these values, whatever `resolved` says.
  std::shared_ptr<const Experiment> begun;
  std::shared_ptr<const Experiment> settings;  ///< in force at `end_step`
  std::uint64_t opened = 0;                    ///< how many sessions were opened so far
  MetricsSnapshot metrics;
  double batch_loss = MetricsRow::kNone;  ///< of the last step
  double grad_norm = MetricsRow::kNone;
  double learning_rate = MetricsRow::kNone;  ///< that the next step will use
  double epoch = 0;
  double steps_per_s = 0;  ///< over about the last half second; 0 unless running
  double speed_limit = 0;  ///< steps/s; 0 for none
  double training_s = 0;   ///< time spent training in this run
  std::shared_ptr<const ParameterCopy> parameters;  ///< newest that was asked for, or nullptr
  std::shared_ptr<const ProbeRecords> probes;       ///< predictions from step 0 on
  std::vector<Index> stored_steps;                  ///< in the timeline
  std::size_t stored_bytes = 0;
  std::shared_ptr<const std::vector<TimeMark>> marks;  ///< changes of settings, in order
  std::string engine;                                  ///< "explicit" or "autograd"
  std::string device;
  bool bitwise = true;  ///< whether the same experiment gives the same bits again

  std::uint64_t parent = 0;  ///< run that it was forked from; 0 for none
  Index fork_step = 0;       ///< where
  bool live = true;          ///< this run or the other one stands at its newest step
  /// The run that it is compared with, at the same step where it has come so far; or nullptr. Its
  /// own `other` is empty.
  std::shared_ptr<const Snapshot> other;

  bool is_live() const { return live; }
  /// Newer steps of this run are recorded already: its settings are what they were.
  bool is_behind() const { return step < end_step; }
};

using SnapshotPtr = std::shared_ptr<const Snapshot>;

}  // namespace aniso::session
