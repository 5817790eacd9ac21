#pragma once

#include <string>

#include "core/base/types.h"
#include "core/nn/plan.h"

namespace aniso::nn {

/// SHA-256 of a network's weights: parameters in layout order, contiguous, little-endian, in the
/// given dtype (a float32 network's parameters arrive as exactly representable float64), no names.
///
/// @param parameters  (P).
/// @return 64 lower-case hexadecimal digits. @throws InvalidInput if the count is wrong.
std::string weights_sha256(const NetworkPlan& plan, VectorRef parameters, Dtype dtype);

/// Throws InvalidInput unless there are as many parameters as the plan has.
void check_parameters(const NetworkPlan& plan, VectorRef parameters);

}  // namespace aniso::nn
