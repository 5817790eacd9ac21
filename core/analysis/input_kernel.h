#pragma once

#include <stop_token>
#include <string>

#include "core/nn/function.h"
#include "core/nn/plan.h"

namespace aniso::analysis {

/// Why a network has no input-space tangent kernel that could be formed; empty where it has one.
std::string no_kernel_reason(const nn::NetworkPlan& plan);

/// The input-space tangent kernel of a network that is affine in its input, rᵀf(x) = β(θ)ᵀx + c:
///   K = (∂β/∂θ)(∂β/∂θ)ᵀ over everything that is trained, so that the tangent kernel between two
/// inputs is xᵀK x' plus what the offsets add. Gradient flow on a squared loss moves β by −K S β
/// plus a term with the targets. Exact: row d of ∂β/∂W is the weight gradient at the unit input
/// e_d minus that at 0; biases do not enter β.
///
/// @param plan     the network's, without a no_kernel_reason. @param readout  r (C).
/// @return (D, D). @throws Cancelled when `stop` fires.
/// Cost: D + 1 backward passes of one sample per layer, and O(P D²).
Matrix input_kernel(const nn::LayeredFunction& network, const nn::NetworkPlan& plan,
                    VectorRef readout, const std::stop_token& stop);

}  // namespace aniso::analysis
