#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stop_token>
#include <vector>

#include "core/geometry/spectra.h"
#include "tests/analysis/fakes.h"
#include "tests/analysis/score_scene.h"

namespace aniso::analysis {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

Matrix covariance3() {
  Matrix sigma(3, 3);
  sigma << 2, 0.5, 0, 0.5, 1, 0.3, 0, 0.3, 0.4;
  return sigma;
}

data::MixtureLaw gaussian3() {
  return gaussian_law((Vector(3) << 0.3, -0.2, 0.1).finished(), covariance3());
}

double number_of(const Results& results, const std::string& id) {
  const auto series = result<ScalarSeries>(results, id);
  EXPECT_EQ(series.quantity.status.kind, Status::Kind::valid) << series.quantity.status.reason;
  EXPECT_EQ(series.x[0], 7) << "the training step";
  return series.y[0];
}

TEST(ScoreField, OfTheExactScoreDiffersNowhere) {
  const ScoreScene scene(gaussian3(), 400);
  const auto results = scene.evaluate("score_field", {{"time", 0.4}, {"resolution", 9}});
  const auto learned = result<VectorField2D>(*results, "learned");
  const auto exact = result<VectorField2D>(*results, "exact");
  const auto difference = result<VectorField2D>(*results, "difference");
  EXPECT_EQ(learned.x.rows(), 9);
  EXPECT_GT(exact.x.norm() + exact.y.norm(), 1);
  const double rounding = 1e-13 * (exact.x.norm() + exact.y.norm());
  EXPECT_LT(difference.x.norm() + difference.y.norm(), rounding);
  EXPECT_LT((learned.x - exact.x).norm() + (learned.y - exact.y).norm(), rounding);
  EXPECT_LT(number_of(*results, "fisher_divergence"), 1e-25);
  EXPECT_LT(number_of(*results, "relative_fisher_divergence"), 1e-25);
}

TEST(ScoreField, ShowsTheScoreWithinThePlaneAndTheDensity) {
  const ScoreScene scene(gaussian3(), 100);
  const Json params = {
      {"time", 0.5}, {"resolution", 5}, {"centre", {0.5, 0}}, {"half_extent", {2}}};
  const auto results = scene.evaluate("score_field", params);
  const auto field = result<VectorField2D>(*results, "learned");
  const auto density = result<Field2D>(*results, "log_density");
  Matrix corner(1, 3);  // column 4, row 1 of the grid
  corner << 2.5, -1, 0;
  const auto level = scene.level(25);
  const Matrix score = scene.exact.score(corner, level);
  EXPECT_NEAR(field.x(1, 4), score(0, 0), 1e-12);
  EXPECT_NEAR(field.y(1, 4), score(0, 1), 1e-12);
  EXPECT_NEAR(density.values(1, 4), scene.exact.log_density(corner, level)[0], 1e-12);
  EXPECT_FALSE(density.is_signed);
}

TEST(ScoreField, AConstantOffsetHasItsSquareAsDivergence) {
  ScoreScene scene(gaussian3(), 400);
  const Vector c = (Vector(3) << 0.5, -1, 2).finished();
  scene.set_score([&](const Matrix& x, Index t) -> Matrix {
    return scene.exact.score(x, scene.level(t)).rowwise() + c.transpose();
  });
  const auto results = scene.evaluate("score_field", {{"resolution", 4}});
  EXPECT_NEAR(number_of(*results, "fisher_divergence"), c.squaredNorm(), 1e-11);
  const auto difference = result<VectorField2D>(*results, "difference");
  EXPECT_LT((difference.x.array() - 0.5).abs().maxCoeff(), 1e-11);
  EXPECT_LT((difference.y.array() + 1).abs().maxCoeff(), 1e-11);
}

// s = (1 + a) ∇ log p: the divergence is a² tr (ᾱΣ + σ²I)⁻¹, its share a².
TEST(ScoreField, AScoreThatIsTooLongHasTheDivergenceOfItsTrace) {
  ScoreScene scene(gaussian3(), 4000);
  constexpr double kTooLong = 0.2;
  scene.set_score([&](const Matrix& x, Index t) -> Matrix {
    return (1 + kTooLong) * scene.exact.score(x, scene.level(t));
  });
  const auto results = scene.evaluate("score_field", {{"time", 0.6}, {"resolution", 2}});
  const auto level = scene.level(std::lround(0.6 * 49));
  const Vector variances =
      geometry::symmetric_eigen(covariance3()).values.array() * level.signal * level.signal +
      level.sigma * level.sigma;
  // 2,000 rows: the mean of Σ z²/v has the standard error √(2 Σ 1/v² / 2000).
  const double error = std::sqrt(2 * variances.cwiseInverse().squaredNorm() / 2000);
  const double trace = variances.cwiseInverse().sum();
  EXPECT_LT(error, 0.05 * trace);
  EXPECT_NEAR(number_of(*results, "fisher_divergence"), kTooLong * kTooLong * trace,
              4 * kTooLong * kTooLong * error);
  EXPECT_NEAR(number_of(*results, "relative_fisher_divergence"), kTooLong * kTooLong, 1e-12);
}

TEST(ScoreField, OfAMixtureUsesItsClosedForm) {
  Matrix means(2, 2);
  means << -2, 0, 2, 1;
  const ScoreScene scene(
      {(Vector(2) << 0.3, 0.7).finished(),
       means,
       {Matrix::Identity(2, 2) * 0.1, (Matrix(2, 2) << 1, 0.4, 0.4, 0.5).finished()}},
      300);
  const auto results = scene.evaluate("score_field", {{"resolution", 8}});
  EXPECT_LT(number_of(*results, "relative_fisher_divergence"), 1e-25);
  EXPECT_THAT(results->notes, Not(Contains(HasSubstr("rank"))));
}

TEST(ScoreField, OfDataWithoutAKnownLawIsShownAndItsErrorUndefined) {
  ScoreScene scene(gaussian3(), 40);
  scene.data.law = nullptr;
  const auto results = scene.evaluate("score_field", {{"resolution", 4}});
  ASSERT_EQ(results->results.size(), 3u);
  EXPECT_GT(result<VectorField2D>(*results, "learned").x.norm(), 0);
  for (const char* id : {"fisher_divergence", "relative_fisher_divergence"}) {
    const auto status = result<ScalarSeries>(*results, id).quantity.status;
    EXPECT_EQ(status.kind, Status::Kind::undefined);
    EXPECT_THAT(status.reason, HasSubstr("not known in closed form"));
  }
  EXPECT_THAT(results->notes, Contains(HasSubstr("not known in closed form")));
}

TEST(ScoreField, OfOneDimensionHasNoPictureButADivergence) {
  ScoreScene scene(gaussian_law(Vector::Constant(1, 0.5), Matrix::Constant(1, 1, 2)), 200);
  scene.set_score([&](const Matrix& x, Index t) -> Matrix {
    return scene.exact.score(x, scene.level(t)).array() + 3;
  });
  const auto results = scene.evaluate("score_field", {{"resolution", 4}});
  const auto status = result<VectorField2D>(*results, "learned").quantity.status;
  EXPECT_EQ(status.kind, Status::Kind::undefined);
  EXPECT_THAT(status.reason, HasSubstr("one dimension"));
  EXPECT_NEAR(number_of(*results, "fisher_divergence"), 9, 1e-11);
}

TEST(ScoreField, OfSingularDataIsExactAndSaysTheirRank) {
  const Vector v = (Vector(4) << 1, 1, -1, 1).finished();  // of length √D
  const ScoreScene scene(gaussian_law(Vector::Zero(4), v * v.transpose()), 200);
  for (const double time : {0.0, 0.5, 1.0}) {
    const auto results = scene.evaluate("score_field", {{"time", time}, {"resolution", 4}});
    EXPECT_LT(number_of(*results, "relative_fisher_divergence"), 1e-22) << time;
    EXPECT_THAT(results->notes, Contains("the data's covariance has rank 1 of 4"));
  }
}

TEST(ScoreField, OfDataOnOnePointAndOfNoDataStaysDefinedWhereItCan) {
  ScoreScene point(gaussian_law(Vector::Ones(3), Matrix::Zero(3, 3)), 20);
  const auto results = point.evaluate("score_field", {{"resolution", 4}});
  EXPECT_LT(number_of(*results, "relative_fisher_divergence"), 1e-25);
  EXPECT_THAT(results->notes, Contains(HasSubstr("rank 0 of 3")));
  EXPECT_THAT(results->notes, Contains(HasSubstr("one point")));
  point.data.train.clear();
  point.data.test.clear();
  const auto none = point.evaluate("score_field", {{"resolution", 4}});
  const auto status = result<ScalarSeries>(*none, "fisher_divergence").quantity.status;
  EXPECT_EQ(status.kind, Status::Kind::undefined);
  EXPECT_THAT(status.reason, HasSubstr("no data"));
}

TEST(ScoreField, LooksAtTheNoiseLevelOfItsTime) {
  ScoreScene scene(gaussian3(), 20);
  std::vector<Index> seen;
  scene.set_score([&](const Matrix& x, Index t) -> Matrix {
    seen.push_back(t);
    return x;
  });
  const std::vector<std::pair<double, Index>> cases = {{0, 0}, {0.3, 15}, {0.5, 25}, {1, 49}};
  for (const auto& [time, step] : cases) {
    seen.clear();
    const auto results = scene.evaluate("score_field", {{"time", time}, {"resolution", 4}});
    EXPECT_THAT(seen, testing::Each(step));
    EXPECT_FALSE(seen.empty());
    EXPECT_THAT(results->notes, Contains(HasSubstr(text("step ", step, " of 50"))));
  }
}

TEST(ScoreField, ValuesThatAreNotFiniteAreAnErrorThatNamesTheStep) {
  ScoreScene scene(gaussian3(), 20);
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    scene.set_score([&](const Matrix& x, Index) -> Matrix {
      Matrix f = x;
      f(f.rows() - 1, 2) = bad;
      return f;
    });
    try {
      scene.evaluate("score_field", {{"time", 1}, {"resolution", 4}});
      ADD_FAILURE() << "a picture was drawn";
    } catch (const NumericalError& error) {
      EXPECT_THAT(error.what(), HasSubstr("step 49"));
    }
  }
}

TEST(ScoreField, StopsBetweenTiles) {
  const ScoreScene scene(gaussian3(), 20);
  std::stop_source stop;
  int tiles = 0;
  scene.function->on_call = [&] {
    if (++tiles == 2) stop.request_stop();
  };
  EXPECT_THROW(scene.evaluate("score_field", {{"resolution", 64}}, stop.get_token()), Cancelled);
  EXPECT_EQ(tiles, 2);
}

TEST(ScoreField, WithoutADiffusionSaysWhatToChoose) {
  const ScoreScene scene(gaussian3(), 20);
  Input input = scene.input("score_field");
  input.diffusion = nullptr;
  try {
    evaluate(analysis("score_field"), input, {});
    ADD_FAILURE() << "a picture was drawn";
  } catch (const InvalidInput& error) {
    EXPECT_THAT(error.what(), HasSubstr("score_matching"));
  }
}

}  // namespace
}  // namespace aniso::analysis
