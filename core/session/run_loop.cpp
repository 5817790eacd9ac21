#include "core/session/run_loop.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

#include "core/base/check.h"
#include "core/base/names.h"
#include "core/base/random.h"

namespace aniso::session {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kKnownSettings = 8;

/// What the network takes for these rows: score networks see them half way to noise.
Matrix with_time(const nn::NetworkPlan& plan, const Matrix& x) {
  if (!plan.has_time) return x;
  constexpr double kHalfWay = 0.5;
  Matrix inputs(x.rows(), x.cols() + 1);
  inputs << x, Vector::Constant(x.rows(), kHalfWay);
  return inputs;
}

/// Probe rows: drawn from the whole dataset, fewer where the outputs are many (at most 8,192
/// numbers a record, but 16 rows). Where there are no data yet, standard normal points stand in.
Matrix probe_inputs_of(const ResolvedExperiment& resolved, Index most) {
  const auto& data = *resolved.data;
  const Index affordable = std::max<Index>(16, 8192 / std::max<Index>(1, resolved.plan().outputs));
  const RandomStream stream(resolved.spec.seed, "probes");
  if (data.size() == 0)
    return with_time(resolved.plan(), stream.normals(std::min(most, affordable), data.shape.dim));
  const Index count = std::min({most, affordable, data.size()});
  auto rows = stream.permutation(data.size());
  rows.resize(static_cast<std::size_t>(count));
  std::sort(rows.begin(), rows.end());
  Matrix inputs(count, data.shape.dim);
  for (Index i = 0; i < count; ++i) inputs.row(i) = data.x.row(rows[static_cast<std::size_t>(i)]);
  return with_time(resolved.plan(), inputs);
}

std::string divergence_cause(const training::StepResult& result, Index step) {
  return text("step ", grouped(step + 1), ": the loss is ", number(result.loss),
              " and the gradient norm ", number(result.grad_norm), " at learning rate ",
              number(result.learning_rate), ". The weights of step ", grouped(step),
              " are kept. Lower the learning rate or clip the gradient.");
}

// Where in the log a run begins; its size where it does not.
std::size_t start_of(const std::vector<CommandRecord>& log, std::uint64_t run) {
  for (std::size_t i = 0; i < log.size(); ++i)
    if (log[i].run == run && (std::holds_alternative<SetExperiment>(log[i].command) ||
                              std::holds_alternative<Reset>(log[i].command) ||
                              std::holds_alternative<Fork>(log[i].command)))
      return i;
  return log.size();
}

const Json& in_force_at_start(const std::vector<CommandRecord>& log, std::size_t start, Index step);

// The newest experiment of a run up to `step` among the first `end` records.
const Json& in_force(const std::vector<CommandRecord>& log, std::size_t end, std::uint64_t run,
                     Index step) {
  for (std::size_t i = end; i-- > 0;)
    if (const auto* set = std::get_if<SetExperiment>(&log[i].command);
        set != nullptr && log[i].run == run && log[i].step <= step)
      return set->experiment;
  const std::size_t start = start_of(log, run);
  ANISO_CHECK(start < end, "replay: the command log does not hold run ", run);
  return in_force_at_start(log, start, step);
}

// What is in force in the run that begins at log[start] up to `step` before its own first change.
const Json& in_force_at_start(const std::vector<CommandRecord>& log, std::size_t start,
                              Index step) {
  const CommandRecord& record = log[start];
  if (const auto* set = std::get_if<SetExperiment>(&record.command)) return set->experiment;
  if (const auto* fork = std::get_if<Fork>(&record.command))
    return in_force(log, start, fork->from, std::min(step, record.step));
  ANISO_CHECK(start > 0, "replay: the command log begins with a reset");
  return in_force(log, start, log[start - 1].run, std::numeric_limits<Index>::max());
}

training::StepResult no_step_yet() {
  training::StepResult none;
  none.loss = none.grad_norm = none.learning_rate = MetricsRow::kNone;
  return none;
}

}  // namespace

