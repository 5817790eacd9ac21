#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stop_token>

#include "core/analysis/exact_score.h"
#include "core/geometry/spectra.h"
#include "tests/analysis/fakes.h"
#include "tests/analysis/score_scene.h"

namespace aniso::analysis {
namespace {

using testing::Contains;
using testing::HasSubstr;

Matrix covariance3() {
  Matrix sigma(3, 3);
  sigma << 2, 0.5, 0, 0.5, 1, 0.3, 0, 0.3, 0.4;
  return sigma;
}

data::MixtureLaw gaussian3() { return gaussian_law(Vector::Constant(3, 0.2), covariance3()); }

data::MixtureLaw two_clouds() {
  Matrix means(2, 3);
  means << -1, 0, 0.5, 1, 0.5, 0;
  return {(Vector(2) << 0.4, 0.6).finished(), means, {Matrix::Identity(3, 3) * 0.2, covariance3()}};
}

// The exact score and its Jacobians as the network.
void let_be_exact(ScoreScene& scene) {
  scene.set_score(
      [&](const Matrix& x, Index t) { return scene.exact.score(x, scene.level(t)); },
      [&](const Matrix& x, Index t) { return scene.exact.score_jacobians(x, scene.level(t)); });
}

// s(x) = A x.
void let_be_linear(ScoreScene& scene, const Matrix& a) {
  scene.set_score([a](const Matrix& x, Index) -> Matrix { return x * a.transpose(); },
                  [a](const Matrix& x, Index) -> Matrix { return a.replicate(x.rows(), 1); });
}

double number_of(const Results& results, const std::string& id) {
  const auto series = result<ScalarSeries>(results, id);
  EXPECT_EQ(series.quantity.status.kind, Status::Kind::valid) << series.quantity.status.reason;
  return series.y[0];
}

// J = −(ᾱΣ + σ²I)⁻¹ everywhere, whatever the network predicts.
TEST(ScoreJacobian, OfAGaussianIsItsInverseCovariance) {
  for (const auto prediction :
       {theory::Prediction::epsilon, theory::Prediction::x0, theory::Prediction::v}) {
    ScoreScene scene(gaussian3(), 40);
    scene.diffusion.prediction = prediction;
    // ε = −σ s, x₀ = (x + σ² s)/signal, v = signal ε − σ x₀, for the score s and its Jacobian
    // alike.
    const auto predicted = [&scene, prediction](const Matrix& x, const Matrix& s,
                                                Index t) -> Matrix {
      const auto level = scene.level(t);
      if (prediction == theory::Prediction::epsilon) return -level.sigma * s;
      const Matrix x0 = (x + level.sigma * level.sigma * s) / level.signal;
      if (prediction == theory::Prediction::x0) return x0;
      return -level.signal * level.sigma * s - level.sigma * x0;
    };
    scene.function = std::make_unique<GivenScore>(
        3, 50,
        [&](const Matrix& x, Index t) {
          return predicted(x, scene.exact.score(x, scene.level(t)), t);
        },
        [&](const Matrix& x, Index t) {
          const Matrix identity = Matrix::Identity(3, 3).replicate(x.rows(), 1);
          return predicted(identity, scene.exact.score_jacobians(x, scene.level(t)), t);
        });
    const auto results = scene.evaluate("score_jacobian", {{"time", 0.4}, {"points", 5}});
    const auto spectrum = result<Spectrum>(*results, "eigenvalues");
    const auto level = scene.level(std::lround(0.4 * 49));
    const Vector variances =
        geometry::symmetric_eigen(covariance3()).values.array() * level.signal * level.signal +
        level.sigma * level.sigma;
    const Vector expected = -variances.cwiseInverse();
    EXPECT_LT((spectrum.values - expected).norm(), 1e-12);
    EXPECT_LT((spectrum.theory - expected).norm(), 1e-12);
    EXPECT_LT(number_of(*results, "asymmetry"), 1e-13);
    EXPECT_LT(number_of(*results, "jacobian_error"), 1e-12);
  }
}

TEST(ScoreJacobian, OfAMixtureIsTheAverageOverItsPoints) {
  ScoreScene scene(two_clouds(), 200);
  let_be_exact(scene);
  const auto results = scene.evaluate("score_jacobian", {{"time", 0.2}, {"points", 20}});
  const auto spectrum = result<Spectrum>(*results, "eigenvalues");
  // By central differences of the score at the same points.
  const auto level = scene.level(std::lround(0.2 * 49));
  const Matrix x = noised_points(scene.data, level, 20, RandomStream(0, "score jacobian"));
  ASSERT_EQ(x.rows(), 20);
  Vector mean = Vector::Zero(3);
  for (Index i = 0; i < 20; ++i) {
    Matrix j(3, 3);
    for (Index k = 0; k < 3; ++k) {
      const double h = 1e-5;
      Matrix up = x.row(i), down = x.row(i);
      up(0, k) += h;
      down(0, k) -= h;
      j.col(k) =
          (scene.exact.score(up, level) - scene.exact.score(down, level)).transpose() / (2 * h);
    }
    mean += geometry::symmetric_eigen(0.5 * (j + j.transpose())).values / 20;
  }
  EXPECT_LT((spectrum.values - mean).norm(), 1e-6);
  EXPECT_NE(spectrum.values, mean);
  EXPECT_LT((spectrum.values - spectrum.theory).norm(), 1e-12);
  EXPECT_GT(spectrum.values[0] - spectrum.values[2], 0.5);
  EXPECT_EQ(spectrum.theory_name, "exact score");
}

TEST(ScoreJacobian, SaysHowFarItIsFromAGradientField) {
  ScoreScene scene(gaussian3(), 40);
  Matrix turn = Matrix::Zero(3, 3);
  turn(0, 1) = 3;
  turn(1, 0) = -3;
  let_be_linear(scene, turn);
  const auto results = scene.evaluate("score_jacobian");
  EXPECT_NEAR(number_of(*results, "asymmetry"), 2, 1e-13);
  EXPECT_LT(result<Spectrum>(*results, "eigenvalues").values.norm(), 1e-13)
      << "a rotation has no symmetric part";
  const auto singular = scene.evaluate("score_jacobian", {{"of", "singular"}});
  EXPECT_LT(
      (result<Spectrum>(*singular, "singular_values").values - Eigen::Vector3d(3, 3, 0)).norm(),
      1e-13);
  EXPECT_NEAR(number_of(*singular, "asymmetry"), 2, 1e-13);
  Matrix mixed = Matrix::Identity(3, 3);
  mixed(0, 2) = 1;
  let_be_linear(scene, mixed);
  const auto half = scene.evaluate("score_jacobian");
  EXPECT_NEAR(number_of(*half, "asymmetry"), std::sqrt(2.0 / 4), 1e-13);
  EXPECT_THAT(half->notes, Contains("asymmetry 71 %"));
}

TEST(ScoreJacobian, SingularValuesOfTheExactScoreAreItsEigenvaluesWithoutSign) {
  ScoreScene scene(gaussian3(), 40);
  let_be_exact(scene);
  const auto spectrum =
      result<Spectrum>(*scene.evaluate("score_jacobian", {{"of", "singular"}}), "singular_values");
  const Vector values = result<Spectrum>(*scene.evaluate("score_jacobian"), "eigenvalues").values;
  EXPECT_LT((spectrum.values + values.reverse()).norm(), 1e-12);
  EXPECT_LT((spectrum.theory - spectrum.values).norm(), 1e-12);
}

TEST(ScoreJacobian, AKnownErrorIsItsShare) {
  ScoreScene scene(gaussian3(), 40);
  scene.set_score({}, [&](const Matrix& x, Index t) -> Matrix {
    return 1.25 * scene.exact.score_jacobians(x, scene.level(t));
  });
  const auto results = scene.evaluate("score_jacobian");
  EXPECT_NEAR(number_of(*results, "jacobian_error"), 0.25, 1e-12);
  EXPECT_THAT(results->notes, Contains("off the exact one by 25 %"));
}

TEST(ScoreJacobian, OfSingularDataShowsTheDirectionsAcrossThem) {
  const Vector v = Vector::Constant(4, 1);
  ScoreScene scene(gaussian_law(Vector::Zero(4), v * v.transpose()), 40);
  let_be_exact(scene);
  const auto results = scene.evaluate("score_jacobian", {{"time", 0.1}});
  const auto level = scene.level(5);
  const double across = -1 / (level.sigma * level.sigma);
  const Vector values = result<Spectrum>(*results, "eigenvalues").values;
  EXPECT_NEAR(values[0], -1 / (4 * level.signal * level.signal + level.sigma * level.sigma), 1e-10);
  for (Index k = 1; k < 4; ++k) EXPECT_NEAR(values[k], across, 1e-10 * -across);
  EXPECT_THAT(results->notes, Contains("the data's covariance has rank 1 of 4"));
  EXPECT_THAT(results->notes, Contains(HasSubstr("across the data it is −1/σ²")));
}

TEST(ScoreJacobian, OfANetworkThatIsZeroHasNoAsymmetry) {
  ScoreScene scene(gaussian3(), 40);
  let_be_linear(scene, Matrix::Zero(3, 3));
  const auto results = scene.evaluate("score_jacobian");
  EXPECT_EQ(result<Spectrum>(*results, "eigenvalues").values, Vector::Zero(3));
  const auto status = result<ScalarSeries>(*results, "asymmetry").quantity.status;
  EXPECT_EQ(status.kind, Status::Kind::undefined);
  EXPECT_NEAR(number_of(*results, "jacobian_error"), 1, 1e-14);
}

TEST(ScoreJacobian, WithoutALawHasNoTheoryAndWithoutDataNothing) {
  ScoreScene scene(gaussian3(), 40);
  let_be_exact(scene);
  scene.data.law = nullptr;
  const auto results = scene.evaluate("score_jacobian");
  EXPECT_EQ(result<Spectrum>(*results, "eigenvalues").theory.size(), 0);
  EXPECT_THAT(result<ScalarSeries>(*results, "jacobian_error").quantity.status.reason,
              HasSubstr("not known in closed form"));
  scene.data.train.clear();
  scene.data.test.clear();
  const auto none = scene.evaluate("score_jacobian");
  EXPECT_THAT(result<Spectrum>(*none, "eigenvalues").quantity.status.reason, HasSubstr("no data"));
}

TEST(ScoreJacobian, WorksInOneDimension) {
  ScoreScene scene(gaussian_law(Vector::Zero(1), Matrix::Constant(1, 1, 2)), 40);
  let_be_exact(scene);
  const auto level = scene.level(15);
  EXPECT_NEAR(result<Spectrum>(*scene.evaluate("score_jacobian"), "eigenvalues").values[0],
              -1 / (2 * level.signal * level.signal + level.sigma * level.sigma), 1e-12);
}

TEST(ScoreJacobian, LooksAtFewerPointsWhereTheyAreLargeAndRefusesTheLargest) {
  const Index dim = 300;
  ScoreScene scene(gaussian_law(Vector::Zero(dim), Matrix::Zero(dim, dim)), 40);
  Index rows = 0;
  scene.set_score({}, [&](const Matrix& x, Index) -> Matrix {
    rows = x.rows();
    return Matrix::Identity(dim, dim).replicate(x.rows(), 1);
  });
  const auto results = scene.evaluate("score_jacobian", {{"points", 16}});
  EXPECT_EQ(rows, 5);  // 2^19/300²
  EXPECT_THAT(results->notes, Contains(HasSubstr("at 5 of 16 points")));
  scene.plan.inputs = 1026;
  const auto large = scene.evaluate("score_jacobian");
  EXPECT_THAT(result<Spectrum>(*large, "eigenvalues").quantity.status.reason,
              HasSubstr("1,025 inputs would be too large"));
}

TEST(ScoreJacobian, SlopesThatAreNotFiniteAreAnErrorThatNamesTheStep) {
  ScoreScene scene(gaussian3(), 40);
  let_be_linear(scene, Matrix::Constant(3, 3, std::numeric_limits<double>::infinity()));
  try {
    scene.evaluate("score_jacobian", {{"time", 1}});
    ADD_FAILURE() << "a spectrum was found";
  } catch (const NumericalError& error) {
    EXPECT_THAT(error.what(), testing::AllOf(HasSubstr("step 49"), HasSubstr("slopes")));
  }
}

TEST(ScoreJacobian, StopsBetweenOutputs) {
  ScoreScene scene(gaussian3(), 40);
  let_be_exact(scene);
  std::stop_source stop;
  int calls = 0;
  scene.function->on_call = [&] {
    if (++calls == 2) stop.request_stop();
  };
  EXPECT_THROW(scene.evaluate("score_jacobian", Json::object(), stop.get_token()), Cancelled);
  EXPECT_EQ(calls, 2);
}

}  // namespace
}  // namespace aniso::analysis
