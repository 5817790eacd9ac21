#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/params.h"
#include "core/base/types.h"

namespace aniso::training {

/// A kind of optimiser as menus, JSON and help see it. `params` is complete: learning rate,
/// schedule (constant, linear, cosine; warm-up), weight decay, clipping and its own.
struct Optimizer {
  std::string id;
  std::string title;
  std::string doc;
  ParamSchema params;
};

const std::vector<Optimizer>& optimizers();
/// @throws InvalidInput naming the nearest id.
const Optimizer& optimizer(std::string_view id);

/// The learning rate that step number `step` (from 0) uses.
double scheduled_learning_rate(const Params& optimizer_params, Index step, Index total_steps);

}  // namespace aniso::training
