#include "core/nn/plan.h"

#include <algorithm>
#include <array>

#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::nn {
namespace {

struct ActivationEntry {
  Activation activation;
  const char* id;
  const char* title;
  const char* doc;
  SecondOrder second_order;
};

constexpr std::array<ActivationEntry, 7> kActivations = {{
    {Activation::relu, "relu", "ReLU", "max(z, 0): piecewise linear, its Hessian is zero.",
     SecondOrder::piecewise_linear},
    {Activation::gelu, "gelu", "GELU", "z Φ(z), Φ the normal distribution function: smooth.",
     SecondOrder::smooth},
    {Activation::silu, "silu", "SiLU", "z σ(z), also called swish: smooth.", SecondOrder::smooth},
    {Activation::tanh, "tanh", "tanh", "Hyperbolic tangent: smooth, bounded.", SecondOrder::smooth},
    {Activation::softplus, "softplus", "Softplus", "log(1 + e^z): a smooth ReLU.",
     SecondOrder::smooth},
    {Activation::quadratic, "quadratic", "Quadratic", "z²: outputs are polynomials.",
     SecondOrder::smooth},
    {Activation::identity, "identity", "Identity", "z: the network is linear.",
     SecondOrder::affine},
}};

const ActivationEntry& entry_of(Activation activation) {
  for (const auto& entry : kActivations)
    if (entry.activation == activation) return entry;
  throw InvalidInput("unknown activation");
}

// What second-order behaviour an operation adds.
SecondOrder order_of(const Layer& layer) {
  switch (layer.op) {
    case Layer::Op::activation:
      return second_order_of(layer.activation);
    case Layer::Op::pool:
      return layer.pooling == Pooling::max ? SecondOrder::piecewise_linear : SecondOrder::affine;
    case Layer::Op::normalise:
      return layer.norm == Norm::batch ? SecondOrder::affine : SecondOrder::smooth;
    case Layer::Op::attention:
    case Layer::Op::kernel:
      return SecondOrder::smooth;
    default:  // products with what depends on the time alone change nothing along x
      return SecondOrder::affine;
  }
}

// Which layers' outputs depend on the sample, a time not counted.
std::vector<bool> follow_sample(const NetworkPlan& plan) {
  std::vector<bool> follows(plan.layers.size(), true);
  if (!plan.has_time) return follows;
  for (std::size_t i = 0; i < plan.layers.size(); ++i) {
    const Layer& layer = plan.layers[i];
    const bool from_inputs = layer.from == kNetworkInputs || (i == 0 && layer.from < 0);
    if (from_inputs)
      follows[i] = layer.op != Layer::Op::slice || layer.offset < plan.data_inputs();
    else
      follows[i] = follows[layer.from >= 0 ? static_cast<std::size_t>(layer.from) : i - 1];
    if (layer.plus >= 0) follows[i] = follows[i] || follows[static_cast<std::size_t>(layer.plus)];
  }
  return follows;
}

struct Array {
  const char* part;
  Role role;
  Index rows;
  Index cols;
  bool trained = true;
};

// The arrays of one layer in registration order.
std::vector<Array> arrays_of(const Layer& layer) {
  const FeatureShape in = layer.input_shape(), out = layer.output_shape();
  std::vector<Array> arrays;
  switch (layer.op) {
    case Layer::Op::dense: {
      const bool each = in.kind == FeatureShape::Kind::tokens;
      const Index rows = each ? out.channels : layer.out;
      arrays.push_back(
          {".weight", Role::weight, rows, each ? in.channels : layer.in, !layer.fixed});
      if (layer.bias) arrays.push_back({".bias", Role::bias, rows, 1, !layer.fixed});
      break;
    }
    case Layer::Op::convolution:
      arrays.push_back(
          {".weight", Role::weight, out.channels, in.channels * layer.window * layer.window});
      if (layer.bias) arrays.push_back({".bias", Role::bias, out.channels, 1});
      break;
    case Layer::Op::normalise:
      if (!layer.affine && layer.norm != Norm::batch) break;
      arrays.push_back({".scale", Role::scale, out.channels, 1});
      arrays.push_back({".shift", Role::shift, out.channels, 1});
      if (layer.norm != Norm::batch) break;
      arrays.push_back({".running_mean", Role::running_mean, out.channels, 1, false});
      arrays.push_back({".running_variance", Role::running_variance, out.channels, 1, false});
      break;
    case Layer::Op::embed:
      if (layer.class_token) arrays.push_back({".class_token", Role::class_token, 1, out.channels});
      if (layer.positions)
        arrays.push_back({".positions", Role::positions, out.height, out.channels});
      break;
    case Layer::Op::kernel:
      arrays.push_back({".centres", Role::centres, layer.out, layer.in, false});
      break;
    default:
      break;
  }
  return arrays;
}

}  // namespace

std::string FeatureShape::text() const {
  if (kind == Kind::map) return aniso::text(channels, "×", height, "×", width);
  if (kind == Kind::tokens) return aniso::text(height, " tokens × ", channels);
  return std::to_string(channels);
}

bool NetworkPlan::is_dense_chain() const {
  return std::all_of(layers.begin(), layers.end(), [](const Layer& layer) {
    return layer.from == -1 && layer.input_shape().kind == FeatureShape::Kind::plain &&
           (layer.op == Layer::Op::dense || layer.op == Layer::Op::activation);
  });
}

bool NetworkPlan::has_running_statistics() const {
  return std::any_of(layers.begin(), layers.end(), [](const Layer& layer) {
    return layer.op == Layer::Op::normalise && layer.norm == Norm::batch;
  });
}

