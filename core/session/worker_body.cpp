#include "core/session/worker_body.h"

#include <algorithm>
#include <cmath>
#include <new>

#include "core/base/check.h"
#include "core/base/names.h"
#include "core/session/session_file.h"

namespace aniso::session {
namespace {

constexpr auto kCheckPeriod = std::chrono::microseconds(500);
constexpr Index kMostStepsPerCheck = 1 << 16;
constexpr auto kShortestWait = std::chrono::milliseconds(2);
constexpr double kRateWindowSeconds = 0.5;

double seconds(std::chrono::steady_clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

void shift_runs(CommandRecord& record, std::uint64_t shift) {
  record.run += shift;
  if (auto* fork = std::get_if<Fork>(&record.command)) fork->from += shift;
  if (auto* activate = std::get_if<Activate>(&record.command)) activate->run += shift;
}

}  // namespace

TrainingWorker::Body::Body(TrainingWorker& worker, Engines engines, WorkerOptions options)
    : worker_(worker),
      engines_(std::move(engines)),
      options_(options),
      publish_period_(std::chrono::duration_cast<SteadyClock::duration>(
          std::chrono::duration<double>(1.0 / options.publish_hz))) {}

void TrainingWorker::Body::run(std::stop_token stop) noexcept {
  while (!stop.stop_requested()) {
    try {
      turn(stop);
    } catch (const std::exception& error) {
      fail(error.what());
    } catch (...) {
      fail("an exception of unknown type");
    }
  }
}

void TrainingWorker::Body::turn(std::stop_token stop) {
  const auto sent = worker_.sent_.load(std::memory_order_relaxed);
  for (const auto& command : worker_.queue_.take()) handle(command);
  if (looked_for_) look_on(stop);
  if (looked_for_) return;  // a newer command cut it short
  if (urgent_ || (!is_training() && wants_something())) publish();
  if (is_training()) {
    worker_.answered_.store(sent, std::memory_order_relaxed);
    return train(stop);
  }
  if (changed_) publish();
  worker_.answered_.store(sent, std::memory_order_relaxed);
  worker_.queue_.wait(stop);
}

void TrainingWorker::Body::handle(const Command& command) {
  const bool had_rejection = !rejection_.empty();
  try {
    std::visit([this](const auto& c) { on(c); }, command);
    if (had_rejection) rejection_.clear(), changed_ = true;
  } catch (const Error& error) {
    state_ == RunState::stopping ? fail(error.what()) : reject(error.what());
  } catch (const std::bad_alloc&) {
    reject("there is not enough memory for this");
  } catch (const std::exception& error) {
    fail(error.what());
  }
}

void TrainingWorker::Body::check_trainable() const {
  ANISO_CHECK(run_.loop != nullptr, "there is nothing to train yet; choose an experiment first");
  ANISO_CHECK(state_ != RunState::error, "the run failed; reset it or change the experiment");
  ANISO_CHECK(!run_.loop->has_diverged(),
              "the run diverged; reset it, or lower the learning rate and go on");
  ANISO_CHECK(!run_.loop->is_over(), "all ", grouped(run_.loop->total_steps()),
              " steps are done; reset the run or raise training.steps");
}

void TrainingWorker::Body::on(const Play& command) {
  if (looked_for_ || !is_live()) go_live();
  check_trainable();
  if (state_ == RunState::running && stop_at_ < 0) return;
  stop_at_ = -1;
  set_state(RunState::running);
  log(command);
}

void TrainingWorker::Body::on(const Pause& command) {
  if (state_ != RunState::running) return;
  set_state(RunState::paused);
  log(command);
}

void TrainingWorker::Body::on(const Step& command) {
  ANISO_CHECK(command.n >= 1, "step: ", command.n, " steps cannot be taken; ask for at least 1");
  if (looked_for_ || !is_live()) go_live();
  check_trainable();
  ANISO_CHECK(!run_.loop->is_waiting(), "there are no points to train on yet; paint some first");
  stop_at_ = (stop_at_ >= 0 ? stop_at_ : run_.loop->steps_done()) + command.n;
  set_state(RunState::running);
  log(command);
}

void TrainingWorker::Body::on(const Reset& command) {
  ANISO_CHECK(run_.loop != nullptr, "there is no run to reset yet; choose an experiment first");
  if (state_ != RunState::error) go_live();
  start_run(run_.loop->resolved(), command);
}

void TrainingWorker::Body::on(const Stop& command) {
  if (run_.loop == nullptr || state_ == RunState::error) return;
  go_live();
  if (run_.loop->is_over()) return;
  set_state(RunState::stopping);
  publish();
  run_.loop->record_now();
  set_state(RunState::finished, text("stopped at step ", grouped(run_.loop->steps_done())));
  log(command);
}

void TrainingWorker::Body::on(const SetExperiment& command) {
  const auto next = resolve(experiment_from_json(command.experiment), engines_,
                            run_.loop ? run_.loop->resolved().get() : nullptr);
  if (run_.loop == nullptr || state_ == RunState::error ||
      !can_apply_live(*run_.loop->resolved(), *next))
    return start_run(next, command);
  go_live();
  const bool was_waiting = run_.loop->is_waiting();
  run_.loop->apply(next);
  log(command);
  mark_changes(run_);
  changed_ = true;
  if (state_ == RunState::running && was_waiting != run_.loop->is_waiting()) {
    was_waiting ? run_.loop->start_clock() : run_.loop->stop_clock();
    restart_pace();
  }
  if (state_ == RunState::running) return;
  settle();
}

void TrainingWorker::Body::on(const SetSpeed& command) {
  ANISO_CHECK(std::isfinite(command.steps_per_s) && command.steps_per_s >= 0,
              "speed: ", number(command.steps_per_s),
              " steps/s is not a limit; use a positive number, or 0 for none");
  speed_limit_ = command.steps_per_s;
  restart_pace();
  changed_ = true;
  log(command);
}

void TrainingWorker::Body::on(const Scrub& command) {
  ANISO_CHECK(run_.loop != nullptr, "there is no run to look at yet; choose an experiment first");
  ANISO_CHECK(state_ != RunState::error, "the run failed; reset it or change the experiment");
  if (state_ == RunState::running && command.step < run_.loop->end_step()) {
    set_state(RunState::paused);
    log(Pause{});
  }
  if (command.step >= run_.loop->end_step()) return go_live();
  looked_for_ = command.step;
}

void TrainingWorker::Body::on(const Live&) { go_live(); }

/// While two runs are compared, the pair is live when one of them is.
bool TrainingWorker::Body::is_live() const {
  return run_.loop == nullptr || !run_.loop->is_behind() || (other_ && !other_->loop->is_behind());
}

void TrainingWorker::Body::go_live() {
  if (run_.loop == nullptr) return;
  if (run_.loop->is_behind() || looked_for_) looked_for_ = run_.loop->end_step();
  finish_looking();
}

/// Seeks until the step is reached or something newer is asked.
void TrainingWorker::Body::look_on(std::stop_token stop) {
  const auto interrupted = [&] { return worker_.queue_.has_any() || stop.stop_requested(); };
  try {
    if (!run_.loop->seek(*looked_for_, interrupted)) return;
    if (other_ &&
        !other_->loop->seek(std::min(*looked_for_, other_->loop->end_step()), interrupted))
      return;
    worker_.want_parameters_.store(true, std::memory_order_relaxed);
  } catch (const Error& error) {
    reject(error.what());
  }
  looked_for_.reset();
  changed_ = urgent_ = true;
}

/// The same without an end before the step.
void TrainingWorker::Body::finish_looking() {
  if (!looked_for_) return;
  const Index step = *std::exchange(looked_for_, std::nullopt);
  run_.loop->seek(step);
  if (other_) other_->loop->seek(std::min(step, other_->loop->end_step()));
  worker_.want_parameters_.store(true, std::memory_order_relaxed);
  changed_ = urgent_ = true;
}

void TrainingWorker::Body::on(const Fork&) {
  ANISO_CHECK(run_.loop != nullptr, "there is no run to fork yet; choose an experiment first");
  ANISO_CHECK(state_ != RunState::error, "the run failed; reset it or change the experiment");
  finish_looking();
  const bool keeps_running = state_ == RunState::running && stop_at_ < 0;
  Run fork{.id = newest_id_ + 1, .parent = run_.id, .fork_step = run_.loop->steps_done()};
  fork.loop = std::make_unique<RunLoop>(engines_, run_.loop->fork_here(fork.id, run_.id),
                                        options_.run, run_.loop->resolved().get());
  fork.begun = run_.begun;
  const Fork command{run_.id};
  run_.loop->stop_clock();
  adopt(std::move(fork), std::optional<Run>(std::move(run_)));
  log(command);
  keeps_running && !run_.loop->is_over() ? set_state(RunState::running) : settle();
}

void TrainingWorker::Body::on(const Activate& command) {
  if (command.run == run_.id) return;
  ANISO_CHECK(other_ && other_->id == command.run, "run ", command.run,
              " is not among those that are compared");
  finish_looking();
  std::swap(run_, *other_);
  rate_samples_.clear();
  log(command);
  state_ == RunState::running && !run_.loop->is_over() ? set_state(RunState::running) : settle();
}

void TrainingWorker::Body::on(const CloseComparison& command) {
  if (!other_) return;
  finish_looking();
  other_.reset();
  share_memory();
  log(command);
  changed_ = urgent_ = true;
}

void TrainingWorker::Body::on(const OpenSession& command) {
  SessionState session = load_session(command.folder);
  const auto oldest = std::min(session.run, session.other ? session.other->run : session.run);
  const std::uint64_t shift = newest_id_ + 1 > oldest ? newest_id_ + 1 - oldest : 0;
  const auto opened = [&](const SessionState& from, const ResolvedExperiment* reuse) {
    Run run{.id = from.run + shift,
            .parent = from.parent > 0 ? from.parent + shift : 0,
            .fork_step = from.fork_step};
    run.loop = std::make_unique<RunLoop>(engines_, from, options_.run, reuse);
    return run;
  };
  Run run = opened(session, nullptr);
  std::optional<Run> other;
  if (session.other) other = opened(*session.other, run.loop->resolved().get());
  for (auto& record : session.commands) shift_runs(record, shift);
  log_ = std::move(session.commands);
  adopt(std::move(run), std::move(other));
  set_state(RunState::paused);
  settle();
  ++opened_;
  if (other_ || session.shown_step >= 0)
    looked_for_ = session.shown_step >= 0 ? session.shown_step : run_.loop->end_step();
}

/// Replaces the run once the new one stands, so that a failure leaves the old one as it was.
void TrainingWorker::Body::start_run(ResolvedPtr resolved, const Command& command) {
  const bool keeps_running = state_ == RunState::running && stop_at_ < 0;
  Run run{.id = newest_id_ + 1};
  run.loop = std::make_unique<RunLoop>(engines_, std::move(resolved), options_.run);
  adopt(std::move(run));
  set_state(keeps_running && !run_.loop->is_over() ? RunState::running : RunState::ready);
  log(command);
}

void TrainingWorker::Body::adopt(Run run, std::optional<Run> other) {
  newest_id_ = std::max({newest_id_, run.id, other ? other->id : 0});
  run_ = std::move(run);
  other_ = std::move(other);
  for (Run* each : {&run_, other_ ? &*other_ : nullptr})
    if (each != nullptr && !each->begun)
      each->begun = std::make_shared<const Experiment>(each->loop->resolved()->experiment);
  share_memory();
  mark_changes(run_);
  if (other_) mark_changes(*other_);
  looked_for_.reset();
  stop_at_ = -1;
  steps_per_check_ = 1;
  rate_samples_.clear();
}

/// The cap is one over all runs.
void TrainingWorker::Body::share_memory() {
  const std::size_t cap = options_.run.timeline_bytes;
  run_.loop->set_timeline_bytes(other_ ? cap / 2 : cap);
  if (other_) other_->loop->set_timeline_bytes(cap / 2);
}

void TrainingWorker::Body::set_state(RunState state, std::string cause) {
  const auto tell = [&](RunLoop& loop) {
    state == RunState::running ? loop.start_clock() : loop.stop_clock();
  };
  if (run_.loop != nullptr) tell(*run_.loop);
  if (other_) tell(*other_->loop);
  if (state == RunState::running && state_ != RunState::running) {
    rate_samples_.clear();
    restart_pace();
  }
  if (state != RunState::running) stop_at_ = -1;
  state_ = state;
  cause_ = std::move(cause);
  changed_ = urgent_ = true;
}

/// The state that a run at rest is in, after a change that may have ended or revived it.
void TrainingWorker::Body::settle() {
  if (run_.loop->has_diverged()) return set_state(RunState::diverged, run_.loop->cause());
  if (run_.loop->is_over()) {
    run_.loop->record_now();
    return set_state(RunState::finished,
                     text("all ", grouped(run_.loop->total_steps()), " steps are done"));
  }
  set_state(run_.loop->steps_done() == 0 ? RunState::ready : RunState::paused);
}

void TrainingWorker::Body::reject(std::string why) {
  rejection_ = std::move(why);
  ++rejections_;
  changed_ = urgent_ = true;
}

/// Shows the last snapshot again with the failure: the trainer that failed is not asked anything.
void TrainingWorker::Body::fail(const std::string& why) noexcept {
  looked_for_.reset();
  try {
    set_state(RunState::error, why);
    auto snapshot = std::make_shared<Snapshot>(*worker_.latest());
    snapshot->state = state_;
    snapshot->cause = cause_;
    snapshot->steps_per_s = 0;
    worker_.snapshots_.publish(std::move(snapshot));
  } catch (...) {
    state_ = RunState::error;  // no memory to say more
  }
  changed_ = urgent_ = false;
  worker_.want_parameters_.store(false, std::memory_order_relaxed);
  worker_.want_session_.store(false, std::memory_order_relaxed);
}

void TrainingWorker::Body::log(const Command& command) {
  log_.push_back({run_.id, run_.loop ? run_.loop->steps_done() : 0, command});
}

void TrainingWorker::Body::train(std::stop_token stop) {
  Time now = SteadyClock::now();
  while (!stop.stop_requested() && !worker_.queue_.has_any()) {
    Index left = std::min(steps_per_check_, steps_allowed(now));
    if (stop_at_ >= 0) left = std::min(left, stop_at_ - run_.loop->steps_done());
    if (left <= 0) {
      wait_for_pace(stop, now);
    } else {
      const Time before = now;
      const Index first = run_.loop->steps_done();
      for (;
           left > 0 && !run_.loop->is_over() && !worker_.queue_.has_any() && !stop.stop_requested();
           --left)
        step_both();
      changed_ = true;
      pace_steps_ += run_.loop->steps_done() - first;
      now = SteadyClock::now();
      if (now - before < kCheckPeriod && left == 0)
        steps_per_check_ = std::min(2 * steps_per_check_, kMostStepsPerCheck);
      else if (now - before > 2 * kCheckPeriod)
        steps_per_check_ = std::max<Index>(1, steps_per_check_ / 2);
    }
    if (run_.loop->is_over()) return settle();
    if (stop_at_ >= 0 && run_.loop->steps_done() >= stop_at_) return set_state(RunState::paused);
    now = SteadyClock::now();
    if (now - published_ >= publish_period_) publish();
  }
}

/// One step of each run, so that both stand at the same step. The run compared with catches up
/// first where it is behind, and rests where it is over.
void TrainingWorker::Body::step_both() {
  if (!other_) {
    run_.loop->step();
    return;
  }
  RunLoop& other = *other_->loop;
  const bool other_rests = other.is_over() || other.is_waiting();
  if (!other_rests && other.steps_done() < run_.loop->steps_done()) {
    other.step();
    return;
  }
  run_.loop->step();
  if (!other_rests && other.steps_done() + 1 == run_.loop->steps_done()) other.step();
}

/// How many steps the speed limit allows now. A trainer that cannot keep up does not catch up.
Index TrainingWorker::Body::steps_allowed(Time now) {
  if (speed_limit_ <= 0) return kMostStepsPerCheck;
  const double due = 1 + seconds(now - pace_started_) * speed_limit_;
  if (due - static_cast<double>(pace_steps_) > 1 + 0.1 * speed_limit_) {
    restart_pace();
    return 1;
  }
  return static_cast<Index>(due) - pace_steps_;
}

void TrainingWorker::Body::wait_for_pace(std::stop_token stop, Time now) {
  const auto due = pace_started_ +
                   std::chrono::duration_cast<SteadyClock::duration>(std::chrono::duration<double>(
                       static_cast<double>(pace_steps_) / speed_limit_));
  Time until = std::max(due, now + kShortestWait);
  if (changed_ || wants_something()) until = std::min(until, published_ + publish_period_);
  run_.loop->stop_clock();
  worker_.queue_.wait(stop, until);
  run_.loop->start_clock();
}

void TrainingWorker::Body::restart_pace() {
  pace_started_ = SteadyClock::now();
  pace_steps_ = 0;
}

bool TrainingWorker::Body::wants_something() const {
  return worker_.want_parameters_.load(std::memory_order_relaxed) ||
         worker_.want_session_.load(std::memory_order_relaxed);
}

double TrainingWorker::Body::measured_rate(Time now) {
  if (state_ != RunState::running) return 0;
  rate_samples_.emplace_back(now, run_.loop->steps_done());
  while (rate_samples_.size() > 2 && seconds(now - rate_samples_[1].first) >= kRateWindowSeconds)
    rate_samples_.pop_front();
  const double elapsed = seconds(now - rate_samples_.front().first);
  const Index steps = run_.loop->steps_done() - rate_samples_.front().second;
  return elapsed > 0 ? static_cast<double>(steps) / elapsed : 0;
}

/// Brings the marks up to date; all but the newest stay as they are.
void TrainingWorker::Body::mark_changes(Run& run) {
  const auto& changes = run.loop->settings().all();
  auto marks = std::make_shared<std::vector<TimeMark>>();
  if (run.marks) *marks = *run.marks;
  marks->resize(std::min(marks->size(), std::max<std::size_t>(2, changes.size()) - 2));
  for (std::size_t i = marks->size() + 1; i < changes.size(); ++i)
    marks->push_back(
        {changes[i].step, describe_changes(changes[i - 1].experiment, changes[i].experiment)});
  run.marks = std::move(marks);
  run.settings = std::make_shared<const Experiment>(changes.back().experiment);
}

/// What is said of one run.
void TrainingWorker::Body::fill(Snapshot& snapshot, Run& run, bool wants_parameters) const {
  auto& loop = *run.loop;
  auto& trainer = loop.trainer();
  snapshot.run = run.id;
  snapshot.parent = run.parent;
  snapshot.fork_step = run.fork_step;
  snapshot.step = loop.steps_done();
  snapshot.end_step = loop.end_step();
  snapshot.live = is_live();
  snapshot.marks = run.marks;
  snapshot.settings = run.settings;
  snapshot.begun = run.begun;
  snapshot.resolved = loop.resolved();
  snapshot.metrics = loop.metrics().snapshot();
  snapshot.batch_loss = loop.last().loss;
  snapshot.grad_norm = loop.last().grad_norm;
  snapshot.learning_rate = trainer.learning_rate();
  snapshot.epoch = trainer.epoch();
  snapshot.training_s = loop.training_s();
  snapshot.probes = loop.probes();
  snapshot.stored_steps = loop.timeline().steps();
  snapshot.stored_bytes = loop.timeline().bytes();
  snapshot.engine = trainer.engine_name();
  snapshot.device = trainer.device();
  snapshot.bitwise = trainer.is_bitwise_reproducible();
  if (wants_parameters)
    run.parameters = std::make_shared<const ParameterCopy>(
        ParameterCopy{run.id, snapshot.step, loop.resolved(), trainer.parameters(),
                      loop.timeline().states_until(snapshot.step)});
  snapshot.parameters = run.parameters;
}

SessionState TrainingWorker::Body::session_state() {
  const auto of = [](Run& run, std::vector<CommandRecord> commands) {
    SessionState session = run.loop->session_state(run.id, std::move(commands));
    session.parent = run.parent;
    session.fork_step = run.fork_step;
    return session;
  };
  SessionState session = of(run_, log_);
  if (other_) session.other = std::make_shared<const SessionState>(of(*other_, {}));
  return session;
}

void TrainingWorker::Body::publish() {
  const Time now = SteadyClock::now();
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->state = state_;
  snapshot->cause = cause_;
  snapshot->rejection = rejection_;
  snapshot->rejections = rejections_;
  snapshot->speed_limit = speed_limit_;
  snapshot->opened = opened_;
  if (run_.loop != nullptr) {
    const bool wants = worker_.want_parameters_.exchange(false, std::memory_order_relaxed);
    fill(*snapshot, run_, wants);
    snapshot->steps_per_s = measured_rate(now);
    if (other_) {
      auto other = std::make_shared<Snapshot>();
      fill(*other, *other_, wants);
      other->state = other_->loop->has_diverged() ? RunState::diverged
                     : other_->loop->is_over()    ? RunState::finished
                                                  : state_;
      snapshot->other = std::move(other);
      snapshot->stored_bytes = bytes_of_both(run_.loop->timeline(), other_->loop->timeline());
    }
    if (worker_.want_session_.exchange(false, std::memory_order_relaxed))
      worker_.sessions_.publish(std::make_shared<const SessionState>(session_state()));
  }
  worker_.snapshots_.publish(std::move(snapshot));
  published_ = now;
  changed_ = urgent_ = false;
}

}  // namespace aniso::session
