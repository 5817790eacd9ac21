#include "core/nn/initialisation.h"
#include "core/nn/plan_builder.h"
#include "core/nn/registry.h"

namespace aniso::nn {

Architecture random_features() {
  Architecture a;
  a.id = "random_features";
  a.title = "Random features";
  a.doc =
      "f(x) = V φ(W x + b) with W and b drawn once and fixed: only the output layer learns, so "
      "that training is linear regression on random features.";
  a.params = joined({integer_param("features", 512)
                         .about("How many random features.")
                         .in("features")
                         .range(1, 65536),
                     choice_param("activation", "relu", activation_choices())
                         .about("φ, applied to every feature."),
                     bool_param("bias", true).about("Features and output have an offset.")},
                    initialisation_params(Biases::by_parameter));
  a.plan = [](const Params& params, const InputShape& inputs, Index outputs) {
    PlanBuilder net(FeatureShape::plain(inputs.dim));
    const bool bias = params.boolean("bias");
    net.dense(params.integer("features"), {.bias = bias, .fixed = true, .name = "fixed"});
    net.activation(activation_of(params.choice("activation")));
    net.dense(outputs, {.bias = bias});
    return net.finish(outputs);
  };
  a.initialise = draw_as_declared;
  return a;
}

}  // namespace aniso::nn