RunLoop::RunLoop(Engines engines, ResolvedPtr resolved, RunOptions options)
    : engines_(std::move(engines)),
      resolved_(std::move(resolved)),
      options_(options),
      timeline_(options.timeline_bytes),
      last_(no_step_yet()),
      settings_(resolved_->experiment),
      total_steps_(resolved_->spec.total_steps) {
  engines_.set_thread_count(resolved_->spec.threads);
  trainer_ = engines_.trainer(resolved_->spec, resolved_->data, resolved_->initial);
  probe_inputs_ = probe_inputs_of(*resolved_, options_.probe_rows);
  probes_ = std::make_shared<const ProbeRecords>();
  record_now();
}

RunLoop::RunLoop(Engines engines, const SessionState& session, RunOptions options,
                 const ResolvedExperiment* reuse)
    : engines_(std::move(engines)),
      resolved_(resolve(session.experiment, engines_, reuse)),
      options_(options),
      probe_inputs_(session.probe_inputs),
      probes_(std::make_shared<const ProbeRecords>(session.probes)),
      timeline_(options.timeline_bytes,
                options.timeline_bytes > 0 ? session.timeline : std::vector<Timeline::StatePtr>{}),
      last_(no_step_yet()),
      settings_(session.settings.value_or(SettingsHistory(session.experiment))),
      in_force_(settings_.all().size() - 1),
      step_(session.trainer.step),
      end_(session.trainer.step),
      total_steps_(resolved_->spec.total_steps),
      training_s_(session.training_s) {
  ANISO_CHECK(session.trainer.parameters.size() == resolved_->plan().parameter_count(),
              "session: ", session.trainer.parameters.size(),
              " parameters, but the experiment's "
              "network has ",
              resolved_->plan().parameter_count());
  engines_.set_thread_count(resolved_->spec.threads);
  rebuild(*resolved_, session.trainer);
  const std::string hash = trainer_->weights_sha256();
  ANISO_CHECK(hash == session.weights_sha256, "session: the weights have SHA-256 ", hash, ", but ",
              session.weights_sha256, " was recorded; the folder was changed");
  for (const auto& row : session.metrics) metrics_.append(row);
  if (metrics_.empty()) record_metrics();
  if (probes_->empty()) record_probes();
  probe_schedule_.stored(probes_->back()->step);
  if (options_.timeline_bytes > 0 &&
      (timeline_.states().empty() || timeline_.states().back()->step != step_))
    record_state();
  update_next_due();
}

const training::StepResult& RunLoop::step() {
  if (is_over() || is_waiting()) return last_;
  last_ = trainer_->step();
  if (!last_.finite) {
    if (is_behind())
      throw NumericalError(text("step ", grouped(step_ + 1),
                                " did not repeat: this device gives other bits each time"));
    diverged_ = true;
    cause_ = divergence_cause(last_, step_);
    record_now();
    return last_;
  }
  if (is_behind()) {
    step_ = last_.step;
    adopt_due_settings();
    return last_;
  }
  step_ = end_ = last_.step;
  if (step_ >= next_due_) after_step();
  return last_;
}

void RunLoop::after_step() {
  if (step_ >= total_steps_) return record_now();
  if (step_ >= next_log_) record_metrics();
  if (probe_schedule_.is_due(step_)) record_probes();
  if (timeline_.is_due(step_)) record_state();
  update_next_due();
}

void RunLoop::record_now() {
  if (is_behind()) return;
  if (metrics_.empty() || metrics_.back().step != step_) record_metrics();
  if (probes_->empty() || probes_->back()->step != step_) record_probes();
  if (options_.timeline_bytes > 0 &&
      (timeline_.states().empty() || timeline_.states().back()->step != step_))
    record_state();
  update_next_due();
}

void RunLoop::update_next_due() {
  const Index every = resolved_->experiment.log_every();
  next_log_ = (metrics_.back().step / every + 1) * every;
  next_due_ = std::min({next_log_, probe_schedule_.next(), timeline_.next_due(), total_steps_});
}

void RunLoop::record_metrics() {
  const auto train = trainer_->evaluate_train();
  const auto test = trainer_->evaluate_test();
  MetricsRow row;
  row.step = step_;
  row.epoch = trainer_->epoch();
  row.loss = train.loss;
  row.accuracy = train.accuracy;
  row.test_loss = test.loss;
  row.test_accuracy = test.accuracy;
  row.learning_rate =
      std::isnan(last_.learning_rate) ? trainer_->learning_rate() : last_.learning_rate;
  row.grad_norm = last_.grad_norm;
  row.weight_norm = trainer_->parameters().norm();
  row.wall_s = training_s();
  metrics_.append(row);
}

