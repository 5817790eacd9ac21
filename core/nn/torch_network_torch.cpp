#include "core/nn/torch_network_torch.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"
#include "core/base/names.h"
#include "core/geometry/sincos_positions.h"
#include "core/nn/torch_convolution_torch.h"
#include "core/nn/torch_group_norm_torch.h"
#include "core/nn/torch_kernels_torch.h"
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

namespace {

bool is_matrix(const ParameterBlock& block) {
  return block.cols > 1 || block.role == Role::weight || block.role == Role::centres ||
         block.role == Role::positions;
}

}  // namespace

std::vector<torch::Tensor> parameter_views(const NetworkPlan& plan, const torch::Tensor& flat) {
  if (flat.numel() != plan.trained_count())
    check_size("parameters", flat.numel(), plan.parameter_count());
  std::vector<torch::Tensor> views;
  for (const auto& block : plan.layout()) {
    if (block.offset + block.size() > flat.numel()) break;
    const torch::Tensor view = flat.narrow(0, block.offset, block.size());
    views.push_back(is_matrix(block) ? view.view({block.rows, block.cols}) : view);
  }
  return views;
}

std::vector<torch::Tensor> stacked_parameters(const NetworkPlan& plan, const torch::Tensor& theta) {
  const Index networks = theta.size(0);
  if (theta.size(1) != plan.trained_count())
    check_size("parameters", theta.size(1), plan.parameter_count());
  std::vector<ParameterBlock> blocks;
  std::vector<std::int64_t> sizes;
  for (const auto& block : plan.layout()) {
    if (block.offset + block.size() > theta.size(1)) break;
    blocks.push_back(block);
    sizes.push_back(block.size());
  }
  // One split, so that the gradient is put together once.
  std::vector<torch::Tensor> parts = theta.split_with_sizes(sizes, 1);
  for (std::size_t i = 0; i < parts.size(); ++i)
    parts[i] = is_matrix(blocks[i]) ? parts[i].reshape({networks * blocks[i].rows, blocks[i].cols})
                                    : parts[i].reshape({-1});
  return parts;
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

namespace {

using torch::Tensor;
using Kind = FeatureShape::Kind;

constexpr double kMomentum = 0.1;  // of running statistics

// oneDNN, which serves float32 convolutions on the CPU, reorders planes at every one of them, but
// groups of channels are as fast one way as the other.
bool wants_channels_last(const Tensor& x, Index networks) {
  return networks == 1 && x.device().is_cpu() && x.scalar_type() == torch::kFloat32;
}

Tensor in_fast_order(const Tensor& image, Index networks) {
  return wants_channels_last(image, networks) ? image.contiguous(at::MemoryFormat::ChannelsLast)
                                              : image.contiguous();
}

// Channels of R networks (n, R·c, …) as samples of their own (R·n, c, …), and back.
Tensor as_samples(const Tensor& x, Index networks) {
  if (networks == 1) return x;
  return x.unflatten(1, {networks, x.size(1) / networks}).transpose(0, 1).flatten(0, 1);
}
Tensor as_channels(const Tensor& x, Index networks) {
  if (networks == 1) return x;
  return x.unflatten(0, {networks, x.size(0) / networks}).transpose(0, 1).flatten(1, 2);
}

// As (R·n, features), (n, R·c, h, w) or (R·n, tokens, features).
Tensor arranged(Tensor x, const FeatureShape& shape, Index networks) {
  const bool is_map = x.dim() == 4;
  if (shape.kind == Kind::map) {
    if (is_map) return x;
    x = x.reshape({x.size(0), shape.channels, shape.height, shape.width});
    return as_channels(x, networks);
  }
  if (is_map) x = as_samples(x, networks);
  if (shape.kind == Kind::plain) return x.dim() == 2 ? x : x.flatten(1);
  return x.dim() == 3 ? x : x.reshape({x.size(0), shape.height, shape.channels});
}

// Rows or columns continued around the edges. Concatenation keeps the order of the channels.
Tensor wrapped(Tensor x, Index before, Index after) {
  for (const int axis : {2, 3}) {
    std::vector<Tensor> parts;
    const Index size = x.size(axis);
    if (before > 0) parts.push_back(x.narrow(axis, size - before, before));
    parts.push_back(x);
    if (after > 0) parts.push_back(x.narrow(axis, 0, after));
    if (parts.size() > 1) x = torch::cat(parts, axis);
  }
  return x;
}

// The image with what its layer sees beyond the edges, where LibTorch's own zeros do not serve.
Tensor padded(const Layer& layer, const Tensor& x) {
  if (layer.wrap == Wrap::circular) return wrapped(x, layer.pad_before, layer.pad_after);
  return x;
}

Index own_padding(const Layer& layer) { return layer.wrap == Wrap::zero ? layer.pad_before : 0; }

// Whether products are faster than oneDNN: few channels to write, or few to read where no gradient
// goes back to them.
bool has_few_outputs(const Layer& layer) {
  return layer.stride == 1 && layer.window > 1 && own_padding(layer) < layer.window &&
         layer.output_shape().channels <= kFewForProducts;
}
bool has_few_inputs(const Layer& layer, const Tensor& x, bool trained) {
  return trained && !x.requires_grad() && layer.stride == 1 &&
         layer.input_shape().channels <= kFewForProducts;
}

Tensor convolved(const Layer& layer, const Tensor& x, const Tensor& weight, const Tensor& bias,
                 Index networks) {
  const Tensor kernel =
      weight.view({weight.size(0), layer.input_shape().channels, layer.window, layer.window});
  const bool trained = kernel.requires_grad() || (bias.defined() && bias.requires_grad());
  const Index padding = own_padding(layer);
  const Tensor wide = padded(layer, x);
  if (x.device().is_cpu() && has_few_outputs(layer))
    return in_fast_order(convolution_to_few(wide, kernel, bias, padding, networks), networks);
  if (x.device().is_cpu() && has_few_inputs(layer, x, trained))
    return in_fast_order(convolution_from_few(wide, kernel, bias, padding, networks), networks);
  const Tensor image = in_fast_order(wide, networks);
  if (networks > 1) return torch::conv2d(image, kernel, bias, layer.stride, padding, 1, networks);
  return in_fast_order(
      trained ? torch::conv2d(image, kernel, bias, layer.stride, padding)
              : convolution_of_fixed_kernel(image, kernel, bias, layer.stride, padding),
      networks);
}

// x (R·n, in) or (R·n, tokens, in), a weight (R·out, in) and a bias (R·out).
Tensor dense(const Tensor& x, const Tensor& weight, const Tensor& bias, Index networks) {
  if (networks == 1) return torch::linear(x, weight, bias);
  const Index in = x.size(-1), out = weight.size(0) / networks;
  const Tensor rows = x.reshape({networks, -1, in});
  const Tensor kernels = weight.view({networks, out, in}).transpose(1, 2);
  const Tensor y = bias.defined() ? torch::baddbmm(bias.view({networks, 1, out}), rows, kernels)
                                  : torch::bmm(rows, kernels);
  auto shape = x.sizes().vec();
  shape.back() = out;
  return y.view(shape);
}

// Numbers of each network, (R·k), (R·tokens, k) …, so that they meet its samples (R·n, …).
Tensor for_samples(const Tensor& numbers, std::vector<Index> shape, Index samples, Index networks) {
  shape.insert(shape.begin(), {networks, 1});
  const Tensor own = numbers.view(shape);
  if (networks == 1) return own.squeeze(0);
  shape[1] = samples / networks;
  return own.expand(shape).flatten(0, 1);
}

Tensor pooled(const Layer& layer, const Tensor& x) {
  const Tensor image = padded(layer, x);
  if (layer.pooling == Pooling::max)
    return torch::max_pool2d(image, layer.window, layer.stride, own_padding(layer));
  return torch::avg_pool2d(image, layer.window, layer.stride, own_padding(layer));
}

struct Arrays {
  const std::vector<Tensor>& blocks;
  const TorchNetwork& network;
  std::size_t layer;
  Index networks() const { return network.networks(); }
  Tensor operator()(Role role) const {
    const int position = network.block(layer, role);
    return position < 0 ? Tensor() : blocks[static_cast<std::size_t>(position)];
  }
};

Tensor normalised(const Layer& layer, const Tensor& x, const Arrays& array, bool training) {
  const Tensor scale = array(Role::scale), shift = array(Role::shift);
  const Index networks = array.networks();
  if (layer.norm == Norm::layer) {
    const Index features = x.size(-1);
    if (networks == 1 || !scale.defined())
      return torch::layer_norm(x, {features}, scale, shift, layer.epsilon);
    std::vector<Index> shape(static_cast<std::size_t>(x.dim() - 1), 1);
    shape.back() = features;
    return torch::addcmul(for_samples(shift, shape, x.size(0), networks),
                          torch::layer_norm(x, {features}, {}, {}, layer.epsilon),
                          for_samples(scale, shape, x.size(0), networks));
  }
  if (layer.norm == Norm::group)
    return group_normalised(x, networks * layer.groups, scale, shift, layer.epsilon);
  const Tensor mean = array(Role::running_mean), variance = array(Role::running_variance);
  if (training) {
    ANISO_CHECK(x.size(0) * x.size(2) * x.size(3) > 1, "layer '", layer.name,
                "' cannot normalise a batch of one sample with one position; use larger batches");
    return torch::batch_norm(x, scale, shift, mean, variance, true, kMomentum, layer.epsilon, true);
  }
  const Tensor factor = scale * (variance + layer.epsilon).rsqrt();
  const Tensor offset = shift - mean * factor;
  return x * factor.view({1, -1, 1, 1}) + offset.view({1, -1, 1, 1});
}

// Positions become tokens in row-major order.
Tensor embedded(const Layer& layer, const Tensor& x, const Arrays& array) {
  const Index networks = array.networks();
  Tensor tokens = as_samples(x, networks).flatten(2).transpose(1, 2);
  const Index samples = tokens.size(0), features = tokens.size(2);
  if (const Tensor first = array(Role::class_token); first.defined())
    tokens = torch::cat(
        {for_samples(first, {1, features}, samples, networks).expand({samples, 1, features}),
         tokens},
        1);
  if (const Tensor positions = array(Role::positions); positions.defined())
    tokens = tokens + for_samples(positions, {tokens.size(1), features}, samples, networks);
  if (layer.sincos) {
    const FeatureShape shape = layer.input_shape();
    tokens =
        tokens + to_tensor(geometry::sincos_positions(shape.height, shape.width, shape.channels),
                           x.options());
  }
  return tokens;
}

// τ (n, 1) → (n, 2m), as diffusion models have it for a thousand steps.
Tensor time_features(const Layer& layer, const Tensor& time) {
  constexpr double kSteps = 1000, kSlowest = 1e4;
  const Index half = layer.out / 2;
  // A phase of a thousand radians keeps four decimals in single precision.
  const Tensor order = torch::arange(half, time.options().dtype(torch::kFloat64));
  const Tensor angles = time.to(torch::kFloat64) *
                        (order * (-std::log(kSlowest) / static_cast<double>(half))).exp() * kSteps;
  return torch::cat({angles.cos(), angles.sin()}, 1).to(time.scalar_type());
}

// Numbers per channel (R·n, C) so that they multiply or add to h.
Tensor per_channel(const Tensor& numbers, const FeatureShape& h, Index networks) {
  if (h.kind == Kind::map) return as_channels(numbers, networks).unsqueeze(2).unsqueeze(3);
  return h.kind == Kind::tokens ? numbers.unsqueeze(1) : numbers;
}

Tensor modulated(const Layer& layer, const Tensor& x, const Tensor& by, Index networks) {
  const FeatureShape shape = layer.input_shape();
  const Index channels = shape.channels;
  const Tensor shift = per_channel(by.narrow(1, 0, channels), shape, networks);
  if (by.size(1) == channels) return x + shift;
  return torch::addcmul(x + shift, x,
                        per_channel(by.narrow(1, channels, channels), shape, networks));
}

Tensor concatenated(const Layer& layer, const Tensor& x, const Tensor& other, Index networks) {
  const FeatureShape shape = layer.input_shape();
  if (shape.kind != Kind::map || networks == 1)
    return torch::cat({x, other}, shape.kind == Kind::tokens ? 2 : 1);
  const auto own = [&](const Tensor& h) {
    return h.unflatten(1, {networks, h.size(1) / networks});
  };
  return torch::cat({own(x), own(other)}, 2).flatten(1, 2);
}

// Each network has centres of its own.
Tensor kernels(const Layer& layer, const Tensor& x, const Tensor& centres, Index networks) {
  if (networks == 1) return kernel_features(layer, x, centres);
  std::vector<Tensor> parts;
  const auto xs = x.chunk(networks), cs = centres.chunk(networks);
  for (std::size_t r = 0; r < xs.size(); ++r) parts.push_back(kernel_features(layer, xs[r], cs[r]));
  return torch::cat(parts);
}

// (n, T, p·p·c) → (n, c, h, w).
Tensor unpatched(const Layer& layer, const Tensor& x) {
  const FeatureShape image = layer.output_shape();
  const Index p = layer.window, rows = image.height / p, cols = image.width / p;
  return x.reshape({x.size(0), rows, cols, p, p, image.channels})
      .permute({0, 5, 1, 3, 2, 4})
      .reshape({x.size(0), image.channels, image.height, image.width});
}

// qkv (n, T, 3F) → (n, T, F).
Tensor attended(const Layer& layer, const Tensor& qkv) {
  const Index n = qkv.size(0), tokens = qkv.size(1), features = qkv.size(2) / 3;
  const Index depth = features / layer.heads;
  const Tensor parts =
      qkv.reshape({n, tokens, 3, layer.heads, depth}).permute({2, 0, 3, 1, 4}).contiguous();
  const Tensor scores =
      parts[0].matmul(parts[1].transpose(2, 3)) / std::sqrt(static_cast<double>(depth));
  return torch::softmax(scores, -1).matmul(parts[2]).transpose(1, 2).reshape({n, tokens, features});
}

Tensor applied(const Layer& layer, const Tensor& x, const Arrays& array, const Tensor& other,
               bool training) {
  const Index networks = array.networks();
  switch (layer.op) {
    case Layer::Op::dense:
      return dense(x, array(Role::weight), array(Role::bias), networks);
    case Layer::Op::activation:
      return torch_activation(layer.activation, x);
    case Layer::Op::convolution:
      return convolved(layer, x, array(Role::weight), array(Role::bias), networks);
    case Layer::Op::pool:
      return pooled(layer, x);
    case Layer::Op::global_average:
      return as_samples(x.mean({2, 3}), networks);
    case Layer::Op::normalise:
      return normalised(layer, x, array, training);
    case Layer::Op::add:
      return x + arranged(other, layer.input_shape(), networks);
    case Layer::Op::embed:
      return embedded(layer, x, array);
    case Layer::Op::attention:
      return attended(layer, x);
    case Layer::Op::token_mean:
      return x.mean(1);
    case Layer::Op::first_token:
      return x.select(1, 0);
    case Layer::Op::kernel:
      return kernels(layer, x, array(Role::centres), networks);
    case Layer::Op::slice:
      return x.narrow(1, layer.offset, layer.out);
    case Layer::Op::time_features:
      return time_features(layer, x);
    case Layer::Op::modulate:
      return modulated(layer, x, other, networks);
    case Layer::Op::gate:
      return x * per_channel(other, layer.input_shape(), networks);
    case Layer::Op::concatenate:
      return concatenated(layer, x, other, networks);
    case Layer::Op::upsample:
      return torch::upsample_nearest2d(x, {x.size(2) * layer.stride, x.size(3) * layer.stride});
    case Layer::Op::unpatchify:
      return as_channels(unpatched(layer, x), networks);
  }
  throw InvalidInput("unknown operation");
}

}  // namespace

TorchNetwork::TorchNetwork(const NetworkPlan& plan, Index networks)
    : plan_(plan),
      networks_(networks),
      blocks_(plan.layers.size()),
      is_kept_(plan.layers.size(), false) {
  for (auto& row : blocks_) row.fill(-1);
  int position = 0;
  for (const auto& block : plan_.layout())
    blocks_[static_cast<std::size_t>(block.layer)][static_cast<std::size_t>(block.role)] =
        position++;
  for (const auto& layer : plan_.layers)
    for (const Index source : {layer.from, layer.plus})
      if (source >= 0) is_kept_[static_cast<std::size_t>(source)] = true;
}

Tensor TorchNetwork::forward(const std::vector<Tensor>& blocks, const Tensor& x, bool training,
                             Tap* tap) const {
  Tensor h = x;
  std::vector<Tensor> kept(plan_.layers.size());
  for (std::size_t i = 0; i < plan_.layers.size(); ++i) {
    const Layer& layer = plan_.layers[i];
    const Tensor& source = layer.from >= 0 ? kept[static_cast<std::size_t>(layer.from)]
                           : layer.from == kNetworkInputs ? x
                                                          : h;
    const Tensor in = arranged(source, layer.input_shape(), networks_);
    const bool is_tapped = tap != nullptr && tap->layer == i;
    if (is_tapped) tap->input = in;
    if (is_tapped && tap->stop) return {};
    Tensor other;
    if (layer.plus >= 0) {
      const auto plus = static_cast<std::size_t>(layer.plus);
      other = arranged(kept[plus], plan_.layers[plus].output_shape(), networks_);
    }
    h = applied(layer, in, {blocks, *this, i}, other, training);
    if (is_tapped) tap->output = h = h.detach().requires_grad_();
    if (is_kept_[i]) kept[i] = h;
  }
  return arranged(h, FeatureShape::plain(plan_.outputs), networks_);
}

Index TorchNetwork::positions(std::size_t layer) const {
  return plan_.layers[layer].output_shape().positions();
}

Tensor TorchNetwork::input_rows(std::size_t layer, const Tensor& input) const {
  const Layer& l = plan_.layers[layer];
  if (l.op != Layer::Op::convolution) return input.reshape({-1, input.size(-1)});
  const Tensor windows =
      torch::im2col(padded(l, input).contiguous(), {l.window, l.window}, {1, 1},
                    {own_padding(l), own_padding(l)}, {l.stride, l.stride});  // (n, c·k·k, L)
  return windows.transpose(1, 2).reshape({-1, windows.size(1)});
}

Tensor TorchNetwork::output_rows(std::size_t layer, const Tensor& gradient) const {
  const Tensor rows = plan_.layers[layer].op == Layer::Op::convolution
                          ? gradient.flatten(2).transpose(1, 2)
                          : gradient;
  return rows.reshape({-1, rows.size(-1)});
}

}  // namespace aniso::nn
