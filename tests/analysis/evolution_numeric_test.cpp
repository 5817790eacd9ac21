#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <Eigen/LU>
#include <cmath>

#include "core/analysis/evolution_record.h"
#include "core/analysis/input_kernel.h"
#include "core/base/errors.h"
#include "core/geometry/evolution.h"
#include "core/theory/average_geometry.h"
#include "tests/analysis/fakes.h"

namespace aniso::analysis {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

/// A dense architecture and data to train it on; networks are trained as the test says.
struct Setting {
  FakeLaboratory laboratory;
  std::unique_ptr<nn::LayeredFunction> network;
  data::Dataset data;
  Input in;

  Setting(const std::string& architecture, const Json& params, Index inputs, const Json& how)
      : laboratory(architecture, params, inputs, 1) {
    network = laboratory.function(laboratory.fresh(0));
    data.shape = InputShape(inputs);
    data.x = RandomStream(1, "data").normals(Index{12}, inputs);
    data.x.col(0) *= 4;
    data.y = RandomStream(1, "targets").normals(Index{12}, Index{1});
    for (Index i = 0; i < 12; ++i) data.train.push_back(i);
    in.function = network.get();
    in.plan = &laboratory.plan();
    in.architecture = architecture;
    in.architecture_params = laboratory.params();
    in.data = &data;
    in.laboratory = &laboratory;
    in.params = validated(analysis("evolution").params, how, "evolution");
  }

