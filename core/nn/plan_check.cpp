#include <algorithm>
#include <set>
#include <string_view>

#include "core/base/check.h"
#include "core/base/names.h"
#include "core/nn/plan.h"

namespace aniso::nn {
namespace {

using Kind = FeatureShape::Kind;

// Sides of what a convolution or pool leaves.
FeatureShape windowed(const Layer& layer, const FeatureShape& in, Index channels) {
  ANISO_CHECK(in.kind == Kind::map, "layer '", layer.name, "' needs an image, but is given ",
              in.text());
  ANISO_CHECK(layer.window >= 1 && layer.stride >= 1, "layer '", layer.name, "' has a window of ",
              layer.window, " and stride ", layer.stride, "; both must be at least 1");
  ANISO_CHECK(layer.wrap == Wrap::zero ||
                  std::max(layer.pad_before, layer.pad_after) <= std::min(in.height, in.width),
              "layer '", layer.name, "' wraps around by more than the ", in.text(), " it is given");
  const Index more = layer.pad_before + layer.pad_after - layer.window;
  ANISO_CHECK(in.height + more >= 0 && in.width + more >= 0, "layer '", layer.name,
              "' has a window of ", layer.window, "×", layer.window, ", but only ", in.text(),
              " is left of the image; use larger images, a smaller window or less pooling");
  return FeatureShape::map(channels, (in.height + more) / layer.stride + 1,
                           (in.width + more) / layer.stride + 1);
}

void check_normalise(const Layer& layer, const FeatureShape& in) {
  if (layer.norm == Norm::layer) {
    ANISO_CHECK(in.kind != Kind::map && in.channels >= 2, "layer '", layer.name,
                "' normalises the features of a token or vector, at least 2; it is given ",
                in.text());
    return;
  }
  ANISO_CHECK(in.kind == Kind::map, "layer '", layer.name, "' needs an image, but is given ",
              in.text());
  if (layer.norm == Norm::batch) return;
  ANISO_CHECK(layer.groups >= 1 && in.channels % layer.groups == 0, "layer '", layer.name,
              "': ", in.channels, " channels cannot be divided into ", layer.groups,
              " groups; choose a divisor");
  ANISO_CHECK(in.size() / layer.groups >= 2, "layer '", layer.name,
              "' would normalise a single number, of ", in.text(), " in ", layer.groups,
              " groups, to 0; use larger images, fewer strides or fewer groups");
}

FeatureShape unpatched(const Layer& layer, const FeatureShape& in) {
  const FeatureShape out = layer.output_shape();
  ANISO_CHECK(in.kind == Kind::tokens && out.kind == Kind::map, "layer '", layer.name,
              "' turns tokens into an image");
  const Index p = layer.window;
  ANISO_CHECK(p >= 1 && out.height % p == 0 && out.width % p == 0 &&
                  in.height == (out.height / p) * (out.width / p) &&
                  in.channels == p * p * out.channels,
              "layer '", layer.name, "' cannot lay ", in.text(), " out as ", out.text(),
              " in patches of ", p, "×", p);
  return out;
}

// What the layer gives for what it is given; equal to what it declares, unless it is wrong.
FeatureShape expected_output(const Layer& layer, const FeatureShape& in) {
  const FeatureShape out = layer.output_shape();
  switch (layer.op) {
    case Layer::Op::dense:
      return in.kind == Kind::tokens ? FeatureShape::tokens(in.height, out.channels)
                                     : FeatureShape::plain(layer.out);
    case Layer::Op::convolution:
      return windowed(layer, in, out.channels);
    case Layer::Op::pool:
      return windowed(layer, in, in.channels);
    case Layer::Op::global_average:
      ANISO_CHECK(in.kind == Kind::map, "layer '", layer.name, "' needs an image");
      return FeatureShape::plain(in.channels);
    case Layer::Op::normalise:
      check_normalise(layer, in);
      return in;
    case Layer::Op::embed:
      ANISO_CHECK(in.kind == Kind::map, "layer '", layer.name, "' needs an image");
      return FeatureShape::tokens(in.positions() + (layer.class_token ? 1 : 0), in.channels);
    case Layer::Op::attention:
      ANISO_CHECK(in.kind == Kind::tokens && in.channels % 3 == 0, "layer '", layer.name,
                  "' needs queries, keys and values");
      ANISO_CHECK(layer.heads >= 1 && (in.channels / 3) % layer.heads == 0, "layer '", layer.name,
                  "': ", in.channels / 3, " features cannot be shared by ", layer.heads,
                  " heads; choose a divisor");
      return FeatureShape::tokens(in.height, in.channels / 3);
    case Layer::Op::token_mean:
    case Layer::Op::first_token:
      ANISO_CHECK(in.kind == Kind::tokens, "layer '", layer.name, "' needs tokens");
      return FeatureShape::plain(in.channels);
    case Layer::Op::kernel:
      return FeatureShape::plain(layer.out);
    case Layer::Op::slice:
      ANISO_CHECK(
          in.kind == Kind::plain && layer.offset >= 0 && layer.offset + layer.out <= in.channels,
          "layer '", layer.name, "' takes the features ", layer.offset, " to ",
          layer.offset + layer.out - 1, " of ", in.text());
      return out;
    case Layer::Op::time_features:
      ANISO_CHECK(layer.in == 1 && layer.out % 2 == 0, "layer '", layer.name,
                  "' turns one time into an even number of features, not ", layer.out);
      return FeatureShape::plain(layer.out);
    case Layer::Op::upsample:
      ANISO_CHECK(in.kind == Kind::map && layer.stride >= 1, "layer '", layer.name,
                  "' needs an image and a factor of at least 1");
      return FeatureShape::map(in.channels, in.height * layer.stride, in.width * layer.stride);
    case Layer::Op::unpatchify:
      return unpatched(layer, in);
    case Layer::Op::activation:
    case Layer::Op::add:
    case Layer::Op::modulate:
    case Layer::Op::gate:
      return in;
    case Layer::Op::concatenate:
      return out;  // checked with the other layer
  }
  throw InvalidInput("unknown operation");
}

bool needs_other(Layer::Op op) {
  return op == Layer::Op::add || op == Layer::Op::modulate || op == Layer::Op::gate ||
         op == Layer::Op::concatenate;
}

// What layer `plus` gives, against what goes in.
void check_other(const Layer& layer, const FeatureShape& in, const FeatureShape& other) {
  switch (layer.op) {
    case Layer::Op::add:
      ANISO_CHECK(other.size() == layer.in, "layer '", layer.name,
                  "' adds arrays of different shapes, ", in.text(), " and ", other.text());
      return;
    case Layer::Op::modulate:
      ANISO_CHECK(other.kind == Kind::plain &&
                      (other.channels == in.channels || other.channels == 2 * in.channels),
                  "layer '", layer.name, "' modulates ", in.channels, " channels by ", other.text(),
                  " numbers; it needs ", in.channels, " shifts, or as many scales too");
      return;
    case Layer::Op::gate:
      ANISO_CHECK(other == FeatureShape::plain(in.channels), "layer '", layer.name, "' gates ",
                  in.channels, " channels by ", other.text(), " numbers");
      return;
    default: {
      FeatureShape joined = in;
      joined.channels += other.channels;
      ANISO_CHECK(other.kind == in.kind && other.height == in.height && other.width == in.width &&
                      joined == layer.output_shape(),
                  "layer '", layer.name, "' cannot join ", in.text(), " and ", other.text());
    }
  }
}

void check_layer(const NetworkPlan& plan, std::size_t number) {
  const Layer& layer = plan.layers[number];
  const auto output_of = [&](Index source, const char* what) {
    ANISO_CHECK(source >= 0 && source < static_cast<Index>(number), "layer '", layer.name, "' ",
                what, " layer number ", source, ", which does not come before it");
    return plan.layers[static_cast<std::size_t>(source)].output_shape();
  };
  FeatureShape given = layer.input_shape();  // of the network's own input: as the layer reads it
  if (layer.from >= 0)
    given = output_of(layer.from, "is fed by");
  else if (layer.from == -1 && number > 0)
    given = plan.layers[number - 1].output_shape();
  else
    ANISO_CHECK(layer.in == plan.inputs, "layer '", layer.name, "' takes ", layer.in,
                " features but is given ", plan.inputs);
  ANISO_CHECK(layer.in == given.size(), "layer '", layer.name, "' takes ", layer.in,
              " features but is given ", given.size());
  ANISO_CHECK(layer.out >= 1, "layer '", layer.name, "' has ", layer.out,
              " outputs; it needs at least 1");
  const FeatureShape in = layer.input_shape();
  ANISO_CHECK(in.size() == layer.in && layer.output_shape().size() == layer.out, "layer '",
              layer.name, "' declares shapes that do not fit its sizes");
  ANISO_CHECK(in == given || in.kind == Kind::plain, "layer '", layer.name, "' takes ", in.text(),
              " but is given ", given.text());
  ANISO_CHECK(expected_output(layer, in) == layer.output_shape(),
              layer.op == Layer::Op::activation ? "activation '" : "layer '", layer.name,
              "' cannot turn ", in.text(), " into ", layer.output_shape().text());
  if (needs_other(layer.op)) check_other(layer, in, output_of(layer.plus, "takes"));
}

}  // namespace

void check_plan(const NetworkPlan& plan) {
  ANISO_CHECK(plan.data_inputs() >= 1, "a network needs at least 1 input, not ",
              plan.data_inputs());
  ANISO_CHECK(plan.outputs >= 1, "a network needs at least 1 output, not ", plan.outputs);
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < plan.layers.size(); ++i) {
    check_layer(plan, i);
    ANISO_CHECK(names.insert(plan.layers[i].name).second, "two layers are called '",
                plan.layers[i].name, "'");
  }
  const Index features = plan.layers.empty() ? plan.inputs : plan.layers.back().out;
  ANISO_CHECK(features == plan.outputs, "the last layer gives ", features,
              " features; the network should have ", plan.outputs, " outputs");
  const double count = counted_parameters(plan);
  ANISO_CHECK(count <= static_cast<double>(kMaxParameters), "the network would have ",
              count < 1e18 ? grouped(static_cast<long long>(count)) : number(count),
              " parameters; at most ", grouped(kMaxParameters),
              " are allowed. Use fewer or narrower layers, or inputs of lower dimension");
}

}  // namespace aniso::nn
