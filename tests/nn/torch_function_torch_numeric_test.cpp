#include "core/nn/torch_function.h"

#include <gtest/gtest.h>

#include "core/base/errors.h"
#include "core/nn/dense_chain.h"
#include "tests/nn/function_checks.h"

namespace aniso::nn {
namespace {

std::unique_ptr<LayeredFunction> torch_float64(const NetworkPlan& plan, const Vector& p) {
  return make_torch_function(plan, p, Dtype::float64);
}

class TorchFunctionTest : public testing::TestWithParam<Case> {};

TEST_P(TorchFunctionTest, InputDerivativesMatchCentralDifferences) {
  check_input_derivatives(GetParam(), torch_float64);
}
TEST_P(TorchFunctionTest, LayersMatchCentralDifferences) {
  check_layers(GetParam(), torch_float64);
}
TEST_P(TorchFunctionTest, RestrictionsMomentsAndClonesAgree) {
  check_consistency(GetParam(), torch_float64);
}
TEST_P(TorchFunctionTest, RefusesWrongShapes) { check_bad_input(GetParam(), torch_float64); }

// The two implementations share nothing but the plan.
TEST_P(TorchFunctionTest, AgreesWithTheExplicitEngine) {
  const auto& c = GetParam();
  if (!c.plan().is_dense_chain()) return;
  const auto autograd = torch_float64(c.plan(), c.parameters());
  const auto loops = make_dense_chain(c.plan(), c.parameters());
  const Matrix x = c.points(600), v = test_points(600, c.outputs, "cotangents");
  const Matrix u = test_points(c.inputs, 2, "directions");
  EXPECT_LT(relative_error(loops->values(x), autograd->values(x)), 1e-12);
  EXPECT_LT(relative_error(loops->vector_jacobian(x, v), autograd->vector_jacobian(x, v)), 1e-12);
  EXPECT_LT(relative_error(loops->jacobians(x), autograd->jacobians(x)), 1e-12);
  const Jets fast = loops->jets(x, u), slow = autograd->jets(x, u);
  EXPECT_LT(relative_error(fast.value, slow.value), 1e-12);
  for (std::size_t i = 0; i < 2; ++i)
    EXPECT_LT(relative_error(fast.first[i], slow.first[i]), 1e-12);
  for (std::size_t p = 0; p < 3; ++p)
    EXPECT_LT(relative_error(fast.second[p], slow.second[p]), 1e-12);
  for (std::size_t layer = 0; layer < loops->layer_count(); ++layer) {
    EXPECT_LT(relative_error(loops->layer_inputs(layer, x), autograd->layer_inputs(layer, x)),
              1e-12);
    EXPECT_LT(relative_error(loops->layer_vector_jacobian(layer, x, v),
                             autograd->layer_vector_jacobian(layer, x, v)),
              1e-12);
    EXPECT_LT(
        relative_error(loops->weight_gradient(layer, x, v), autograd->weight_gradient(layer, x, v)),
        1e-12);
  }
}

TEST_P(TorchFunctionTest, Float32AgreesWithFloat64) {
  const auto& c = GetParam();
  const Vector parameters = c.parameters().cast<float>().cast<double>();
  const auto wide = make_torch_function(c.plan(), parameters, Dtype::float64);
  const auto narrow = make_torch_function(c.plan(), parameters, Dtype::float32);
  const Matrix x = c.points(40);
  EXPECT_LT(relative_error(narrow->values(x), wide->values(x)), 2e-5);
  EXPECT_NE(narrow->values(x), wide->values(x)) << "float32 was not used";
  EXPECT_LT(relative_error(narrow->jacobians(x), wide->jacobians(x)), 2e-5);
}

INSTANTIATE_TEST_SUITE_P(Registry, TorchFunctionTest, testing::ValuesIn(cases()),
                         [](const auto& instance) { return case_name(instance.param); });

// At a kink and in the tails the two must take the same side and keep their precision.
TEST(TorchFunction, AgreesWithTheExplicitEngineAtZeroAndFarOut) {
  const Matrix x = (Matrix(9, 1) << 0, 1e-8, -1e-8, 19.9, 20.1, 45, -45, 300, -300).finished();
  for (const auto& choice : activation_choices()) {
    const NetworkPlan plan = dense_chain_plan(1, {1}, 1, activation_of(choice.id), false);
    const auto loops = make_dense_chain(plan, Vector::Ones(plan.parameter_count()));
    const auto autograd = torch_float64(plan, Vector::Ones(plan.parameter_count()));
    const Matrix u = Matrix::Ones(1, 1);
    const Jets fast = loops->jets(x, u), slow = autograd->jets(x, u);
    for (Index k = 0; k < x.rows(); ++k) {
      const auto close = [&](const Matrix& a, const Matrix& b) {
        return std::abs(a(k, 0) - b(k, 0)) <= 1e-14 + 1e-13 * std::abs(b(k, 0));
      };
      EXPECT_TRUE(close(fast.value, slow.value)) << choice.id << " at " << x(k, 0);
      EXPECT_TRUE(close(fast.first[0], slow.first[0])) << choice.id << " at " << x(k, 0);
      EXPECT_TRUE(close(fast.second[0], slow.second[0])) << choice.id << " at " << x(k, 0);
    }
  }
}

TEST(TorchFunction, SaysWhichDevicesThereAre) {
  const Case c{"linear", "linear", Json::object(), 2, 1};
  try {
    make_torch_function(c.plan(), c.parameters(), Dtype::float32, "cuda:99");
    FAIL() << "there is no such device";
  } catch (const InvalidInput& error) {
    EXPECT_NE(std::string(error.what()).find("cpu"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace aniso::nn
