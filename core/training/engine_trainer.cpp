#include "core/training/engine_trainer.h"

#include <cmath>
#include <utility>

#include "core/base/check.h"
#include "core/nn/weights.h"
#include "core/training/spec_parts.h"

namespace aniso::training {
EngineTrainer::EngineTrainer(const TrainingSpec& spec, data::DatasetPtr data, const Vector& initial,
                             const EngineFactory& make_engine)
    : spec_(spec),
      data_(std::move(data)),
      rule_(update_rule_of(spec_)),
      schedule_(schedule_of(spec_.optimizer_params)),
      order_(batch_order_of(spec_, data_)) {
  check_initial(spec_, initial);
  engine_ = make_engine(spec_, initial);
  engine_->set_data(*data_, loss_spec_of(spec_));
  reset_optimizer();
}

void EngineTrainer::reset_optimizer() {
  engine_->reset_slots(rule_.slot_count());
  updates_ = 0;
}

StepResult EngineTrainer::step() {
  ANISO_CHECK(!data_->train.empty(), "dataset '", data_->id,
              "' has no training rows; there is nothing to take a step on");
  StepResult result;
  result.step = step_;
  result.learning_rate = learning_rate();
  result.loss = engine_->loss_and_gradient({.positions = order_.batch(step_),
                                            .whole = order_.is_full_batch(),
                                            .draw = static_cast<std::uint64_t>(step_)});
  result.grad_norm = engine_->gradient_norm();
  result.finite = std::isfinite(result.loss) && std::isfinite(result.grad_norm);
  if (!result.finite) return result;
  engine_->update(rule_, result.learning_rate, rule_.clip_factor(result.grad_norm), ++updates_);
  result.step = ++step_;
  return result;
}

void EngineTrainer::apply(const TrainingSpec& spec) {
  ANISO_CHECK(nn::same_shapes(spec.plan, spec_.plan) && spec.plan.inputs == spec_.plan.inputs &&
                  spec.plan.outputs == spec_.plan.outputs,
              "the change gives the network other shapes; reset the run to apply it");
  ANISO_CHECK(
      spec.dtype == spec_.dtype && spec.device == spec_.device && spec.engine == spec_.engine,
      "dtype, device and engine cannot change during a run; reset the run to apply them");
  BatchOrder order = batch_order_of(spec, data_);
  const UpdateRule rule = update_rule_of(spec);
  const LearningRateSchedule schedule = schedule_of(spec.optimizer_params);
  const bool other_slots =
      spec.optimizer != spec_.optimizer || rule.slot_count() != rule_.slot_count();
  const LossSpec loss = loss_spec_of(spec);
  const bool other_loss = spec.objective != spec_.objective ||
                          !(spec.objective_params == spec_.objective_params) ||
                          (loss.corruption && (spec.seed != spec_.seed || spec.run != spec_.run));

  if (!(spec.plan == spec_.plan)) engine_->set_plan(spec.plan);
  if (other_loss) engine_->set_data(*data_, loss);
  spec_ = spec;
  rule_ = rule;
  schedule_ = schedule;
  order_ = std::move(order);
  if (other_slots) reset_optimizer();
}

void EngineTrainer::set_data(data::DatasetPtr data) {
  BatchOrder order = batch_order_of(spec_, data);
  engine_->set_data(*data, loss_spec_of(spec_));
  order_ = std::move(order);
  data_ = std::move(data);
}

Matrix EngineTrainer::outputs(MatrixRef x) {
  check_shape("x", x, -1, spec_.plan.inputs);
  return engine_->outputs(x);
}

std::string EngineTrainer::weights_sha256() const {
  return nn::weights_sha256(spec_.plan, engine_->parameters(), spec_.dtype);
}

TrainerState EngineTrainer::state() const {
  TrainerState state;
  state.step = step_;
  state.parameters = engine_->parameters();
  if (updates_ > 0) state.optimizer = engine_->slots();
  state.optimizer_steps = updates_;
  return state;
}

void EngineTrainer::restore(const TrainerState& state) {
  const Index count = spec_.plan.parameter_count();
  check_size("stored parameters", state.parameters.size(), count);
  check_finite("stored parameters", state.parameters);
  ANISO_CHECK(state.step >= 0 && state.optimizer_steps >= 0, "stored step counts are negative");
  ANISO_CHECK(state.optimizer.empty() ||
                  state.optimizer.size() == static_cast<std::size_t>(rule_.slot_count()),
              "the stored optimiser state has ", state.optimizer.size(), " arrays, but optimiser '",
              spec_.optimizer, "' has ", rule_.slot_count(),
              "; apply the settings of that step first");
  for (const auto& slot : state.optimizer)
    check_size("stored optimiser state", slot.size(), spec_.plan.trained_count());

  engine_->set_parameters(state.parameters);
  reset_optimizer();
  if (!state.optimizer.empty()) engine_->set_slots(state.optimizer);
  updates_ = state.optimizer_steps;
  step_ = state.step;
}

}  // namespace aniso::training
