#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stop_token>
#include <vector>

#include "core/analysis/generation_error.h"
#include "tests/analysis/fakes.h"
#include "tests/analysis/score_scene.h"

namespace aniso::analysis {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

data::MixtureLaw two_clouds() {
  Matrix means(2, 4);
  means << -2, 0, 1, 0, 2, 1, 0, 0;
  Matrix wide = Matrix::Identity(4, 4) * 0.5;
  wide(0, 1) = wide(1, 0) = 0.3;
  return {(Vector(2) << 0.4, 0.6).finished(), means, {Matrix::Identity(4, 4) * 0.1, wide}};
}

double number_of(const Results& results, const std::string& id) {
  const auto series = result<ScalarSeries>(results, id);
  EXPECT_EQ(series.quantity.status.kind, Status::Kind::valid);
  return series.y[0];
}

// Of the generated points in the plane, without the data that are shown beside them.
Matrix generated(const Results& results) {
  const auto set = result<PointSet>(results, "points");
  const Index count = (set.labels.array() == 1).count();
  return set.points.bottomRows(count);
}

// x̂₀ = 0 wherever it is asked.
void let_collapse(ScoreScene& scene) {
  scene.diffusion.prediction = theory::Prediction::x0;
  scene.set_network([](const Matrix& x, Index) -> Matrix { return 0 * x; });
}

// A file sorted by class: what is compared, and what the floor comes from, are of all classes.
TEST(Samples, AreComparedWithShuffledRows) {
  data::Dataset data;
  data.shape = data::InputShape::vector(1);
  data.x = Matrix::Zero(10000, 1);
  data.x.topRows(5000).setConstant(-1);
  data.x.bottomRows(5000).setConstant(1);
  for (Index i = 0; i < 10000; ++i) data.train.push_back(i);
  const Reference reference = reference_of(data, 500);
  EXPECT_EQ(reference.compared.rows(), 4000);
  EXPECT_EQ(reference.fresh.rows(), 500);
  EXPECT_NEAR(reference.compared.mean(), 0, 0.06);
  EXPECT_NEAR(reference.fresh.mean(), 0, 0.2);
  // Few rows are shared, no row is on both sides.
  data.train.resize(10);
  data.x.col(0).head(10) = Vector::LinSpaced(10, 1, 10);
  const Reference few = reference_of(data, 500);
  EXPECT_EQ(few.compared.rows(), 5);
  EXPECT_EQ(few.fresh.rows(), 5);
  EXPECT_EQ(few.compared.sum() + few.fresh.sum(), 55);
}

TEST(Samples, OfTheExactScoreAreAsFarAsFreshData) {
  const ScoreScene scene(two_clouds(), 8000, 200);
  const auto results =
      scene.evaluate("samples", {{"sampler", "ode"}, {"count", 2000}, {"projections", 128}});
  const double floor = number_of(*results, "sliced_w2_floor");
  EXPECT_GT(floor, 0.005);
  EXPECT_LT(floor, 0.1);
  EXPECT_LT(number_of(*results, "sliced_w2"), 2 * floor);
  EXPECT_GT(number_of(*results, "max_sliced_w2"), number_of(*results, "sliced_w2"));
  EXPECT_LT(number_of(*results, "gaussian_w2"), 0.1);
  EXPECT_NEAR(number_of(*results, "relative_size"), 1, 0.05);
  EXPECT_THAT(results->notes, Not(Contains(HasSubstr("collapsed"))));
  EXPECT_THAT(results->notes, Not(Contains(HasSubstr("diverged"))));
  const auto set = result<PointSet>(*results, "points");
  EXPECT_EQ(set.points.rows(), 4000) << "as many data as samples";
  EXPECT_EQ(generated(*results).rows(), 2000);
  EXPECT_THAT(set.label_names, testing::ElementsAre("data", "samples"));
}

TEST(Samples, ACollapseToZeroHasDistanceOneAndIsNamed) {
  ScoreScene scene(two_clouds(), 4000);
  let_collapse(scene);
  const auto results = scene.evaluate("samples", {{"count", 200}, {"projections", 256}});
  EXPECT_NEAR(number_of(*results, "sliced_w2"), 1, 0.03);
  EXPECT_LT(number_of(*results, "relative_size"), 1e-15);
  EXPECT_LT(generated(*results).norm(), 1e-14);
  EXPECT_THAT(results->notes, Contains(testing::AllOf(HasSubstr("collapsed to 0"),
                                                      HasSubstr("SW2 = 1 is collapse to 0"))));
}

// All that the network knows is that the data are far away, and it says so in every step.
TEST(Samples, ADivergenceIsShownAsItIsAndNamed) {
  ScoreScene scene(two_clouds(), 400);
  scene.diffusion.prediction = theory::Prediction::x0;
  scene.set_network([](const Matrix& x, Index) -> Matrix { return 40 * x; });
  const auto results = scene.evaluate("samples", {{"count", 50}, {"sampler", "ddim"}});
  const double size = number_of(*results, "relative_size");
  EXPECT_GT(size, 1000);
  EXPECT_GT(number_of(*results, "sliced_w2"), 1000);
  EXPECT_GT(generated(*results).cwiseAbs().maxCoeff(), 1000) << "nothing is clipped";
  EXPECT_TRUE(generated(*results).allFinite());
  EXPECT_THAT(results->notes, Contains(HasSubstr("diverged: their size is")));
  EXPECT_THAT(results->notes, Not(Contains(HasSubstr("collapsed to 0:"))));
}

TEST(Samples, ValuesThatAreNotFiniteAreAnErrorThatNamesTheStep) {
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    ScoreScene scene(two_clouds(), 40);
    scene.set_network([&](const Matrix& x, Index t) -> Matrix {
      Matrix f = x;
      if (t == 17) f(3, 1) = bad;
      return f;
    });
    try {
      scene.evaluate("samples", {{"count", 20}});
      ADD_FAILURE() << "samples were drawn";
    } catch (const NumericalError& error) {
      EXPECT_THAT(error.what(), testing::AllOf(HasSubstr("step 17"), HasSubstr("1 of 20")));
    }
  }
}

