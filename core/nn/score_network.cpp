#include "core/nn/score_network.h"

#include "core/base/check.h"

namespace aniso::nn {

ParamSpec time_features_param(std::int64_t fallback) {
  return integer_param("time_features", fallback)
      .titled("Time features")
      .about("Sines and cosines of the time that the network is given; an even number.")
      .in("features")
      .range(2, 4096);
}

void check_score_outputs(const InputShape& inputs, Index outputs) {
  ANISO_CHECK(outputs == inputs.dim, "a score network gives one number for each of the ",
              inputs.dim, " inputs, not ", outputs,
              "; train it with the objective "
              "'score_matching'");
}

Index time_conditioning(PlanBuilder& net, Index features, Index width, int times) {
  ANISO_CHECK(features % 2 == 0, "architecture.time_features: ", features,
              " is odd; sines and cosines come in pairs");
  net.time_features(features);
  for (int i = 0; i < times; ++i) {
    net.dense(width, {.name = "time dense"});
    net.activation(Activation::silu);
  }
  return net.last();
}

void shift_by_time(PlanBuilder& net, Index conditioning) {
  const Index built = net.last(), channels = net.shape().channels;
  net.branch_from(conditioning);
  net.dense(channels, {.name = "time shift"});
  const Index shift = net.last();
  net.branch_from(built);
  net.modulate(shift);
}

}  // namespace aniso::nn