  // One step of full-batch gradient descent on ½ mean (f − y)² for a chain without biases.
  Vector stepped(const Vector& parameters, double rate) {
    const auto function = laboratory.function(parameters);
    const Matrix residual = (function->values(data.x) - data.y) / static_cast<double>(data.size());
    Vector out = parameters;
    Index at = 0;
    for (std::size_t layer = 0; layer < function->layer_count(); ++layer) {
      const Matrix gradient = function->weight_gradient(layer, data.x, residual);
      out.segment(at, gradient.size()) -= rate * gradient.reshaped<Eigen::RowMajor>();
      at += gradient.size();
    }
    return out;
  }
  void train_with(double rate) {
    laboratory.on_trained = [this, rate](Index member, Index step) {
      Vector parameters = laboratory.fresh(member);
      for (Index k = 0; k < step; ++k) parameters = stepped(parameters, rate);
      return parameters;
    };
  }
  Matrix s() const { return data.x.transpose() * data.x / static_cast<double>(data.size()); }
  ResultsPtr evaluate(std::stop_token stop = {}, const PartialSink& sink = {}) const {
    return aniso::analysis::evaluate(analysis("evolution"), in, stop, sink);
  }
};

ScalarSeries series(const ResultsPtr& results, const std::string& id) {
  return result<ScalarSeries>(*results, id);
}

// f = aᵀWx: β = Wᵀa moves by β' = −(WᵀW + |a|² I)(S β − Xᵀy) under gradient flow. The average
// over networks is the closed form, at a width as small as two.
TEST(Evolution, TwoLayerLinearNetworksOfTheSummedLossFollowTheClosedForm) {
  constexpr Index dim = 3, hidden = 2, networks = 40000, groups = 8;
  const double var_w = 0.5, var_a = 0.8;
  const Matrix x =
      RandomStream(1, "x").normals(Index{6}, dim) * Vector(Eigen::Vector3d(2, 1, 0.5)).asDiagonal();
  const Matrix s = x.transpose() * x;
  const Vector xy = x.transpose() * RandomStream(1, "y").normals(Index{6});
  const double step = 1e-5;
  std::vector<Matrix> before(groups, Matrix::Zero(dim, dim)), after = before;
  for (Index m = 0; m < networks; ++m) {
    const RandomStream stream(2, "net", static_cast<std::uint64_t>(m));
    Matrix w = std::sqrt(var_w) * stream.child("w").normals(hidden, dim);
    Vector a = std::sqrt(var_a) * stream.child("a").normals(hidden);
    const auto group = static_cast<std::size_t>(m % groups);
    const Vector start = w.transpose() * a, residual = s * start - xy;
    before[group] += start * start.transpose();
    const Vector a_step = w * residual;
    w -= step * a * residual.transpose();
    a -= step * a_step;
    const Vector end = w.transpose() * a;
    after[group] += end * end.transpose();
  }
  Matrix delta = Matrix::Zero(dim, dim);
  for (std::size_t j = 0; j < groups; ++j) delta += (after[j] - before[j]) / (networks * step);
  const Matrix theory = theory::two_layer_linear_evolution(s, hidden, var_w, var_a);
  EXPECT_LT((delta - theory).norm(), 0.04 * theory.norm());
  const auto found = geometry::change_cosines(before, after, {}, s).all;
  EXPECT_NEAR(found.s.value.value, geometry::frobenius_cosine(-theory, s).value, 4 * found.s.error);
  EXPECT_LT(found.s.error, 0.01);
}

// The same through the analysis, with the mean loss of the trainer instead of the sum: Δ is that
// of S = (1/n) Σ x xᵀ, and the cosines are those of the closed form.
TEST(Evolution, TwoLayerLinearEnsemblesFollowTheClosedForm) {
  Setting setting("deep_linear", {{"depth", 2}, {"width", 2}}, 3,
                  {{"of", "ensemble"}, {"networks", 4000}, {"checkpoints", 2}, {"probes", 1}});
  setting.laboratory.steps = 1;
  setting.train_with(1e-5);
  const auto results = setting.evaluate();
  const Matrix s = setting.s();
  // Weights are N(0, 1/fan_in): σ_w² = 1/3, σ_a² = 1/2, and G = n σ_a² σ_w² I = I/3.
  const Matrix theory = theory::two_layer_linear_evolution(s, 2, 1.0 / 3, 1.0 / 2);
  const double along_s = geometry::frobenius_cosine(-theory, s).value;
  for (const char* id : {"cos_s", "cos_gsg", "cos_s_crossed", "cos_gsg_crossed"}) {
    const auto found = series(results, id);
    ASSERT_EQ(found.y.size(), 1) << id;
    EXPECT_EQ(found.x[0], 1) << id;
    const double error = found.high[0] - found.y[0];
    EXPECT_NEAR(found.y[0], along_s, 4 * error) << id;
    EXPECT_LT(error, 0.02) << id;
  }
  EXPECT_LT(along_s, 0.99) << "at this width the isotropic term is seen";
  const auto trace = series(results, "trace");
  EXPECT_NEAR(trace.y[0], 1, 4 * (trace.high[0] - trace.y[0]));
  EXPECT_LT(series(results, "weight_motion").y[1], 1e-4);
}

TEST(Evolution, KernelOfADeepLinearChainIsTheClosedForm) {
  FakeLaboratory laboratory("deep_linear", {{"depth", 3}, {"width", 4}}, 5, 2);
  const auto network = laboratory.function(laboratory.fresh(3));
  Vector r(2);
  r << 0.7, -0.2;
  const Matrix w1 = network->weight(0), w2 = network->weight(1), w3 = network->weight(2);
  const Matrix p1 = w1, p2 = w2 * w1;
  const Vector q3 = r, q2 = w3.transpose() * r, q1 = w2.transpose() * q2;
  const Matrix closed = q1.squaredNorm() * Matrix::Identity(5, 5) +
                        q2.squaredNorm() * p1.transpose() * p1 +
                        q3.squaredNorm() * p2.transpose() * p2;
  const Matrix kernel = input_kernel(*network, laboratory.plan(), r, {});
  EXPECT_LT((kernel - closed).norm(), 1e-13 * closed.norm());
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(input_kernel(*network, laboratory.plan(), r, stop.get_token()), Cancelled);
}

// What the fixed first layer does not see, neither G nor K nor the change does, at any width.
TEST(Evolution, NothingMovesAlongADirectionThatIsNotSeen) {
  FakeLaboratory laboratory("random_features",
                            {{"features", 3}, {"activation", "identity"}, {"bias", false}}, 5, 1);
  const Vector fresh = laboratory.fresh(0);
  const auto network = laboratory.function(fresh);
  const Matrix p = network->weight(0);
  // v is orthogonal to the three rows of the fixed layer.
  Vector v = RandomStream(1, "v").normals(Index{5});
  v -= p.transpose() * (p * p.transpose()).inverse() * (p * v);
  v.normalize();
  const Vector r = Vector::Ones(1);
  const Matrix kernel = input_kernel(*network, laboratory.plan(), r, {});
  EXPECT_LT((kernel - p.transpose() * p).norm(), 1e-13) << "the fixed layer is not trained";
  EXPECT_LT((kernel * v).norm(), 1e-13);
  const Vector slope = network->input_gradients(Matrix::Zero(1, 5), r).transpose();
  const Matrix s = v * v.transpose() + Matrix::Identity(5, 5);
  const Matrix change = theory::linear_network_evolution(kernel, slope * slope.transpose(), s);
  EXPECT_LT(std::abs(v.dot(change * v)), 1e-13);
  EXPECT_GT(change.norm(), 1e-3);
}

TEST(Evolution, KernelsAreForNetworksAffineInTheirInput) {
  FakeLaboratory linear("deep_linear", {{"depth", 2}}, 4, 1);
  EXPECT_EQ(no_kernel_reason(linear.plan()), "");
  FakeLaboratory relu("mlp", {{"activation", "relu"}}, 4, 1);
  EXPECT_THAT(no_kernel_reason(relu.plan()), HasSubstr("affine"));
  Setting setting("mlp", {{"hidden", {6}}, {"activation", "relu"}}, 4,
                  {{"of", "ensemble"}, {"networks", 6}, {"checkpoints", 3}});
  setting.laboratory.on_trained = [&](Index member, Index step) {
    return Vector(setting.laboratory.fresh(member) * (1 - 1e-3 * static_cast<double>(step)));
  };
  const auto results = setting.evaluate();
  EXPECT_THAT(series(results, "cos_ksg").quantity.status.reason, HasSubstr("affine"));
  EXPECT_TRUE(std::isfinite(series(results, "cos_gsg").y[0]));
}

// At infinite width K S G + G S K is exact; at width 200 and with K of the same ensemble nearly so.
TEST(Evolution, WideLinearNetworksMoveAsTheirKernelSays) {
  Setting setting("deep_linear", {{"depth", 3}, {"width", 100}}, 4,
                  {{"of", "ensemble"}, {"networks", 120}, {"checkpoints", 2}, {"probes", 1}});
  setting.laboratory.steps = 1;
  setting.train_with(1e-4);
  const auto results = setting.evaluate();
  const auto crossed = series(results, "cos_ksg_crossed");
  EXPECT_NEAR(crossed.y[0], 1, 4 * (crossed.high[0] - crossed.y[0]) + 0.01);
  EXPECT_GT(crossed.y[0], 0.9);
  EXPECT_LT(series(results, "cos_ksg").y[0], crossed.y[0]) << "noise lowers the plain cosine";
}

TEST(Evolution, ARunIsFollowedThroughItsStoredSteps) {
  Setting setting("mlp", {{"hidden", {5}}}, 3, {{"checkpoints", 4}});
  std::vector<Vector> parameters;
  for (const double step : {0, 1, 2, 3, 10, 100, 1000})
    parameters.emplace_back(setting.laboratory.fresh(0) * (1 + 1e-4 * step));
  Index at = 0;
  for (const Index step : {0, 1, 2, 3, 10, 100, 1000})
    setting.laboratory.stored.push_back({step, &parameters[static_cast<std::size_t>(at++)]});
  const auto results = setting.evaluate();
  const auto similarity = series(results, "cos_g0");
  EXPECT_EQ(similarity.x, (Vector(4) << 0, 10, 100, 1000).finished());
  EXPECT_NEAR(similarity.y[0], 1, 1e-15);
  const auto motion = series(results, "weight_motion");
  EXPECT_NEAR(motion.y[2], 0.01, 1e-13);
  EXPECT_EQ(series(results, "velocity").x, (Vector(3) << 10, 100, 1000).finished());
  EXPECT_THROW(series(results, "cos_gsg_crossed"), InvalidInput) << "one network has no pairs";
  EXPECT_EQ(series(results, "cos_gsg").low.size(), 0);
  EXPECT_THAT(results->notes, Contains(HasSubstr("one network")));
}

TEST(Evolution, NothingMovesBetweenEqualCheckpoints) {
  Setting setting("mlp", {{"hidden", {5}}}, 3,
                  {{"of", "ensemble"}, {"networks", 5}, {"checkpoints", 3}});
  const auto results = setting.evaluate();  // trained() gives the fresh network at every step
  EXPECT_NEAR(series(results, "velocity").y.cwiseAbs().maxCoeff(), 0, 1e-15);
  EXPECT_THAT(series(results, "cos_gsg").quantity.status.reason, HasSubstr("does not change"));
  EXPECT_EQ(series(results, "weight_motion").y.maxCoeff(), 0);
  const double ratio = series(results, "participation_ratio").y[0];
  EXPECT_GE(ratio, 1);
  EXPECT_LE(ratio, 3);
}

TEST(Evolution, DegenerateInputIsSaid) {
  Setting one("mlp", {{"hidden", {5}}}, 3, Json::object());
  const Vector start = one.laboratory.fresh(0);
  one.laboratory.stored = {{0, &start}};
  EXPECT_THAT(series(one.evaluate(), "trace").quantity.status.reason, HasSubstr("let it train"));

  Setting zero("mlp", {{"hidden", {5}}}, 3,
               {{"of", "ensemble"}, {"networks", 2}, {"checkpoints", 2}});
  zero.laboratory.on_trained = [&](Index, Index) {
    return Vector(Vector::Zero(zero.laboratory.plan().parameter_count()));
  };
  const auto results = zero.evaluate();
  for (const char* id :
       {"cos_gsg", "cos_s", "velocity", "cos_g0", "participation_ratio", "weight_motion"})
    EXPECT_EQ(series(results, id).quantity.status.kind, Status::Kind::undefined) << id;
  EXPECT_EQ(series(results, "trace").y.maxCoeff(), 0);

  zero.laboratory.on_trained = [&](Index, Index step) {
    return Vector(
        Vector::Constant(zero.laboratory.plan().parameter_count(), step == 0 ? 0.1 : NAN));
  };
  EXPECT_THROW(zero.evaluate(), NumericalError);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(zero.evaluate(stop.get_token()), Cancelled);
}

TEST(Evolution, SharpensNetworkByNetwork) {
  Setting setting("mlp", {{"hidden", {5}}}, 3,
                  {{"of", "ensemble"}, {"networks", 6}, {"checkpoints", 3}});
  setting.laboratory.on_trained = [&](Index member, Index step) {
    return Vector(setting.laboratory.fresh(member) * (1 - 1e-2 * static_cast<double>(step)));
  };
  std::vector<double> shares;
  ResultsPtr last;
  const auto results = setting.evaluate({}, [&](const ResultsPtr& partial) {
    shares.push_back(partial->share);
    last = partial;
  });
  ASSERT_FALSE(shares.empty());
  EXPECT_TRUE(std::is_sorted(shares.begin(), shares.end()));
  EXPECT_LT(shares.back(), 1);
  EXPECT_EQ(last->results.size(), results->results.size());
}

TEST(Evolution, StepsAreEvenInTheLogarithm) {
  EXPECT_EQ(logarithmic_steps(1000, 5), (std::vector<Index>{0, 1, 10, 100, 1000}));
  EXPECT_EQ(logarithmic_steps(3, 50), (std::vector<Index>{0, 1, 2, 3}));
  EXPECT_EQ(logarithmic_steps(7, 2), (std::vector<Index>{0, 7}));
  EXPECT_EQ(logarithmic_steps(0, 5), (std::vector<Index>{0}));
  EXPECT_EQ(thinned_evenly({0, 1, 2, 3, 9, 50, 99}, 3), (std::vector<std::size_t>{0, 4, 6}));
  EXPECT_EQ(thinned_evenly({4}, 3), (std::vector<std::size_t>{0}));
  EXPECT_EQ(thinned_evenly({0, 5}, 30), (std::vector<std::size_t>{0, 1}));
  EXPECT_TRUE(thinned_evenly({}, 3).empty());
}

}  // namespace
}  // namespace aniso::analysis
