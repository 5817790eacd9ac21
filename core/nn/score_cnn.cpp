#include "core/base/check.h"
#include "core/nn/initialisation.h"
#include "core/nn/registry.h"
#include "core/nn/score_network.h"

namespace aniso::nn {
namespace {

ParamSchema structure_params() {
  return {integer_param("channels", 32)
              .about("Channels of every layer but the last.")
              .in("channels")
              .range(1, 4096),
          integer_param("layers", 3).about("Convolutions, the last one included.").range(2, 32),
          integer_param("kernel", 3).about("Side of a window; odd.").in("pixels").range(1, 31),
          choice_param("normalisation", "group",
                       {{"none", "None", "Nothing is normalised."},
                        {"instance", "Instance", "Each channel of each sample over its positions."},
                        {"group", "Group", "Groups of channels of each sample."}})
              .about("After every convolution but the last. It decides much of what the network "
                     "finds easy."),
          integer_param("groups", 8)
              .about("Groups of channels; divides the channels.")
              .range(1, 4096)
              .when("normalisation", {"group"}),
          padding_param(),
          choice_param("activation", "silu", activation_choices())
              .about("After every layer but the last."),
          time_features_param(32)};
}

NetworkPlan plan_of(const Params& params, const InputShape& inputs, Index outputs) {
  check_score_outputs(inputs, outputs);
  check_odd(params, "kernel");
  const FeatureShape image = image_shape(inputs, "score_cnn");
  const Index channels = params.integer("channels"), features = params.integer("time_features");
  const auto norm = params.choice("normalisation");
  const ConvolutionOptions convolution{.window = params.integer("kernel"), .wrap = wrap_of(params)};
  PlanBuilder net = PlanBuilder::with_time(image);
  const Index time = time_conditioning(net, features, features, 1);
  net.branch_from(0);
  for (Index layer = 1; layer < params.integer("layers"); ++layer) {
    net.convolution(channels, convolution);
    if (norm == "instance") net.normalise(Norm::group, channels);
    if (norm == "group") net.normalise(Norm::group, params.integer("groups"));
    shift_by_time(net, time);
    net.activation(activation_of(params.choice("activation")));
  }
  net.convolution(image.channels, convolution);
  return net.finish(outputs);
}

}  // namespace

Architecture score_cnn() {
  Architecture a;
  a.id = "score_cnn";
  a.title = "Score CNN";
  a.doc =
      "A score network of a few convolutions at full resolution; the time shifts the channels of "
      "every layer.";
  a.on_images = true;
  a.has_time = true;
  a.params = joined(structure_params(), initialisation_params(Biases::always));
  a.plan = plan_of;
  a.initialise = draw_as_declared;
  return a;
}

}  // namespace aniso::nn
