#include "core/nn/initialisation.h"
#include "core/nn/plan_builder.h"
#include "core/nn/registry.h"

namespace aniso::nn {
namespace {

NetworkPlan plan_of(const Params& params, const InputShape& inputs, Index outputs) {
  PlanBuilder net(image_shape(inputs, "lenet"));
  const Activation activation = activation_of(params.choice("activation"));
  const bool padded = params.choice("padding") != "none";
  for (const Index channels : {6, 16}) {
    net.convolution(channels, {.window = 5, .wrap = wrap_of(params), .padded = padded});
    net.activation(activation);
    net.pool(pooling_of(params), 2, 2);
  }
  for (const Index width : {120, 84}) {
    net.dense(width);
    net.activation(activation);
  }
  net.dense(outputs);
  return net.finish(outputs);
}

}  // namespace

Architecture lenet() {
  ParamSpec padding = padding_param();
  padding.fallback = "none";
  padding.choices.insert(padding.choices.begin(),
                         {"none", "None", "Windows stay inside: each convolution takes 4 pixels."});
  Architecture a;
  a.id = "lenet";
  a.title = "LeNet";
  a.doc =
      "LeNet-5: two 5×5 convolutions with 6 and 16 channels, a pooling after each, then dense "
      "layers of 120 and 84 features. Made for 32×32 images; from 16×16 on it fits.";
  a.on_images = true;
  a.params = joined({choice_param("activation", "relu", activation_choices())
                         .about("Applied after every layer but the last."),
                     pool_param(), padding},
                    initialisation_params(Biases::always));
  a.plan = plan_of;
  a.initialise = draw_as_declared;
  return a;
}

}  // namespace aniso::nn
