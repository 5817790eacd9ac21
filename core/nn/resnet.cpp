#include <algorithm>

#include "core/base/check.h"
#include "core/nn/initialisation.h"
#include "core/nn/plan_builder.h"
#include "core/nn/registry.h"

namespace aniso::nn {
namespace {

ParamSchema structure_params() {
  return {
      integers_param("widths", {16, 32, 64})
          .about("Channels of each stage; every stage after the first halves the image.")
          .in("channels")
          .range(1, 4096)
          .lengths(1, 8),
      integer_param("blocks", 1).about("Residual blocks per stage.").in("blocks").range(1, 32),
      choice_param("activation", "relu", activation_choices()).about("Within and between blocks."),
      choice_param("normalisation", "batch",
                   {{"none", "None", "Convolutions have biases instead."},
                    {"batch", "Batch", "Over the batch; running statistics outside training."},
                    {"group", "Group", "Over groups of channels of one sample."},
                    {"instance", "Instance", "Over each channel of one sample."}})
          .about("What goes with every convolution."),
      integer_param("groups", 4)
          .about("Groups of channels; divides every width.")
          .in("groups")
          .range(1, 4096)
          .when("normalisation", {"group"}),
      bool_param("pre_activation", true)
          .titled("Pre-activation")
          .about("Normalise and activate before each convolution, x + conv(φ(conv(φ(x)))), so that "
                 "the skip connection stays linear; otherwise after each convolution and sum."),
      choice_param("downsampling", "block",
                   {{"block", "In the block",
                     "The first block of a stage has stride 2, and a 1×1 convolution as shortcut."},
                    {"convolution", "Between blocks",
                     "A strided 3×3 convolution between two stages, after an activation where the "
                     "width grows."}})
          .about("How the image is halved between two stages."),
      padding_param(),
      choice_param("head", "global_average",
                   {{"global_average", "Global average", "The mean of each channel."},
                    {"flatten", "Flatten", "Every position of every channel."}})
          .about("What the last, dense layer is given.")};
}

class Builder {
 public:
  Builder(const Params& params, const InputShape& inputs)
      : params_(params),
        net_(image_shape(inputs, "resnet")),
        activation_(activation_of(params.choice("activation"))),
        norm_(params.choice("normalisation")),
        pre_(params.boolean("pre_activation")),
        between_(params.choice("downsampling") == "convolution") {}

  NetworkPlan build(Index outputs) {
    const auto widths = params_.integers("widths");
    convolution(widths.front(), 1);
    if (!pre_) follow();
    for (std::size_t stage = 0; stage < widths.size(); ++stage) {
      if (stage > 0 && between_) halve(widths[stage]);
      for (Index block = 0; block < params_.integer("blocks"); ++block)
        residual(widths[stage], stage > 0 && block == 0 && !between_ ? 2 : 1);
    }
    if (pre_) follow();
    if (params_.choice("head") == "global_average") net_.global_average();
    net_.dense(outputs);
    return net_.finish(outputs);
  }

 private:
  void convolution(Index channels, Index stride) {
    net_.convolution(channels,
                     {.stride = stride, .wrap = wrap_of(params_), .bias = norm_ == "none"});
  }
  void normalise() {
    if (norm_ == "none") return;
    const Index groups =
        norm_ == "group" ? params_.integer("groups") : std::max<Index>(1, net_.shape().channels);
    net_.normalise(norm_ == "batch" ? Norm::batch : Norm::group, norm_ == "batch" ? 1 : groups);
  }
  // What stands before a convolution with pre-activation, after it without.
  void follow() {
    normalise();
    net_.activation(activation_);
  }
  void halve(Index width) {
    if (pre_ && width != net_.shape().channels) net_.activation(activation_);
    convolution(width, 2);
    if (!pre_) follow();
  }

  void residual(Index width, Index stride) {
    const bool projects = stride != 1 || width != net_.shape().channels;
    const Index input = net_.last();
    if (pre_) follow();
    const Index activated = net_.last();
    convolution(width, stride);
    follow();
    convolution(width, 1);
    if (!pre_) normalise();
    if (!projects) {
      net_.add(input);
    } else {
      const Index branch = net_.last();
      net_.branch_from(pre_ ? activated : input);
      net_.convolution(
          width, {.window = 1, .stride = stride, .bias = norm_ == "none", .name = "shortcut"});
      if (!pre_) normalise();
      net_.add(branch);
    }
    if (!pre_) net_.activation(activation_);
  }

  const Params& params_;
  PlanBuilder net_;
  Activation activation_;
  std::string norm_;
  bool pre_;
  bool between_;
};

}  // namespace

Architecture resnet() {
  Architecture a;
  a.id = "resnet";
  a.title = "ResNet";
  a.doc =
      "A small residual network: 3×3 convolutions with skip connections, in stages that halve the "
      "image. With the default widths and one block a stage it is ResNet-8. Batch normalisation "
      "uses its running statistics wherever the network is looked at; a fresh one is the identity.";
  a.on_images = true;
  a.params = joined(structure_params(), initialisation_params(Biases::always));
  a.plan = [](const Params& params, const InputShape& inputs, Index outputs) {
    return Builder(params, inputs).build(outputs);
  };
  a.initialise = draw_as_declared;
  return a;
}

}  // namespace aniso::nn
