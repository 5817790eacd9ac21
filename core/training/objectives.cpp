#include "core/training/objectives.h"

#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::training {
namespace {

Index cross_entropy_outputs(const data::Dataset& data) {
  ANISO_CHECK(data.is_classification(), "objective 'cross_entropy' needs classes, but dataset '",
              data.id, "' has regression targets. Use 'squared'.");
  return data.classes;
}

Index logistic_outputs(const data::Dataset& data) {
  ANISO_CHECK(data.is_classification(), "objective 'logistic' needs two classes, but dataset '",
              data.id, "' has regression targets. Use 'squared'.");
  ANISO_CHECK(data.classes == 2, "objective 'logistic' needs two classes, but dataset '", data.id,
              "' has ", data.classes, ". Use 'cross_entropy'.");
  return 1;
}

Index squared_outputs(const data::Dataset& data) {
  if (!data.is_classification()) return data.y.cols();
  return data.classes == 2 ? 1 : data.classes;
}

}  // namespace

const std::vector<Objective>& objectives() {
  static const std::vector<Objective> list = {
      {"cross_entropy",
       "Cross-entropy",
       "Mean of −log softmax(f)_label over C logits, for any number of classes.",
       {},
       Loss::cross_entropy,
       nn::OutputKind::logits,
       cross_entropy_outputs},
      {"logistic",
       "Logistic",
       "Mean of log(1 + exp(−s f)) over one logit, for two classes (s = −1, +1).",
       {},
       Loss::logistic,
       nn::OutputKind::logit,
       logistic_outputs},
      {"squared",
       "Squared error",
       "½ · mean over samples of ‖f − y‖² (summed over outputs). Two classes become −1 and +1 on "
       "one output, more become one-hot rows.",
       {},
       Loss::squared,
       nn::OutputKind::values,
       squared_outputs},
      {"score_matching", "Denoising score matching",
       "Mean of (F(x_t, t) − target)² over samples and inputs, x_t = a_t x₀ + σ_t ε with a fresh "
       "step t and fresh noise ε for every sample and step. Trains the score networks; classes and "
       "targets are not used.",
       diffusion::diffusion_params(), Loss::denoising, nn::OutputKind::values,
       [](const data::Dataset& data) -> Index { return data.x.cols(); }, true}};
  return list;
}

const Objective& objective(std::string_view id) {
  std::vector<std::string> ids;
  for (const auto& entry : objectives()) {
    if (entry.id == id) return entry;
    ids.push_back(entry.id);
  }
  throw InvalidInput(text("objective: '", id, "' is not known.", suggestion(id, ids)));
}

LossSpec loss_spec(const Objective& objective, const Params& params, const RandomStream& stream) {
  if (objective.loss != Loss::denoising) return {objective.loss, {}};
  return {objective.loss,
          std::make_shared<const diffusion::Corruption>(diffusion::diffusion_of(params), stream)};
}

Matrix squared_targets(const data::Dataset& data) {
  if (!data.is_classification()) return data.y;
  const Index n = data.labels.size();
  if (data.classes == 2) {
    Matrix signs(n, 1);
    for (Index i = 0; i < n; ++i) signs(i, 0) = data.labels[i] == 1 ? 1.0 : -1.0;
    return signs;
  }
  Matrix one_hot = Matrix::Zero(n, data.classes);
  for (Index i = 0; i < n; ++i) one_hot(i, data.labels[i]) = 1;
  return one_hot;
}

}  // namespace aniso::training
