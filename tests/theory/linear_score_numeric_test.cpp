#include "core/theory/linear_score.h"

#include <gtest/gtest.h>

#include <Eigen/QR>
#include <cmath>

#include "core/base/errors.h"
#include "core/base/random.h"
#include "core/theory/linear_dsm.h"

namespace aniso::theory {
namespace {

const RandomStream kStream(72, "linear score test");
constexpr Index kDim = 4;

Matrix square(const char* name) { return kStream.child(name).normals(kDim, kDim); }

Matrix psd(const char* name) {
  const Matrix root = square(name);
  return root * root.transpose();
}

// Moments of drawn samples, steps and noise, for each of the three targets.
TEST(DenoisingMoments, AreThoseOfDrawnSamples) {
  constexpr Index kDraws = 400'000;
  const Matrix root = square("data");
  const auto stream = kStream.child("draws");
  for (const BetaSchedule kind : {BetaSchedule::linear, BetaSchedule::cosine}) {
    const NoiseSchedule schedule(kind, 60);
    const Matrix x = stream.child("x").normals(kDraws, kDim) * root.transpose();
    const Matrix epsilon = stream.child("noise").normals(kDraws, kDim);
    Matrix y(kDraws, kDim), v(kDraws, kDim);
    for (Index i = 0; i < kDraws; ++i) {
      const NoiseLevel at = schedule.level(i % schedule.steps());
      y.row(i) = at.signal * x.row(i) + at.sigma * epsilon.row(i);
      v.row(i) = at.signal * epsilon.row(i) - at.sigma * x.row(i);
    }
    const auto check = [&](Prediction prediction, const Matrix& target) {
      const auto moments = denoising_moments(schedule, prediction, root * root.transpose());
      const double size = moments.inputs.norm();
      EXPECT_LT((y.transpose() * y / kDraws - moments.inputs).norm(), 0.01 * size);
      EXPECT_LT((target.transpose() * y / kDraws - moments.cross).norm(), 0.01 * size);
      // The residual of the best model is orthogonal to what goes in.
      EXPECT_LT((moments.optimum() * moments.inputs - moments.cross).norm(), 1e-12 * size);
    };
    check(Prediction::epsilon, epsilon);
    check(Prediction::x0, x);
    check(Prediction::v, v);
  }
}

TEST(LinearScoreDescent, ErrorFollowsItsRecursion) {
  const Matrix kernel = psd("kernel"), moment = psd("moment"), start = square("start");
  const LinearScoreDescent theory(kernel, moment);
  const double step = 0.9 * theory.stability_limit();
  Matrix error = start;
  for (int t = 1; t <= 50; ++t) {
    error -= step * kernel * error * moment;
    if (t == 1 || t == 7 || t == 50) {
      EXPECT_LT((theory.error_after(start, step, t) - error).norm(), 1e-12 * start.norm()) << t;
    }
  }
  EXPECT_LT((theory.error_after(start, step, 0) - start).norm(), 1e-13 * start.norm());
}

TEST(LinearScoreDescent, TurnsUnstableAtItsLimit) {
  const LinearScoreDescent theory(psd("kernel"), psd("moment"));
  const Matrix start = square("start");
  const auto after = [&](double share) {
    return theory.error_after(start, share * theory.stability_limit(), 4000).norm();
  };
  EXPECT_LT(after(0.99), start.norm());
  EXPECT_GT(after(1.01), 100 * start.norm());
}

// The golden example: λ = (8, 5, 3, 2, 1), σ² = 1, step 0.02.
TEST(LinearScoreDescent, SlowestRateIsThatOfTheTheoremFromZero) {
  const Vector lambda = (Vector(5) << 8, 5, 3, 2, 1).finished();
  const Matrix draws = kStream.child("turn").normals(Index{5}, Index{5});
  const Eigen::MatrixXd q = Eigen::HouseholderQR<Eigen::MatrixXd>(draws).householderQ();
  const Matrix kernel = q * lambda.asDiagonal() * q.transpose();
  const double expected[] = {0.98, 0.98, 0.98, 0.98, 0.96};
  for (Index i = 0; i < 5; ++i) {
    const LinearDsm paper(kernel, i, 1);
    const LinearScoreDescent theory(kernel, paper.data_moment());
    EXPECT_NEAR(1 - 0.02 * theory.slowest_rate(-paper.optimum()), expected[i], 1e-12) << i;
    EXPECT_NEAR(theory.slowest_rate(-paper.optimum()), paper.rate_from_zero(), 1e-12) << i;
    const Matrix random = kStream.child("random").normals(Index{5}, Index{5});
    EXPECT_NEAR(theory.slowest_rate(random), paper.slowest_rate(), 1e-12) << i;
  }
  const LinearScoreDescent theory(kernel, kernel);
  EXPECT_EQ(theory.slowest_rate(Matrix::Zero(5, 5)), 0);
}

// What the fixed factor cannot reach does not move.
TEST(LinearScoreDescent, LeavesDirectionsWithoutWeightWhereTheyAre) {
  const LinearScoreDescent theory(Vector::Unit(kDim, 1) * Vector::Unit(kDim, 1).transpose(),
                                  Matrix::Identity(kDim, kDim));
  const Matrix start = square("start");
  const Matrix after = theory.error_after(start, 1, 1);
  Matrix expected = start;
  expected.row(1).setZero();
  EXPECT_LT((after - expected).norm(), 1e-13);
  EXPECT_EQ(theory.slowest_rate(start), 0);
}

TEST(LinearScoreDescent, RefusesWhatDoesNotFit) {
  const Matrix one = Matrix::Identity(2, 2);
  EXPECT_THROW(LinearScoreDescent(-one, one), InvalidInput);
  EXPECT_THROW(LinearScoreDescent(one, -one), InvalidInput);
  EXPECT_THROW(LinearScoreDescent(one, Matrix::Identity(3, 3)), InvalidInput);
  EXPECT_THROW(LinearScoreDescent(one, Matrix::Ones(2, 3)), InvalidInput);
  const LinearScoreDescent theory(one, one);
  EXPECT_THROW(theory.error_after(Matrix::Identity(3, 3), 0.1, 1), InvalidInput);
  EXPECT_THROW(theory.error_after(one, -1, 3), InvalidInput);
  EXPECT_THROW(theory.error_after(one, std::nan(""), 3), InvalidInput);
  EXPECT_THROW(theory.error_after(one, 0.1, -3), InvalidInput);
  EXPECT_THROW(
      denoising_moments(NoiseSchedule(BetaSchedule::cosine, 9), Prediction::x0, Matrix::Ones(2, 3)),
      InvalidInput);
}

}  // namespace
}  // namespace aniso::theory
