#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/theory/slab_ceiling.h"
#include "tests/analysis/fakes.h"

namespace aniso::analysis {
namespace {

using ::testing::HasSubstr;

/// Linear networks x ↦ wᵀx on two circles in the plane of the first two inputs.
struct Setting {
  FakeLaboratory laboratory{"linear", {{"bias", false}}, 3, 1};
  std::unique_ptr<nn::LayeredFunction> network;
  data::Dataset data;
  Input in;

  explicit Setting(const Json& how) {
    const Index n = 40;
    data.shape = InputShape(3);
    data.x.resize(n, 3);
    data.labels.resize(n);
    data.classes = 2;
    for (Index i = 0; i < n; ++i) {
      const double angle = 0.3 + static_cast<double>(i), radius = i % 2 == 0 ? 0.5 : 3;
      data.x.row(i) << radius * std::cos(angle), radius * std::sin(angle), 0.1 * angle;
      data.labels[i] = static_cast<std::int32_t>(i % 2);
      (i < 30 ? data.train : data.test).push_back(i);
    }
    data.plane.origin = Vector::Zero(3);
    data.plane.u = Vector::Unit(3, 0);
    data.plane.v = Vector::Unit(3, 1);
    // Members 0, 1, 2 look along +x, +x and −x.
    laboratory.on_trained = [](Index member, Index) {
      return Vector(Eigen::Vector3d(member == 2 ? -1 : 1, 0, 0));
    };
    network = laboratory.function(Eigen::Vector3d(0, 1, 0));
    in.function = network.get();
    in.plan = &laboratory.plan();
    in.data = &data;
    in.laboratory = &laboratory;
    in.is_classification = true;
    in.step = 5;
    in.params = validated(analysis("ensemble_boundaries").params, how, "ensemble_boundaries");
  }
  ResultsPtr evaluate(std::stop_token stop = {}, const PartialSink& sink = {}) const {
    return aniso::analysis::evaluate(analysis("ensemble_boundaries"), in, stop, sink);
  }
};

const Json kThree = {{"networks", 3}, {"resolution", 9}};

TEST(EnsembleBoundaries, FieldsMeanAndShareOfKnownNetworks) {
  const Setting setting(kThree);
  const auto results = setting.evaluate();
  const auto first = result<Field2D>(*results, "network_1");
  EXPECT_LT(first.values(4, 0), 0);
  EXPECT_NEAR(first.values(2, 8), first.x_high, 1e-12);
  EXPECT_NEAR(result<Field2D>(*results, "network_3").values(2, 8), -first.x_high, 1e-12);
  EXPECT_NEAR(result<Field2D>(*results, "mean").values(2, 8), first.x_high / 3, 1e-12);
  const auto share = result<Field2D>(*results, "share");
  EXPECT_NEAR(share.values(2, 8), 2.0 / 3, 1e-15);
  EXPECT_NEAR(share.values(2, 0), 1.0 / 3, 1e-15);
  EXPECT_FALSE(share.is_signed);
  EXPECT_NEAR(result<Field2D>(*results, "run").values(8, 2), first.y_high, 1e-12);
  ASSERT_TRUE(share.plane);
}

TEST(EnsembleBoundaries, AccuraciesAreThoseOfTheTestRows) {
  const Setting setting(kThree);
  const auto results = setting.evaluate();
  const auto accuracy = result<ScalarSeries>(*results, "test_accuracy");
  double right = 0;
  for (const Index i : setting.data.test)
    right += (setting.data.x(i, 0) > 0) == (setting.data.labels[i] == 1) ? 1 : 0;
  ASSERT_EQ(accuracy.y.size(), 3);
  EXPECT_NEAR(accuracy.y[0], right / 10, 1e-15);
  EXPECT_NEAR(accuracy.y[2], 1 - right / 10, 1e-15);
  EXPECT_EQ(result<ScalarSeries>(*results, "run_accuracy").y.size(), 1);
}

TEST(EnsembleBoundaries, SlabCeilingWhereTheClassesAreTwoCircles) {
  Setting setting(kThree);
  const auto ceiling = result<ScalarSeries>(*setting.evaluate(), "slab_ceiling");
  EXPECT_TRUE(ceiling.is_theory);
  EXPECT_NEAR(ceiling.y[0], theory::slab_ceiling(0.5, 3), 1e-9);
  EXPECT_EQ(ceiling.panel, result<ScalarSeries>(*setting.evaluate(), "test_accuracy").panel);
  setting.data.x(3, 0) += 0.1;
  const auto blurred = setting.evaluate();
  for (const auto& entry : blurred->results) EXPECT_NE(quantity_of(entry).id, "slab_ceiling");
}

TEST(EnsembleBoundaries, TrainsToTheStepLookedAtAndPublishesEachNetwork) {
  Setting setting(kThree);
  std::vector<std::pair<Index, Index>> asked;
  setting.laboratory.on_trained = [&](Index member, Index step) {
    asked.emplace_back(member, step);
    return Vector(Vector::Ones(3));
  };
  std::vector<double> shares;
  setting.evaluate({}, [&](const ResultsPtr& partial) { shares.push_back(partial->share); });
  EXPECT_EQ(asked, (std::vector<std::pair<Index, Index>>{{0, 5}, {1, 5}, {2, 5}}));
  EXPECT_EQ(shares, (std::vector<double>{1.0 / 3, 2.0 / 3}));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(setting.evaluate(stop.get_token()), Cancelled);
}

TEST(EnsembleBoundaries, WhatHasNoBoundaryIsUndefined) {
  Setting setting(kThree);
  setting.laboratory.on_trained = [](Index, Index) { return Vector(Vector::Constant(3, NAN)); };
  EXPECT_EQ(result<Field2D>(*setting.evaluate(), "share").quantity.status.kind,
            Status::Kind::undefined);
  Setting untested(kThree);
  untested.data.test.clear();
  EXPECT_THAT(result<ScalarSeries>(*untested.evaluate(), "test_accuracy").quantity.status.reason,
              HasSubstr("test_fraction"));
}

}  // namespace
}  // namespace aniso::analysis
