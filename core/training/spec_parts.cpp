#include "core/training/spec_parts.h"

#include "core/base/check.h"
#include "core/base/random.h"
#include "core/training/optimizers.h"

namespace aniso::training {
namespace {

void check_fits(const TrainingSpec& spec, const data::DatasetPtr& data) {
  ANISO_CHECK(data != nullptr, "no dataset was given to train on");
  ANISO_CHECK(data->x.cols() == spec.plan.data_inputs(), "the network takes ",
              spec.plan.data_inputs(), " inputs, but dataset '", data->id, "' has ", data->x.cols(),
              " dimensions; reset the run to build a network that fits");
  const Index wanted = objective(spec.objective).outputs(*data);
  ANISO_CHECK(wanted == spec.plan.outputs, "the network has ", spec.plan.outputs,
              " outputs, but objective '", spec.objective, "' on dataset '", data->id, "' needs ",
              wanted, "; reset the run to build a network that fits");
}

}  // namespace

BatchOrder batch_order_of(const TrainingSpec& spec, const data::DatasetPtr& data) {
  check_fits(spec, data);
  const bool full = optimizer(spec.optimizer).full_batch;
  return {spec.seed, spec.run, static_cast<Index>(data->train.size()), full ? 0 : spec.batch_size};
}

UpdateRule update_rule_of(const TrainingSpec& spec) {
  return update_rule(optimizer(spec.optimizer), spec.optimizer_params);
}

LossSpec loss_spec_of(const TrainingSpec& spec) {
  const Objective& chosen = objective(spec.objective);
  ANISO_CHECK(chosen.has_time == spec.plan.has_time, "objective '", spec.objective, "' ",
              chosen.has_time ? "trains score networks, but this network takes no time"
                              : "gives no time, which a score network takes");
  return loss_spec(chosen, spec.objective_params, RandomStream(spec.seed, "diffusion", spec.run));
}

void check_initial(const TrainingSpec& spec, const Vector& initial) {
  check_size("initial parameters", initial.size(), spec.plan.parameter_count());
  ANISO_CHECK(spec.plan.trained_count() > 0, "the network has no parameters to train");
  check_finite("initial parameters", initial);
}

}  // namespace aniso::training
