#include "core/theory/linear_dsm.h"

#include <gtest/gtest.h>

#include <Eigen/Cholesky>
#include <Eigen/QR>
#include <cmath>

#include "core/base/errors.h"
#include "core/base/random.h"

namespace aniso::theory {
namespace {

const RandomStream kStream(71, "linear dsm test");
constexpr Index kDim = 5;
constexpr double kRate = 0.01;

Matrix square(const char* name) { return kStream.child(name).normals(kDim, kDim); }

Vector golden_spectrum() { return (Vector(5) << 8, 5, 3, 2, 1).finished(); }

Matrix rotation() {
  const Eigen::MatrixXd draws = square("rotation");
  return Eigen::MatrixXd(Eigen::HouseholderQR<Eigen::MatrixXd>(draws).householderQ());
}

Matrix kernel() {
  const Matrix q = rotation();
  return q * golden_spectrum().asDiagonal() * q.transpose();
}

// Φ with ΦΦᵀ the kernel.
Matrix features() { return Eigen::LLT<Eigen::MatrixXd>(kernel()).matrixL(); }

TEST(LinearDsm, HasItsGoldenContractionsFromZero) {
  const double expected[] = {0.98, 0.98, 0.98, 0.98, 0.96};
  for (Index i = 0; i < 5; ++i) {
    const LinearDsm theory(kernel(), i, 1);
    EXPECT_NEAR(1 - 2 * kRate * theory.rate_from_zero(), expected[i], 1e-13) << i;
    EXPECT_NEAR(1 - 2 * kRate * theory.slowest_rate(), 0.98, 1e-13) << i;
    // The same, seen in the error itself, late enough for faster entries to have gone and early
    // enough for slower ones, which rounding alone excites, not to have come.
    const Matrix late = theory.error_after(-theory.optimum(), kRate, 400);
    EXPECT_NEAR(theory.error_after(late, kRate, 1).norm() / late.norm(), expected[i], 1e-6) << i;
  }
}

TEST(LinearDsm, HasItsGoldenCovarianceTraces) {
  const double expected[] = {96, 60, 36, 24, 12};
  for (Index i = 0; i < 5; ++i)
    EXPECT_NEAR(LinearDsm(kernel(), i, 1).gradient_covariance_trace(), expected[i], 1e-11) << i;
}

// Gradients of single samples, 2 Φᵀ(Ω*y + ε/σ) yᵀ.
TEST(LinearDsm, CovarianceTraceIsThatOfDrawnGradients) {
  for (const double sigma : {1.0, 0.6})
    for (const Index i : {0, 3}) {
      const LinearDsm theory(kernel(), i, sigma);
      constexpr Index kDraws = 200'000;
      const auto stream = kStream.child("gradients", static_cast<std::uint64_t>(i));
      const Matrix epsilon = stream.normals(kDraws, kDim);
      const Vector amplitude = stream.child("data").normals(kDraws);
      const Matrix y = amplitude * theory.axis().transpose() + sigma * epsilon;
      const Matrix back = 2 * (y * theory.optimum().transpose() + epsilon / sigma) * features();
      const double second =
          back.rowwise().squaredNorm().cwiseProduct(y.rowwise().squaredNorm()).mean();
      const Matrix mean = back.transpose() * y / kDraws;
      EXPECT_LT(mean.norm(), 0.02 * std::sqrt(second)) << "the optimum is stationary";
      EXPECT_NEAR((second - mean.squaredNorm()) / theory.gradient_covariance_trace(), 1, 0.015)
          << i << ", sigma " << sigma;
    }
}

// Gradient with respect to Θ by central differences, which are exact for a quadratic loss.
Matrix numeric_gradient(const LinearDsm& theory, const Matrix& phi, const Matrix& theta) {
  Matrix gradient(kDim, kDim);
  for (Index j = 0; j < kDim; ++j)
    for (Index k = 0; k < kDim; ++k) {
      Matrix up = theta, down = theta;
      up(j, k) += 0.5;
      down(j, k) -= 0.5;
      gradient(j, k) = theory.loss(phi * up) - theory.loss(phi * down);
    }
  return gradient;
}

TEST(LinearDsm, ErrorFollowsDescentOnThePopulationLoss) {
  const double sigma = 0.7;
  const LinearDsm theory(kernel(), 2, sigma);
  const Matrix phi = features(), start = 0.5 * square("theta");
  Matrix theta = start, one_by_one = phi * start - theory.optimum();
  for (int step = 1; step <= 300; ++step) {
    theta -= kRate * numeric_gradient(theory, phi, theta);
    one_by_one = theory.error_after(one_by_one, kRate, 1);
    if (step != 1 && step != 40 && step != 300) continue;
    const Matrix measured = phi * theta - theory.optimum();
    const Matrix closed = theory.error_after(phi * start - theory.optimum(), kRate, step);
    EXPECT_GT(measured.norm(), 1e-4);
    EXPECT_LT((closed - measured).norm(), 1e-12) << step;
    EXPECT_LT((one_by_one - measured).norm(), 1e-12) << step;
  }
}

TEST(LinearDsm, LossIsItsDefinitionAndHasItsMinimumAtTheOptimum) {
  const double sigma = 0.7;
  const LinearDsm theory(kernel(), 1, sigma);
  const Matrix omega = square("omega");
  constexpr Index kDraws = 400'000;
  const Matrix epsilon = kStream.child("loss").normals(kDraws, kDim);
  const Matrix y =
      kStream.child("data").normals(kDraws) * theory.axis().transpose() + sigma * epsilon;
  const double drawn = (y * omega.transpose() + epsilon / sigma).squaredNorm() / kDraws;
  EXPECT_NEAR(drawn / theory.loss(omega), 1, 0.01);
  // The residual on the axis is all that is left.
  const double floor = 1 / (sigma * sigma * (1 + sigma * sigma));
  EXPECT_NEAR(theory.loss(theory.optimum()), floor, 1e-13);
  for (Index j = 0; j < 5; ++j)
    for (Index k = 0; k < 5; ++k)
      for (const double h : {-1e-3, 1e-3}) {
        Matrix near = theory.optimum();
        near(j, k) += h;
        EXPECT_GT(theory.loss(near), floor);
      }
}

TEST(LinearDsm, EntriesContractInTheEigenbasis) {
  const double sigma = 0.7;
  const LinearDsm theory(kernel(), 3, sigma);
  const Matrix factors = theory.contraction_factors(kRate);
  const Matrix u = theory.eigenvectors(), error = square("error");
  const Matrix before = u.transpose() * error * u;
  const Matrix after = u.transpose() * theory.error_after(error, kRate, 1) * u;
  EXPECT_LT((after - factors.cwiseProduct(before)).norm(), 1e-13);
  EXPECT_NEAR(factors(0, 3), 1 - 2 * kRate * 8 * (0.49 + 1), 1e-14);
  EXPECT_NEAR(factors(4, 0), 1 - 2 * kRate * 1 * 0.49, 1e-14);
  EXPECT_NEAR(1 - factors.maxCoeff(), 2 * kRate * theory.slowest_rate(), 1e-14);
}

TEST(LinearDsm, ARandomStartFallsAtTheSlowestRateWhateverTheDirection) {
  const LinearDsm theory(kernel(), 4, 1);
  const Matrix start = square("start");
  const Matrix late = theory.error_after(start - theory.optimum(), kRate, 3000);
  EXPECT_NEAR(theory.error_after(late, kRate, 1).norm() / late.norm(), 0.98, 1e-6);
  EXPECT_GT(theory.rate_from_zero(), theory.slowest_rate()) << "the mean start is faster here";
}

TEST(LinearDsm, RefusesWhatDoesNotFit) {
  const Matrix one = Matrix::Identity(2, 2);
  EXPECT_THROW(LinearDsm(one, 2, 1), InvalidInput);
  EXPECT_THROW(LinearDsm(one, -1, 1), InvalidInput);
  EXPECT_THROW(LinearDsm(one, 0, 0), InvalidInput);
  EXPECT_THROW(LinearDsm(-one, 0, 1), InvalidInput);
  EXPECT_THROW(LinearDsm(Matrix::Ones(2, 3), 0, 1), InvalidInput);
  const LinearDsm theory(one, 0, 1);
  EXPECT_THROW(theory.error_after(Matrix::Identity(3, 3), 0.1, 1), InvalidInput);
  EXPECT_THROW(theory.error_after(one, -1, 3), InvalidInput);
  EXPECT_THROW(theory.error_after(one, 0.1, -3), InvalidInput);
  EXPECT_EQ(LinearDsm(3 * Matrix::Identity(1, 1), 0, 1).slowest_rate(), 6);
}

}  // namespace
}  // namespace aniso::theory
