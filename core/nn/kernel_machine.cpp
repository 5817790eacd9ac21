#include <cmath>

#include "core/base/check.h"
#include "core/base/names.h"
#include "core/nn/initialisation.h"
#include "core/nn/plan_builder.h"
#include "core/nn/registry.h"

namespace aniso::nn {
namespace {

ParamSchema structure_params() {
  return {choice_param("kernel", "rbf",
                       {{"rbf", "RBF", "exp(−r²/2ℓ²): smooth."},
                        {"laplace", "Laplace", "exp(−r/ℓ): a kink at every centre."},
                        {"arc_cosine", "Arc-cosine",
                         "That of an infinitely wide network with one hidden layer."}})
              .about("k(x, c), r the distance of x and c."),
          real_param("bandwidth", 0.5)
              .about("ℓ in units of √D, the typical length of standardised inputs.")
              .in("√D")
              .range(1e-3, 1e3)
              .log_scale()
              .when("kernel", {"rbf", "laplace"}),
          integer_param("order", 1)
              .about("Of the arc-cosine kernel: 0 for step activations, 1 for ReLU, 2 for its "
                     "square.")
              .range(0, 2)
              .when("kernel", {"arc_cosine"}),
          integer_param("centres", 128)
              .about("Number of centres c_j, no more than there are training points.")
              .in("centres")
              .range(1, 65536),
          choice_param("placement", "training",
                       {{"training", "Training points", "Drawn from them without repetition."},
                        {"gaussian", "Gaussian", "Drawn from N(0, I), whatever the data."}})
              .about("Where the centres are. They stay there, also when the data change.")
              .starts_only(),
          bool_param("bias", true).about("Adds a trainable offset to each output.")};
}

KernelKind kind_of(const std::string& id) {
  if (id == "laplace") return KernelKind::laplace;
  return id == "arc_cosine" ? KernelKind::arc_cosine : KernelKind::rbf;
}

void place_centres(const NetworkPlan& plan, const Params& params, MatrixRef inputs,
                   const RandomStream& stream, Vector& parameters) {
  if (params.choice("placement") != "training") return;
  for (const auto& block : plan.layout()) {
    if (block.role != Role::centres) continue;
    ANISO_CHECK(block.rows <= inputs.rows(), "architecture.centres: ", grouped(block.rows),
                " centres are more than the ", grouped(inputs.rows()),
                " training points; use at most that, or placement = gaussian");
    const auto order = stream.permutation(inputs.rows());
    Eigen::Map<Matrix> centres(parameters.data() + block.offset, block.rows, block.cols);
    for (Index j = 0; j < block.rows; ++j)
      centres.row(j) = inputs.row(order[static_cast<std::size_t>(j)]);
  }
}

}  // namespace

Architecture kernel_machine() {
  Architecture a;
  a.id = "kernel_machine";
  a.title = "Kernel machine";
  a.doc =
      "f(x) = Σ_j α_j k(x, c_j) with fixed centres c_j, trained by gradient descent on α. The "
      "centres are training points; where networks are drawn without data, as for average "
      "geometry, they are N(0, I).";
  a.params = joined(structure_params(), initialisation_params(Biases::by_parameter));
  a.plan = [](const Params& params, const InputShape& inputs, Index outputs) {
    PlanBuilder net(FeatureShape::plain(inputs.dim));
    net.kernel(kind_of(params.choice("kernel")), params.integer("centres"),
               params.real("bandwidth") * std::sqrt(static_cast<double>(inputs.dim)),
               static_cast<int>(params.integer("order")));
    net.dense(outputs, {.bias = params.boolean("bias")});
    return net.finish(outputs);
  };
  a.initialise = draw_as_declared;
  a.place = place_centres;
  return a;
}

}  // namespace aniso::nn
