#pragma once

#include <torch/torch.h>

#include "core/base/types.h"

/// Private: included by *_torch.cpp files only.
namespace aniso::nn {

/// Group normalisation as torch::group_norm has it: x (n, c, h, w), scale and shift (c), c a
/// multiple of `groups`. Differentiable twice in everything.
///
/// Images in channels-last order, float32 and on the CPU are normalised by loops of our own:
/// LibTorch 1.13 takes up to thirty times as long for them as for planes, more than the
/// convolutions gain by that order.
torch::Tensor group_normalised(const torch::Tensor& x, Index groups, const torch::Tensor& scale,
                               const torch::Tensor& shift, double epsilon);

}  // namespace aniso::nn
