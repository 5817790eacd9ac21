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
constexpr double kRateWindow_s = 0.5;  // NOLINT(readability-identifier-naming): seconds

double seconds(std::chrono::steady_clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
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
  for (const auto& command : worker_.queue_.take()) handle(command);
  if (urgent_ || (!is_training() && wants_something())) publish();
  if (is_training()) return train(stop);
  if (changed_) publish();
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
  ANISO_CHECK(loop_ != nullptr, "there is nothing to train yet; choose an experiment first");
  ANISO_CHECK(state_ != RunState::error, "the run failed; reset it or change the experiment");
  ANISO_CHECK(!loop_->has_diverged(),
              "the run diverged; reset it, or lower the learning rate and go on");
  ANISO_CHECK(!loop_->is_over(), "all ", grouped(loop_->total_steps()),
              " steps are done; reset the run or raise training.steps");
}

void TrainingWorker::Body::on(const Play& command) {
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
  check_trainable();
  ANISO_CHECK(!loop_->is_waiting(), "there are no points to train on yet; paint some first");
  stop_at_ = (stop_at_ >= 0 ? stop_at_ : loop_->steps_done()) + command.n;
  set_state(RunState::running);
  log(command);
}

void TrainingWorker::Body::on(const Reset& command) {
  ANISO_CHECK(loop_ != nullptr, "there is no run to reset yet; choose an experiment first");
  start_run(loop_->resolved(), command);
}

void TrainingWorker::Body::on(const Stop& command) {
  if (loop_ == nullptr || loop_->is_over() || state_ == RunState::error) return;
  set_state(RunState::stopping);
  publish();
  loop_->record_now();
  set_state(RunState::finished, text("stopped at step ", grouped(loop_->steps_done())));
  log(command);
}

