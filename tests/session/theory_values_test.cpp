#include "core/session/theory_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace aniso::session {
namespace {

using testing::HasSubstr;

ResolvedPtr resolved(const Json& architecture, const Json& optimizer) {
  Engines engines;
  engines.resolve_device = [](const std::string&) { return std::string("cpu"); };
  return resolve(experiment_from_json({{"dataset", {{"id", "linear_teacher"}, {"n", 50}}},
                                       {"architecture", architecture},
                                       {"objective", "squared"},
                                       {"optimizer", optimizer},
                                       {"training", {{"batch_size", 0}}}}),
                 engines);
}

Measurements measured(const ResolvedExperiment& experiment, const Vector& parameters, Index step) {
  Measurements out;
  add_theory(out, experiment, parameters, step);
  return out;
}

TEST(TheoryValues, ABalancedStartIsBalancedAndAGaussianOneIsNot) {
  const auto balanced = resolved({{"id", "deep_linear"}, {"initialisation", "balanced"}}, "gd");
  EXPECT_LT(measured(*balanced, balanced->initial, 0).measure("theory/imbalance").value, 1e-12);
  const auto gaussian = resolved("deep_linear", "gd");
  EXPECT_GT(measured(*gaussian, gaussian->initial, 0).measure("theory/imbalance").value, 0.1);
}

TEST(TheoryValues, DistanceToTheClosedFormIsZeroAtTheStartAndOneForZeroWeights) {
  const auto linear = resolved("linear", "gd");
  EXPECT_LT(measured(*linear, linear->initial, 0).measure("theory/descent_distance").value, 1e-14);
  const Vector zero = Vector::Zero(linear->initial.size());
  EXPECT_DOUBLE_EQ(measured(*linear, zero, 10).measure("theory/descent_distance").value, 1);
  EXPECT_GT(measured(*linear, linear->initial, 10).measure("theory/descent_distance").value, 1e-3);
}

TEST(TheoryValues, SayWhyTheyDoNotApply) {
  const auto mlp = resolved("mlp", "gd");
  const auto values = measured(*mlp, mlp->initial, 0);
  EXPECT_THAT(values.measure("theory/descent_distance").undefined, HasSubstr("one linear layer"));
  EXPECT_THAT(values.measure("theory/imbalance").undefined, HasSubstr("linear layers"));
  const auto adam = resolved("linear", "adam");
  EXPECT_THAT(measured(*adam, adam->initial, 0).measure("theory/descent_distance").undefined,
              HasSubstr("gradient descent"));
  const auto decayed = resolved("linear", {{"id", "gd"}, {"weight_decay", 0.1}});
  EXPECT_FALSE(
      measured(*decayed, decayed->initial, 0).measure("theory/descent_distance").undefined.empty());
}

}  // namespace
}  // namespace aniso::session
