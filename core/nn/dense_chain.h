#pragma once

#include <memory>

#include "core/nn/function.h"
#include "core/nn/plan.h"

namespace aniso::nn {

/// A dense chain evaluated by explicit loops over BLAS products, in chunks that stay in cache,
/// on the CPU, without a graph. Second-order jets are propagated forward. The arithmetic is in
/// `dtype`; what goes in and comes out is float64.
///
/// `restricted` folds the basis into the first layer, so that a plane through a D-dimensional
/// input space costs as much as a network with two inputs.
///
/// @param parameters  (P) in layout order.
/// @throws InvalidInput if the plan is no dense chain or the parameters do not fit it.
std::unique_ptr<LayeredFunction> make_dense_chain(const NetworkPlan& plan, VectorRef parameters,
                                                  Dtype dtype = Dtype::float64);

/// Whether the explicit engine can run the plan: dense layers and activations only, at least one
/// of them dense.
bool can_run_explicitly(const NetworkPlan& plan);

}  // namespace aniso::nn
