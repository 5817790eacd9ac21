#pragma once

#include <torch/torch.h>

#include "core/base/types.h"

/// Private: included by *_torch.cpp files only.
namespace aniso::nn {

/// A convolution as torch::conv2d has it, for a kernel that needs no gradient: x (n, c, h, w),
/// kernel (o, c, k, k), bias (o) or undefined → (n, o, h', w').
///
/// With few input channels, float32, stride 1 and on the CPU the gradient with respect to x is
/// taken by loops of our own: oneDNN pads the channels to a register's width and so does up to
/// eight times the work. Differentiable twice in x.
torch::Tensor convolution_of_fixed_kernel(const torch::Tensor& x, const torch::Tensor& kernel,
                                          const torch::Tensor& bias, Index stride, Index padding);

}  // namespace aniso::nn
