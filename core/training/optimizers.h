#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/params.h"
#include "core/base/types.h"

namespace aniso::training {

/// The formula by which an optimiser turns a gradient into a step; see optimizer_update.h.
enum class UpdateFormula { gradient, adam };

/// A kind of optimiser as menus, JSON and help see it. `params` is complete: learning rate,
/// schedule (constant, linear, cosine; warm-up), weight decay, clipping and its own.
struct Optimizer {
  std::string id;
  std::string title;
  std::string doc;
  ParamSchema params;
  UpdateFormula formula = UpdateFormula::gradient;
  bool full_batch = false;       ///< every step sees the whole training set
  bool decoupled_decay = false;  ///< weight decay acts on the parameters, not through the gradient
};

/// Every optimiser, in menu order.
const std::vector<Optimizer>& optimizers();
/// @throws InvalidInput naming the nearest id.
const Optimizer& optimizer(std::string_view id);

/// How the learning rate depends on the step: η · warm-up · decay.
struct LearningRateSchedule {
  enum class Shape { constant, linear, cosine };
  double base = 0;  ///< η
  Shape shape = Shape::constant;
  double final_fraction = 0;  ///< of η, reached at total_steps
  Index warmup_steps = 0;

  /// The learning rate of step number `step` (from 0). During warm-up η (step + 1) / warmup_steps;
  /// afterwards it moves from η to final_fraction·η, which it has at total_steps and keeps. Without
  /// a horizon (total_steps = 0) it stays at η.
  double at(Index step, Index total_steps) const;
};

/// Reads the schedule out of any optimiser's parameters.
LearningRateSchedule schedule_of(const Params& optimizer_params);

/// The learning rate that step number `step` (from 0) uses: schedule_of(…).at(step, total_steps).
double scheduled_learning_rate(const Params& optimizer_params, Index step, Index total_steps);

/// η where every step is θ ← θ − η g and nothing else: no momentum, decay, schedule, warm-up or
/// clipping. Closed forms of descent hold for these.
std::optional<double> plain_rate(const Optimizer& optimizer, const Params& optimizer_params);

}  // namespace aniso::training
