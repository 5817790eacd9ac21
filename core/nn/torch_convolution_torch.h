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

/// Convolutions of stride 1 with few channels on one side, of R networks at once, as a product and
/// a sum over the window's places: oneDNN fills its lanes with channels and has few to fill them
/// with.
///
/// @param x        (n, R·c, h, w). @param kernel  (R·o, c, k, k). @param bias  (R·o) or undefined.
/// @param padding  zeros on every side, less than k.
/// @return (n, R·o, h + 2·padding − k + 1, …). Differentiable as often as needed.
torch::Tensor convolution_to_few(const torch::Tensor& x, const torch::Tensor& kernel,
                                 const torch::Tensor& bias, Index padding, Index networks);
torch::Tensor convolution_from_few(const torch::Tensor& x, const torch::Tensor& kernel,
                                   const torch::Tensor& bias, Index padding, Index networks);
/// Channels of one network up to which these are the faster ones; measured up to 32 on the other
/// side.
inline constexpr Index kFewForProducts = 2;

}  // namespace aniso::nn
