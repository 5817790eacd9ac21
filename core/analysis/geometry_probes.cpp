#include "core/analysis/geometry_probes.h"

#include "core/base/check.h"

namespace aniso::analysis {

ParamSchema geometry_probe_params(Index probes) {
  return {
      integer_param("probes", probes).range(1, 65536).about("B, inputs per network."),
      choice_param("probe_law", "gaussian",
                   {{"gaussian", "Gaussian", "x ~ N(0, σ_x² I)."},
                    {"data", "Training inputs", "Rows of the training set."}})
          .about("Where gradients are taken."),
      real_param("probe_scale", 1e-3)
          .titled("σ_x")
          .range(0, 1e6)
          .log_scale()
          .in("input units")
          .when("probe_law", {"gaussian"})
          .about("Scale of the probes. It matters through the biases and once a network has "
                 "learned."),
      choice_param("readout", "mean",
                   {{"mean", "Mean of the outputs", "As the average geometry is usually shown."},
                    {"output", "One output", "The output with the chosen number."},
                    {"difference", "Difference", "One output minus another."}})
          .about("The scalar whose gradient is taken."),
      integer_param("output", 0)
          .range(0, 1e9)
          .when("readout", {"output", "difference"})
          .about("Number of the output, from 0."),
      integer_param("against", 1)
          .range(0, 1e9)
          .when("readout", {"difference"})
          .about("Number of the output that is subtracted, from 0."),
      integer_param("seed", 0).range(0, 1e9).about("Of the probes.")};
}

Vector geometry_readout(const Input& input) {
  const Index outputs = input.plan->outputs;
  const auto kind = input.params.choice("readout");
  const auto checked = [&](const char* name) {
    const Index index = input.params.integer(name);
    ANISO_CHECK(index < outputs, name, ": there is no output ", index, "; the network has ",
                outputs, ", numbered from 0");
    return index;
  };
  if (kind == "mean") return mean_readout(outputs);
  Vector weights = Vector::Zero(outputs);
  weights[checked("output")] += 1;
  if (kind == "difference") weights[checked("against")] -= 1;
  ANISO_CHECK(!weights.isZero(0), "against: the difference of an output and itself is zero");
  return weights;
}

GeometryProbes::GeometryProbes(const Input& input) {
  law_.count = input.params.integer("probes");
  law_.scale = input.params.real("probe_scale");
  if (input.params.choice("probe_law") != "data") return;
  ANISO_CHECK(input.data != nullptr && !input.data->train.empty(),
              "probe_law: there are no training inputs; use the Gaussian law");
  data_ = input.data->x(input.data->train, Eigen::all);
  law_.data = &data_;
}

}  // namespace aniso::analysis
