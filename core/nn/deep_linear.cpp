#include "core/nn/initialisation.h"
#include "core/nn/registry.h"

namespace aniso::nn {
namespace {

ParamSchema deep_linear_params() {
  return {integer_param("depth", 3).about("Number of weight matrices L.").in("layers").range(1, 64),
          integer_param("width", 8)
              .titled("Hidden width")
              .about("Features between two layers.")
              .in("features")
              .range(1, 65536),
          choice_param("initialisation", "gaussian",
                       {{"gaussian", "Gaussian", "N(0, scale²/fan_in), each entry on its own."},
                        {"balanced", "Balanced",
                         "W_l = Q_l diag(s) Q_{l−1}ᵀ with random orthonormal Q_l, so that "
                         "W_{l+1}ᵀW_{l+1} = W_l W_lᵀ."}})
              .about("How the weights are drawn.")
              .starts_only(),
          real_param("scale", 1)
              .titled("Initial scale")
              .about("The standard deviation of an entry is scale/√fan_in.")
              .range(0, 1000)
              .when("initialisation", {"gaussian"})
              .starts_only(),
          reals_param("singular_values", {0.5})
              .titled("Singular values")
              .about("Of every layer; the product of L layers has their L-th powers. No more than "
                     "the narrowest layer has features.")
              .range(0, 1000)
              .lengths(1, 4096)
              .when("initialisation", {"balanced"})
              .starts_only()};
}

Vector initialise(const NetworkPlan& plan, const Params& params, const RandomStream& stream) {
  if (params.choice("initialisation") == "balanced")
    return draw_balanced(plan, params.reals("singular_values"), stream);
  return draw_parameters(plan, {.scheme = Scheme::lecun_normal, .scale = params.real("scale")},
                         stream);
}

}  // namespace

Architecture deep_linear() {
  Architecture a;
  a.id = "deep_linear";
  a.title = "Deep linear";
  a.doc =
      "A product of weight matrices without biases or activations, f(x) = W_L … W_1 x: linear in "
      "the input, not in its parameters. The setting in which feature alignment is exact.";
  a.params = deep_linear_params();
  a.plan = [](const Params& params, const InputShape& inputs, Index outputs) {
    const auto hidden = static_cast<std::size_t>(params.integer("depth") - 1);
    return dense_chain_plan(inputs.dim, std::vector<Index>(hidden, params.integer("width")),
                            outputs, Activation::identity, false);
  };
  a.initialise = initialise;
  return a;
}

}  // namespace aniso::nn
