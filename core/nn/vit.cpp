#include "core/base/check.h"
#include "core/nn/initialisation.h"
#include "core/nn/plan_builder.h"
#include "core/nn/registry.h"

namespace aniso::nn {
namespace {

ParamSchema structure_params() {
  return {integer_param("patch", 4)
              .titled("Patch size")
              .about("Side of the squares that become tokens; divides the image's sides.")
              .in("pixels")
              .range(1, 256),
          integer_param("width", 64).about("Features of a token.").in("features").range(1, 4096),
          integer_param("depth", 2).about("Transformer blocks.").in("blocks").range(0, 32),
          integer_param("heads", 4)
              .about("Attention heads; divides the width.")
              .in("heads")
              .range(1, 256),
          integer_param("mlp_ratio", 2)
              .titled("MLP ratio")
              .about("Hidden features of a block's dense part, as a multiple of the width.")
              .range(1, 16),
          choice_param("activation", "gelu", activation_choices())
              .about("Within the dense part of every block."),
          choice_param("head", "class_token",
                       {{"class_token", "Class token", "A trained token that attends to all."},
                        {"mean", "Mean", "The mean over all patches."}})
              .about("What the output is read from."),
          bool_param("positions", true)
              .about("Adds a trained vector to every token; without, the network cannot tell where "
                     "a patch is.")};
}

NetworkPlan plan_of(const Params& params, const InputShape& inputs, Index outputs) {
  const FeatureShape image = image_shape(inputs, "vit");
  const Index patch = params.integer("patch"), width = params.integer("width");
  ANISO_CHECK(image.height % patch == 0 && image.width % patch == 0,
              "architecture.patch: images of ", image.height, "×", image.width,
              " cannot be cut into patches of ", patch, "×", patch,
              "; choose a divisor of both sides");
  const bool has_class_token = params.choice("head") == "class_token";
  const Activation activation = activation_of(params.choice("activation"));
  PlanBuilder net(image);
  net.convolution(width, {.window = patch, .stride = patch, .padded = false, .name = "patches"});
  net.embed(has_class_token, params.boolean("positions"));
  for (Index block = 0; block < params.integer("depth"); ++block) {
    Index skip = net.last();
    net.normalise(Norm::layer);
    net.dense(3 * width, {.name = "queries keys values"});
    net.attention(params.integer("heads"));
    net.dense(width, {.name = "projection"});
    net.add(skip);
    skip = net.last();
    net.normalise(Norm::layer);
    net.dense(params.integer("mlp_ratio") * width);
    net.activation(activation);
    net.dense(width);
    net.add(skip);
  }
  net.normalise(Norm::layer);
  if (has_class_token)
    net.first_token();
  else
    net.token_mean();
  net.dense(outputs);
  return net.finish(outputs);
}

}  // namespace

Architecture vit() {
  Architecture a;
  a.id = "vit";
  a.title = "Vision transformer";
  a.doc =
      "A small vision transformer: patches become tokens, which attention and dense layers with "
      "layer normalisation and skip connections mix.";
  a.on_images = true;
  a.params = joined(structure_params(), initialisation_params(Biases::always));
  a.plan = plan_of;
  a.initialise = draw_as_declared;
  return a;
}

}  // namespace aniso::nn