void TrainingWorker::Body::on(const SetExperiment& command) {
  const auto next = resolve(experiment_from_json(command.experiment), engines_,
                            loop_ ? loop_->resolved().get() : nullptr);
  if (loop_ == nullptr || state_ == RunState::error || !can_apply_live(*loop_->resolved(), *next))
    return start_run(next, command);
  const bool was_waiting = loop_->is_waiting();
  loop_->apply(next);
  log(command);
  changed_ = true;
  if (state_ == RunState::running && was_waiting != loop_->is_waiting()) {
    was_waiting ? loop_->start_clock() : loop_->stop_clock();
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

void TrainingWorker::Body::on(const OpenSession& command) {
  SessionState session = load_session(command.folder);
  auto loop = std::make_unique<RunLoop>(engines_, session, options_.run);
  const std::uint64_t run = std::max(run_ + 1, session.run);
  for (auto& record : session.commands) record.run += run - session.run;
  log_ = std::move(session.commands);
  adopt(std::move(loop), run);
  set_state(RunState::paused);
  settle();
}

/// Replaces the run once the new one stands, so that a failure leaves the old one as it was.
void TrainingWorker::Body::start_run(ResolvedPtr resolved, const Command& command) {
  const bool keeps_running = state_ == RunState::running && stop_at_ < 0;
  adopt(std::make_unique<RunLoop>(engines_, std::move(resolved), options_.run), run_ + 1);
  set_state(keeps_running && !loop_->is_over() ? RunState::running : RunState::ready);
  log(command);
}

void TrainingWorker::Body::adopt(std::unique_ptr<RunLoop> loop, std::uint64_t run) {
  loop_ = std::move(loop);
  begun_ = std::make_shared<const Experiment>(loop_->resolved()->experiment);
  run_ = run;
  stop_at_ = -1;
  steps_per_check_ = 1;
  parameters_ = nullptr;
  rate_samples_.clear();
}

void TrainingWorker::Body::set_state(RunState state, std::string cause) {
  if (loop_ != nullptr) state == RunState::running ? loop_->start_clock() : loop_->stop_clock();
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
  if (loop_->has_diverged()) return set_state(RunState::diverged, loop_->cause());
  if (loop_->is_over()) {
    loop_->record_now();
    return set_state(RunState::finished,
                     text("all ", grouped(loop_->total_steps()), " steps are done"));
  }
  set_state(loop_->steps_done() == 0 ? RunState::ready : RunState::paused);
}

void TrainingWorker::Body::reject(std::string why) {
  rejection_ = std::move(why);
  ++rejections_;
  changed_ = urgent_ = true;
}

/// Shows the last snapshot again with the failure: the trainer that failed is not asked anything.
void TrainingWorker::Body::fail(const std::string& why) noexcept {
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
  log_.push_back({run_, loop_ ? loop_->steps_done() : 0, command});
}

void TrainingWorker::Body::train(std::stop_token stop) {
  Time now = SteadyClock::now();
  while (!stop.stop_requested() && !worker_.queue_.has_any()) {
    Index left = std::min(steps_per_check_, steps_allowed(now));
    if (stop_at_ >= 0) left = std::min(left, stop_at_ - loop_->steps_done());
    if (left <= 0) {
      wait_for_pace(stop, now);
    } else {
      const Time before = now;
      const Index first = loop_->steps_done();
      for (; left > 0 && !loop_->is_over() && !worker_.queue_.has_any() && !stop.stop_requested();
           --left)
        loop_->step();
      changed_ = true;
      pace_steps_ += loop_->steps_done() - first;
      now = SteadyClock::now();
      if (now - before < kCheckPeriod && left == 0)
        steps_per_check_ = std::min(2 * steps_per_check_, kMostStepsPerCheck);
      else if (now - before > 2 * kCheckPeriod)
        steps_per_check_ = std::max<Index>(1, steps_per_check_ / 2);
    }
    if (loop_->is_over()) return settle();
    if (stop_at_ >= 0 && loop_->steps_done() >= stop_at_) return set_state(RunState::paused);
    now = SteadyClock::now();
    if (now - published_ >= publish_period_) publish();
  }
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
  loop_->stop_clock();
  worker_.queue_.wait(stop, until);
  loop_->start_clock();
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
  rate_samples_.emplace_back(now, loop_->steps_done());
  while (rate_samples_.size() > 2 && seconds(now - rate_samples_[1].first) >= kRateWindow_s)
    rate_samples_.pop_front();
  const double elapsed = seconds(now - rate_samples_.front().first);
  const Index steps = loop_->steps_done() - rate_samples_.front().second;
  return elapsed > 0 ? static_cast<double>(steps) / elapsed : 0;
}

void TrainingWorker::Body::publish() {
  const Time now = SteadyClock::now();
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->run = run_;
  snapshot->state = state_;
  snapshot->cause = cause_;
  snapshot->rejection = rejection_;
  snapshot->rejections = rejections_;
  snapshot->speed_limit = speed_limit_;
  if (loop_ != nullptr) {
    auto& trainer = loop_->trainer();
    snapshot->step = loop_->steps_done();
    snapshot->resolved = loop_->resolved();
    snapshot->begun = begun_;
    snapshot->metrics = loop_->metrics().snapshot();
    snapshot->batch_loss = loop_->last().loss;
    snapshot->grad_norm = loop_->last().grad_norm;
    snapshot->learning_rate = trainer.learning_rate();
    snapshot->epoch = trainer.epoch();
    snapshot->steps_per_s = measured_rate(now);
    snapshot->training_s = loop_->training_s();
    snapshot->probes = loop_->probes();
    snapshot->stored_steps = loop_->timeline().steps();
    snapshot->stored_bytes = loop_->timeline().bytes();
    snapshot->engine = trainer.engine_name();
    snapshot->device = trainer.device();
    snapshot->bitwise = trainer.is_bitwise_reproducible();
    if (worker_.want_parameters_.exchange(false, std::memory_order_relaxed))
      parameters_ = std::make_shared<const ParameterCopy>(
          ParameterCopy{run_, snapshot->step, loop_->resolved(), trainer.parameters()});
    if (worker_.want_session_.exchange(false, std::memory_order_relaxed))
      worker_.sessions_.publish(
          std::make_shared<const SessionState>(loop_->session_state(run_, log_)));
  }
  snapshot->parameters = parameters_;
  worker_.snapshots_.publish(std::move(snapshot));
  published_ = now;
  changed_ = urgent_ = false;
}

}  // namespace aniso::session
