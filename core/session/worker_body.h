#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/session/training_worker.h"

namespace aniso::session {

/// What the training worker's thread does; lives on that thread only. Private to the worker.
class TrainingWorker::Body {
 public:
  Body(TrainingWorker& worker, Engines engines, WorkerOptions options);
  /// Until `stop` fires. Never throws.
  void run(std::stop_token stop) noexcept;

 private:
  using SteadyClock = std::chrono::steady_clock;
  using Time = SteadyClock::time_point;

  /// A run and what is published of it.
  struct Run {
    std::unique_ptr<RunLoop> loop = {};
    std::uint64_t id = 0, parent = 0;
    Index fork_step = 0;
    std::shared_ptr<const ParameterCopy> parameters = {};
    std::shared_ptr<const std::vector<TimeMark>> marks = {};
    std::shared_ptr<const Experiment> settings = {};
    std::shared_ptr<const Experiment> begun = {};  ///< the experiment at the run's first step
  };

  void turn(std::stop_token stop);

  void handle(const Command& command);
  void check_trainable() const;
  /// Steps are being taken: running, and there are data to take them on.
  bool is_training() const { return state_ == RunState::running && !run_.loop->is_waiting(); }
  void on(const Play&);
  void on(const Pause&);
  void on(const Step& command);
  void on(const Reset& command);
  void on(const Stop& command);
  void on(const SetExperiment& command);
  void on(const SetSpeed& command);
  void on(const OpenSession& command);
  void on(const Scrub& command);
  void on(const Live&);
  void on(const Fork&);
  void on(const Activate& command);
  void on(const CloseComparison& command);

  void start_run(ResolvedPtr resolved, const Command& command);
  void adopt(Run run, std::optional<Run> other = {});
  void share_memory();
  void set_state(RunState state, std::string cause = {});
  void settle();
  void reject(std::string why);
  void fail(const std::string& why) noexcept;
  void log(const Command& command);

  bool is_live() const;
  void go_live();
  void look_on(std::stop_token stop);
  void finish_looking();
  static void mark_changes(Run& run);
  void step_both();

  void train(std::stop_token stop);
  Index steps_allowed(Time now);
  void wait_for_pace(std::stop_token stop, Time now);
  void restart_pace();
  bool wants_something() const;
  void fill(Snapshot& snapshot, Run& run, bool wants_parameters) const;
  void publish();
  SessionState session_state();
  double measured_rate(Time now);

  TrainingWorker& worker_;
  Engines engines_;
  WorkerOptions options_;
  SteadyClock::duration publish_period_;

  Run run_;                   ///< the active one
  std::optional<Run> other_;  ///< compared with it, in lock-step
  std::uint64_t newest_id_ = 0;
  RunState state_ = RunState::ready;
  std::string cause_;
  std::string rejection_;
  std::uint64_t rejections_ = 0;
  std::vector<CommandRecord> log_;
  std::uint64_t opened_ = 0;

  std::optional<Index> looked_for_;  ///< step that is being sought
  Index stop_at_ = -1;               ///< pause at this step; −1 for none
  Index steps_per_check_ = 1;        ///< between two looks at the clock
  double speed_limit_ = 0;           ///< steps/s; 0 for none
  Time pace_started_;                ///< the limit counts steps from here
  Index pace_steps_ = 0;             ///< taken since then
  bool changed_ = true;              ///< something since the last publish
  bool urgent_ = true;               ///< which must be shown at once
  Time published_;
  std::deque<std::pair<Time, Index>> rate_samples_;
};

}  // namespace aniso::session
