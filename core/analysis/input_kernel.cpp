#include "core/analysis/input_kernel.h"

#include <algorithm>
#include <vector>

#include "core/analysis/registry.h"
#include "core/base/check.h"

namespace aniso::analysis {
namespace {

// Whether each of the network's layers with a weight is trained, in order of evaluation.
std::vector<bool> trained_layers(const nn::NetworkPlan& plan) {
  auto blocks = plan.layout();
  std::stable_sort(blocks.begin(), blocks.end(),
                   [](const auto& a, const auto& b) { return a.layer < b.layer; });
  std::vector<bool> out;
  for (const auto& block : blocks)
    if (block.role == nn::Role::weight) out.push_back(block.trained);
  return out;
}

}  // namespace

std::string no_kernel_reason(const nn::NetworkPlan& plan) {
  if (plan.second_order() != nn::SecondOrder::affine) return "needs a network affine in x";
  for (const auto& layer : plan.layers)
    if (layer.op == nn::Layer::Op::normalise)
      return "needs a network without normalisation, whose own parameters would count too";
  return "";
}

Matrix input_kernel(const nn::LayeredFunction& network, const nn::NetworkPlan& plan,
                    VectorRef readout, const std::stop_token& stop) {
  const auto is_trained = trained_layers(plan);
  ANISO_CHECK(network.layer_count() == is_trained.size(),
              "input_kernel: the network has other layers than its plan");
  check_size("readout", readout.size(), network.outputs());
  const Index inputs = network.inputs();
  const Matrix cotangent = readout.transpose();
  Matrix kernel = Matrix::Zero(inputs, inputs);
  for (std::size_t layer = 0; layer < is_trained.size(); ++layer) {
    if (!is_trained[layer]) continue;
    Matrix x = Matrix::Zero(1, inputs);
    const Matrix offset = network.weight_gradient(layer, x, cotangent);
    Matrix slopes(inputs, offset.size());
    for (Index d = 0; d < inputs; ++d) {
      if (stop.stop_requested()) throw Cancelled{};
      x.setZero();
      x(0, d) = 1;
      const Matrix slope = network.weight_gradient(layer, x, cotangent) - offset;
      slopes.row(d) = slope.reshaped<Eigen::RowMajor>().transpose();
    }
    kernel.noalias() += slopes * slopes.transpose();
  }
  return kernel;
}

}  // namespace aniso::analysis
