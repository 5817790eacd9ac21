#include "core/nn/initialisation.h"
#include "core/nn/registry.h"

namespace aniso::nn {

Architecture mlp() {
  Architecture a;
  a.id = "mlp";
  a.title = "MLP";
  a.doc =
      "Dense layers with an activation between them. Its average geometry at initialisation is "
      "isotropic: no direction of input space is preferred.";
  a.params = joined({integers_param("hidden", {64, 64})
                         .titled("Hidden widths")
                         .about("Features of each hidden layer, first to last.")
                         .in("features")
                         .range(1, 65536)
                         .lengths(0, 64),
                     choice_param("activation", "tanh", activation_choices())
                         .about("Applied after every layer but the last."),
                     bool_param("bias", true).about("Each dense layer adds a trainable offset.")},
                    initialisation_params(Biases::by_parameter));
  a.plan = [](const Params& params, const InputShape& inputs, Index outputs) {
    const auto hidden = params.integers("hidden");
    return dense_chain_plan(inputs.dim, {hidden.begin(), hidden.end()}, outputs,
                            activation_of(params.choice("activation")), params.boolean("bias"));
  };
  a.initialise = draw_as_declared;
  return a;
}

}  // namespace aniso::nn
