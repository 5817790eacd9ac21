#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/base/errors.h"
#include "core/base/random.h"
#include "core/theory/linear_descent.h"

namespace aniso::theory {
namespace {

const RandomStream kStream(11, "linear descent test");

Matrix normals(const char* name, Index rows, Index cols) {
  return kStream.child(name).normals(rows, cols);
}

// x_k ~ N(0, e^{−ck}).
Matrix decaying_inputs(Index n, Index d, double c) {
  Matrix x = normals("x", n, d);
  for (Index k = 0; k < d; ++k) x.col(k) *= std::exp(-0.5 * c * static_cast<double>(k));
  return x;
}

Matrix simulated(const Matrix& x, const Matrix& y, Matrix w, double rate, int steps) {
  const Matrix k = x.transpose() * x / x.rows(), b = x.transpose() * y / x.rows();
  for (int t = 0; t < steps; ++t) w -= rate * (k * w - b);
  return w;
}

TEST(LinearDescent, EqualsSimulatedGradientDescent) {
  const Matrix x = decaying_inputs(60, 20, 0.5);
  const Matrix y = x * normals("teacher", 20, 1);
  const Matrix w0 = normals("start", 20, 1);
  const LinearDescent theory(x, y, w0);
  ASSERT_LT(0.9, theory.stability_limit());
  const Matrix measured = simulated(x, y, w0, 0.9, 500), closed = theory.weights(0.9, 500);
  EXPECT_GT((closed - w0).norm(), 0.1);
  EXPECT_LT((closed - measured).cwiseAbs().maxCoeff(), 1e-12);
  EXPECT_LT((x * closed - x * measured).cwiseAbs().maxCoeff(), 1e-13);
}

TEST(LinearDescent, HoldsForSeveralNoisyTargetsAndMoreInputsThanSamples) {
  const Matrix x = decaying_inputs(8, 13, 0.2);
  const Matrix y = normals("targets", 8, 3);
  const Matrix w0 = normals("start", 13, 3);
  const LinearDescent theory(x, y, w0);
  const double rate = 0.9 * theory.stability_limit();  // some modes have ηλ > 1
  for (const int steps : {0, 1, 7, 300}) {
    const Matrix measured = simulated(x, y, w0, rate, steps);
    EXPECT_LT((theory.weights(rate, steps) - measured).cwiseAbs().maxCoeff(), 2e-12) << steps;
    EXPECT_NEAR(theory.loss(measured), (x * measured - y).squaredNorm() / 16, 1e-12) << steps;
  }
}

TEST(LinearDescent, FollowsTheClassicalFormWhereTheOptimumExists) {
  const Matrix x = decaying_inputs(30, 4, 0.3), teacher = normals("t", 4, 2);
  const LinearDescent theory(x, x * teacher, Matrix::Zero(4, 2));
  EXPECT_LT((theory.weights(0.5, 1'000'000) - teacher).norm(), 1e-11);
  EXPECT_LT((theory.flow_weights(1e9) - teacher).norm(), 1e-11);
  EXPECT_LT(theory.loss(teacher), 1e-28);
}

TEST(LinearDescent, FlowIsTheLimitOfSmallSteps) {
  const Matrix x = decaying_inputs(30, 6, 0.3), y = normals("y", 30, 2);
  const LinearDescent theory(x, y, normals("w", 6, 2));
  const Matrix flow = theory.flow_weights(3);
  const double coarse = (theory.weights(3e-4, 10'000) - flow).norm();
  const double fine = (theory.weights(1.5e-4, 20'000) - flow).norm();
  EXPECT_GT(coarse, 0);
  EXPECT_NEAR(coarse / fine, 2, 0.01);  // first order in the step
}

TEST(LinearDescent, AZeroDirectionOfTheInputsIsNeverLearned) {
  Matrix x = decaying_inputs(20, 5, 0);
  x.col(2).setZero();
  const Matrix w0 = normals("w", 5, 1);
  const LinearDescent theory(x, normals("y", 20, 1), w0);
  EXPECT_NEAR(theory.weights(0.3, 1000)(2, 0), w0(2, 0), 1e-13);
  EXPECT_EQ(
      LinearDescent(Matrix::Zero(3, 2), Matrix::Ones(3, 1), Matrix::Zero(2, 1)).stability_limit(),
      std::numeric_limits<double>::infinity());
}

TEST(LinearDescent, RefusesWhatDoesNotFit) {
  const Matrix x = decaying_inputs(5, 2, 0), y = Matrix::Ones(5, 1), w = Matrix::Ones(2, 1);
  EXPECT_THROW(LinearDescent(x, Matrix::Ones(4, 1), w), InvalidInput);
  EXPECT_THROW(LinearDescent(x, y, Matrix::Ones(3, 1)), InvalidInput);
  EXPECT_THROW(LinearDescent(x, y, w * std::numeric_limits<double>::infinity()), InvalidInput);
  EXPECT_THROW(LinearDescent(x, y, w).weights(-1, 3), InvalidInput);
  EXPECT_THROW(LinearDescent(x, y, w).weights(1, -3), InvalidInput);
  EXPECT_THROW(LinearDescent(x, y, w).flow_weights(-1), InvalidInput);
}

}  // namespace
}  // namespace aniso::theory
