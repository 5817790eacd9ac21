#include "core/training/optimizers.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::training {
namespace {

ParamSchema learning_rate_params(double learning_rate) {
  return {
      real_param("learning_rate", learning_rate)
          .titled("Learning rate")
          .range(1e-7, 1e3)
          .log_scale()
          .about("Step size η before the schedule."),
      choice_param("schedule", "constant",
                   {{"constant", "Constant", "η throughout, after warm-up."},
                    {"linear", "Linear", "From η in a straight line to its final fraction."},
                    {"cosine", "Cosine", "From η along half a cosine to its final fraction."}})
          .titled("Schedule")
          .about("How the learning rate moves from the end of warm-up to the last step."),
      real_param("final_fraction", 0)
          .titled("Final fraction")
          .range(0, 1)
          .when("schedule", {"linear", "cosine"})
          .about("Learning rate at the run's last step, as a fraction of η."),
      integer_param("warmup_steps", 0)
          .titled("Warm-up")
          .in("steps")
          .range(0, 1e9)
          .about("The learning rate rises in a straight line over this many steps; 0 for none.")};
}

ParamSchema gradient_params(const std::string& decay_doc) {
  return {real_param("weight_decay", 0)
              .titled("Weight decay")
              .range(0, 100)
              .log_scale()
              .about(decay_doc),
          real_param("clip_norm", 0)
              .titled("Clip norm")
              .range(0, 1e6)
              .log_scale()
              .about("The data gradient is scaled down to this Euclidean norm when it is longer "
                     "(before weight decay); 0 for no clipping.")};
}

ParamSchema momentum_params() {
  return {
      real_param("momentum", 0.9)
          .titled("Momentum")
          .range(0, 0.9999)
          .about("μ in v ← μ v + g, θ ← θ − η v; 0 is plain SGD."),
      bool_param("nesterov", false).titled("Nesterov").about("Look ahead: θ ← θ − η (g + μ v).")};
}

ParamSchema adam_params() {
  return {real_param("beta1", 0.9)
              .titled("β₁")
              .range(0, 0.99999)
              .about("Decay of the running mean of the gradient."),
          real_param("beta2", 0.999)
              .titled("β₂")
              .range(0, 0.9999999)
              .about("Decay of the running mean of its square."),
          real_param("epsilon", 1e-8)
              .titled("ε")
              .range(1e-30, 1)
              .log_scale()
              .about("Added to the root of the bias-corrected second moment.")};
}

constexpr const char* kCoupled =
    "λ of the penalty (λ/2)‖θ‖² over all parameters, biases included: λθ joins the gradient. The "
    "reported loss excludes it.";
constexpr const char* kDecoupled =
    "λ of θ ← (1 − ηλ)θ before each step, over all parameters, biases included: independent of the "
    "gradient, so it minimises no penalised loss.";

ParamSchema schema(double learning_rate, const char* decay, const ParamSchema& own) {
  return joined(joined(learning_rate_params(learning_rate), own), gradient_params(decay));
}

}  // namespace

const std::vector<Optimizer>& optimizers() {
  static const std::vector<Optimizer> list = {
      {"gd", "Gradient descent", "One step along the gradient of the whole training set.",
       schema(0.1, kCoupled, {}), UpdateFormula::gradient, true, false},
      {"sgd", "SGD", "Stochastic gradient descent on batches, with momentum.",
       schema(0.05, kCoupled, momentum_params()), UpdateFormula::gradient, false, false},
      {"adam", "Adam", "Adam with bias correction; weight decay is coupled (an L2 penalty).",
       schema(0.001, kCoupled, adam_params()), UpdateFormula::adam, false, false},
      {"adamw", "AdamW", "Adam with decoupled weight decay.",
       schema(0.001, kDecoupled, adam_params()), UpdateFormula::adam, false, true}};
  return list;
}

const Optimizer& optimizer(std::string_view id) {
  std::vector<std::string> ids;
  for (const auto& entry : optimizers()) {
    if (entry.id == id) return entry;
    ids.push_back(entry.id);
  }
  throw InvalidInput(text("optimizer: '", id, "' is not known.", suggestion(id, ids)));
}

double LearningRateSchedule::at(Index step, Index total_steps) const {
  if (step < warmup_steps)
    return base * static_cast<double>(step + 1) / static_cast<double>(warmup_steps);
  if (shape == Shape::constant || total_steps <= 0) return base;
  const Index span = total_steps - warmup_steps;
  const double progress =
      span <= 0
          ? 1.0
          : std::min(1.0, static_cast<double>(step - warmup_steps) / static_cast<double>(span));
  const double left =
      shape == Shape::linear ? 1 - progress : 0.5 * (1 + std::cos(std::numbers::pi * progress));
  return base * (final_fraction + (1 - final_fraction) * left);
}

LearningRateSchedule schedule_of(const Params& optimizer_params) {
  const std::string shape = optimizer_params.choice("schedule");
  LearningRateSchedule schedule;
  schedule.base = optimizer_params.real("learning_rate");
  schedule.shape = shape == "linear"   ? LearningRateSchedule::Shape::linear
                   : shape == "cosine" ? LearningRateSchedule::Shape::cosine
                                       : LearningRateSchedule::Shape::constant;
  schedule.final_fraction = optimizer_params.real("final_fraction");
  schedule.warmup_steps = optimizer_params.integer("warmup_steps");
  return schedule;
}

double scheduled_learning_rate(const Params& optimizer_params, Index step, Index total_steps) {
  return schedule_of(optimizer_params).at(step, total_steps);
}

std::optional<double> plain_rate(const Optimizer& optimizer, const Params& optimizer_params) {
  const auto schedule = schedule_of(optimizer_params);
  const bool has_momentum =
      find_param(optimizer.params, "momentum") != nullptr && optimizer_params.real("momentum") > 0;
  if (optimizer.formula != UpdateFormula::gradient || has_momentum || schedule.warmup_steps > 0 ||
      schedule.shape != LearningRateSchedule::Shape::constant ||
      optimizer_params.real("weight_decay") > 0 || optimizer_params.real("clip_norm") > 0)
    return std::nullopt;
  return schedule.base;
}

}  // namespace aniso::training
