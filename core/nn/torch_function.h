#pragma once

#include <memory>
#include <string>

#include "core/nn/function.h"
#include "core/nn/plan.h"
#include "core/nn/registry.h"

namespace aniso::nn {

/// Any plan evaluated by LibTorch on any device, derivatives by its autograd: input gradients in
/// chunks (64 samples, 512 for dense chains) with the parameters held constant, jets by double
/// backward. An undefined autograd result counts as 0. Moments are reduced on the device.
///
/// @param parameters  (P) in layout order.
/// @param device      "cpu" or "cuda:N".
/// @throws InvalidInput if the device does not exist or the parameters do not fit.
std::unique_ptr<LayeredFunction> make_torch_function(const NetworkPlan& plan, VectorRef parameters,
                                                     Dtype dtype = Dtype::float64,
                                                     const std::string& device = "cpu");

/// The law of fresh networks of a dense chain, many networks at a time in batched products: for
/// devices that a single small network cannot fill. Networks per batch are limited by memory.
/// @throws InvalidInput if the device does not exist or the plan is no dense chain.
std::unique_ptr<FunctionFamily> make_torch_family(const Architecture& architecture,
                                                  const Params& params, const InputShape& inputs,
                                                  Index outputs, Dtype dtype = Dtype::float64,
                                                  const std::string& device = "cpu");

}  // namespace aniso::nn
