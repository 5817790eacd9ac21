#include "core/nn/initialisation.h"
#include "core/nn/registry.h"

namespace aniso::nn {

Architecture linear() {
  Architecture a;
  a.id = "linear";
  a.title = "Linear";
  a.doc = "One dense layer: f(x) = W x + b. The baseline that every other network is held against.";
  a.params = joined({bool_param("bias", true).about("Adds a trainable offset to each output.")},
                    initialisation_params(Biases::by_parameter));
  a.plan = [](const Params& params, const InputShape& inputs, Index outputs) {
    return dense_chain_plan(inputs.dim, {}, outputs, Activation::identity, params.boolean("bias"));
  };
  a.initialise = draw_as_declared;
  return a;
}

}  // namespace aniso::nn
