#include "core/nn/initialisation.h"
#include "core/nn/registry.h"
#include "core/nn/score_network.h"

namespace aniso::nn {

Architecture score_mlp() {
  Architecture a;
  a.id = "score_mlp";
  a.title = "Score MLP";
  a.doc =
      "A score network of dense layers: the sample and sines and cosines of the time go in side by "
      "side, and a vector of the sample's size comes out.";
  a.has_time = true;
  a.params = joined({integers_param("hidden", {256, 256})
                         .titled("Hidden widths")
                         .about("Features of each hidden layer, first to last.")
                         .in("features")
                         .range(1, 65536)
                         .lengths(0, 64),
                     choice_param("activation", "silu", activation_choices())
                         .about("Applied after every layer but the last."),
                     time_features_param(32)},
                    initialisation_params(Biases::always));
  a.plan = [](const Params& params, const InputShape& inputs, Index outputs) {
    check_score_outputs(inputs, outputs);
    PlanBuilder net = PlanBuilder::with_time(FeatureShape::plain(inputs.dim));
    const Index time = time_conditioning(net, params.integer("time_features"), 0, 0);
    net.branch_from(0);
    net.concatenate(time);
    for (const auto width : params.integers("hidden")) {
      net.dense(width);
      net.activation(activation_of(params.choice("activation")));
    }
    net.dense(outputs);
    return net.finish(outputs);
  };
  a.initialise = draw_as_declared;
  return a;
}

}  // namespace aniso::nn
