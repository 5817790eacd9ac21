#include "core/nn/torch_network_torch.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/names.h"
#include "core/nn/torch_support.h"

namespace aniso::nn {

torch::ScalarType scalar_type(Dtype dtype) {
  return dtype == Dtype::float32 ? torch::kFloat32 : torch::kFloat64;
}

torch::Device torch_device(const std::string& name) {
  const auto devices = torch_devices();
  ANISO_CHECK(std::find(devices.begin(), devices.end(), name) != devices.end(), "device '", name,
              "' does not exist here; there is: ", joined_names(devices), ".");
  return torch::Device(name);
}

torch::Tensor to_tensor(MatrixRef matrix, const torch::TensorOptions& options) {
  const auto cpu = torch::TensorOptions().dtype(torch::kFloat64);
  // from_blob does not own its memory; the copy does. Rows may be further apart than they are long.
  auto* data = const_cast<double*>(matrix.data());
  return torch::from_blob(data, {matrix.rows(), matrix.cols()}, {matrix.outerStride(), 1}, cpu)
      .to(options, /*non_blocking=*/false, /*copy=*/true)
      .contiguous();
}

torch::Tensor vector_tensor(VectorRef vector, const torch::TensorOptions& options) {
  const auto cpu = torch::TensorOptions().dtype(torch::kFloat64);
  return torch::from_blob(const_cast<double*>(vector.data()), {vector.size()}, cpu)
      .to(options, /*non_blocking=*/false, /*copy=*/true);
}

Matrix to_matrix(const torch::Tensor& tensor) {
  const torch::Tensor host = tensor.detach().to(torch::kCPU, torch::kFloat64).contiguous();
  const Index rows = host.dim() == 2 ? host.size(0) : 1;
  const Index cols = host.dim() == 2 ? host.size(1) : host.numel();
  return Eigen::Map<const Matrix>(host.data_ptr<double>(), rows, cols);
}

std::vector<torch::Tensor> parameter_views(const NetworkPlan& plan, const torch::Tensor& flat) {
  check_size("parameters", flat.numel(), plan.parameter_count());
  std::vector<torch::Tensor> views;
  for (const auto& block : plan.layout()) {
    torch::Tensor view = flat.narrow(0, block.offset, block.size());
    views.push_back(block.is_bias ? view : view.view({block.rows, block.cols}));
  }
  return views;
}

torch::Tensor torch_activation(Activation activation, const torch::Tensor& z) {
  switch (activation) {
    case Activation::identity:
      return z;
    case Activation::relu:
      return torch::relu(z);
    case Activation::gelu:
      return torch::gelu(z);
    case Activation::silu:
      return torch::silu(z);
    case Activation::tanh:
      return torch::tanh(z);
    case Activation::softplus:
      return torch::softplus(z, /*beta=*/1, /*threshold=*/40);  // e^−40 is below rounding
    case Activation::quadratic:
      return z * z;
  }
  throw InvalidInput("unknown activation");
}

torch::Tensor torch_forward(const NetworkPlan& plan, const std::vector<torch::Tensor>& parameters,
                            torch::Tensor x, std::size_t begin, std::size_t end) {
  end = std::min(end, plan.layers.size());
  std::size_t next = 0;  // parameter block
  for (std::size_t i = 0; i < end; ++i) {
    const Layer& layer = plan.layers[i];
    const bool is_dense = layer.op == Layer::Op::dense;
    if (i >= begin) {
      x = is_dense ? torch::linear(x, parameters[next],
                                   layer.bias ? parameters[next + 1] : torch::Tensor())
                   : torch_activation(layer.activation, x);
    }
    if (is_dense) next += layer.bias ? 2 : 1;
  }
  return x;
}

}  // namespace aniso::nn
