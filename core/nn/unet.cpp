#include <vector>

#include "core/base/check.h"
#include "core/nn/initialisation.h"
#include "core/nn/registry.h"
#include "core/nn/score_network.h"

namespace aniso::nn {
namespace {

ParamSchema structure_params() {
  return {integers_param("widths", {16, 32})
              .about("Channels of each level, finest first; a level has half the sides of the one "
                     "before.")
              .in("channels")
              .range(1, 4096)
              .lengths(1, 8),
          integer_param("groups", 8)
              .about("Groups of channels that are normalised; divides every width.")
              .range(1, 4096),
          padding_param(), time_features_param(32)};
}

struct Builder {
  PlanBuilder& net;
  Index time;
  Index groups;
  ConvolutionOptions convolution;

  void normalised_convolution(Index channels, bool shifted) {
    net.normalise(Norm::group, groups);
    // After the normalisation, which would take a constant out again where groups are channels.
    if (shifted) shift_by_time(net, time);
    net.activation(Activation::silu);
    net.convolution(channels, convolution);
  }
  // h + F(h), through a 1×1 convolution where the channels change.
  void block(Index channels) {
    const Index before = net.last();
    const bool changes = net.shape().channels != channels;
    normalised_convolution(channels, false);
    normalised_convolution(channels, true);
    const Index after = net.last();
    Index skip = before;
    if (changes) {
      net.branch_from(before);
      net.convolution(channels, {.window = 1, .name = "skip"});
      skip = net.last();
      net.branch_from(after);
    }
    net.add(skip);
  }
};

NetworkPlan plan_of(const Params& params, const InputShape& inputs, Index outputs) {
  check_score_outputs(inputs, outputs);
  const FeatureShape image = image_shape(inputs, "unet");
  const auto widths = params.integers("widths");
  const Index halvings = static_cast<Index>(widths.size()) - 1, side = Index{1} << halvings;
  ANISO_CHECK(image.height % side == 0 && image.width % side == 0,
              "architecture.widths: images of ", image.height, "×", image.width,
              " cannot be halved ", halvings, " times; use fewer levels");
  const Index features = params.integer("time_features");
  const ConvolutionOptions same{.wrap = wrap_of(params)};
  const ConvolutionOptions halving{.stride = 2, .wrap = wrap_of(params), .name = "down"};
  PlanBuilder net = PlanBuilder::with_time(image);
  const Index time = time_conditioning(net, features, 2 * features, 2);
  Builder build{net, time, params.integer("groups"), same};
  net.branch_from(0);
  net.convolution(widths.front(), same);
  std::vector<Index> kept;
  for (std::size_t level = 0; level < widths.size(); ++level) {
    build.block(widths[level]);
    kept.push_back(net.last());
    if (level + 1 < widths.size()) net.convolution(widths[level], halving);
  }
  for (std::size_t level = widths.size() - 1; level-- > 0;) {
    net.upsample(2);
    net.concatenate(kept[level]);
    build.block(widths[level]);
  }
  build.normalised_convolution(image.channels, false);
  return net.finish(outputs);
}

}  // namespace

Architecture unet() {
  Architecture a;
  a.id = "unet";
  a.title = "Small U-Net";
  a.doc =
      "A score network that looks at the image at several resolutions: one residual block with "
      "group normalisation a level, on the way down and on the way up, with what was seen on the "
      "way down joined in.";
  a.on_images = true;
  a.has_time = true;
  a.params = joined(structure_params(), initialisation_params(Biases::always));
  a.plan = plan_of;
  a.initialise = draw_as_declared;
  return a;
}

}  // namespace aniso::nn
