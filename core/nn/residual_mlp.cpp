#include "core/nn/initialisation.h"
#include "core/nn/plan_builder.h"
#include "core/nn/registry.h"

namespace aniso::nn {
namespace {

ParamSchema structure_params() {
  return {integer_param("width", 64)
              .about("Features that every block reads and writes.")
              .in("features")
              .range(1, 65536),
          integer_param("blocks", 3).about("Residual blocks.").in("blocks").range(0, 64),
          choice_param("activation", "tanh", activation_choices())
              .about("Within every block, and before the output."),
          choice_param("normalisation", "none",
                       {{"none", "None", ""},
                        {"layer", "Layer", "Each block's input is brought to mean 0, variance 1."}})
              .about("Of what goes into a block."),
          bool_param("bias", true).about("Each dense layer adds a trainable offset.")};
}

NetworkPlan plan_of(const Params& params, const InputShape& inputs, Index outputs) {
  PlanBuilder net(FeatureShape::plain(inputs.dim));
  const Activation activation = activation_of(params.choice("activation"));
  const bool bias = params.boolean("bias");
  const Index width = params.integer("width");
  net.dense(width, {.bias = bias});
  for (Index block = 0; block < params.integer("blocks"); ++block) {
    const Index skip = net.last();
    if (params.choice("normalisation") == "layer") net.normalise(Norm::layer);
    net.dense(width, {.bias = bias});
    net.activation(activation);
    net.dense(width, {.bias = bias});
    net.add(skip);
  }
  net.activation(activation);
  net.dense(outputs, {.bias = bias});
  return net.finish(outputs);
}

}  // namespace

Architecture residual_mlp() {
  Architecture a;
  a.id = "residual_mlp";
  a.title = "Residual MLP";
  a.doc =
      "Dense blocks with skip connections, h ← h + V φ(W h): what a block computes is added to "
      "what "
      "it was given, so that deep networks train.";
  a.params = joined(structure_params(), initialisation_params(Biases::by_parameter));
  a.plan = plan_of;
  a.initialise = draw_as_declared;
  return a;
}

}  // namespace aniso::nn
