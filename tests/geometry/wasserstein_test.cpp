#include "core/geometry/wasserstein.h"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/errors.h"

namespace aniso::geometry {
namespace {

const RandomStream kStream(21, "wasserstein test");

Matrix normals(const char* name, Index rows, Index cols) {
  return kStream.child(name).normals(rows, cols);
}

Matrix rotation(Index dim) {
  const Eigen::MatrixXd draws = normals("rotation", dim, dim);
  return Eigen::MatrixXd(Eigen::HouseholderQR<Eigen::MatrixXd>(draws).householderQ());
}

Matrix covariance(const char* name, Index dim, Index rank) {
  const Matrix f = normals(name, dim, rank);
  return f * f.transpose();
}

// Rows in another order.
Matrix shuffled(const Matrix& rows) {
  const auto order = kStream.child("shuffle").permutation(rows.rows());
  Matrix out(rows.rows(), rows.cols());
  for (Index i = 0; i < rows.rows(); ++i) out.row(i) = rows.row(order[static_cast<std::size_t>(i)]);
  return out;
}

TEST(SlicedWasserstein, InOneDimensionIsTheDistanceOfSortedValues) {
  Matrix a(3, 1), b(3, 1);
  a << 3, 0, 1;
  b << 1, 4, 2;
  const auto found = sliced_wasserstein(a, b, kStream, {.projections = 5});
  EXPECT_NEAR(found.sliced, 1, 1e-15);
  EXPECT_NEAR(found.max_sliced, 1, 1e-15);
  EXPECT_NEAR(std::abs(found.direction[0]), 1, 1e-15);
}

TEST(SlicedWasserstein, UnequalSamplesAreComparedByTheirQuantiles) {
  Matrix a(2, 1), b(3, 1);
  a << 0, 1;
  b << 0, 3, 6;
  // Quantile steps at 1/3, 1/2, 2/3: gaps 0, 3, 2, 5.
  const double expected = std::sqrt((0 * 2 + 9 * 1 + 4 * 1 + 25 * 2) / 6.0);
  EXPECT_NEAR(sliced_wasserstein(a, b, kStream, {.projections = 3}).sliced, expected, 1e-15);
  EXPECT_NEAR(sliced_wasserstein(b, a, kStream, {.projections = 3}).sliced, expected, 1e-15);
  // Points that are repeated do not change a law.
  const Matrix x = normals("x", 14, 3), y = normals("y", 14, 3);
  Matrix twice(28, 3);
  twice << x, x;
  EXPECT_NEAR(sliced_wasserstein(twice, y, kStream).sliced,
              sliced_wasserstein(x, y, kStream).sliced, 1e-13);
}

TEST(SlicedWasserstein, HasTheInvariantsOfADistance) {
  const Matrix a = normals("a", 60, 9), b = 1.5 * normals("b", 60, 9);
  const auto found = sliced_wasserstein(a, b, kStream);
  EXPECT_GT(found.sliced, 0.1);
  EXPECT_GE(found.max_sliced, found.sliced);
  EXPECT_NEAR(found.direction.norm(), 1, 1e-14);
  EXPECT_EQ(sliced_wasserstein(a, a, kStream).max_sliced, 0);
  EXPECT_EQ(sliced_wasserstein(b, a, kStream).sliced, found.sliced);
  EXPECT_NEAR(sliced_wasserstein(shuffled(a), b, kStream).sliced, found.sliced, 1e-13);
  EXPECT_NEAR(sliced_wasserstein(7 * a, 7 * b, kStream).sliced, 7 * found.sliced, 1e-12);
  const Matrix shift = Matrix::Constant(60, 9, 2);
  EXPECT_NEAR(sliced_wasserstein(a + shift, b + shift, kStream).sliced, found.sliced, 1e-12);
  // The direction that it names is one of its projections.
  const Matrix on_a = a * found.direction, on_b = b * found.direction;
  EXPECT_NEAR(sliced_wasserstein(on_a, on_b, kStream).sliced, found.max_sliced, 1e-13);
}

TEST(SlicedWasserstein, BlocksDoNotChangeTheProjections) {
  const Matrix a = normals("a", 40, 7), b = normals("b", 40, 7);
  const auto whole = sliced_wasserstein(a, b, kStream, {.projections = 50, .block = 50});
  for (const Index block : {1, 3, 64}) {
    const auto found = sliced_wasserstein(a, b, kStream, {.projections = 50, .block = block});
    EXPECT_NEAR(found.sliced, whole.sliced, 1e-14);
    EXPECT_NEAR(found.max_sliced, whole.max_sliced, 1e-14);
    EXPECT_LT((found.direction - whole.direction).norm(), 1e-14);
  }
}

TEST(SlicedWasserstein, RefusesWhatDoesNotFit) {
  const Matrix a = normals("a", 4, 3);
  EXPECT_THROW(sliced_wasserstein(a, normals("b", 4, 2), kStream), InvalidInput);
  EXPECT_THROW(sliced_wasserstein(a, Matrix(0, 3), kStream), InvalidInput);
  EXPECT_THROW(sliced_wasserstein(a * NAN, a, kStream), InvalidInput);
  EXPECT_THROW(sliced_wasserstein(a, a, kStream, {.projections = 0}), InvalidInput);
  EXPECT_THROW(sliced_wasserstein(a, a, kStream, {.block = 0}), InvalidInput);
}

TEST(GaussianWasserstein, InOneDimensionIsTheDistanceOfMeansAndDeviations) {
  const Vector m1 = Vector::Constant(1, 3), m2 = Vector::Constant(1, -1);
  const Matrix c1 = Matrix::Constant(1, 1, 4), c2 = Matrix::Constant(1, 1, 0.25);
  EXPECT_NEAR(gaussian_wasserstein(m1, c1, m2, c2), std::hypot(4, 1.5), 1e-14);
}

TEST(GaussianWasserstein, CommutingCovariancesDifferByTheirDeviations) {
  Vector a(5), b(5);
  a << 4, 1, 0.25, 0, 2;
  b << 1, 1, 4, 3, 0;
  const Matrix q = rotation(5);
  const Vector zero = Vector::Zero(5);
  const double found = gaussian_wasserstein(zero, q * a.asDiagonal() * q.transpose(), zero,
                                            q * b.asDiagonal() * q.transpose());
  EXPECT_NEAR(found, (a.cwiseSqrt() - b.cwiseSqrt()).norm(), 1e-12);
  const Vector full = a.array() + 1;
  EXPECT_NEAR(gaussian_wasserstein(zero, q * full.asDiagonal() * q.transpose(), zero,
                                   q * (2 * full).asDiagonal() * q.transpose()),
              (std::sqrt(2.0) - 1) * full.cwiseSqrt().norm(), 1e-13);
}

// tr A + tr B − 2 tr (A^½ B A^½)^½, in two dimensions by tr √M = √(tr M + 2 √det M).
TEST(GaussianWasserstein, EqualsTheTraceFormulaWhereCovariancesDoNotCommute) {
  Matrix a(2, 2), b(2, 2);
  a << 2, 0.7, 0.7, 1;
  b << 0.5, -0.3, -0.3, 3;
  const double root = std::sqrt((a * b).trace() + 2 * std::sqrt(a.determinant() * b.determinant()));
  const double expected = std::sqrt(a.trace() + b.trace() - 2 * root);
  const Vector zero = Vector::Zero(2);
  EXPECT_NEAR(gaussian_wasserstein(zero, a, zero, b), expected, 1e-14);
  EXPECT_NEAR(gaussian_wasserstein(zero, b, zero, a), expected, 1e-14);
}

TEST(GaussianWasserstein, TakesSingularCovariances) {
  const Vector zero = Vector::Zero(8), shift = Vector::Constant(8, 0.5);
  const Matrix none = Matrix::Zero(8, 8), full = covariance("full", 8, 12);
  EXPECT_EQ(gaussian_wasserstein(zero, none, zero, none), 0);
  EXPECT_NEAR(gaussian_wasserstein(zero, none, shift, none), shift.norm(), 1e-15);
  EXPECT_NEAR(gaussian_wasserstein(zero, full, zero, none), std::sqrt(full.trace()), 1e-13);
  // Rank one against anything: τ + tr A − 2 √(τ vᵀAv).
  const Vector v = rotation(8).col(0);
  const double tau = 3;
  EXPECT_NEAR(gaussian_wasserstein(zero, full, zero, tau * v * v.transpose()),
              std::sqrt(tau + full.trace() - 2 * std::sqrt(tau * v.dot(full * v))), 1e-12);
  // Two planes at right angles have nothing in common.
  Vector left = Vector::Zero(8), right = Vector::Zero(8);
  left.head(2) << 2, 1;
  right.tail(2) << 3, 1;
  EXPECT_NEAR(gaussian_wasserstein(zero, left.asDiagonal().toDenseMatrix(), zero,
                                   right.asDiagonal().toDenseMatrix()),
              std::sqrt(7.0), 1e-14);
}

TEST(GaussianWasserstein, NearlyEqualLawsKeepTheirDigits) {
  const Vector zero = Vector::Zero(6);
  const Matrix a = covariance("a", 6, 9);
  EXPECT_LT(gaussian_wasserstein(zero, a, zero, a), 1e-13);
  const double expected = (std::sqrt(1 + 1e-8) - 1) * std::sqrt(a.trace());
  EXPECT_NEAR(gaussian_wasserstein(zero, a, zero, (1 + 1e-8) * a) / expected, 1, 1e-5);
}

TEST(GaussianWasserstein, OfSamplesUsesTheirMoments) {
  const Matrix a = normals("a", 50, 4) * normals("mix", 4, 4), b = normals("b", 30, 4);
  const double found = gaussian_wasserstein_of(a, b);
  const Vector mean_a = a.colwise().mean(), mean_b = b.colwise().mean();
  const Matrix cov_a = a.transpose() * a / 50 - mean_a * mean_a.transpose();
  const Matrix cov_b = b.transpose() * b / 30 - mean_b * mean_b.transpose();
  EXPECT_NEAR(found, gaussian_wasserstein(mean_a, cov_a, mean_b, cov_b), 1e-12);
  EXPECT_NEAR(gaussian_wasserstein_of(shuffled(a), b), found, 1e-12);
  EXPECT_LT(gaussian_wasserstein_of(a, shuffled(a)), 1e-12);
  // Fewer points than dimensions: one point each has no covariance at all.
  EXPECT_NEAR(gaussian_wasserstein_of(a.topRows(1), b.topRows(1)), (a.row(0) - b.row(0)).norm(),
              1e-13);
}

TEST(GaussianWasserstein, RefusesWhatDoesNotFit) {
  const Vector zero = Vector::Zero(2);
  const Matrix one = Matrix::Identity(2, 2);
  Matrix skew = one;
  skew(0, 1) = 0.5;
  EXPECT_THROW(gaussian_wasserstein(zero, one, Vector::Zero(3), one), InvalidInput);
  EXPECT_THROW(gaussian_wasserstein(zero, one, zero, Matrix::Identity(3, 3)), InvalidInput);
  EXPECT_THROW(gaussian_wasserstein(zero, skew, zero, one), InvalidInput);
  EXPECT_THROW(gaussian_wasserstein(zero, -one, zero, one), InvalidInput);
  EXPECT_THROW(gaussian_wasserstein(zero * NAN, one, zero, one), InvalidInput);
  EXPECT_THROW(gaussian_wasserstein_of(Matrix(0, 2), one), InvalidInput);
}

TEST(GenerationError, SeparatesTheAxisFromWhatIsOffIt) {
  const Vector v = Vector::Unit(3, 1);
  Matrix points(2, 3);
  points << 3, 5, 0, 0, 1, 4;  // on the axis 5, 1: mean 3, deviation 2; off it 3 and 4
  const auto found = generation_error(points, v, 4);
  EXPECT_NEAR(found.scale, 1, 1e-15);
  EXPECT_NEAR(found.offset, 1.5, 1e-15);
  EXPECT_NEAR(found.leakage, std::sqrt(12.5 / 4), 1e-15);
  const auto none = generation_error(Matrix::Zero(5, 3), v, 4);
  EXPECT_EQ(none.scale, 0);
  EXPECT_EQ(none.total(), 1) << "a collapse to 0";
}

TEST(GenerationError, PartsAddUpToTheGaussianDistance) {
  const Index dim = 6;
  const Vector v = rotation(dim).col(2);
  Matrix points = normals("points", 40, dim) * normals("mix", dim, dim);
  points.rowwise() += Vector::Constant(dim, 0.3).transpose();
  const double tau = dim;
  const auto found = generation_error(points, v, tau);
  EXPECT_GT(std::min({std::abs(1 - found.scale), std::abs(found.offset), found.leakage}), 0.01);
  const Vector mean = points.colwise().mean();
  const Matrix centred = points.rowwise() - mean.transpose();
  const double distance = gaussian_wasserstein(mean, centred.transpose() * centred / 40,
                                               Vector::Zero(dim), tau * v * v.transpose());
  EXPECT_NEAR(found.total(), distance / std::sqrt(tau), 1e-12);
}

TEST(GenerationError, RefusesWhatDoesNotFit) {
  const Matrix points = normals("points", 4, 3);
  EXPECT_THROW(generation_error(points, Vector::Ones(3), 1), InvalidInput);
  EXPECT_THROW(generation_error(points, Vector::Unit(2, 0), 1), InvalidInput);
  EXPECT_THROW(generation_error(points, Vector::Unit(3, 0), 0), InvalidInput);
  EXPECT_THROW(generation_error(Matrix(0, 3), Vector::Unit(3, 0), 1), InvalidInput);
}

}  // namespace
}  // namespace aniso::geometry
