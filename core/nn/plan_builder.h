#pragma once

#include <string>
#include <string_view>

#include "core/base/input_shape.h"
#include "core/nn/plan.h"

namespace aniso::nn {

struct DenseOptions {
  bool bias = true;
  bool fixed = false;
  std::string_view name = "dense";
};

struct ConvolutionOptions {
  Index window = 3;
  Index stride = 1;
  Wrap wrap = Wrap::zero;
  bool padded = true;  ///< by window/2 on every side: with stride 1 the image keeps its size
  bool bias = true;
  std::string_view name = "conv";
};

/// Writes a plan layer by layer, each fed by the one before unless `branch_from` says otherwise.
/// Keeps track of shapes and numbers the layers of a kind: "conv 1", "conv 2", …
class PlanBuilder {
 public:
  /// @param input  how the first layer reads the network's D inputs.
  explicit PlanBuilder(const FeatureShape& input);
  /// Of a score network on `sample` and a time: starts with the sample's features, so that
  /// `branch_from(0)` returns to them.
  static PlanBuilder with_time(const FeatureShape& sample);

  const FeatureShape& shape() const { return shape_; }
  /// Number of the newest layer, for `branch_from` and `add`; −1 before the first.
  Index last() const { return static_cast<Index>(plan_.layers.size()) - 1; }
  /// The next layer is fed by this one.
  void branch_from(Index layer);

  void dense(Index out, const DenseOptions& options = {});
  /// Nothing for the identity.
  void activation(Activation activation);
  void convolution(Index channels, const ConvolutionOptions& options);
  /// Nothing for a window of 1. `wrap` circular goes on around the edges where windows overlap.
  void pool(Pooling pooling, Index window, Index stride, Wrap wrap = Wrap::zero);
  void global_average();
  void normalise(Norm norm, Index groups = 1);
  /// Features of one sample alone, not scaled and shifted afterwards.
  void plain_layer_norm(double epsilon);
  /// Adds what layer `plus` gave.
  void add(Index plus);
  void embed(bool class_token, bool positions);
  /// Tokens with the fixed sin-cos positions of their places.
  void embed_with_sincos();
  void attention(Index heads);
  void token_mean();
  void first_token();
  /// Features of the time, an even number, from the network's inputs.
  void time_features(Index features);
  /// Some of the newest layer's features.
  void slice(Index offset, Index count);
  /// By what layer `plus` gave: see Layer::Op.
  void modulate(Index plus);
  void gate(Index plus);
  void concatenate(Index plus);
  void upsample(Index factor);
  /// Tokens × (patch² · channels) as an image.
  void unpatchify(const FeatureShape& image, Index patch);
  void kernel(KernelKind kind, Index centres, double bandwidth, int order);

  /// The plan, checked. @throws InvalidInput where layers do not fit, with what to change.
  NetworkPlan finish(Index outputs);

 private:
  Layer& append(Layer::Op op, std::string_view kind, const FeatureShape& out);
  FeatureShape windowed(Index channels, Index window, Index stride, Index padding) const;

  NetworkPlan plan_;
  FeatureShape shape_;
  Index from_ = -1;
};

/// How the image architecture `id` reads its inputs: see as_image.
/// @throws InvalidInput where a vector is no square, nor a few channels of one.
FeatureShape image_shape(const InputShape& input, std::string_view id);

/// The choices "zero" and "circular" for a parameter called `padding`.
ParamSpec padding_param();
Wrap wrap_of(const Params& params);
/// The choices "average" (default) and "max" for a parameter called `pool`.
ParamSpec pool_param();
Pooling pooling_of(const Params& params);
/// @throws InvalidInput unless the value of `name` is odd, as centred windows need.
void check_odd(const Params& params, std::string_view name);

}  // namespace aniso::nn
