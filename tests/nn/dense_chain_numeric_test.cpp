#include "core/nn/dense_chain.h"

#include <gtest/gtest.h>

#include "core/base/errors.h"
#include "core/nn/activation.h"
#include "tests/nn/function_checks.h"

namespace aniso::nn {
namespace {

std::unique_ptr<LayeredFunction> explicit_float64(const NetworkPlan& plan, const Vector& p) {
  return make_dense_chain(plan, p, Dtype::float64);
}

class DenseChainTest : public testing::TestWithParam<Case> {};

TEST_P(DenseChainTest, InputDerivativesMatchCentralDifferences) {
  check_input_derivatives(GetParam(), explicit_float64);
}
TEST_P(DenseChainTest, LayersMatchCentralDifferences) {
  check_layers(GetParam(), explicit_float64);
}
TEST_P(DenseChainTest, RestrictionsMomentsAndClonesAgree) {
  check_consistency(GetParam(), explicit_float64);
}
TEST_P(DenseChainTest, RefusesWrongShapes) { check_bad_input(GetParam(), explicit_float64); }

TEST_P(DenseChainTest, Float32AgreesWithFloat64) {
  const auto& c = GetParam();
  const Vector parameters = c.parameters().cast<float>().cast<double>();
  const auto wide = make_dense_chain(c.plan(), parameters, Dtype::float64);
  const auto narrow = make_dense_chain(c.plan(), parameters, Dtype::float32);
  const Matrix x = test_points(40, c.inputs), v = test_points(40, c.outputs, "cotangents");
  EXPECT_LT(relative_error(narrow->values(x), wide->values(x)), 2e-5);
  EXPECT_LT(relative_error(narrow->vector_jacobian(x, v), wide->vector_jacobian(x, v)), 2e-5);
  EXPECT_NE(narrow->values(x), wide->values(x)) << "float32 was not used";
  const Matrix u = Matrix::Identity(c.inputs, 1);
  EXPECT_LT(relative_error(narrow->jets(x, u).second[0], wide->jets(x, u).second[0]), 1e-4);
}

INSTANTIATE_TEST_SUITE_P(Registry, DenseChainTest, testing::ValuesIn(dense_cases()),
                         [](const auto& instance) { return case_name(instance.param); });

// A quadratic network that computes |x|² − 1: level sets are circles.
std::unique_ptr<LayeredFunction> squared_norm(double sign) {
  const NetworkPlan plan = dense_chain_plan(2, {2}, 1, Activation::quadratic, true);
  Vector parameters(plan.parameter_count());
  parameters << 1, 0, 0, 1, 0, 0, sign, sign, -sign;
  return make_dense_chain(plan, parameters);
}

double level_set_curvature(const Function& f, double s, double t) {
  const Matrix at = (Matrix(1, 2) << s, t).finished();
  const Jets jets = f.jets(at, Matrix::Identity(2, 2));
  const double gs = jets.first[0](0, 0), gt = jets.first[1](0, 0);
  const double gss = jets.second[0](0, 0), gst = jets.second[1](0, 0), gtt = jets.second[2](0, 0);
  return -(gtt * gs * gs - 2 * gst * gs * gt + gss * gt * gt) / std::pow(gs * gs + gt * gt, 1.5);
}

TEST(CurvatureFromJets, IsMinusOneOverRadiusForTheSquaredNorm) {
  for (const double radius : {0.1, 1.0, 7.0}) {
    const double s = radius * std::cos(0.7), t = radius * std::sin(0.7);
    EXPECT_NEAR(level_set_curvature(*squared_norm(1), s, t) * radius, -1, 1e-13);
    EXPECT_NEAR(level_set_curvature(*squared_norm(-1), s, t) * radius, 1, 1e-13);
  }
}

TEST(CurvatureFromJets, IsExactlyZeroForALinearNetwork) {
  const Case c{"linear", "linear", Json::object(), 2, 1};
  EXPECT_EQ(level_set_curvature(*explicit_float64(c.plan(), c.parameters()), 0.3, -0.4), 0);
}

TEST(DenseChain, EvaluatesAnActivationBeforeTheFirstLayerAndTwoInARow) {
  NetworkPlan plan{2, 1, {}};
  plan.layers = {
      {Layer::Op::activation, "tanh 0", 2, 2, false, Activation::tanh},
      {Layer::Op::dense, "dense 1", 2, 1, false, {}},
      {Layer::Op::activation, "tanh 1", 1, 1, false, Activation::tanh},
      {Layer::Op::activation, "quadratic 1", 1, 1, false, Activation::quadratic},
  };
  const Vector parameters = (Vector(2) << 0.8, -1.7).finished();
  const auto f = explicit_float64(plan, parameters);
  const Matrix x = test_points(9, 2);
  const auto expected = [&](const Matrix& at) -> Matrix {
    return (at.array().tanh().matrix() * parameters).array().tanh().square();
  };
  EXPECT_LT(relative_error(f->values(x), expected(x)), 1e-14);
  const Matrix slope = central(expected, x, Vector::Unit(2, 0), 1e-5);
  EXPECT_LT(relative_error(f->input_gradients(x, Vector::Ones(1)).col(0), slope), 1e-8);
  const Jets jets = f->jets(x, Matrix::Identity(2, 2));
  EXPECT_LT(relative_error(jets.first[0], slope), 1e-8);
  const auto plane = f->restricted(Vector::Zero(2), Matrix::Identity(2, 1));
  EXPECT_LT(relative_error(
                plane->input_gradients(x.leftCols(1), Vector::Ones(1)),
                f->input_gradients((Matrix(9, 2) << x.leftCols(1), Matrix::Zero(9, 1)).finished(),
                                   Vector::Ones(1))
                    .leftCols(1)),
            1e-14);
}

TEST(DenseChain, RefusesPlansWithoutADenseLayer) {
  NetworkPlan plan{2, 2, {{Layer::Op::activation, "tanh 1", 2, 2, false, Activation::tanh}}};
  EXPECT_FALSE(can_run_explicitly(plan));
  EXPECT_THROW(explicit_float64(plan, Vector()), InvalidInput);
}

TEST(DenseChain, PassesNotANumberOn) {
  const Case c{"relu", "mlp", Json{{"activation", "relu"}}, 2, 1};
  const auto f = explicit_float64(c.plan(), c.parameters());
  const Matrix x = Matrix::Constant(1, 2, std::nan(""));
  EXPECT_TRUE(std::isnan(f->values(x)(0, 0)));
}

}  // namespace
}  // namespace aniso::nn