void RunLoop::record_probes() {
  auto record = std::make_shared<analysis::ProbeRecord>();
  record->step = step_;
  record->outputs = trainer_->outputs(probe_inputs_);
  auto records = std::make_shared<ProbeRecords>(*probes_);
  records->push_back(std::move(record));
  probe_schedule_.stored(step_);
  if (records->size() > options_.probe_records) {
    ProbeRecords kept;
    for (std::size_t i = 0; i < records->size(); ++i)
      if (i % 2 == 0 || i + 1 == records->size()) kept.push_back((*records)[i]);
    *records = std::move(kept);
    probe_schedule_.thin();
  }
  probes_ = std::move(records);
}

void RunLoop::record_state() { timeline_.add(trainer_->state(), in_force_); }

void RunLoop::rebuild(const ResolvedExperiment& next, const training::TrainerState& state) {
  trainer_ = engines_.trainer(next.spec, next.data, state.parameters);
  trainer_->restore(state);
}

void RunLoop::apply(ResolvedPtr next) {
  ANISO_CHECK(next != nullptr && can_apply_live(*resolved_, *next),
              "this change needs a new run: shapes, seed, number type, device or engine differ");
  ANISO_CHECK(!is_behind(), "the run has gone on to step ", grouped(end_),
              " already; go there to change it, or fork from step ", grouped(step_));
  adopt_settings(next, in_force_);
  settings_.add(step_, next->experiment);
  in_force_ = settings_.all().size() - 1;
  remember(in_force_, std::move(next));
  diverged_ = false;
  cause_.clear();
  update_next_due();
}

void RunLoop::adopt_settings(ResolvedPtr next, std::size_t index) {
  const auto state = trainer_->state();
  engines_.set_thread_count(next->spec.threads);
  try {
    if (next->data != resolved_->data) {
      // The optimiser's slots belong to the old optimiser: it takes them over before it is changed.
      ResolvedExperiment between = *next;
      between.spec.optimizer = resolved_->spec.optimizer;
      between.spec.optimizer_params = resolved_->spec.optimizer_params;
      rebuild(between, state);
    }
    trainer_->apply(next->spec);
  } catch (...) {
    engines_.set_thread_count(resolved_->spec.threads);
    rebuild(*resolved_, state);
    throw;
  }
  resolved_ = std::move(next);
  in_force_ = index;
  total_steps_ = resolved_->spec.total_steps;
}

// Settings are kept as values, since resolved ones hold the data; a few are kept resolved.
void RunLoop::remember(std::size_t index, ResolvedPtr resolved) {
  known_[index] = std::move(resolved);
  while (known_.size() > kKnownSettings)
    known_.erase(known_.begin()->first == index ? std::prev(known_.end()) : known_.begin());
}

ResolvedPtr RunLoop::resolved_at(std::size_t index) {
  if (index == in_force_) return resolved_;
  const auto known = known_.find(index);
  if (known != known_.end()) return known->second;
  auto resolved = resolve(settings_.all()[index].experiment, engines_, resolved_.get());
  remember(index, resolved);
  return resolved;
}

void RunLoop::adopt_due_settings() {
  while (in_force_ + 1 < settings_.all().size() && settings_.all()[in_force_ + 1].step <= step_)
    adopt_settings(resolved_at(in_force_ + 1), in_force_ + 1);
}

void RunLoop::restore(const StoredState& state) {
  ResolvedPtr then = resolved_at(state.settings);
  if (then->data == resolved_->data) {
    trainer_->apply(then->spec);
    trainer_->restore(state);
  } else {
    rebuild(*then, state);
  }
  engines_.set_thread_count(then->spec.threads);
  resolved_ = std::move(then);
  in_force_ = state.settings;
  total_steps_ = resolved_->spec.total_steps;
  step_ = state.step;
  last_ = no_step_yet();
  adopt_due_settings();
}

