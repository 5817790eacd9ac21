#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/base/errors.h"
#include "tests/analysis/fakes.h"

namespace aniso::analysis {
namespace {

using ::testing::HasSubstr;

struct Setting {
  FakeLaboratory laboratory;
  std::unique_ptr<nn::LayeredFunction> network;
  data::Dataset data;
  Input in;

  Setting(const Json& params, Index inputs, const Json& how)
      : laboratory("mlp", params, inputs, 1) {
    network = laboratory.function(laboratory.fresh(0));
    data.shape = InputShape(inputs);
    data.x = RandomStream(1, "data").normals(Index{20}, inputs);
    for (Index i = 0; i < 20; ++i) data.train.push_back(i);
    in.function = network.get();
    in.plan = &laboratory.plan();
    in.data = &data;
    in.laboratory = &laboratory;
    in.params = validated(analysis("local_geometry").params, how, "local_geometry");
  }
  ResultsPtr evaluate(std::stop_token stop = {}, const PartialSink& sink = {}) const {
    return aniso::analysis::evaluate(analysis("local_geometry"), in, stop, sink);
  }
};

// Without biases a ReLU network is homogeneous: its gradient is the same all along a ray, and by
// symmetry G(x) is the same multiple of the identity for every x.
TEST(LocalGeometry, IsTheAverageEverywhereForAHomogeneousReluNetwork) {
  const Setting setting({{"hidden", {30, 30}}, {"activation", "relu"}, {"bias", false}}, 6,
                        {{"networks", 2000}, {"points", 5}, {"reach", 8}});
  const auto results = setting.evaluate();
  const auto cosine = result<ScalarSeries>(*results, "cosine");
  const auto traces = result<ScalarSeries>(*results, "trace_ratio");
  ASSERT_EQ(cosine.y.size(), 5);
  EXPECT_TRUE(std::isnan(cosine.y[0])) << "all units sit on their kink at the origin";
  EXPECT_EQ(cosine.quantity.status.kind, Status::Kind::partial);
  for (Index p = 1; p < 5; ++p) {
    EXPECT_NEAR(cosine.y[p], 1, 4 * (cosine.high[p] - cosine.y[p])) << p;
    EXPECT_LT(cosine.high[p] - cosine.y[p], 0.02) << p;
    EXPECT_NEAR(traces.y[p], 1, 4 * (traces.high[p] - traces.y[p])) << p;
    // The same up to the rounding of a scaled input.
    EXPECT_NEAR(cosine.y[p], cosine.y[1], 1e-9);
    EXPECT_NEAR(traces.y[p], traces.y[1], 1e-9);
  }
}

// tanh saturates: gradients die out along the line, first where it is steep.
TEST(LocalGeometry, FallsOffWhereUnitsSaturate) {
  const Setting setting({{"hidden", {30}}, {"activation", "tanh"}, {"scale", 6}}, 4,
                        {{"networks", 300}, {"points", 3}, {"reach", 20}, {"u", "pixel:0"}});
  const auto results = setting.evaluate();
  const auto traces = result<ScalarSeries>(*results, "trace_ratio");
  EXPECT_NEAR(traces.y[0], 1, 0.05) << "the probes lie close to the origin";
  EXPECT_LT(traces.y[2], 0.2);
  const auto cosine = result<ScalarSeries>(*results, "cosine");
  EXPECT_LT(cosine.y[2], 0.95) << "the unsaturated units are those that do not look along u";
}

TEST(LocalGeometry, RowsOfTheDataAreOrderedByLength) {
  const Setting setting({{"hidden", {5}}}, 3, {{"where", "data"}, {"points", 6}, {"networks", 20}});
  const auto cosine = result<ScalarSeries>(*setting.evaluate(), "cosine");
  ASSERT_EQ(cosine.x.size(), 6);
  EXPECT_TRUE(std::is_sorted(cosine.x.begin(), cosine.x.end()));
  EXPECT_EQ(cosine.quantity.x_label, "‖x‖");
  const Vector norms = setting.data.x.rowwise().norm();
  EXPECT_LT((norms.array() - cosine.x[0]).abs().minCoeff(), 1e-15);
}

TEST(LocalGeometry, SharpensAndCanBeStopped) {
  const Setting setting({{"hidden", {5}}}, 3, {{"networks", 40}, {"points", 2}});
  int partials = 0;
  setting.evaluate({}, [&](const ResultsPtr& partial) {
    ++partials;
    EXPECT_LT(partial->share, 1);
  });
  EXPECT_GE(partials, 1);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(setting.evaluate(stop.get_token()), Cancelled);
  Setting empty({{"hidden", {5}}}, 3, {{"where", "data"}});
  empty.data.train.clear();
  EXPECT_THROW(empty.evaluate(), InvalidInput);
}

}  // namespace
}  // namespace aniso::analysis
