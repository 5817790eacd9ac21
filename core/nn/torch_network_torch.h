#pragma once

#include <torch/torch.h>

#include <array>
#include <string>
#include <vector>

#include "core/base/types.h"
#include "core/nn/plan.h"

/// Plans evaluated with LibTorch. Private: included by *_torch.cpp files only.
namespace aniso::nn {

torch::ScalarType scalar_type(Dtype dtype);
/// "cpu" or "cuda:N". @throws InvalidInput if the device does not exist, with those that do.
torch::Device torch_device(const std::string& name);

/// A copy of the matrix (rows, cols) on the device.
torch::Tensor to_tensor(MatrixRef matrix, const torch::TensorOptions& options);
torch::Tensor vector_tensor(VectorRef vector, const torch::TensorOptions& options);
/// A copy in float64; a 1-D tensor becomes one row.
Matrix to_matrix(const torch::Tensor& tensor);

/// Views of one flat buffer, one per block of the plan's layout that fits into it: all of them for
/// (P), the trained ones for (trained_count). Weights are (out, in), vectors are 1-D.
std::vector<torch::Tensor> parameter_views(const NetworkPlan& plan, const torch::Tensor& flat);
/// The blocks of R networks from their parameters (R, P), or the trained ones (R, trained_count):
/// weights (R·out, in), vectors (R·size). Differentiable; copies where R > 1.
std::vector<torch::Tensor> stacked_parameters(const NetworkPlan& plan, const torch::Tensor& theta);

/// Looks into one layer during an evaluation.
struct Tap {
  std::size_t layer = 0;
  bool stop = false;     ///< evaluate nothing after the layer's input is known
  torch::Tensor input;   ///< what went in, arranged as the layer reads it
  torch::Tensor output;  ///< what came out, as a leaf that the rest of the graph depends on
};

/// A plan made ready for LibTorch, for one network or for R of them side by side.
///
/// Between the layers of R networks, maps are (n, R·c, h, w), so that a convolution is one with R
/// groups and a normalisation has R times as many; plain features and tokens are (R·n, …), so that
/// all that works sample by sample stays as it is, and a dense layer is a batched product.
class TorchNetwork {
 public:
  explicit TorchNetwork(const NetworkPlan& plan, Index networks = 1);

  const NetworkPlan& plan() const { return plan_; }
  Index networks() const { return networks_; }

  /// Evaluates on x (n, D), or on images (n, c, h, w) where the first layer reads them, → (n, C);
  /// R networks on x (R·n, D), n rows for each of them in turn, → (R·n, C). Differentiable twice in
  /// x and the parameters.
  ///
  /// @param blocks    one tensor per block of the layout.
  /// @param training  batch normalisation uses the batch's moments and moves its running ones in
  ///                  place; otherwise it uses the running ones.
  /// @param tap       may be nullptr; with `stop` nothing is returned. Of one network only.
  torch::Tensor forward(const std::vector<torch::Tensor>& blocks, const torch::Tensor& x,
                        bool training = false, Tap* tap = nullptr) const;

  /// Rows per sample that the layer's weight is applied to: tokens, or a convolution's windows.
  Index positions(std::size_t layer) const;
  /// A tapped input as the rows that the weight is applied to: (n·positions, in), sample-major.
  torch::Tensor input_rows(std::size_t layer, const torch::Tensor& input) const;
  /// A gradient with respect to a tapped output as rows (n·positions, out).
  torch::Tensor output_rows(std::size_t layer, const torch::Tensor& gradient) const;
  /// Position within the layout of the layer's block with this role, or −1.
  int block(std::size_t layer, Role role) const {
    return blocks_[layer][static_cast<std::size_t>(role)];
  }

 private:
  static constexpr std::size_t kRoles = static_cast<std::size_t>(Role::running_variance) + 1;

  NetworkPlan plan_;
  Index networks_;
  std::vector<std::array<int, kRoles>> blocks_;
  std::vector<bool> is_kept_;  // another layer than the next one reads this one's output
};

/// One activation. Softplus is exact to rounding: LibTorch's own replaces it by z above 20.
torch::Tensor torch_activation(Activation activation, const torch::Tensor& z);

}  // namespace aniso::nn
