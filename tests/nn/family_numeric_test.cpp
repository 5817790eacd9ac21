#include "core/nn/family.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/base/errors.h"
#include "core/nn/dense_chain.h"
#include "tests/nn/family_checks.h"

namespace aniso::nn {
namespace {

std::unique_ptr<LayeredFunction> chain(const NetworkPlan& plan, const Vector& parameters) {
  return make_dense_chain(plan, parameters);
}

class DenseFamilyTest : public testing::TestWithParam<Case> {};

TEST_P(DenseFamilyTest, EqualsOneNetworkAfterTheOther) {
  const auto& c = GetParam();
  check_family(*make_dense_family(c.kind(), c.validated_params(), c.inputs, c.outputs), c, chain,
               1e-14);
}

TEST_P(DenseFamilyTest, DrawsDoNotDependOnHowManyThereAre) {
  const auto& c = GetParam();
  const auto family = make_dense_family(c.kind(), c.validated_params(), c.inputs, c.outputs);
  const RandomStream stream(4, "geometry");
  const Matrix many = family->draw(stream, 7), few = family->draw(stream, 3);
  EXPECT_EQ(many.topRows(3), few);
  EXPECT_NE(many.row(0), many.row(1));
  EXPECT_EQ(many.row(5).transpose(),
            c.kind().initialise(c.plan(), c.validated_params(), stream.child("net", 5)));
  EXPECT_EQ(family->draw(stream, 0).rows(), 0);
  EXPECT_THROW(family->draw(stream, -1), InvalidInput);
}

INSTANTIATE_TEST_SUITE_P(Registry, DenseFamilyTest, testing::ValuesIn(dense_cases()),
                         [](const auto& instance) { return case_name(instance.param); });

// E[∇f ∇fᵀ] over fresh ReLU networks with LibTorch's default initialisation is
// σ_out² Π(n_l σ_l²/2)·I at every x: 1/300 · 100/(6·32) · 1/6 for 32–100–100–1.
struct GeometryEstimate {
  Vector diagonal_mean;  // per network, mean of the diagonal
  Matrix average;        // E g gᵀ
};

GeometryEstimate average_geometry(Dtype dtype, Index networks, Index outputs,
                                  const Vector& readout) {
  const auto& kind = architecture("mlp");
  const Params params =
      validated(kind.params, Json{{"hidden", {100, 100}}, {"activation", "relu"}}, "architecture");
  const auto family = make_dense_family(kind, params, 32, outputs, dtype);
  const Matrix x = RandomStream(8, "probe").normals(1, Index{32});
  GeometryEstimate estimate{Vector(networks), Matrix::Zero(32, 32)};
  constexpr Index kBatch = 100;
  for (Index at = 0; at < networks; at += kBatch) {
    const Matrix parameters =
        family->draw(RandomStream(8, "geometry", static_cast<std::uint64_t>(at)), kBatch);
    const auto gradients = family->input_gradients(parameters, x, readout);
    for (Index r = 0; r < kBatch; ++r) {
      const Vector g = gradients[static_cast<std::size_t>(r)].row(0);
      estimate.diagonal_mean[at + r] = g.squaredNorm() / 32;
      estimate.average += g * g.transpose() / static_cast<double>(networks);
    }
  }
  return estimate;
}

void expect_within_four_standard_errors(const GeometryEstimate& estimate, double expected) {
  const Vector& t = estimate.diagonal_mean;
  const double n = static_cast<double>(t.size());
  const double spread = std::sqrt((t.array() - t.mean()).square().sum() / (n - 1));
  EXPECT_NEAR(t.mean(), expected, 4 * spread / std::sqrt(n));
  EXPECT_LT(4 * spread / std::sqrt(n), 0.08 * expected) << "too few networks to tell";
  // Off-diagonal entries and the spread along the diagonal are sampling noise: an entry's standard
  // error is at most √(E g⁴/n), and there are 528 of them.
  const double entry = std::sqrt(3 * t.array().square().mean() / n);
  const Matrix deviation = estimate.average - t.mean() * Matrix::Identity(32, 32);
  EXPECT_LT(deviation.cwiseAbs().maxCoeff(), 5 * entry);
}

TEST(AverageGeometry, OfReluNetworksIsIsotropicWithTheClosedFormsScale) {
  expect_within_four_standard_errors(average_geometry(Dtype::float32, 2000, 1, Vector::Ones(1)),
                                     2.89352e-4);
}

TEST(AverageGeometry, OfTheMeanOfTwoLogitsIsHalfOfIt) {
  expect_within_four_standard_errors(
      average_geometry(Dtype::float32, 2000, 2, Vector::Constant(2, 0.5)), 2.89352e-4 / 2);
}

// Without biases a ReLU network is homogeneous: its gradient does not depend on the input's scale.
TEST(AverageGeometry, WithoutBiasesDoesNotDependOnTheProbesScale) {
  const auto& kind = architecture("mlp");
  const Params params =
      validated(kind.params,
                Json{{"hidden", {40, 40}}, {"activation", "relu"}, {"bias_initialisation", "zero"}},
                "architecture");
  const auto family = make_dense_family(kind, params, 6, 1);
  const Matrix parameters = family->draw(RandomStream(8, "geometry"), 5);
  const Matrix x = test_points(4, 6), tiny = 1e-3 * x;
  const auto near = family->input_gradients(parameters, tiny, Vector::Ones(1));
  const auto far = family->input_gradients(parameters, x, Vector::Ones(1));
  for (std::size_t r = 0; r < near.size(); ++r) EXPECT_LT(relative_error(near[r], far[r]), 1e-13);
}

}  // namespace
}  // namespace aniso::nn
