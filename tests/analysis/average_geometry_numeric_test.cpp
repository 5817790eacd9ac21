#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/base/errors.h"
#include "tests/analysis/fakes.h"

namespace aniso::analysis {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

/// A dense architecture looked at by the analysis, without training anything.
struct Setting {
  FakeLaboratory laboratory;
  std::unique_ptr<nn::LayeredFunction> network;
  data::Dataset data;
  Input in;

  Setting(const std::string& architecture, const Json& params, Index inputs, Index outputs,
          Json how)
      : laboratory(architecture, params, inputs, outputs) {
    network = laboratory.function(laboratory.fresh(0));
    data.shape = InputShape(inputs);
    data.x = RandomStream(1, "data").normals(Index{20}, inputs);
    for (Index i = 0; i < 20; ++i) data.train.push_back(i);
    in.function = network.get();
    in.plan = &laboratory.plan();
    in.architecture = architecture;
    in.architecture_params = laboratory.params();
    in.data = &data;
    in.laboratory = &laboratory;
    in.step = 7;
    in.params = validated(analysis("average_geometry").params, how, "average_geometry");
  }
  ResultsPtr evaluate(std::stop_token stop = {}, const PartialSink& sink = {}) const {
    return aniso::analysis::evaluate(analysis("average_geometry"), in, stop, sink);
  }
};

const Json kRelu = {{"hidden", {100, 100}}, {"activation", "relu"}};

TEST(AverageGeometry, IsotropicLevelOfAReluMlpIsTheClosedForm) {
  const Setting one("mlp", kRelu, 32, 1, {{"networks", 2000}, {"null_repeats", 0}});
  const auto results = one.evaluate();
  const auto spectrum = result<Spectrum>(*results, "eigenvalues");
  ASSERT_EQ(spectrum.theory.size(), 32);
  EXPECT_NEAR(spectrum.theory[0], 2.89352e-4, 5e-10);  // six digits are known
  EXPECT_EQ(spectrum.theory[0], spectrum.theory[31]);
  // Gradient norms of single networks spread by about 30 %: 2,000 of them leave 1 %.
  const double trace = result<ScalarSeries>(*results, "trace").y[0];
  EXPECT_NEAR(trace / 32, spectrum.theory[0], 0.03 * spectrum.theory[0]);
  EXPECT_NEAR(spectrum.values.sum(), trace, 1e-12 * trace);
  const Matrix g = result<MatrixMap>(*results, "g").values;
  EXPECT_LT((g - g.transpose()).norm(), 1e-18);

  const Setting two("mlp", kRelu, 32, 2, {{"networks", 8}, {"null_repeats", 0}});
  EXPECT_NEAR(result<Spectrum>(*two.evaluate(), "eigenvalues").theory[0], 2.89352e-4 / 2, 5e-10);
}

TEST(AverageGeometry, WithoutBiasesAReluNetworkDoesNotSeeTheProbeScale) {
  const Json params = {{"hidden", {20, 20}}, {"activation", "relu"}, {"bias", false}};
  const auto at = [&](double scale) {
    const Setting s("mlp", params, 8, 1,
                    {{"networks", 30}, {"null_repeats", 0}, {"probe_scale", scale}});
    return result<MatrixMap>(*s.evaluate(), "g").values;
  };
  // A power of two scales every number exactly.
  EXPECT_EQ(at(0x1p-10), at(4));
  const Json biased = {{"hidden", {20, 20}}, {"activation", "relu"}, {"bias", true}};
  const Setting near("mlp", biased, 8, 1, {{"networks", 30}, {"probe_scale", 1e-3}});
  const Setting far("mlp", biased, 8, 1, {{"networks", 30}, {"probe_scale", 4}});
  EXPECT_GT((result<MatrixMap>(*near.evaluate(), "g").values -
             result<MatrixMap>(*far.evaluate(), "g").values)
                .norm(),
            0);
}

TEST(AverageGeometry, ChanceExplainsAnIsotropicSpectrum) {
  const Setting s("mlp", kRelu, 16, 1, {{"networks", 100}});
  const auto results = s.evaluate();
  const auto spectrum = result<Spectrum>(*results, "eigenvalues");
  ASSERT_EQ(spectrum.null_high.size(), 16);
  EXPECT_LT(spectrum.values[0], 1.1 * spectrum.null_high[0]);
  EXPECT_GT(spectrum.values[15], 0.9 * spectrum.null_low[15]);
  EXPECT_LT(spectrum.guide_low, spectrum.values.mean());
  EXPECT_GT(spectrum.guide_high, spectrum.values.mean());
  ASSERT_EQ(spectrum.stability.size(), static_cast<Index>(spectrum.groups.size()));
  // What cannot be told apart is one subspace, and a whole space is stable.
  ASSERT_EQ(spectrum.groups.size(), 1u);
  EXPECT_NEAR(spectrum.stability[0], 1, 1e-9);
  EXPECT_GT(result<ScalarSeries>(*results, "error").y[0], 0.01);
}

TEST(AverageGeometry, FourierBasisKeepsTraceAndSpectrum) {
  const Setting s("mlp", kRelu, 12, 1, {{"networks", 5}, {"null_repeats", 0}});
  const auto results = s.evaluate();
  const Matrix g = result<MatrixMap>(*results, "g").values;
  const Matrix turned = result<MatrixMap>(*results, "g_dft").values;
  EXPECT_NEAR(turned.trace(), g.trace(), 1e-13 * g.trace());
  EXPECT_NEAR(turned.norm(), g.norm(), 1e-13 * g.norm());
  EXPECT_EQ(result<ScalarSeries>(*results, "dft_energy").y, Vector(turned.diagonal()));
}

TEST(AverageGeometry, OneNetworkIsItsOwnMoment) {
  Setting s("mlp", kRelu, 8, 2, {{"of", "run"}, {"probes", 3}, {"readout", "output"}});
  const auto results = s.evaluate();
  EXPECT_EQ(result<ScalarSeries>(*results, "trace").x[0], 7);
  EXPECT_FALSE(result<ScalarSeries>(*results, "error").quantity.status.is_valid());
  const auto spectrum = result<Spectrum>(*results, "eigenvalues");
  EXPECT_EQ(spectrum.null_high.size(), 0);  // a rotation of one network keeps its eigenvalues
  EXPECT_LT(spectrum.values[3], 1e-15);     // three gradients span three directions
}

TEST(AverageGeometry, EnsemblesAreTrainedToTheStepLookedAt) {
  Setting s("mlp", kRelu, 8, 1, {{"of", "ensemble"}, {"networks", 4}, {"null_repeats", 0}});
  std::vector<std::pair<Index, Index>> asked;
  s.laboratory.on_trained = [&](Index member, Index step) {
    asked.emplace_back(member, step);
    return s.laboratory.fresh(member);
  };
  const auto results = s.evaluate();
  EXPECT_EQ(asked, (std::vector<std::pair<Index, Index>>{{0, 7}, {1, 7}, {2, 7}, {3, 7}}));
  EXPECT_THAT(results->notes, Contains(HasSubstr("independently trained networks: 4")));
}

TEST(AverageGeometry, LargestEigenvaluesWithoutTheMatrix) {
  const Json how = {{"networks", 40}, {"null_repeats", 0}};
  Json few = how;
  few["method"] = "largest";
  few["top"] = 3;
  const auto all = result<Spectrum>(*Setting("mlp", kRelu, 16, 1, how).evaluate(), "eigenvalues");
  const auto results = Setting("mlp", kRelu, 16, 1, few).evaluate();
  const auto top = result<Spectrum>(*results, "eigenvalues");
  ASSERT_EQ(top.values.size(), 3);
  EXPECT_LT((top.values - all.values.head(3)).norm(), 1e-5 * all.values[0]);
  EXPECT_EQ(top.quantity.status.kind, Status::Kind::partial);
  EXPECT_THAT(result<MatrixMap>(*results, "g").quantity.status.reason, HasSubstr("not formed"));
}

TEST(AverageGeometry, TooManyInputsAreSaidWithTheCost) {
  const Setting s("linear", Json::object(), 12288, 1, {{"networks", 2}});
  const auto status = result<Spectrum>(*s.evaluate(), "eigenvalues").quantity.status;
  EXPECT_EQ(status.kind, Status::Kind::undefined);
  EXPECT_THAT(status.reason, HasSubstr("3.6 GB"));
  EXPECT_THAT(status.reason, HasSubstr("'largest'"));
}

TEST(AverageGeometry, ZeroGradientsAreZeroAndSaySo) {
  const Setting s("mlp", {{"hidden", {4}}, {"activation", "relu"}, {"scale", 0.0}}, 5, 1,
                  {{"networks", 4}});
  const auto results = s.evaluate();
  EXPECT_EQ(result<ScalarSeries>(*results, "trace").y[0], 0);
  EXPECT_FALSE(result<ScalarSeries>(*results, "error").quantity.status.is_valid());
  EXPECT_FALSE(result<ScalarSeries>(*results, "participation_ratio").quantity.status.is_valid());
}

TEST(AverageGeometry, RefusesGradientsThatAreNotFinite) {
  Setting s("mlp", kRelu, 5, 1, {{"of", "ensemble"}, {"networks", 2}});
  s.laboratory.on_trained = [&](Index, Index) { return Vector(s.laboratory.fresh(0) * 1e300); };
  EXPECT_THROW(s.evaluate(), Error);
}

TEST(AverageGeometry, SharpensOnTheWayAndStopsWhenAsked) {
  const Setting s("mlp", {{"hidden", {256, 256}}, {"activation", "relu"}}, 64, 1,
                  {{"networks", 100000}, {"probes", 64}, {"null_repeats", 0}});
  std::stop_source stop;
  std::vector<double> shares;
  EXPECT_THROW(s.evaluate(stop.get_token(),
                          [&](const ResultsPtr& partial) {
                            shares.push_back(partial->share);
                            EXPECT_EQ(partial->analysis, "average_geometry");
                            if (shares.size() == 2) stop.request_stop();
                          }),
               Cancelled);
  ASSERT_EQ(shares.size(), 2u);
  EXPECT_GT(shares[0], 0);
  EXPECT_LT(shares[0], shares[1]);
  EXPECT_LT(shares[1], 1);
}

TEST(AverageGeometry, OutputsThatDoNotExistAreNamed) {
  const Setting s("mlp", kRelu, 5, 2, {{"readout", "output"}, {"output", 2}});
  try {
    s.evaluate();
    FAIL();
  } catch (const InvalidInput& error) {
    EXPECT_THAT(error.what(), HasSubstr("there is no output 2"));
  }
}

TEST(Sweep, TrainsEachValueAndShowsMeanAndRange) {
  FakeLaboratory laboratory("mlp", kRelu, 4, 1);
  std::vector<std::string> asked;
  laboratory.on_outcome = [&](const Variant& variant) {
    std::string all;
    for (const auto& [path, value] : variant.changes) all += path + "=" + value.dump() + " ";
    asked.push_back(all);
    const double seed = variant.changes.front().second.get<double>();
    return VariantMetrics{
        {"test_accuracy", 0.5 + 0.1 * seed}, {"accuracy", 1.0}, {"test_loss", NAN}, {"loss", 0.1}};
  };
  const auto network = laboratory.function(laboratory.fresh(0));
  Input in;
  in.function = network.get();
  in.plan = &laboratory.plan();
  in.laboratory = &laboratory;
  in.params = validated(
      analysis("sweep").params,
      {{"path", "dataset.v"}, {"prefix", "average_geometry"}, {"values", {0, 5}}, {"repeats", 2}},
      "sweep");
  std::vector<double> shares;
  const auto results =
      evaluate(analysis("sweep"), in, {}, [&](const ResultsPtr& p) { shares.push_back(p->share); });
  EXPECT_EQ(asked, (std::vector<std::string>{"seed=0 dataset.v=\"average_geometry:0\" ",
                                             "seed=1 dataset.v=\"average_geometry:0\" ",
                                             "seed=0 dataset.v=\"average_geometry:5\" ",
                                             "seed=1 dataset.v=\"average_geometry:5\" "}));
  const auto accuracy = result<ScalarSeries>(*results, "test_accuracy");
  EXPECT_DOUBLE_EQ(accuracy.y[1], 0.55);
  EXPECT_DOUBLE_EQ(accuracy.low[1], 0.5);
  EXPECT_DOUBLE_EQ(accuracy.high[1], 0.6);
  EXPECT_EQ(accuracy.x[1], 5);
  EXPECT_FALSE(result<ScalarSeries>(*results, "test_loss").quantity.status.is_valid());
  EXPECT_EQ(shares, (std::vector<double>{0.25, 0.5, 0.75}));
}

TEST(Sweep, TakesTheWordsOfAChoice) {
  FakeLaboratory laboratory("mlp", kRelu, 4, 1);
  std::vector<Json> asked;
  laboratory.on_outcome = [&](const Variant& variant) {
    asked.push_back(variant.changes.back().second);
    return VariantMetrics{
        {"test_accuracy", 1.0}, {"accuracy", 1.0}, {"test_loss", 0.0}, {"loss", 0.0}};
  };
  const auto network = laboratory.function(laboratory.fresh(0));
  Input in;
  in.function = network.get();
  in.plan = &laboratory.plan();
  in.laboratory = &laboratory;
  in.params =
      validated(analysis("sweep").params,
                {{"path", "dataset.covariance"}, {"words", "white, average_geometry"}}, "sweep");
  const auto results = evaluate(analysis("sweep"), in, {});
  EXPECT_EQ(asked, (std::vector<Json>{"white", "average_geometry"}));
  const auto series = result<ScalarSeries>(*results, "test_accuracy");
  EXPECT_EQ(series.x, (Vector(2) << 0, 1).finished());
  EXPECT_THAT(series.quantity.x_label, HasSubstr("1 average_geometry"));
}

}  // namespace
}  // namespace aniso::analysis
