#include <ATen/Parallel.h>

#include <algorithm>

#include "core/base/check.h"
#include "core/nn/family.h"
#include "core/nn/torch_function.h"
#include "core/nn/torch_network_torch.h"

namespace aniso::nn {
namespace {

using torch::Tensor;

/// What is run at once.
struct Portion {
  Index networks = 0;
  Index entries = 0;  ///< of one layer's outputs, for all networks and samples
};
/// What goes from layer to layer stays in the cache.
constexpr Portion kManyNetworks{1024, Index{1} << 17};
/// Gradients of convolutions: those of one network have loops of their own.
constexpr Portion kOneNetwork{1, Index{1} << 19};
constexpr Index kMostParameters = Index{1} << 24;

class TorchFamily : public ArchitectureFamily {
 public:
  TorchFamily(const Architecture& architecture, const Params& params, const InputShape& inputs,
              Index outputs, const torch::TensorOptions& options)
      : ArchitectureFamily(architecture, params, inputs, outputs), options_(options) {}

  // On LibTorch's threads: drawing costs as much as evaluating once.
  Matrix draw(const RandomStream& stream, Index count) const override {
    ANISO_CHECK(count >= 0, "cannot draw ", count, " networks");
    Matrix parameters(count, parameter_count());
    at::parallel_for(0, count, 1, [&](Index first, Index last) {
      for (Index r = first; r < last; ++r) parameters.row(r) = draw_one(stream, r).transpose();
    });
    return parameters;
  }

  std::vector<Matrix> values(const Matrix& parameters, MatrixRef x) const override {
    const torch::NoGradGuard no_grad;
    return split(parameters.rows(),
                 for_each_batch(parameters, x, Inputs::shared, kManyNetworks, forward));
  }

  Matrix own_values(const Matrix& parameters, MatrixRef x) const override {
    const torch::NoGradGuard no_grad;
    return for_each_batch(parameters, x, Inputs::own, kManyNetworks, forward);
  }

  std::vector<Matrix> input_gradients(const Matrix& parameters, MatrixRef x,
                                      VectorRef readout) const override {
    check_size("readout", readout.size(), plan().outputs);
    const Tensor weight = vector_tensor(readout, options_);
    const auto gradient = [&](const TorchNetwork& network, const std::vector<Tensor>& blocks,
                              const Tensor& in) {
      const Tensor leaf = in.detach().requires_grad_();
      const Tensor read = network.forward(blocks, leaf).matmul(weight).sum();
      const Tensor g = torch::autograd::grad({read}, {leaf}, {}, false, false, true)[0];
      return g.defined() ? g : torch::zeros_like(leaf);
    };
    return split(parameters.rows(),
                 for_each_batch(parameters, x, Inputs::shared,
                                plan().is_dense_chain() ? kManyNetworks : kOneNetwork, gradient));
  }

 private:
  enum class Inputs { shared, own };

  static Tensor forward(const TorchNetwork& network, const std::vector<Tensor>& blocks,
                        const Tensor& in) {
    return network.forward(blocks, in);
  }

  /// What evaluate(network, blocks, inputs) gives, (R·n, …), for a few networks and samples at a
  /// time.
  template <typename Evaluate>
  Matrix for_each_batch(const Matrix& parameters, MatrixRef x, Inputs inputs,
                        const Portion& portion, Evaluate evaluate) const {
    check_shapes(parameters, x);
    const Index total = parameters.rows();
    if (total == 0) return {};
    const bool own = inputs == Inputs::own;
    ANISO_CHECK(!own || x.rows() % total == 0, "own_values: ", x.rows(),
                " inputs cannot be shared ", "out evenly among ", total, " networks");
    const Index n = own ? x.rows() / total : x.rows();
    Index widest = plan().inputs;
    for (const auto& layer : plan().layers) widest = std::max(widest, layer.out);
    const Index most =
        std::max<Index>(1, std::min({total, portion.networks, portion.entries / widest,
                                     kMostParameters / parameter_count()}));
    const Index rows =
        std::clamp<Index>(portion.entries / (most * widest), 1, std::max<Index>(n, 1));
    const Tensor in = to_tensor(x, options_).view({own ? total : 1, n, x.cols()});
    Matrix results;
    TorchNetwork network(plan(), most);
    for (Index first = 0; first < total; first += most) {
      const Index r = std::min(most, total - first);
      if (r != network.networks()) network = TorchNetwork(plan(), r);
      const auto blocks =
          stacked_parameters(plan(), to_tensor(parameters.middleRows(first, r), options_));
      const Tensor theirs = own ? in.narrow(0, first, r) : in.expand({r, n, x.cols()});
      for (Index at = 0; at < n; at += rows) {
        const Index m = std::min(rows, n - at);
        const Tensor part = theirs.narrow(1, at, m).reshape({r * m, x.cols()});
        const Matrix out = to_matrix(evaluate(network, blocks, part));
        if (results.size() == 0) results.resize(total * n, out.cols());
        for (Index k = 0; k < r; ++k)
          results.middleRows((first + k) * n + at, m) = out.middleRows(k * m, m);
      }
    }
    return results;
  }

  static std::vector<Matrix> split(Index networks, const Matrix& rows) {
    std::vector<Matrix> parts;
    const Index n = networks > 0 ? rows.rows() / networks : 0;
    for (Index r = 0; r < networks; ++r) parts.emplace_back(rows.middleRows(r * n, n));
    return parts;
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
