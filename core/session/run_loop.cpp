#include "core/session/run_loop.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/check.h"
#include "core/base/names.h"
#include "core/base/random.h"

namespace aniso::session {
namespace {

using SteadyClock = std::chrono::steady_clock;

/// Probe rows: drawn from the whole dataset, fewer where the outputs are many (at most 8,192
/// numbers a record, but 16 rows). Where there are no data yet, standard normal points stand in.
Matrix probe_inputs_of(const ResolvedExperiment& resolved, Index most) {
  const auto& data = *resolved.data;
  const Index affordable = std::max<Index>(16, 8192 / std::max<Index>(1, resolved.plan().outputs));
  const RandomStream stream(resolved.spec.seed, "probes");
  if (data.size() == 0) return stream.normals(std::min(most, affordable), data.shape.dim);
  const Index count = std::min({most, affordable, data.size()});
  auto rows = stream.permutation(data.size());
  rows.resize(static_cast<std::size_t>(count));
  std::sort(rows.begin(), rows.end());
  Matrix inputs(count, data.shape.dim);
  for (Index i = 0; i < count; ++i) inputs.row(i) = data.x.row(rows[static_cast<std::size_t>(i)]);
  return inputs;
}

std::string divergence_cause(const training::StepResult& result, Index step) {
  return text("step ", grouped(step + 1), ": the loss is ", number(result.loss),
              " and the gradient norm ", number(result.grad_norm), " at learning rate ",
              number(result.learning_rate), ". The weights of step ", grouped(step),
              " are kept. Lower the learning rate or clip the gradient.");
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
      total_steps_(resolved_->spec.total_steps) {
  engines_.set_thread_count(resolved_->spec.threads);
  trainer_ = engines_.trainer(resolved_->spec, resolved_->data, resolved_->initial);
  probe_inputs_ = probe_inputs_of(*resolved_, options_.probe_rows);
  probes_ = std::make_shared<const ProbeRecords>();
  record_now();
}

RunLoop::RunLoop(Engines engines, const SessionState& session, RunOptions options)
    : engines_(std::move(engines)),
      resolved_(resolve(session.experiment, engines_)),
      options_(options),
      probe_inputs_(session.probe_inputs),
      probes_(std::make_shared<const ProbeRecords>(session.probes)),
      timeline_(options.timeline_bytes),
      last_(no_step_yet()),
      step_(session.trainer.step),
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
  if (options_.timeline_bytes > 0) record_state();
  update_next_due();
}

const training::StepResult& RunLoop::step() {
  if (is_over() || is_waiting()) return last_;
  last_ = trainer_->step();
  if (!last_.finite) {
    diverged_ = true;
    cause_ = divergence_cause(last_, step_);
    record_now();
    return last_;
  }
  step_ = last_.step;
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

void RunLoop::record_state() { timeline_.add(trainer_->state()); }

void RunLoop::rebuild(const ResolvedExperiment& next, const training::TrainerState& state) {
  trainer_ = engines_.trainer(next.spec, next.data, state.parameters);
  trainer_->restore(state);
}

void RunLoop::apply(ResolvedPtr next) {
  ANISO_CHECK(next != nullptr && can_apply_live(*resolved_, *next),
              "this change needs a new run: shapes, seed, number type, device or engine differ");
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
  total_steps_ = resolved_->spec.total_steps;
  diverged_ = false;
  cause_.clear();
  update_next_due();
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
  session.experiment = resolved_->experiment;
  session.run = run;
  session.trainer = trainer_->state();
  session.weights_sha256 = trainer_->weights_sha256();
  session.commands = std::move(commands);
  metrics_.snapshot().for_each([&](const MetricsRow& row) { session.metrics.push_back(row); });
  session.probe_inputs = probe_inputs_;
  session.probes = *probes_;
  session.training_s = training_s();
  return session;
}

RunLoop replay(const Engines& engines, const std::vector<CommandRecord>& log, std::uint64_t run,
               Index step, RunOptions options) {
  const Json* in_force = nullptr;  // the experiment with which the run started
  auto at = log.begin();
  for (; at != log.end() && at->run <= run; ++at) {
    if (const auto* set = std::get_if<SetExperiment>(&at->command)) in_force = &set->experiment;
    if (at->run == run && (std::holds_alternative<SetExperiment>(at->command) ||
                           std::holds_alternative<Reset>(at->command)))
      break;
  }
  ANISO_CHECK(in_force != nullptr && at != log.end() && at->run == run,
              "replay: the command log does not hold run ", run);
  RunLoop loop(engines, resolve(experiment_from_json(*in_force), engines), options);
  const auto advance = [&](Index until) {
    while (loop.steps_done() < until && !loop.is_over()) loop.step();
  };
  for (++at; at != log.end() && at->run == run && at->step <= step; ++at) {
    const auto* set = std::get_if<SetExperiment>(&at->command);
    if (set == nullptr) continue;
    advance(at->step);
    loop.apply(resolve(experiment_from_json(set->experiment), engines, loop.resolved().get()));
  }
  advance(step);
  ANISO_CHECK(loop.steps_done() == step, "replay: run ", run, " ends at step ", loop.steps_done(),
              ", before step ", step);
  return loop;
}

}  // namespace aniso::session