TEST(Samples, AreAFunctionOfTheSeed) {
  const ScoreScene scene(two_clouds(), 40);
  const auto drawn = [&](int seed) {
    return generated(*scene.evaluate("samples", {{"count", 30}, {"seed", seed}}));
  };
  const Matrix first = drawn(1);
  EXPECT_EQ(drawn(1), first);
  EXPECT_GT((drawn(2) - first).norm(), 1);
}

TEST(Samples, StopBetweenSteps) {
  const ScoreScene scene(two_clouds(), 40);
  std::stop_source stop;
  int steps = 0;
  scene.function->on_call = [&] {
    if (++steps == 3) stop.request_stop();
  };
  EXPECT_THROW(scene.evaluate("samples", {{"count", 20}}, stop.get_token()), Cancelled);
  EXPECT_EQ(steps, 3);
}

TEST(Samples, AreShownOnTheirWay) {
  const ScoreScene scene(two_clouds(), 40);
  std::vector<double> shares;
  std::vector<Matrix> clouds;
  const auto results =
      scene.evaluate("samples", {{"count", 20}}, {}, [&](const ResultsPtr& partial) {
        shares.push_back(partial->share);
        clouds.push_back(generated(*partial));
        EXPECT_THAT(result<PointSet>(*partial, "points").quantity.title, HasSubstr("on their way"));
      });
  ASSERT_EQ(shares.size(), 49u);
  EXPECT_GT(shares.front(), 0);
  EXPECT_LT(shares.back(), 1);
  for (std::size_t i = 1; i < shares.size(); ++i) {
    EXPECT_GT(shares[i], shares[i - 1]);
    EXPECT_NE(clouds[i], clouds[i - 1]);
  }
  EXPECT_EQ(results->share, 1);
}

// The Bures distance of singular covariances: N(0, v vᵀ) against its scaling by s is |1 − s|.
TEST(Samples, OfSingularDataHaveTheirDistanceAndTheRankIsSaid) {
  const Vector v = Vector::Constant(9, 1);  // of length √D
  ScoreScene scene(gaussian_law(Vector::Zero(9), v * v.transpose()), 4000, 100);
  const auto exact = scene.evaluate("samples", {{"count", 2000}, {"sampler", "ode"}});
  EXPECT_LT(number_of(*exact, "gaussian_w2"), 0.2);
  EXPECT_THAT(exact->notes, Contains("the data's covariance has rank 1 of 9"));
  let_collapse(scene);
  const auto collapsed = scene.evaluate("samples", {{"count", 100}});
  EXPECT_NEAR(number_of(*collapsed, "sliced_w2"), 1, 0.03);
  EXPECT_NEAR(number_of(*collapsed, "gaussian_w2"), 1, 1e-6);
}

TEST(Samples, OfOneDimensionHaveDistancesButNoPicture) {
  const ScoreScene scene(gaussian_law(Vector::Constant(1, 2), Matrix::Constant(1, 1, 0.5)), 4000,
                         200);
  const auto results = scene.evaluate("samples", {{"count", 1000}, {"sampler", "ode"}});
  EXPECT_LT(number_of(*results, "sliced_w2"), 0.1);
  const auto status = result<PointSet>(*results, "points").quantity.status;
  EXPECT_EQ(status.kind, Status::Kind::undefined);
  EXPECT_THAT(status.reason, HasSubstr("one dimension"));
}

TEST(Samples, OfDataThatAreZeroAreComparedInInputUnits) {
  const ScoreScene scene(gaussian_law(Vector::Zero(2), Matrix::Zero(2, 2)), 40);
  const auto results = scene.evaluate("samples", {{"count", 100}});
  EXPECT_LT(number_of(*results, "sliced_w2"), 1e-10) << "x̂₀ is exactly 0";
  EXPECT_THAT(results->notes, Contains(HasSubstr("input units, because the data are 0")));
  EXPECT_THAT(results->notes, Not(Contains(HasSubstr("collapsed"))));
}

TEST(Samples, WithoutDataThereIsNothingToCompareWith) {
  ScoreScene scene(two_clouds(), 40);
  scene.data.train.clear();
  scene.data.test.clear();
  EXPECT_THROW(scene.evaluate("samples", {{"count", 20}}), InvalidInput);
}

}  // namespace
}  // namespace aniso::analysis