bool RunLoop::seek(Index step, const std::function<bool()>& interrupted) {
  ANISO_CHECK(step >= 0 && step <= end_, "step ", grouped(step),
              " was not taken yet; the run is at ", grouped(end_));
  if (step == step_) return true;
  ANISO_CHECK(options_.timeline_bytes > 0, "this run stores no states to go back to");
  if (!is_behind()) {
    if (timeline_.states().back()->step != step_) record_state();
    remember(in_force_, resolved_);
    end_sha256_ = trainer_->weights_sha256();
  }
  const auto stored = timeline_.at_or_before(step);
  ANISO_CHECK(stored != nullptr, "the oldest stored state is of step ",
              grouped(timeline_.states().front()->step), "; earlier ones were not kept");
  if (step_ > step || stored->step > step_) restore(*stored);
  while (step_ < step) {
    this->step();
    if (interrupted && step_ < step && interrupted()) return false;
  }
  return true;
}

SessionState RunLoop::fork_here(std::uint64_t run, std::uint64_t parent) const {
  SessionState fork;
  fork.experiment = resolved_->experiment;
  fork.run = run;
  fork.parent = parent;
  fork.fork_step = step_;
  fork.trainer = trainer_->state();
  fork.weights_sha256 = trainer_->weights_sha256();
  metrics_.snapshot().for_each([&](const MetricsRow& row) {
    if (row.step <= step_) fork.metrics.push_back(row);
  });
  fork.probe_inputs = probe_inputs_;
  for (const auto& record : *probes_)
    if (record->step <= step_) fork.probes.push_back(record);
  fork.training_s = fork.metrics.empty() ? 0 : fork.metrics.back().wall_s;
  fork.settings = settings_.until(step_);
  for (const auto& state : timeline_.states())
    if (state->step <= step_) fork.timeline.push_back(state);
  return fork;
}

void RunLoop::start_clock() {
  if (!clock_started_ && !is_waiting()) clock_started_ = SteadyClock::now();
}

void RunLoop::stop_clock() {
  training_s_ = training_s();
  clock_started_.reset();
}

double RunLoop::training_s() const {
  if (!clock_started_) return training_s_;
  return training_s_ + std::chrono::duration<double>(SteadyClock::now() - *clock_started_).count();
}

SessionState RunLoop::session_state(std::uint64_t run, std::vector<CommandRecord> commands) const {
  SessionState session;
  session.experiment = settings_.all().back().experiment;
  session.run = run;
  if (is_behind()) {
    session.trainer = *timeline_.states().back();
    session.weights_sha256 = end_sha256_;
    session.shown_step = step_;
  } else {
    session.trainer = trainer_->state();
    session.weights_sha256 = trainer_->weights_sha256();
  }
  session.commands = std::move(commands);
  metrics_.snapshot().for_each([&](const MetricsRow& row) { session.metrics.push_back(row); });
  session.probe_inputs = probe_inputs_;
  session.probes = *probes_;
  session.training_s = training_s();
  session.settings = settings_;
  session.timeline = timeline_.states();
  return session;
}

RunLoop replay(const Engines& engines, const std::vector<CommandRecord>& log, std::uint64_t run,
               Index step, RunOptions options) {
  const std::size_t start = start_of(log, run);
  ANISO_CHECK(start < log.size(), "replay: the command log does not hold run ", run);
  const auto* fork = std::get_if<Fork>(&log[start].command);
  // Before its fork a run is its parent.
  if (fork != nullptr && step < log[start].step)
    return replay(engines, log, fork->from, step, options);
  RunLoop loop =
      fork != nullptr
          ? RunLoop(engines,
                    replay(engines, log, fork->from, log[start].step).fork_here(run, fork->from),
                    options)
          : RunLoop(engines,
                    resolve(experiment_from_json(in_force_at_start(log, start, 0)), engines),
                    options);
  const auto advance = [&](Index until) {
    while (loop.steps_done() < until && !loop.is_over()) loop.step();
  };
  for (std::size_t i = start + 1; i < log.size(); ++i) {
    const auto* set = std::get_if<SetExperiment>(&log[i].command);
    if (set == nullptr || log[i].run != run || log[i].step > step) continue;
    advance(log[i].step);
    loop.apply(resolve(experiment_from_json(set->experiment), engines, loop.resolved().get()));
  }
  advance(step);
  ANISO_CHECK(loop.steps_done() == step, "replay: run ", run, " ends at step ", loop.steps_done(),
              ", before step ", step);
  return loop;
}

}  // namespace aniso::session
