#pragma once

#include <torch/torch.h>

#include "core/nn/plan.h"

/// Kernel functions of a kernel machine. Private: included by *_torch.cpp files only.
namespace aniso::nn {

/// k(x, c) for samples x (n, D) and centres c (m, D) → (n, m); differentiable twice in x.
///
/// RBF exp(−r²/2ℓ²); Laplace exp(−r/ℓ), whose gradient at a centre, where none exists, counts as 0;
/// arc-cosine of order 0, 1 or 2: (|x||c|)^order J(θ)/π with the angle θ between x and c,
///   J₀ = π − θ,  J₁ = sin θ + (π − θ) cos θ,  J₂ = 3 sin θ cos θ + (π − θ)(1 + 2 cos² θ).
/// Source: Cho and Saul 2009, "Kernel methods for deep learning".
torch::Tensor kernel_features(const Layer& layer, const torch::Tensor& x,
                              const torch::Tensor& centres);

}  // namespace aniso::nn
