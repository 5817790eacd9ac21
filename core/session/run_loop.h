#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/session/commands.h"
#include "core/session/engines.h"
#include "core/session/metrics.h"
#include "core/session/resolved.h"
#include "core/session/settings_history.h"
#include "core/session/snapshot.h"
#include "core/session/timeline.h"
#include "core/training/trainer.h"

namespace aniso::session {

struct RunOptions {
  Index probe_rows = 256;                   ///< upper bound on the probe set
  std::size_t probe_records = 400;          ///< upper bound on stored predictions; thinned beyond
  std::size_t timeline_bytes = 512u << 20;  ///< 0 stores no states
};

/// Everything a run needs to go on elsewhere; see session_file.h.
struct SessionState {
  Experiment experiment;
  std::uint64_t run = 1;
  std::uint64_t parent = 0;  ///< run that it was forked from; 0 for none
  Index fork_step = 0;       ///< the parent's step at which it began
  training::TrainerState trainer;
  std::string weights_sha256;
  std::vector<CommandRecord> commands;
  std::vector<MetricsRow> metrics;
  Matrix probe_inputs;  ///< (probes, D)
  std::vector<std::shared_ptr<const analysis::ProbeRecord>> probes;
  double training_s = 0;
  std::optional<SettingsHistory> settings;    ///< none: `experiment` from step 0 on
  std::vector<Timeline::StatePtr> timeline;   ///< stored states up to the trainer's; may be empty
  Index shown_step = -1;                      ///< step that was looked at; −1 for the newest
  std::shared_ptr<const SessionState> other;  ///< the run it is compared with, or nullptr
};

/// One run: a trainer, its metrics log, its predictions on the probe set and its stored states.
/// The window's worker and the headless run both step through this class, so that they take the
/// same steps. Owned by one thread; the thread count is set on construction for that thread.
///
/// The trainer may stand behind the newest step: `seek` puts it at any step that was taken before,
/// and `step` then takes the recorded steps again, changes of settings included, to the same bits.
/// What was recorded stays.
class RunLoop {
 public:
  /// At step 0; the first metrics row, prediction and state are recorded.
  /// @throws InvalidInput, NumericalError as the trainer does.
  RunLoop(Engines engines, ResolvedPtr resolved, RunOptions options = {});
  /// Where a session stopped. @throws InvalidInput when state and experiment do not fit together
  /// or the restored weights do not have the recorded hash.
  /// @param reuse  see resolve().
  RunLoop(Engines engines, const SessionState& session, RunOptions options = {},
          const ResolvedExperiment* reuse = nullptr);

  /// Stands at the newest step, and all steps are done or the run diverged.
  bool is_over() const { return !is_behind() && (diverged_ || step_ >= total_steps_); }
  bool has_diverged() const { return diverged_ && !is_behind(); }
  /// There are no training rows (yet): data drawn by hand.
  bool is_waiting() const { return resolved_->data->train.empty(); }
  /// Why the run diverged; empty otherwise.
  const std::string& cause() const { return cause_; }

  /// One step with the recording that is due after it: metrics every log_every steps and at the
  /// last, predictions and states on their schedules. Does nothing when the run is over or waits
  /// for data.
  const training::StepResult& step();
  /// Records a metrics row, a prediction and a state now, unless the newest are of this step.
  /// Call when a run is ended before its last step.
  void record_now();

  /// Goes on with changed settings; parameters and optimiser state are kept (the optimiser's where
  /// its kind did not change). @throws InvalidInput unless can_apply_live and the trainer stands at
  /// the newest step; the run is unchanged then.
  void apply(ResolvedPtr next);

  /// Whether the trainer stands before the newest step.
  bool is_behind() const { return step_ < end_; }
  /// The newest step that was taken.
  Index end_step() const { return end_; }
  /// Puts the trainer at a step from 0 to end_step(): restores the nearest stored state before it
  /// and takes the steps between again.
  /// @param interrupted  polled after each step; when it says so, seeking ends where it is.
  /// @return  whether the step was reached.
  /// @throws InvalidInput when no states are stored or the step was never taken; IoError when data
  ///         that were changed since do not read any more. The run is unchanged then.
  bool seek(Index step, const std::function<bool()>& interrupted = {});
  /// A new run that begins as this one is at the trainer's step, with what was recorded up to it.
  SessionState fork_here(std::uint64_t run, std::uint64_t parent) const;
  /// Another cap on the memory of stored states.
  void set_timeline_bytes(std::size_t bytes) { timeline_.set_cap(bytes); }

  /// Counting of training time: start and stop around stretches of stepping. Waiting for data does
  /// not count.
  void start_clock();
  void stop_clock();
  double training_s() const;

  Index steps_done() const { return step_; }
  Index total_steps() const { return total_steps_; }
  const training::StepResult& last() const { return last_; }
  const ResolvedPtr& resolved() const { return resolved_; }
  training::Trainer& trainer() { return *trainer_; }
  const MetricsLog& metrics() const { return metrics_; }
  const std::shared_ptr<const ProbeRecords>& probes() const { return probes_; }
  const Matrix& probe_inputs() const { return probe_inputs_; }
  const Timeline& timeline() const { return timeline_; }
  const SettingsHistory& settings() const { return settings_; }

  /// Everything needed to go on later from the newest step.
  /// @param commands  the session's log, `run` its run id.
  SessionState session_state(std::uint64_t run, std::vector<CommandRecord> commands) const;

 private:
  void after_step();
  void record_metrics();
  void record_probes();
  void record_state();
  void rebuild(const ResolvedExperiment& next, const training::TrainerState& state);
  void adopt_settings(ResolvedPtr next, std::size_t index);
  void adopt_due_settings();
  ResolvedPtr resolved_at(std::size_t index);
  void remember(std::size_t index, ResolvedPtr resolved);
  void restore(const StoredState& state);
  void update_next_due();

  Engines engines_;
  ResolvedPtr resolved_;
  RunOptions options_;
  std::unique_ptr<training::Trainer> trainer_;
  MetricsLog metrics_;
  Matrix probe_inputs_;
  std::shared_ptr<const ProbeRecords> probes_;
  GrowingSchedule probe_schedule_{1.02};
  Timeline timeline_;
  training::StepResult last_;
  SettingsHistory settings_;
  std::size_t in_force_ = 0;                  ///< index of resolved_ in settings_
  std::map<std::size_t, ResolvedPtr> known_;  ///< a few resolved settings, by index
  Index step_ = 0;                            ///< where the trainer stands
  Index end_ = 0;                             ///< newest step taken
  std::string end_sha256_;                    ///< weights there, once it was left
  Index total_steps_ = 0;
  Index next_log_ = 0;
  Index next_due_ = 0;  ///< first step at which anything is recorded
  bool diverged_ = false;
  std::string cause_;
  double training_s_ = 0;
  std::optional<std::chrono::steady_clock::time_point> clock_started_;
};

/// Repeats run `run` of a command log up to `step`: the experiment it started with, and each later
/// change at the step where it took effect. Same engines, same bits.
/// @throws InvalidInput when the log does not hold that run.
RunLoop replay(const Engines& engines, const std::vector<CommandRecord>& log, std::uint64_t run,
               Index step, RunOptions options = {});

}  // namespace aniso::session
