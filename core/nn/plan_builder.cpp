#include "core/nn/plan_builder.h"

#include <algorithm>

#include "core/base/check.h"

namespace aniso::nn {

using Op = Layer::Op;

PlanBuilder::PlanBuilder(const FeatureShape& input) : shape_(input) { plan_.inputs = input.size(); }

PlanBuilder PlanBuilder::with_time(const FeatureShape& sample) {
  PlanBuilder net(FeatureShape::plain(sample.size() + 1));
  net.plan_.has_time = true;
  net.append(Op::slice, "sample", sample);
  return net;
}

void PlanBuilder::branch_from(Index layer) {
  if (layer == kNetworkInputs) {
    from_ = layer;
    shape_ = FeatureShape::plain(plan_.inputs);
    return;
  }
  from_ = layer;
  shape_ = plan_.layers.at(static_cast<std::size_t>(layer)).output_shape();
}

Layer& PlanBuilder::append(Op op, std::string_view kind, const FeatureShape& out) {
  const auto number =
      1 + std::count_if(plan_.layers.begin(), plan_.layers.end(), [&](const Layer& layer) {
        return layer.name.starts_with(kind) && layer.name.size() > kind.size() &&
               layer.name[kind.size()] == ' ';
      });
  Layer layer;
  layer.op = op;
  layer.name = text(kind, " ", number);
  layer.in = shape_.size();
  layer.out = out.size();
  layer.bias = false;
  if (shape_.kind != FeatureShape::Kind::plain) layer.in_shape = shape_;
  if (out.kind != FeatureShape::Kind::plain) layer.out_shape = out;
  if (from_ != last()) layer.from = from_;
  plan_.layers.push_back(std::move(layer));
  shape_ = out;
  from_ = last();
  return plan_.layers.back();
}

void PlanBuilder::dense(Index out, const DenseOptions& options) {
  const bool each = shape_.kind == FeatureShape::Kind::tokens;
  if (!each) shape_ = FeatureShape::plain(shape_.size());
  Layer& layer = append(Op::dense, options.name,
                        each ? FeatureShape::tokens(shape_.height, out) : FeatureShape::plain(out));
  layer.bias = options.bias;
  layer.fixed = options.fixed;
}

void PlanBuilder::activation(Activation activation) {
  if (activation == Activation::identity) return;
  append(Op::activation, activation_name(activation), shape_).activation = activation;
}

FeatureShape PlanBuilder::windowed(Index channels, Index window, Index stride,
                                   Index padding) const {
  const auto side = [&](Index size) {
    return std::max<Index>(0, size + padding - window) / std::max<Index>(1, stride) + 1;
  };
  return FeatureShape::map(channels, side(shape_.height), side(shape_.width));
}

void PlanBuilder::convolution(Index channels, const ConvolutionOptions& options) {
  const Index padding = options.padded ? options.window / 2 : 0;
  Layer& layer = append(Op::convolution, options.name,
                        windowed(channels, options.window, options.stride, 2 * padding));
  layer.window = options.window;
  layer.stride = options.stride;
  layer.pad_before = layer.pad_after = padding;
  layer.wrap = options.wrap;
  layer.bias = options.bias;
}

void PlanBuilder::pool(Pooling pooling, Index window, Index stride, Wrap wrap) {
  if (window == 1 && stride == 1) return;
  const Index padding = wrap == Wrap::circular ? std::max<Index>(0, window - stride) : 0;
  Layer& layer = append(Op::pool, "pool", windowed(shape_.channels, window, stride, padding));
  layer.pooling = pooling;
  layer.window = window;
  layer.stride = stride;
  layer.pad_after = padding;
  layer.wrap = wrap;
}

void PlanBuilder::global_average() {
  append(Op::global_average, "global average", FeatureShape::plain(shape_.channels));
}

void PlanBuilder::normalise(Norm norm, Index groups) {
  Layer& layer = append(Op::normalise, "norm", shape_);
  layer.norm = norm;
  layer.groups = groups;
}

void PlanBuilder::add(Index plus) { append(Op::add, "add", shape_).plus = plus; }

void PlanBuilder::embed(bool class_token, bool positions) {
  Layer& layer =
      append(Op::embed, "tokens",
             FeatureShape::tokens(shape_.positions() + (class_token ? 1 : 0), shape_.channels));
  layer.class_token = class_token;
  layer.positions = positions;
}

void PlanBuilder::plain_layer_norm(double epsilon) {
  normalise(Norm::layer);
  plan_.layers.back().affine = false;
  plan_.layers.back().epsilon = epsilon;
}

void PlanBuilder::embed_with_sincos() {
  embed(false, false);
  plan_.layers.back().sincos = true;
}

void PlanBuilder::time_features(Index features) {
  branch_from(kNetworkInputs);
  append(Op::slice, "time", FeatureShape::plain(1)).offset = plan_.data_inputs();
  append(Op::time_features, "time features", FeatureShape::plain(features));
}

void PlanBuilder::slice(Index offset, Index count) {
  shape_ = FeatureShape::plain(shape_.size());
  append(Op::slice, "part", FeatureShape::plain(count)).offset = offset;
}

void PlanBuilder::modulate(Index plus) { append(Op::modulate, "modulate", shape_).plus = plus; }

void PlanBuilder::gate(Index plus) { append(Op::gate, "gate", shape_).plus = plus; }

void PlanBuilder::concatenate(Index plus) {
  FeatureShape joined = shape_;
  joined.channels += plan_.layers.at(static_cast<std::size_t>(plus)).output_shape().channels;
  append(Op::concatenate, "join", joined).plus = plus;
}

void PlanBuilder::upsample(Index factor) {
  append(Op::upsample, "upsample",
         FeatureShape::map(shape_.channels, shape_.height * factor, shape_.width * factor))
      .stride = factor;
}

void PlanBuilder::unpatchify(const FeatureShape& image, Index patch) {
  append(Op::unpatchify, "image", image).window = patch;
}

void PlanBuilder::attention(Index heads) {
  append(Op::attention, "attention", FeatureShape::tokens(shape_.height, shape_.channels / 3))
      .heads = heads;
}

void PlanBuilder::token_mean() {
  append(Op::token_mean, "token mean", FeatureShape::plain(shape_.channels));
}

void PlanBuilder::first_token() {
  append(Op::first_token, "class token", FeatureShape::plain(shape_.channels));
}

void PlanBuilder::kernel(KernelKind kind, Index centres, double bandwidth, int order) {
  Layer& layer = append(Op::kernel, "kernel", FeatureShape::plain(centres));
  layer.kernel = kind;
  layer.bandwidth = bandwidth;
  layer.order = order;
}

NetworkPlan PlanBuilder::finish(Index outputs) {
  plan_.outputs = outputs;
  check_plan(plan_);
  return plan_;
}

FeatureShape image_shape(const InputShape& input, std::string_view id) {
  const InputShape image = as_image(input, text("architecture '", id, "'"));
  return FeatureShape::map(image.channels, image.height, image.width);
}

ParamSpec padding_param() {
  return choice_param("padding", "zero",
                      {{"zero", "Zero", "Zeros around the image: its edges are visible."},
                       {"circular", "Circular", "The image goes on around its edges."}})
      .about("What a convolution's windows see beyond the edges of the image.");
}

Wrap wrap_of(const Params& params) {
  return params.choice("padding") == "circular" ? Wrap::circular : Wrap::zero;
}

ParamSpec pool_param() {
  return choice_param("pool", "average",
                      {{"average", "Average", "The mean over the window: linear."},
                       {"max", "Maximum", "The largest value in the window."}})
      .titled("Pooling")
      .about("What is kept of each pooling window.");
}

Pooling pooling_of(const Params& params) {
  return params.choice("pool") == "max" ? Pooling::max : Pooling::average;
}

void check_odd(const Params& params, std::string_view name) {
  ANISO_CHECK(params.integer(name) % 2 == 1, "architecture.", name, ": ", params.integer(name),
              " is even, and a window without a centre would shift the image; use an odd number");
}

}  // namespace aniso::nn
