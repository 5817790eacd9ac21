#pragma once

#include <torch/torch.h>

#include <vector>

#include "core/training/optimizer_update.h"

/// Private: included by *_torch.cpp files only.
namespace aniso::training {

/// apply_update in tensor operations, for memory that the host cannot reach.
///
/// @param theta, gradient  of one shape, as are the slots. @param count  as in apply_update.
void update_on_device(const UpdateRule& rule, double learning_rate, double gradient_scale,
                      std::int64_t count, const torch::Tensor& theta, const torch::Tensor& gradient,
                      const std::vector<torch::Tensor>& slots);

}  // namespace aniso::training
