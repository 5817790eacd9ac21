#include "core/session/resolved.h"

#include "core/base/check.h"
#include "core/base/names.h"
#include "core/base/random.h"
#include "core/data/registry.h"
#include "core/nn/registry.h"
#include "core/training/objectives.h"
#include "core/training/optimizers.h"

namespace aniso::session {
namespace {

training::Engine engine_of(const std::string& id) {
  if (id == "explicit") return training::Engine::explicit_;
  return id == "autograd" ? training::Engine::autograd : training::Engine::automatic;
}

// The dataset's parameters as numbers. Eigenvectors need the shape of the data, which does not
// depend on any direction.
void number_directions(ResolvedExperiment& out, const Engines& engines,
                       const ResolvedExperiment* reuse) {
  const Experiment& experiment = out.experiment;
  const auto& type = data::dataset_type(experiment.dataset.id);
  const ParamSchema schema = data::schema_of(type);
  out.dataset = experiment.dataset.params;
  if (!names_eigenvectors(schema, out.dataset)) return;
  const auto provisional = data::make_dataset(
      type, with_numbers(schema, out.dataset, nullptr, "dataset"), experiment.seed());
  const Index outputs = training::objective(experiment.objective.id).outputs(*provisional);
  const auto& chosen = experiment.architecture;
  if (reuse != nullptr && reuse->directions &&
      reuse->directions->belong_to(chosen, experiment.objective, provisional->shape, outputs)) {
    out.directions = reuse->directions;
  } else {
    ANISO_CHECK(engines.family != nullptr, "this build cannot draw fresh networks");
    const auto family = engines.family(nn::architecture(chosen.id), chosen.params,
                                       provisional->shape, outputs, {.dtype = Dtype::float32});
    out.directions =
        eigen_directions(*family, chosen, experiment.objective, provisional->shape, outputs);
  }
  out.dataset = with_numbers(schema, out.dataset, out.directions.get(), "dataset");
}

data::DatasetPtr data_of(const ResolvedExperiment& wanted, const ResolvedExperiment* reuse) {
  const Experiment& experiment = wanted.experiment;
  if (reuse != nullptr && reuse->data && reuse->experiment.dataset.id == experiment.dataset.id &&
      reuse->dataset == wanted.dataset && reuse->experiment.seed() == experiment.seed())
    return reuse->data;
  return data::make_dataset(data::dataset_type(experiment.dataset.id), wanted.dataset,
                            experiment.seed());
}

// Score networks and the objective that trains them belong together.
void check_time(const training::Objective& objective, const nn::Architecture& architecture) {
  if (objective.has_time == architecture.has_time) return;
  std::vector<std::string> fitting;
  if (objective.has_time) {
    for (const auto& entry : nn::architectures())
      if (entry.has_time) fitting.push_back(entry.id);
    throw InvalidInput(text("architecture: objective '", objective.id,
                            "' trains score networks, and '", architecture.id,
                            "' takes no time; use ", joined_names(fitting)));
  }
  for (const auto& entry : training::objectives())
    if (entry.has_time) fitting.push_back(entry.id);
  throw InvalidInput(text("objective: '", architecture.id, "' is a score network, which '",
                          objective.id, "' cannot train; use ", joined_names(fitting)));
}

void check_batch(Index batch_size, const data::Dataset& data) {
  if (data.by_hand) return;  // rows come and go: what is larger than the training set is all of it
  const auto rows = static_cast<Index>(data.train.size());
  ANISO_CHECK(rows > 0, "dataset.test_fraction: no training rows are left of ", data.size(),
              "; lower it or raise the number of samples");
  ANISO_CHECK(batch_size <= rows, "training.batch_size: ", grouped(batch_size),
              " is more than the ", grouped(rows),
              " training rows; use at most that, or 0 for all of them");
}

}  // namespace

ResolvedPtr resolve(const Experiment& experiment, const Engines& engines,
                    const ResolvedExperiment* reuse) {
  auto out = std::make_shared<ResolvedExperiment>();
  out->experiment = experiment;
  number_directions(*out, engines, reuse);
  out->data = data_of(*out, reuse);
  const auto& objective = training::objective(experiment.objective.id);
  const auto& architecture = nn::architecture(experiment.architecture.id);
  const Index outputs = objective.outputs(*out->data);
  check_time(objective, architecture);

  auto& spec = out->spec;
  spec.plan = architecture.plan(experiment.architecture.params, out->data->shape, outputs);
  spec.objective = objective.id;
  spec.objective_params = experiment.objective.params;
  spec.optimizer = experiment.optimizer.id;
  spec.optimizer_params = experiment.optimizer.params;
  spec.batch_size = experiment.training.integer("batch_size");
  check_batch(training::optimizer(spec.optimizer).full_batch ? 0 : spec.batch_size, *out->data);
  spec.total_steps = experiment.steps();
  spec.seed = experiment.seed();
  spec.dtype = experiment.dtype();
  spec.device = engines.resolve_device(experiment.general.text("device"));
  spec.threads = experiment.threads();
  spec.engine = engine_of(experiment.training.choice("engine"));

  out->initial = architecture.initialise(spec.plan, experiment.architecture.params,
                                         RandomStream(spec.seed, "init", spec.run));
  if (architecture.place)
    architecture.place(spec.plan, experiment.architecture.params,
                       out->data->x(out->data->train, Eigen::all),
                       RandomStream(spec.seed, "place", spec.run), out->initial);
  ANISO_CHECK_FINITE(out->initial);
  out->output_kind = objective.output_kind;
  if (objective.has_time)
    out->diffusion = std::make_shared<const diffusion::Diffusion>(
        diffusion::diffusion_of(experiment.objective.params));
  return out;
}

bool can_apply_live(const ResolvedExperiment& now, const ResolvedExperiment& next) {
  return nn::same_shapes(now.plan(), next.plan()) && now.spec.seed == next.spec.seed &&
         now.spec.dtype == next.spec.dtype && now.spec.device == next.spec.device &&
         now.spec.engine == next.spec.engine;
}

}  // namespace aniso::session
