// The output geometry of score networks, through the same path as the program's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/base/errors.h"
#include "core/engines/engines.h"
#include "core/geometry/spectra.h"
#include "core/session/looking.h"

namespace aniso::session {
namespace {

using testing::Contains;
using testing::HasSubstr;

template <typename Kind>
Kind found(const analysis::Results& results, const std::string& id) {
  for (const auto& result : results.results)
    if (analysis::quantity_of(result).id == id) return std::get<Kind>(result);
  throw InvalidInput("no result called " + id);
}

struct Scene {
  Engines engines = engines::engines();
  ResolvedPtr resolved;
  analysis::ResultsPtr results;

  Scene(const Json& architecture, Json how, Index dimension, Index step = 0) {
    const Json experiment = {
        {"dataset",
         {{"id", "anisotropic_gaussian"}, {"n", 64}, {"dimension", dimension}, {"v", "dct:1"}}},
        {"architecture", architecture},
        {"objective", {{"id", "score_matching"}, {"steps", 100}}},
        {"optimizer", {{"id", "adam"}, {"learning_rate", 0.01}}},
        {"training", {{"steps", 10}, {"batch_size", 16}}}};
    if (!how.contains("null_repeats")) how["null_repeats"] = 0;
    engines.set_thread_count(1);
    resolved = resolve(experiment_from_json(experiment), engines);
    results = look(engines, chosen_analysis("output_geometry", how),
                   {.resolved = resolved,
                    .parameters = &resolved->initial,
                    .probes = {},
                    .run = 1,
                    .step = step},
                   {});
  }
  double number(const std::string& id) const {
    return found<analysis::ScalarSeries>(*results, id).y[0];
  }
};

const Json kDit = {{"id", "dit"}, {"patch", 4}, {"width", 48}, {"depth", 1}};
const Json kMlp = {{"id", "score_mlp"}, {"hidden", {16}}, {"time_features", 4}};

// Groups follow on from one another, and each has a stability between chance and certainty.
void check_groups(const analysis::Spectrum& spectrum) {
  Index next = 0;
  for (const auto& group : spectrum.groups) {
    EXPECT_EQ(group.first, next);
    EXPECT_GE(group.count, 1);
    next += group.count;
  }
  EXPECT_EQ(next, spectrum.values.size());
  ASSERT_EQ(spectrum.stability.size(), static_cast<Index>(spectrum.groups.size()));
  EXPECT_GE(spectrum.stability.minCoeff(), 0);
  EXPECT_LE(spectrum.stability.maxCoeff(), 1 + 1e-12);
}

// Standard error of the trace over the networks, relative: one network's ‖F‖² is a sum of squares
// of normals with the eigenvalues as variances.
double trace_error(const Vector& eigenvalues, double networks) {
  const double one = 2 * eigenvalues.squaredNorm() / std::pow(eigenvalues.sum(), 2);
  return std::sqrt(one / networks);
}

TEST(OutputGeometry, OfATransformerEqualsItsClosedForm) {
  constexpr Index kNetworks = 600;
  const Scene scene(kDit, {{"networks", kNetworks}, {"timesteps", "one"}, {"step", 10}}, 256);
  const auto spectrum = found<analysis::Spectrum>(*scene.results, "eigenvalues");
  ASSERT_EQ(spectrum.values.size(), 256);
  ASSERT_EQ(spectrum.theory.size(), 256);
  EXPECT_EQ((spectrum.theory.array() > 1e-10 * spectrum.theory[0]).count(), 112);
  EXPECT_EQ((spectrum.values.array() > 0).count(), 112) << "what the networks never use is 0";
  const double error = trace_error(spectrum.theory, kNetworks);
  EXPECT_LT(error, 0.02);
  EXPECT_NEAR(scene.number("trace") / spectrum.theory.sum(), 1, 4 * error);
  // Every eigenvalue in closed form is there 16 times: the sixteen pixels of a patch.
  const double top = spectrum.values.head(16).mean() / spectrum.theory[0];
  EXPECT_NEAR(top, 1, 4 * std::sqrt(2.0 / (16 * kNetworks)));
  check_groups(spectrum);
  EXPECT_EQ(spectrum.groups.back().first, 112) << "the null space is one subspace";
  EXPECT_EQ(spectrum.groups.back().count, 144);
  EXPECT_NEAR(spectrum.stability[spectrum.stability.size() - 1], 1, 1e-6);
}

TEST(OutputGeometry, OverAllStepsHasTheMeanOfTheirInverseVariances) {
  constexpr Index kNetworks = 1000;
  const Scene scene(kDit, {{"networks", kNetworks}}, 256);
  const auto spectrum = found<analysis::Spectrum>(*scene.results, "eigenvalues");
  const theory::NoiseSchedule schedule(theory::BetaSchedule::linear, 100);
  const Vector weight = schedule.sigma().array().square().inverse();
  // Ten networks a step, of which one more or less at t = 0 is the worst that can happen.
  const double uneven = 0.1 * weight[0] / weight.sum();
  const double spread = weight.norm() / weight.sum() * std::sqrt(100.0);
  EXPECT_NEAR(scene.number("trace") / spectrum.theory.sum(), 1,
              uneven + 4 * spread * trace_error(spectrum.theory, kNetworks));
  check_groups(spectrum);
}

TEST(OutputGeometry, OfAFinalLayerThatStartsAtZeroIsUndefined) {
  Json zero = kDit;
  zero["final_layer"] = "zero";
  const Scene scene(zero, {{"networks", 5}}, 256);
  for (const auto& result : scene.results->results) {
    const auto& status = analysis::quantity_of(result).status;
    EXPECT_EQ(status.kind, Status::Kind::undefined) << analysis::quantity_of(result).id;
    EXPECT_THAT(status.reason, HasSubstr("exactly 0"));
  }
}

TEST(OutputGeometry, OfThisRunIsTheOuterProductOfItsScores) {
  const Scene scene(kMlp, {{"of", "run"}, {"probes", 4}, {"timesteps", "one"}, {"step", 20}}, 4);
  // At x = 0 all four probes are the same point.
  Matrix probe = Matrix::Zero(1, 5);
  probe(0, 4) = 0.2;
  const auto network = engines::make_function(scene.resolved->spec.plan, scene.resolved->initial);
  const double sigma = theory::NoiseSchedule(theory::BetaSchedule::linear, 100).level(20).sigma;
  const Matrix f = network->values(probe) / sigma;
  const Matrix g = found<analysis::MatrixMap>(*scene.results, "g").values;
  EXPECT_LT((g - f.transpose() * f).norm(), 1e-10 * g.norm());
  EXPECT_GT(g.norm(), 0);
  const auto spectrum = found<analysis::Spectrum>(*scene.results, "eigenvalues");
  ASSERT_EQ(spectrum.groups.size(), 2U) << "one direction, and the null space as one";
  EXPECT_EQ(spectrum.groups[0].count, 1);
  EXPECT_EQ(spectrum.groups[1].count, 3);
  EXPECT_EQ(spectrum.stability.size(), 0) << "one network has no halves";
  EXPECT_EQ(found<analysis::ScalarSeries>(*scene.results, "error").quantity.status.kind,
            Status::Kind::undefined);
  EXPECT_THAT(scene.results->notes, Contains("the network of this run alone"));
}

TEST(OutputGeometry, FewerOutputsThanDimensionsAreNoNullSpace) {
  const Scene scene(kMlp, {{"of", "run"}, {"probes", 3}, {"timesteps", "one"}, {"step", 20}}, 4);
  EXPECT_TRUE(found<analysis::Spectrum>(*scene.results, "eigenvalues").groups.empty());
  EXPECT_THAT(scene.results->notes, Contains(HasSubstr("only 3 outputs in 4 dimensions")));
}

TEST(OutputGeometry, OfAnEnsembleTrainsItToTheStep) {
  const Json how = {{"of", "ensemble"}, {"networks", 6}, {"probes", 8}};
  const Scene start(kMlp, how, 4, 0), later(kMlp, how, 4, 10);
  const Matrix before = found<analysis::MatrixMap>(*start.results, "g").values;
  const Matrix after = found<analysis::MatrixMap>(*later.results, "g").values;
  EXPECT_GT((after - before).norm(), 0.01 * before.norm());
  const Scene again(kMlp, how, 4, 10);
  EXPECT_EQ(found<analysis::MatrixMap>(*again.results, "g").values, after);
  check_groups(found<analysis::Spectrum>(*later.results, "eigenvalues"));
  EXPECT_THAT(later.results->notes, Contains("independently trained networks: 6"));
}

TEST(OutputGeometry, OfFreshNetworksHasANullBandAroundWhatChanceGives) {
  const Scene scene(kMlp, {{"networks", 200}, {"null_repeats", 10}}, 4);
  const auto spectrum = found<analysis::Spectrum>(*scene.results, "eigenvalues");
  ASSERT_EQ(spectrum.null_high.size(), 4);
  for (Index k = 0; k < 4; ++k) EXPECT_LT(spectrum.null_low[k], spectrum.null_high[k]);
  EXPECT_NEAR(spectrum.null_low.sum() + spectrum.null_high.sum(), 2 * scene.number("trace"),
              0.2 * scene.number("trace"));
  check_groups(spectrum);
}

}  // namespace
}  // namespace aniso::session
