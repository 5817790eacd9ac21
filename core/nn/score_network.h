#pragma once

#include "core/base/input_shape.h"
#include "core/base/params.h"
#include "core/nn/plan_builder.h"

/// What the score networks F(x, τ): R^D × [0, 1) → R^D share.
namespace aniso::nn {

/// "time_features", an even number of sines and cosines of the time.
ParamSpec time_features_param(std::int64_t fallback);
/// @throws InvalidInput unless there are as many outputs as inputs.
void check_score_outputs(const InputShape& inputs, Index outputs);
/// Time features → dense → SiLU, `times` times. @return  the last layer's number.
Index time_conditioning(PlanBuilder& net, Index features, Index width, int times);
/// Adds to every channel of what is being built a dense read-out of layer `conditioning`.
void shift_by_time(PlanBuilder& net, Index conditioning);

}  // namespace aniso::nn
