#include "core/nn/plan.h"

#include <algorithm>
#include <array>
#include <set>

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

void check_layer(const Layer& layer, Index features) {
  ANISO_CHECK(layer.in == features, "layer '", layer.name, "' takes ", layer.in,
              " features but is given ", features);
  ANISO_CHECK(layer.out >= 1, "layer '", layer.name, "' has ", layer.out,
              " outputs; it needs at least 1");
  ANISO_CHECK(layer.op == Layer::Op::dense || layer.in == layer.out, "activation '", layer.name,
              "' cannot change the number of features from ", layer.in, " to ", layer.out);
}

}  // namespace

bool NetworkPlan::is_dense_chain() const {
  return std::all_of(layers.begin(), layers.end(), [](const Layer& layer) {
    return layer.op == Layer::Op::dense || layer.op == Layer::Op::activation;
  });
}

SecondOrder NetworkPlan::second_order() const {
  SecondOrder order = SecondOrder::affine;
  for (const auto& layer : layers) {
    if (layer.op != Layer::Op::activation) continue;
    const SecondOrder own = second_order_of(layer.activation);
    if (own == SecondOrder::smooth) return SecondOrder::smooth;
    if (own == SecondOrder::piecewise_linear) order = own;
  }
  return order;
}

std::vector<ParameterBlock> NetworkPlan::layout() const {
  std::vector<ParameterBlock> blocks;
  Index offset = 0;
  const auto add = [&](const Layer& layer, Index index, const char* part, Index cols, bool bias) {
    blocks.push_back({layer.name + part, index, layer.out, cols, offset, bias});
    offset += layer.out * cols;
  };
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (layers[i].op != Layer::Op::dense) continue;
    add(layers[i], static_cast<Index>(i), ".weight", layers[i].in, false);
    if (layers[i].bias) add(layers[i], static_cast<Index>(i), ".bias", 1, true);
  }
  return blocks;
}

Index NetworkPlan::parameter_count() const {
  Index count = 0;
  for (const auto& layer : layers)
    if (layer.op == Layer::Op::dense) count += layer.out * (layer.in + (layer.bias ? 1 : 0));
  return count;
}

void check_plan(const NetworkPlan& plan) {
  ANISO_CHECK(plan.inputs >= 1, "a network needs at least 1 input, not ", plan.inputs);
  ANISO_CHECK(plan.outputs >= 1, "a network needs at least 1 output, not ", plan.outputs);
  Index features = plan.inputs;
  std::set<std::string_view> names;
  double count = 0;  // in float64, so that absurd sizes are counted and not wrapped around
  for (const auto& layer : plan.layers) {
    check_layer(layer, features);
    ANISO_CHECK(names.insert(layer.name).second, "two layers are called '", layer.name, "'");
    features = layer.out;
    if (layer.op == Layer::Op::dense)
      count += static_cast<double>(layer.out) * (static_cast<double>(layer.in) + 1);
  }
  ANISO_CHECK(features == plan.outputs, "the last layer gives ", features,
              " features; the network should have ", plan.outputs, " outputs");
  ANISO_CHECK(count <= static_cast<double>(kMaxParameters), "the network would have ",
              count < 1e18 ? grouped(static_cast<long long>(count)) : number(count),
              " parameters; at most ", grouped(kMaxParameters),
              " are allowed. Use fewer or narrower layers, or inputs of lower dimension");
}

bool same_shapes(const NetworkPlan& a, const NetworkPlan& b) {
  const auto same = [](const ParameterBlock& x, const ParameterBlock& y) {
    return x.name == y.name && x.rows == y.rows && x.cols == y.cols && x.is_bias == y.is_bias;
  };
  const auto x = a.layout(), y = b.layout();
  return a.inputs == b.inputs && a.outputs == b.outputs &&
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
    plan.layers.push_back({Layer::Op::dense, text("dense ", i + 1), features, widths[i], bias, {}});
    features = widths[i];
    if (i + 1 < widths.size() && activation != Activation::identity)
      plan.layers.push_back({Layer::Op::activation, text(activation_name(activation), " ", i + 1),
                             features, features, false, activation});
  }
  check_plan(plan);
  return plan;
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
