// What the views of score networks need beyond their fields: size, excess, and samples on their
// way.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/analysis/fakes.h"

namespace aniso::analysis {
namespace {

constexpr Index kSteps = 40;

diffusion::Diffusion linear() {
  return {theory::NoiseSchedule(theory::BetaSchedule::linear, kSteps), theory::Prediction::epsilon};
}

// ε_θ(x, τ) = w x for data from N(0, I), which noise leaves as it is: the exact score is −x.
struct ScoreScene {
  explicit ScoreScene(double w, bool known = true) : scene(weight(w), Vector::Zero(2)) {
    scene.plan.has_time = true;
    scene.data.shape = data::InputShape::vector(2);
    scene.data.x = RandomStream(1, "data").normals(64, Index{2});
    for (Index i = 0; i < 64; ++i) scene.data.train.push_back(i);
    scene.data.plane = {Vector::Zero(2), Vector::Unit(2, 0), Vector::Unit(2, 1)};
    if (known)
      scene.data.law = std::make_shared<data::MixtureLaw>(
          data::MixtureLaw{Vector::Ones(1), Matrix::Zero(1, 2), {Matrix::Identity(2, 2)}});
  }
  static Matrix weight(double w) {
    Matrix out = Matrix::Zero(2, 3);
    out(0, 0) = out(1, 1) = w;
    return out;
  }
  ResultsPtr evaluate(const std::string& id, const Json& params) const {
    Input in = scene.input(id, params);
    in.diffusion = &diffusion;
    return aniso::analysis::evaluate(analysis(id), in, {});
  }

  Scene scene;
  diffusion::Diffusion diffusion = linear();
};

// s_θ = −(w/σ) x: ⟨s_θ − s, s⟩/|s| = (w/σ − 1)|x|, positive where the network pushes too hard.
TEST(ScoreField, TheExcessIsTheDifferenceAlongTheExactScore) {
  for (const double w : {0.3, 1.7}) {
    const ScoreScene scene(w);
    const double sigma = scene.diffusion.schedule.level(20).sigma;
    const auto results = scene.evaluate("score_field", {{"time", 20.0 / (kSteps - 1)},
                                                        {"centre", {0, 0}},
                                                        {"half_extent", {2}},
                                                        {"resolution", 6}});
    const auto excess = result<Field2D>(*results, "excess");
    const auto size = result<Field2D>(*results, "size");
    EXPECT_TRUE(excess.is_signed);
    EXPECT_FALSE(size.is_signed);
    ASSERT_TRUE(size.plane.has_value());
    for (Index i = 0; i < 6; ++i)
      for (Index j = 0; j < 6; ++j) {
        const double away = std::hypot(-2 + 0.8 * double(i), -2 + 0.8 * double(j));
        EXPECT_NEAR(excess.values(i, j), (w / sigma - 1) * away, 1e-12);
        EXPECT_NEAR(size.values(i, j), w / sigma * away, 1e-12);
      }
    EXPECT_NEAR(result<ScalarSeries>(*results, "peak_log_density").y[0],
                -std::log(2 * std::acos(-1.0)), 1e-12);
  }
}

TEST(ScoreField, WhereTheExactScoreVanishesThereIsNoExcess) {
  const auto results = ScoreScene(1).evaluate(
      "score_field", {{"centre", {0, 0}}, {"half_extent", {1}}, {"resolution", 3}});
  const auto excess = result<Field2D>(*results, "excess");
  EXPECT_TRUE(std::isnan(excess.values(1, 1)));
  EXPECT_TRUE(std::isfinite(excess.values(0, 1)));
  EXPECT_EQ(excess.quantity.status.kind, Status::Kind::partial);
}

TEST(ScoreField, WithoutALawThereIsTheLearnedScoreAlone) {
  const auto results = ScoreScene(1, false).evaluate("score_field", {{"resolution", 3}});
  EXPECT_NO_THROW(result<VectorField2D>(*results, "learned"));
  EXPECT_NO_THROW(result<Field2D>(*results, "size"));
  EXPECT_THROW(result<Field2D>(*results, "excess"), InvalidInput);
}

TEST(Samples, KeepMomentsOfTheirWayFromNoiseToTheEnd) {
  const ScoreScene scene(1);
  const auto results =
      scene.evaluate("samples", {{"count", 30}, {"sampler", "ddim"}, {"moments", 9}});
  const auto way = result<PointSet>(*results, "way");
  const auto t = result<ScalarSeries>(*results, "way_t");
  const auto points = result<PointSet>(*results, "points");
  ASSERT_EQ(t.x.size(), 9);
  ASSERT_EQ(way.points.rows(), 9 * 30);
  EXPECT_EQ(t.x[0], 0);
  EXPECT_EQ(t.y[0], kSteps - 1);
  EXPECT_EQ(t.x[8], kSteps);
  EXPECT_EQ(t.y[8], -1);
  for (Index k = 1; k < 9; ++k) EXPECT_NEAR(t.x[k] - t.x[k - 1], kSteps / 8.0, 1);
  EXPECT_EQ(way.labels[30 * 4], 4);
  EXPECT_EQ(Matrix(way.points.bottomRows(30)), Matrix(points.points.bottomRows(30)));
  EXPECT_NEAR(way.points.topRows(30).array().square().mean(), 1, 0.5) << "it begins as N(0, I)";
}

TEST(Samples, KeepNoMomentsUnlessAsked) {
  const auto results = ScoreScene(1).evaluate("samples", {{"count", 10}});
  EXPECT_THROW(result<PointSet>(*results, "way"), InvalidInput);
  // More moments than steps are all of them, and where they began.
  const auto all = ScoreScene(1).evaluate("samples", {{"count", 10}, {"moments", 1000}});
  EXPECT_EQ(result<ScalarSeries>(*all, "way_t").x.size(), kSteps + 1);
}

}  // namespace
}  // namespace aniso::analysis
