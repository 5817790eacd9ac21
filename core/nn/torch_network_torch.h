#pragma once

#include <torch/torch.h>

#include <limits>
#include <string>
#include <vector>

#include "core/base/types.h"
#include "core/nn/plan.h"

/// Plans evaluated with LibTorch. Private: included by *_torch.cpp files only.
namespace aniso::nn {

inline constexpr std::size_t kAllLayers = std::numeric_limits<std::size_t>::max();

torch::ScalarType scalar_type(Dtype dtype);
/// "cpu" or "cuda:N". @throws InvalidInput if the device does not exist, with those that do.
torch::Device torch_device(const std::string& name);

/// A copy of the matrix (rows, cols) on the device.
torch::Tensor to_tensor(MatrixRef matrix, const torch::TensorOptions& options);
torch::Tensor vector_tensor(VectorRef vector, const torch::TensorOptions& options);
/// A copy in float64; a 1-D tensor becomes one row.
Matrix to_matrix(const torch::Tensor& tensor);

/// Views of one flat buffer (P), one per block of the plan's layout: weights (out, in), biases
/// (out).
std::vector<torch::Tensor> parameter_views(const NetworkPlan& plan, const torch::Tensor& flat);

/// Evaluates the plan's layers [begin, end) on x (n, features) → (n, features'). Differentiable
/// to any order in x and the parameters.
///
/// @param parameters  one tensor per block of the layout.
torch::Tensor torch_forward(const NetworkPlan& plan, const std::vector<torch::Tensor>& parameters,
                            torch::Tensor x, std::size_t begin = 0, std::size_t end = kAllLayers);

/// One activation. Softplus is exact to rounding: LibTorch's own replaces it by z above 20.
torch::Tensor torch_activation(Activation activation, const torch::Tensor& z);

}  // namespace aniso::nn
