#include <algorithm>

#include "core/base/check.h"
#include "core/nn/family.h"
#include "core/nn/torch_function.h"
#include "core/nn/torch_network_torch.h"

namespace aniso::nn {
namespace {

using torch::Tensor;

/// Activations of one batch of networks: 2^24 entries, 128 MiB in float64.
constexpr Index kMostEntries = Index{1} << 24;

class TorchFamily : public ArchitectureFamily {
 public:
  TorchFamily(const Architecture& architecture, const Params& params, const InputShape& inputs,
              Index outputs, const torch::TensorOptions& options)
      : ArchitectureFamily(architecture, params, inputs, outputs), options_(options) {
    ANISO_CHECK(plan().is_dense_chain(), "architecture '", architecture.id,
                "' is no chain of dense layers and cannot be batched over networks");
  }

  std::vector<Matrix> values(const Matrix& parameters, MatrixRef x) const override {
    const torch::NoGradGuard no_grad;
    return for_each_batch(
        parameters, x, [&](const Tensor& theta, const Tensor& in) { return forward(theta, in); });
  }

  std::vector<Matrix> input_gradients(const Matrix& parameters, MatrixRef x,
                                      VectorRef readout) const override {
    check_size("readout", readout.size(), plan().outputs);
    const Tensor weight = vector_tensor(readout, options_);
    return for_each_batch(parameters, x, [&](const Tensor& theta, const Tensor& in) {
      const Tensor leaf = in.contiguous().requires_grad_();
      const Tensor read = forward(theta, leaf).matmul(weight).sum();
      const Tensor g = torch::autograd::grad({read}, {leaf}, {}, false, false, true)[0];
      return g.defined() ? g : torch::zeros_like(leaf);
    });
  }

 private:
  /// theta (R, P), x (R, n, D) → (R, n, C).
  Tensor forward(const Tensor& theta, Tensor x) const {
    const Index networks = theta.size(0);
    const auto layout = plan().layout();
    const auto block_of = [&](std::size_t layer, Role role) {
      return std::find_if(layout.begin(), layout.end(), [&](const ParameterBlock& block) {
        return block.layer == static_cast<Index>(layer) && block.role == role;
      });
    };
    for (std::size_t i = 0; i < plan().layers.size(); ++i) {
      const Layer& layer = plan().layers[i];
      if (layer.op == Layer::Op::activation) {
        x = torch_activation(layer.activation, x);
        continue;
      }
      const auto w = block_of(i, Role::weight), b = block_of(i, Role::bias);
      const Tensor weight = theta.narrow(1, w->offset, w->size())
                                .reshape({networks, layer.out, layer.in})
                                .transpose(1, 2);
      x = b == layout.end()
              ? torch::bmm(x, weight)
              : torch::baddbmm(theta.narrow(1, b->offset, b->size()).unsqueeze(1), x, weight);
    }
    return x;
  }

  Index networks_per_batch(Index samples) const {
    Index widest = plan().inputs;
    for (const auto& layer : plan().layers) widest = std::max(widest, layer.out);
    const Index entries = std::max<Index>(samples * widest, parameter_count());
    return std::max<Index>(1, kMostEntries / std::max<Index>(1, entries));
  }

  template <typename Evaluate>
  std::vector<Matrix> for_each_batch(const Matrix& parameters, MatrixRef x,
                                     Evaluate evaluate) const {
    check_shapes(parameters, x);
    const Tensor in = to_tensor(x, options_);
    const Index most = networks_per_batch(x.rows());
    std::vector<Matrix> results;
    for (Index at = 0; at < parameters.rows(); at += most) {
      const Index networks = std::min(most, parameters.rows() - at);
      const Tensor theta = to_tensor(parameters.middleRows(at, networks), options_);
      const Tensor out = evaluate(theta, in.unsqueeze(0).expand({networks, x.rows(), x.cols()}));
      for (Index r = 0; r < networks; ++r) results.push_back(to_matrix(out[r]));
    }
    return results;
  }

  torch::TensorOptions options_;
};

}  // namespace

std::unique_ptr<FunctionFamily> make_torch_family(const Architecture& architecture,
                                                  const Params& params, const InputShape& inputs,
                                                  Index outputs, Dtype dtype,
                                                  const std::string& device) {
  const auto options =
      torch::TensorOptions().dtype(scalar_type(dtype)).device(torch_device(device));
  return std::make_unique<TorchFamily>(architecture, params, inputs, outputs, options);
}

}  // namespace aniso::nn
