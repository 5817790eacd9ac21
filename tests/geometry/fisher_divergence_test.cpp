#include "core/geometry/fisher_divergence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "core/base/errors.h"
#include "core/base/random.h"

namespace aniso::geometry {
namespace {

Matrix column(std::initializer_list<double> values) {
  Matrix m(static_cast<Index>(values.size()), 1);
  Index i = 0;
  for (const double value : values) m(i++, 0) = value;
  return m;
}

TEST(FisherDivergence, IsTheMeanSquaredDifferenceWithItsStandardError) {
  const auto found = fisher_divergence(column({1, 3, 0}), column({0, 1, 2}));  // 1, 4, 4
  EXPECT_NEAR(found.value, 3, 1e-15);
  EXPECT_NEAR(found.error, 1, 1e-15);  // variance 3 of three points
}

TEST(FisherDivergence, SumsOverDimensionsAndKnowsNoOrigin) {
  constexpr Index kPoints = 50, kDim = 7;
  const RandomStream stream(4, "fisher");
  const Matrix a = stream.normals(kPoints, kDim), b = stream.child("b").normals(kPoints, kDim);
  const auto found = fisher_divergence(a, b);
  EXPECT_NEAR(found.value, (a - b).squaredNorm() / kPoints, 1e-12);
  const Matrix shift = Matrix::Constant(kPoints, kDim, 3.5);
  EXPECT_NEAR(fisher_divergence(a + shift, b + shift).value, found.value, 1e-12);
  EXPECT_EQ(fisher_divergence(a, a).value, 0);
  EXPECT_EQ(fisher_divergence(a, a).error, 0);
}

TEST(FisherDivergence, WeightsCountPointsAndOnlyTheirRatiosMatter) {
  const Matrix a = column({1, 2, 5}), zero = column({0, 0, 0});  // 1, 4, 25
  Vector weights(3);
  weights << 3, 1, 0;
  const auto found = fisher_divergence(a, zero, weights);
  EXPECT_NEAR(found.value, 7.0 / 4, 1e-15);
  // 2/(2 − 1) (9 · 0.75² + 2.25²)/16
  EXPECT_NEAR(found.error, std::sqrt(2 * (9 * 0.5625 + 5.0625) / 16), 1e-14);
  const auto scaled = fisher_divergence(a, zero, 1e200 * weights);
  EXPECT_NEAR(scaled.value, found.value, 1e-14);
  EXPECT_NEAR(scaled.error, found.error, 1e-14);
  const auto equal = fisher_divergence(a, zero, Vector::Constant(3, 0.2));
  EXPECT_NEAR(equal.value, fisher_divergence(a, zero).value, 1e-13);
  EXPECT_NEAR(equal.error, fisher_divergence(a, zero).error, 1e-13);
}

TEST(FisherDivergence, OnePointHasNoError) {
  EXPECT_TRUE(std::isnan(fisher_divergence(column({1}), column({0})).error));
  Vector weights(2);
  weights << 1, 0;
  EXPECT_TRUE(std::isnan(fisher_divergence(column({1, 2}), column({0, 0}), weights).error));
}

TEST(FisherDivergence, ErrorIsTheSpreadOverRepeats) {
  constexpr Index kPoints = 100, kDim = 3;
  const RandomStream stream(5, "fisher repeats");
  Vector values(400);
  double predicted = 0;
  for (Index k = 0; k < 400; ++k) {
    const Matrix draws = stream.at_step(static_cast<std::uint64_t>(k)).normals(kPoints, kDim);
    const auto found = fisher_divergence(draws, Matrix::Zero(kPoints, kDim));
    values[k] = found.value;
    predicted += found.error * found.error / 400;
  }
  EXPECT_NEAR(values.mean(), 3, 0.04);
  EXPECT_NEAR((values.array() - values.mean()).square().mean() / predicted, 1, 0.2);
}

TEST(FisherDivergence, RefusesWhatDoesNotFitNamingTheRow) {
  Matrix broken = column({1, 2, 3});
  broken(2, 0) = std::numeric_limits<double>::quiet_NaN();
  try {
    fisher_divergence(broken, column({0, 0, 0}));
    ADD_FAILURE() << "a NaN was taken";
  } catch (const InvalidInput& error) {
    EXPECT_THAT(std::string(error.what()), ::testing::HasSubstr("learned scores: entry (2, 0)"));
  }
  EXPECT_THROW(fisher_divergence(column({0, 0, 0}), broken), InvalidInput);
  EXPECT_THROW(fisher_divergence(column({0, 0}), column({0})), InvalidInput);
  EXPECT_THROW(fisher_divergence(Matrix(0, 2), Matrix(0, 2)), InvalidInput);
  EXPECT_THROW(fisher_divergence(column({0, 1}), column({0, 0}), Vector::Zero(2)), InvalidInput);
  EXPECT_THROW(fisher_divergence(column({0, 1}), column({0, 0}), Vector::Ones(3)), InvalidInput);
  EXPECT_THROW(fisher_divergence(column({0, 1}), column({0, 0}), -Vector::Ones(2)), InvalidInput);
  EXPECT_THROW(fisher_divergence(column({1e200}), column({0})), NumericalError);
}

}  // namespace
}  // namespace aniso::geometry
