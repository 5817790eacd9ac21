#include <cmath>

#include "core/base/check.h"
#include "core/nn/initialisation.h"
#include "core/nn/registry.h"
#include "core/nn/score_network.h"

namespace aniso::nn {
namespace {

constexpr double kEpsilon = 1e-6;  // of the layer normalisation

ParamSchema params() {
  return {integer_param("patch", 2)
              .titled("Patch size")
              .about("Side of the squares that become tokens; divides the image's sides.")
              .in("pixels")
              .range(1, 256),
          integer_param("width", 48)
              .about("Features of a token; a multiple of 4, for the positions.")
              .in("features")
              .range(4, 4096),
          integer_param("depth", 2).about("Transformer blocks.").in("blocks").range(0, 32),
          integer_param("heads", 4)
              .about("Attention heads; divides the width.")
              .in("heads")
              .range(1, 256),
          integer_param("mlp_ratio", 4)
              .titled("MLP ratio")
              .about("Hidden features of a block's dense part, as a multiple of the width.")
              .range(1, 16),
          time_features_param(64),
          choice_param("final_layer", "xavier",
                       {{"xavier", "Xavier uniform", "The output starts random."},
                        {"zero", "Zero",
                         "As published: the output starts at exactly 0, and its "
                         "average geometry is undefined."}})
              .titled("Final layer")
              .about("How the last dense layer starts.")
              .starts_only()};
}

class Builder {
 public:
  /// @param net  has built tokens.
  Builder(PlanBuilder& net, Index conditioning)
      : net_(net), conditioning_(conditioning), width_(net.shape().channels) {}

  /// `parts` of the tokens' width, read from the time. @return  the layer's number.
  Index modulation(Index parts) {
    const Index built = net_.last();
    net_.branch_from(conditioning_);
    net_.dense(parts * width_, {.name = "modulation"});
    const Index numbers = net_.last();
    net_.branch_from(built);
    return numbers;
  }
  /// Some of these numbers, in units of the tokens' width. Leaves them as what comes last.
  Index part(Index numbers, Index first, Index count) {
    net_.branch_from(numbers);
    net_.slice(first * width_, count * width_);
    return net_.last();
  }
  void normalise(Index shift_and_scale) {
    net_.plain_layer_norm(kEpsilon);
    net_.modulate(shift_and_scale);
  }
  void close(Index gate, Index skip) {
    net_.gate(gate);
    net_.add(skip);
  }

 private:
  PlanBuilder& net_;
  Index conditioning_;
  Index width_;
};

void add_block(PlanBuilder& net, Builder& build, const Params& params) {
  const Index width = net.shape().channels;
  Index skip = net.last();
  const Index numbers = build.modulation(6);
  const Index before_attention = build.part(numbers, 0, 2),
              gate_attention = build.part(numbers, 2, 1);
  const Index before_dense = build.part(numbers, 3, 2), gate_dense = build.part(numbers, 5, 1);
  net.branch_from(skip);
  build.normalise(before_attention);
  net.dense(3 * width, {.name = "queries keys values"});
  net.attention(params.integer("heads"));
  net.dense(width, {.name = "projection"});
  build.close(gate_attention, skip);
  skip = net.last();
  build.normalise(before_dense);
  net.dense(params.integer("mlp_ratio") * width);
  net.activation(Activation::gelu);
  net.dense(width);
  build.close(gate_dense, skip);
}

NetworkPlan plan_of(const Params& params, const InputShape& inputs, Index outputs) {
  check_score_outputs(inputs, outputs);
  const FeatureShape image = image_shape(inputs, "dit");
  const Index patch = params.integer("patch"), width = params.integer("width");
  ANISO_CHECK(image.height % patch == 0 && image.width % patch == 0,
              "architecture.patch: images of ", image.height, "×", image.width,
              " cannot be cut into patches of ", patch, "×", patch,
              "; choose a divisor of both sides");
  ANISO_CHECK(width % 4 == 0, "architecture.width: ", width,
              " is no multiple of 4, as the sines and cosines of two coordinates need");
  PlanBuilder net = PlanBuilder::with_time(image);
  const Index time = time_conditioning(net, params.integer("time_features"), width, 2);
  net.branch_from(0);
  net.convolution(width, {.window = patch, .stride = patch, .padded = false, .name = "patches"});
  net.embed_with_sincos();
  Builder build(net, time);
  for (Index block = 0; block < params.integer("depth"); ++block) add_block(net, build, params);
  build.normalise(build.modulation(2));
  net.dense(patch * patch * image.channels, {.name = "final"});
  net.unpatchify(image, patch);
  return net.finish(outputs);
}

// Xavier-uniform weights and zero biases; the time's dense layers N(0, 0.02²); modulations 0, so
// that every block starts as the identity ("adaLN-zero").
Vector initialise(const NetworkPlan& plan, const Params& params, const RandomStream& stream) {
  constexpr double kTimeStd = 0.02;
  Vector parameters =
      draw_parameters(plan, {.scheme = Scheme::xavier_uniform, .bias = BiasScheme::zero}, stream);
  const bool zero_final = params.choice("final_layer") == "zero";
  for (const auto& block : plan.layout()) {
    const Layer& layer = plan.layers[static_cast<std::size_t>(block.layer)];
    auto values = parameters.segment(block.offset, block.size());
    const bool is_final = layer.name.starts_with("final");
    if (layer.name.starts_with("modulation") || (is_final && zero_final)) values.setZero();
    if (layer.name.starts_with("time dense") && block.role == Role::weight)
      values = kTimeStd * stream.child(layer.name).normals(block.size());
    if (layer.name.starts_with("patches") && block.role == Role::weight) {
      // As the dense layer on a patch that it is.
      const double bound = std::sqrt(6.0 / static_cast<double>(block.rows + block.cols));
      values = stream.child(layer.name).uniforms(block.size(), -bound, bound);
    }
  }
  return parameters;
}

}  // namespace

Architecture dit() {
  Architecture a;
  a.id = "dit";
  a.title = "Diffusion transformer";
  a.doc =
      "A score network of transformer blocks on patches with fixed sine and cosine positions; the "
      "time scales, shifts and gates every block, and starts by doing nothing (adaLN-zero).";
  a.on_images = true;
  a.has_time = true;
  a.params = params();
  a.plan = plan_of;
  a.initialise = initialise;
  return a;
}

}  // namespace aniso::nn
