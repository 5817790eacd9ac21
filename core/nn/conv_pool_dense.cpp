#include "core/base/check.h"
#include "core/nn/initialisation.h"
#include "core/nn/plan_builder.h"
#include "core/nn/registry.h"

namespace aniso::nn {
namespace {

ParamSchema structure_params() {
  return {integers_param("channels", {8, 16})
              .about("Channels of each convolution, first to last.")
              .in("channels")
              .range(1, 4096)
              .lengths(1, 16),
          integer_param("kernel", 3)
              .titled("Kernel size")
              .about("Side of a convolution's window; odd.")
              .in("pixels")
              .range(1, 31),
          integer_param("stride", 1).about("Step of every convolution.").in("pixels").range(1, 16),
          padding_param(),
          choice_param("activation", "relu", activation_choices())
              .about("Applied after every layer but the last."),
          pool_param(),
          integer_param("pool_size", 2)
              .titled("Pool size")
              .about("Side of a pooling window; 1 for no pooling.")
              .in("pixels")
              .range(1, 32),
          integer_param("pool_stride", 0)
              .titled("Pool stride")
              .about("Step of the pooling windows; 0 for their size, so that they do not overlap. "
                     "With circular padding, overlapping windows go on around the edges.")
              .in("pixels")
              .range(0, 32),
          choice_param("head", "flatten",
                       {{"flatten", "Flatten", "Dense layers see every position."},
                        {"global_average", "Global average", "They see the mean of each channel."}})
              .about("What the dense layers are given."),
          integers_param("hidden", {64})
              .titled("Hidden widths")
              .about("Features of each dense layer between the convolutions and the output.")
              .in("features")
              .range(1, 65536)
              .lengths(0, 16),
          bool_param("bias", true).about("Each layer adds a trainable offset.")};
}

NetworkPlan plan_of(const Params& params, const InputShape& inputs, Index outputs) {
  check_odd(params, "kernel");
  PlanBuilder net(image_shape(inputs, "conv_pool_dense"));
  const Activation activation = activation_of(params.choice("activation"));
  const Wrap wrap = wrap_of(params);
  const bool bias = params.boolean("bias");
  const Index size = params.integer("pool_size"), step = params.integer("pool_stride");
  for (const auto channels : params.integers("channels")) {
    net.convolution(channels, {.window = params.integer("kernel"),
                               .stride = params.integer("stride"),
                               .wrap = wrap,
                               .bias = bias});
    net.activation(activation);
    net.pool(pooling_of(params), size, step == 0 ? size : step, wrap);
  }
  if (params.choice("head") == "global_average") net.global_average();
  for (const auto width : params.integers("hidden")) {
    net.dense(width, {.bias = bias});
    net.activation(activation);
  }
  net.dense(outputs, {.bias = bias});
  return net.finish(outputs);
}

}  // namespace

Architecture conv_pool_dense() {
  Architecture a;
  a.id = "conv_pool_dense";
  a.title = "Conv–pool–dense";
  a.doc =
      "Convolutions, each followed by an activation and a pooling, then dense layers. Its average "
      "geometry at initialisation prefers directions of input space: pooling and stride make it "
      "so, not the convolution.";
  a.on_images = true;
  a.params = joined(structure_params(), initialisation_params(Biases::by_parameter));
  a.plan = plan_of;
  a.initialise = draw_as_declared;
  return a;
}

}  // namespace aniso::nn
