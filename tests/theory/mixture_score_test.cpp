#include "core/theory/mixture_score.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <Eigen/LU>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "core/base/errors.h"
#include "core/base/random.h"

namespace aniso::theory {
namespace {

const RandomStream kStream(51, "mixture score test");

Matrix normals(const char* name, Index rows, Index cols) {
  return kStream.child(name).normals(rows, cols);
}

Matrix covariance(const char* name, Index dim, Index rank) {
  const Matrix f = normals(name, dim, rank);
  return f * f.transpose();
}

// Three components in five dimensions: a full covariance, a plane, and a diagonal with a zero.
GaussianMixture mixture() {
  Matrix diagonal(5, 1);
  diagonal << 0.5, 2, 0, 1, 0.1;
  return {(Vector(3) << 0.2, 0.5, 0.3).finished(),
          normals("means", 3, 5),
          {covariance("full", 5, 7), covariance("plane", 5, 2), diagonal}};
}

constexpr NoiseLevel kLevel = {.signal = 0.8, .sigma = 0.6};

// Directly from the definition, by inverses and determinants of the noised covariances.
double density(const GaussianMixture& m, const Vector& x, const NoiseLevel& level,
               Index only = -1) {
  double sum = 0;
  for (Index k = 0; k < m.weights.size(); ++k) {
    if (only >= 0 && k != only) continue;
    const Matrix& given = m.covariances[static_cast<std::size_t>(k)];
    const Eigen::MatrixXd sigma =
        given.cols() == 1 ? Eigen::MatrixXd(given.col(0).asDiagonal()) : Eigen::MatrixXd(given);
    const Eigen::MatrixXd noised =
        level.signal * level.signal * sigma +
        level.sigma * level.sigma * Eigen::MatrixXd::Identity(x.size(), x.size());
    const Vector away = x - level.signal * m.means.row(k).transpose();
    const double volume = std::sqrt((2 * std::numbers::pi * noised).determinant());
    sum += m.weights[k] * std::exp(-0.5 * away.dot(noised.inverse() * away)) / volume;
  }
  return sum;
}

TEST(MixtureScore, DensityAndWeightsEqualTheirDefinition) {
  const GaussianMixture m = mixture();
  const MixtureScore exact(m);
  const Matrix x = normals("x", 8, 5);
  const Vector log_density = exact.log_density(x, kLevel);
  const Matrix shares = exact.responsibilities(x, kLevel);
  for (Index i = 0; i < 8; ++i) {
    const double p = density(m, x.row(i), kLevel);
    EXPECT_NEAR(log_density[i], std::log(p), 1e-12);
    for (Index k = 0; k < 3; ++k)
      EXPECT_NEAR(shares(i, k), density(m, x.row(i), kLevel, k) / p, 1e-12);
    EXPECT_NEAR(shares.row(i).sum(), 1, 1e-15);
  }
  EXPECT_GT(shares.minCoeff(), 0);
  EXPECT_LT(shares.maxCoeff(), 1) << "no component alone decides";
}

TEST(MixtureScore, ScoreIsTheGradientOfTheLogDensity) {
  const MixtureScore exact(mixture());
  const Matrix x = normals("x", 6, 5);
  for (const NoiseLevel level : {kLevel, NoiseLevel{1, 0.2}, NoiseLevel{0.1, 2}}) {
    const Matrix score = exact.score(x, level);
    EXPECT_GT(score.cwiseAbs().minCoeff(), 1e-6);
    const double h = 1e-5 * level.sigma;
    for (Index j = 0; j < 5; ++j) {
      Matrix up = x, down = x;
      up.col(j).array() += h;
      down.col(j).array() -= h;
      const Vector numeric =
          (exact.log_density(up, level) - exact.log_density(down, level)) / (2 * h);
      EXPECT_LT((numeric - score.col(j)).cwiseAbs().maxCoeff(), 1e-7 * score.cwiseAbs().maxCoeff())
          << "sigma " << level.sigma << ", column " << j;
      EXPECT_NE(numeric[0], score(0, j));
    }
  }
}

TEST(MixtureScore, OneGaussianIsLinear) {
  const Matrix sigma = covariance("one", 4, 6), mean = normals("mean", 1, 4);
  const MixtureScore exact({Vector::Ones(1), mean, {sigma}});
  const Matrix x = normals("x", 5, 4);
  const Eigen::MatrixXd noised =
      kLevel.signal * kLevel.signal * sigma + 0.36 * Eigen::MatrixXd::Identity(4, 4);
  const Matrix away = x.rowwise() - kLevel.signal * mean.row(0);
  EXPECT_LT((exact.score(x, kLevel) + away * noised.inverse()).norm(), 1e-12);
  const Matrix denoised = (kLevel.signal * away * noised.inverse() * sigma).rowwise() + mean.row(0);
  EXPECT_LT((exact.denoised(x, kLevel) - denoised).norm(), 1e-12);
}

TEST(MixtureScore, JacobiansAreTheDifferencesOfTheScore) {
  const MixtureScore exact(mixture());
  const Matrix x = normals("x", 6, 5);
  for (const NoiseLevel level : {kLevel, NoiseLevel{1, 0.2}, NoiseLevel{0.1, 2}}) {
    const Matrix all = exact.score_jacobians(x, level);
    ASSERT_EQ(all.rows(), 30);
    ASSERT_EQ(all.cols(), 5);
    const double h = 1e-5 * level.sigma, largest = all.cwiseAbs().maxCoeff();
    for (Index j = 0; j < 5; ++j) {
      Matrix up = x, down = x;
      up.col(j).array() += h;
      down.col(j).array() -= h;
      const Matrix numeric = (exact.score(up, level) - exact.score(down, level)) / (2 * h);
      for (Index i = 0; i < 6; ++i)
        for (Index c = 0; c < 5; ++c)
          EXPECT_NEAR(all(5 * i + c, j), numeric(i, c), 1e-7 * largest)
              << "sigma " << level.sigma << ", point " << i << ", entry " << c << ' ' << j;
      EXPECT_NE(numeric(0, 0), all(0, j));
    }
    for (Index i = 0; i < 6; ++i) {
      const Matrix j = all.middleRows(5 * i, 5);
      EXPECT_LT((j - j.transpose()).cwiseAbs().maxCoeff(), 1e-12 * largest);
    }
  }
}

TEST(MixtureScore, JacobianOfOneGaussianIsItsInverseCovariance) {
  const Matrix v = normals("v", 4, 1), mean = normals("mean", 1, 4), x = normals("x", 3, 4);
  const Eigen::MatrixXd identity = Eigen::MatrixXd::Identity(4, 4);
  Matrix diagonal(4, 1);
  diagonal << 2, 0, 0.5, 0;
  const std::vector<Matrix> covariances = {covariance("one", 4, 6), v * v.transpose(),
                                           Matrix::Zero(4, 4), diagonal};
  for (const Matrix& sigma : covariances) {
    const Matrix full = sigma.cols() == 1 ? Matrix(sigma.col(0).asDiagonal()) : sigma;
    const MixtureScore exact({Vector::Ones(1), mean, {sigma}});
    for (const double noise : {0.6, 1e-3}) {
      const NoiseLevel level{std::sqrt(1 - noise * noise), noise};
      const Eigen::MatrixXd inverse =
          (level.signal * level.signal * full + noise * noise * identity).inverse();
      const Matrix all = exact.score_jacobians(x, level);
      for (Index i = 0; i < 3; ++i)
        EXPECT_LT((all.middleRows(4 * i, 4) + inverse).norm(), 1e-9 * inverse.norm()) << noise;
    }
  }
}

// Half-way between two points far apart the density has a minimum along their axis.
TEST(MixtureScore, BetweenTwoComponentsTheDensityBendsUpwards) {
  Matrix means(2, 2);
  means << -1, 0, 1, 0;
  const MixtureScore exact(
      {Vector::Constant(2, 0.5), means, {Matrix::Zero(2, 2), Matrix::Zero(2, 2)}});
  const double sigma = 0.1;
  const Matrix j = exact.score_jacobians(Matrix::Zero(1, 2), {1, sigma});
  EXPECT_NEAR(j(0, 0), 1 / std::pow(sigma, 4) - 100, 1e-6);  // σ⁻⁴ − σ⁻²
  EXPECT_NEAR(j(1, 1), -100, 1e-9);
  EXPECT_NEAR(j(0, 1), 0, 1e-9);
  EXPECT_TRUE(exact.score_jacobians(Matrix::Constant(1, 2, 1e6), {1, sigma}).allFinite());
  EXPECT_EQ(exact.score_jacobians(Matrix(0, 2), {1, sigma}).rows(), 0);
}

TEST(MixtureScore, NoiseAndCleanPointExplainTheInput) {
  const MixtureScore exact(mixture());
  const Matrix x = normals("x", 7, 5);
  for (const NoiseLevel level : {kLevel, NoiseLevel{1, 0.01}, NoiseLevel{0.02, 1}}) {
    const Matrix x0 = exact.denoised(x, level), epsilon = exact.epsilon(x, level);
    EXPECT_LT((level.signal * x0 + level.sigma * epsilon - x).cwiseAbs().maxCoeff(), 1e-10)
        << level.sigma;
    EXPECT_LT((epsilon + level.sigma * exact.score(x, level)).norm(), 1e-12 * epsilon.norm());
  }
  // Without signal nothing is known but the mean of the data.
  const GaussianMixture m = mixture();
  const Matrix blind = exact.denoised(x, {0, 1});
  const Vector mean = m.means.transpose() * m.weights;
  EXPECT_LT((blind.rowwise() - mean.transpose()).norm(), 1e-12);
  EXPECT_LT((exact.score(x, {0, 1}) + x).norm(), 1e-12) << "pure noise is N(0, I)";
}

TEST(MixtureScore, TheScoreHasMeanZero) {
  // ∫ ∇p = 0, on a grid in one dimension; the second component is a single point.
  Matrix means(2, 1);
  means << -1, 2;
  const MixtureScore exact({(Vector(2) << 0.3, 0.7).finished(),
                            means,
                            {Matrix::Constant(1, 1, 0.5), Matrix::Zero(1, 1)}});
  const Matrix x = Vector::LinSpaced(4001, -12, 12);
  const Vector p = exact.log_density(x, kLevel).array().exp();
  EXPECT_NEAR(p.sum() * 0.006, 1, 1e-12);
  EXPECT_NEAR(p.dot(exact.score(x, kLevel).col(0)) * 0.006, 0, 1e-12);
}

TEST(MixtureScore, StaysFiniteFarAwayAndBetweenSharpComponents) {
  const MixtureScore exact(mixture());
  const Matrix far = Matrix::Constant(1, 5, 1e8);
  const Matrix score = exact.score(far, kLevel);
  EXPECT_TRUE(score.allFinite());
  EXPECT_TRUE(std::isfinite(exact.log_density(far, kLevel)[0]));
  EXPECT_NEAR(exact.responsibilities(far, kLevel).sum(), 1, 1e-15);
  // Point masses at ±1 under little noise: the nearer one takes all, and halfway both pull alike.
  Matrix means(2, 1), x(3, 1);
  means << -1, 1;
  x << -0.9, 0, 0.9;
  const MixtureScore points(
      {Vector::Constant(2, 0.5), means, {Matrix::Zero(1, 1), Matrix::Zero(1, 1)}});
  const Matrix denoised = points.denoised(x, {1, 1e-3});
  EXPECT_NEAR(denoised(0, 0), -1, 1e-12);
  EXPECT_NEAR(denoised(1, 0), 0, 1e-12);
  EXPECT_NEAR(denoised(2, 0), 1, 1e-12);
  EXPECT_THROW(points.score(Matrix::Constant(1, 1, 1e200), {1, 1}), NumericalError);
}

TEST(MixtureScore, FormsOfACovarianceAgree) {
  Matrix diagonal(3, 1);
  diagonal << 2, 0, 0.5;
  const Matrix dense = diagonal.col(0).asDiagonal();
  const Matrix mean = normals("mean", 1, 3), x = normals("x", 4, 3);
  const MixtureScore a({Vector::Ones(1), mean, {diagonal}}), b({Vector::Ones(1), mean, {dense}});
  EXPECT_LT((a.score(x, kLevel) - b.score(x, kLevel)).norm(), 1e-13);
  EXPECT_LT((a.denoised(x, kLevel) - b.denoised(x, kLevel)).norm(), 1e-13);
  EXPECT_LT((a.log_density(x, kLevel) - b.log_density(x, kLevel)).norm(), 1e-12);
  // A component without weight and one that is there twice change nothing.
  Matrix means(3, 3);
  means << mean, mean, Matrix::Constant(1, 3, 9);
  Vector weights(3);
  weights << 0.4, 0.6, 0;
  const MixtureScore c({weights, means, {dense, diagonal, dense}});
  EXPECT_LT((c.score(x, kLevel) - a.score(x, kLevel)).norm(), 1e-13);
  EXPECT_EQ(c.responsibilities(x, kLevel).col(2).maxCoeff(), 0);
}

TEST(MixtureScore, WithoutNoiseASingularComponentIsRefusedByName) {
  const MixtureScore exact(mixture());
  const Matrix x = normals("x", 2, 5);
  try {
    exact.score(x, {1, 0});
    ADD_FAILURE() << "a density was found";
  } catch (const InvalidInput& error) {
    EXPECT_THAT(std::string(error.what()), ::testing::AllOf(::testing::HasSubstr("component 1"),
                                                            ::testing::HasSubstr("rank 2 of 5")));
  }
  const GaussianMixture m = mixture();
  const MixtureScore regular({Vector::Ones(1), m.means.topRows(1), {m.covariances[0]}});
  EXPECT_TRUE(regular.score(x, {1, 0}).allFinite());
  EXPECT_LT((regular.denoised(x, {1, 0}) - x).norm(), 1e-12) << "nothing to denoise";
  EXPECT_THROW(regular.score(x, {0, 0}), InvalidInput);
}

TEST(MixtureScore, RefusesWhatIsNoMixture) {
  const auto refused = [](auto&& change) {
    GaussianMixture m = mixture();
    change(m);
    EXPECT_THROW(MixtureScore{m}, InvalidInput);
  };
  refused([](GaussianMixture& m) { m = {}; });
  refused([](GaussianMixture& m) { m.weights *= 2; });
  refused([](GaussianMixture& m) { m.weights << 1.2, -0.2, 0; });
  refused([](GaussianMixture& m) { m.weights[0] = NAN; });
  refused([](GaussianMixture& m) { m.means(1, 1) = NAN; });
  refused([](GaussianMixture& m) { m.means = Matrix::Zero(2, 5); });
  refused([](GaussianMixture& m) { m.covariances.pop_back(); });
  refused([](GaussianMixture& m) { m.covariances[0] = Matrix::Identity(4, 4); });
  refused([](GaussianMixture& m) { m.covariances[0] *= -1; });
  refused([](GaussianMixture& m) { m.covariances[0](0, 1) += 1; });
  refused([](GaussianMixture& m) { m.covariances[2](3, 0) = -1e-6; });
  const MixtureScore exact(mixture());
  EXPECT_THROW(exact.score(Matrix::Zero(1, 4), kLevel), InvalidInput);
  EXPECT_THROW(exact.score(Matrix::Constant(1, 5, NAN), kLevel), InvalidInput);
  EXPECT_THROW(exact.score(Matrix::Zero(1, 5), {1, -1}), InvalidInput);
  EXPECT_THROW(exact.score(Matrix::Zero(1, 5), {NAN, 1}), InvalidInput);
  EXPECT_EQ(exact.score(Matrix(0, 5), kLevel).rows(), 0);
}

}  // namespace
}  // namespace aniso::theory