SecondOrder NetworkPlan::second_order() const {
  // What depends on the time alone is a constant along the sample.
  const std::vector<bool> follows = follow_sample(*this);
  SecondOrder order = SecondOrder::affine;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (!follows[i]) continue;
    const SecondOrder own = order_of(layers[i]);
    if (own == SecondOrder::smooth) return SecondOrder::smooth;
    if (own == SecondOrder::piecewise_linear) order = own;
  }
  return order;
}

std::vector<ParameterBlock> NetworkPlan::layout() const {
  std::vector<ParameterBlock> blocks;
  Index offset = 0;
  for (const bool trained : {true, false})
    for (std::size_t i = 0; i < layers.size(); ++i)
      for (const Array& array : arrays_of(layers[i])) {
        if (array.trained != trained) continue;
        blocks.push_back({layers[i].name + array.part, static_cast<Index>(i), array.rows,
                          array.cols, offset, array.role, trained});
        offset += blocks.back().size();
      }
  return blocks;
}

Index NetworkPlan::parameter_count() const {
  Index count = 0;
  for (const auto& layer : layers)
    for (const Array& array : arrays_of(layer)) count += array.rows * array.cols;
  return count;
}

Index NetworkPlan::trained_count() const {
  Index count = 0;
  for (const auto& layer : layers)
    for (const Array& array : arrays_of(layer))
      if (array.trained) count += array.rows * array.cols;
  return count;
}

double counted_parameters(const NetworkPlan& plan) {
  double count = 0;
  for (const auto& layer : plan.layers)
    for (const Array& array : arrays_of(layer))
      count += static_cast<double>(array.rows) * static_cast<double>(array.cols);
  return count;
}

bool same_shapes(const NetworkPlan& a, const NetworkPlan& b) {
  const auto same = [](const ParameterBlock& x, const ParameterBlock& y) {
    return x.name == y.name && x.rows == y.rows && x.cols == y.cols && x.role == y.role &&
           x.trained == y.trained;
  };
  const auto x = a.layout(), y = b.layout();
  return a.inputs == b.inputs && a.outputs == b.outputs && a.has_time == b.has_time &&
         std::equal(x.begin(), x.end(), y.begin(), y.end(), same);
}

NetworkPlan dense_chain_plan(Index inputs, const std::vector<Index>& hidden, Index outputs,
                             Activation activation, bool bias) {
  NetworkPlan plan;
  plan.inputs = inputs;
  plan.outputs = outputs;
  std::vector<Index> widths = hidden;
  widths.push_back(outputs);
  Index features = inputs;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    plan.layers.push_back({Layer::Op::dense, text("dense ", i + 1), features, widths[i], bias});
    features = widths[i];
    if (i + 1 < widths.size() && activation != Activation::identity)
      plan.layers.push_back({.op = Layer::Op::activation,
                             .name = text(activation_name(activation), " ", i + 1),
                             .in = features,
                             .out = features,
                             .bias = false,
                             .activation = activation});
  }
  check_plan(plan);
  return plan;
}

std::string details_of(const NetworkPlan& plan, const Layer& layer) {
  const auto name = [&](Index i) { return plan.layers[static_cast<std::size_t>(i)].name; };
  std::string out;
  const auto say = [&](const auto&... parts) { out += (out.empty() ? "" : ", ") + text(parts...); };
  if (layer.from >= 0) say("from ", name(layer.from));
  if (layer.op == Layer::Op::slice)
    say(plan.has_time && layer.offset == plan.data_inputs() ? "the time" : "the sample");
  if (layer.plus >= 0) {
    const bool adds = layer.op == Layer::Op::add || layer.op == Layer::Op::concatenate;
    say(adds ? "+ " : "by ", name(layer.plus));
  }
  if (layer.sincos) say("fixed sin-cos positions");
  if (layer.op == Layer::Op::upsample) say("× ", layer.stride);
  if (layer.fixed) say("fixed");
  if (layer.op == Layer::Op::pool) say(layer.pooling == Pooling::max ? "maximum" : "average");
  if (layer.op == Layer::Op::convolution || layer.op == Layer::Op::pool) {
    say(layer.window, "×", layer.window);
    if (layer.stride > 1) say("stride ", layer.stride);
    if (layer.pad_before + layer.pad_after > 0 && layer.wrap == Wrap::circular) say("circular");
  }
  if (layer.op == Layer::Op::normalise) {
    if (layer.norm == Norm::batch) say("over the batch");
    if (layer.norm == Norm::layer) say("over the features");
    if (layer.norm == Norm::group)
      layer.groups == layer.input_shape().channels ? say("per channel")
                                                   : say(layer.groups, " groups");
  }
  if (layer.op == Layer::Op::attention) say(layer.heads, layer.heads == 1 ? " head" : " heads");
  if (layer.op == Layer::Op::kernel) {
    if (layer.kernel == KernelKind::arc_cosine)
      say("arc-cosine, order ", layer.order);
    else
      say(layer.kernel == KernelKind::rbf ? "RBF" : "Laplace", ", ℓ = ", layer.bandwidth);
  }
  return out;
}

std::vector<Choice> activation_choices() {
  std::vector<Choice> choices;
  for (const auto& entry : kActivations) choices.push_back({entry.id, entry.title, entry.doc});
  return choices;
}

Activation activation_of(std::string_view id) {
  std::vector<std::string> ids;
  for (const auto& entry : kActivations) {
    if (id == entry.id) return entry.activation;
    ids.emplace_back(entry.id);
  }
  throw InvalidInput(text("activation '", id, "' is not known.", suggestion(id, ids)));
}

std::string activation_name(Activation activation) { return entry_of(activation).id; }

SecondOrder second_order_of(Activation activation) { return entry_of(activation).second_order; }

}  // namespace aniso::nn
