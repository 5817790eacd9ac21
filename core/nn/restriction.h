#pragma once

#include "core/nn/plan.h"

namespace aniso::nn {

/// A plan with its parameters (P).
struct PlanWithParameters {
  NetworkPlan plan;
  Vector parameters;
};

/// Whether the first operation is a dense layer, so that an affine map before it can be folded in.
bool can_fold_restriction(const NetworkPlan& plan);

/// The network a ↦ f(origin + basis·a): the first layer becomes W·basis with bias W·origin + b,
/// the others stay.
///
/// @param origin  (D). @param basis  (D, k), k ≥ 1.
/// @throws InvalidInput on wrong shapes, or where can_fold_restriction is false.
PlanWithParameters fold_restriction(const NetworkPlan& plan, VectorRef parameters, VectorRef origin,
                                    MatrixRef basis);

}  // namespace aniso::nn
