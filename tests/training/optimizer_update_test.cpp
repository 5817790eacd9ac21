#include "core/training/optimizer_update.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include "tests/training/cases.h"

namespace aniso::training {
namespace {

using Long = long double;

// The textbook formulas, one parameter at a time in extended precision.
struct Reference {
  std::string id;
  Long eta, lambda, momentum, beta1, beta2, epsilon;
  bool nesterov;
  std::vector<Long> theta, first, second;

  void step(const std::vector<double>& gradient, int t) {
    for (std::size_t i = 0; i < theta.size(); ++i) {
      Long g = gradient[i];
      if (id == "adamw")
        theta[i] -= eta * lambda * theta[i];
      else
        g += lambda * theta[i];
      if (id == "gd") {
        theta[i] -= eta * g;
      } else if (id == "sgd") {
        first[i] = momentum * first[i] + g;
        theta[i] -= eta * (nesterov ? g + momentum * first[i] : first[i]);
      } else {
        first[i] = beta1 * first[i] + (1 - beta1) * g;
        second[i] = beta2 * second[i] + (1 - beta2) * g * g;
        const Long m_hat = first[i] / (1 - std::pow(beta1, static_cast<Long>(t)));
        const Long v_hat = second[i] / (1 - std::pow(beta2, static_cast<Long>(t)));
        theta[i] -= eta * m_hat / (std::sqrt(v_hat) + epsilon);
      }
    }
  }
};

template <typename T>
double worst_difference(const std::string& id, const Json& given) {
  constexpr Index n = 37;  // not a multiple of any vector length
  const Params params = cases::optimizer_params(id, given);
  const UpdateRule rule = update_rule(optimizer(id), params);
  const double eta = params.real("learning_rate");
  Reference reference{id,
                      eta,
                      rule.weight_decay,
                      rule.momentum,
                      rule.beta1,
                      rule.beta2,
                      rule.epsilon,
                      rule.nesterov,
                      {},
                      {},
                      {}};
  const RandomStream stream(1, "update");
  std::vector<T> theta, first(n, T(0)), second(n, T(0));
  for (Index i = 0; i < n; ++i) {
    theta.push_back(static_cast<T>(stream.normal(static_cast<std::uint64_t>(i))));
    reference.theta.push_back(theta.back());
  }
  reference.first.assign(n, 0);
  reference.second.assign(n, 0);
  double worst = 0;
  for (int t = 1; t <= 100; ++t) {
    std::vector<T> gradient;
    std::vector<double> wide;
    for (Index i = 0; i < n; ++i) {
      gradient.push_back(static_cast<T>(
          stream.at_step(static_cast<std::uint64_t>(t)).normal(static_cast<std::uint64_t>(i))));
      wide.push_back(gradient.back());
    }
    apply_update<T>(rule, eta, 1.0, t, n, theta.data(), gradient.data(), first.data(),
                    second.data());
    reference.step(wide, t);
    for (Index i = 0; i < n; ++i)
      worst = std::max(worst, static_cast<double>(
                                  std::abs(reference.theta[static_cast<std::size_t>(i)] -
                                           static_cast<Long>(theta[static_cast<std::size_t>(i)]))));
  }
  return worst;
}

struct Case {
  std::string id;
  Json params;
};

class UpdateAgainstReference : public testing::TestWithParam<Case> {};

TEST_P(UpdateAgainstReference, AgreesToRounding) {
  EXPECT_LT(worst_difference<double>(GetParam().id, GetParam().params), 5e-14);
  EXPECT_LT(worst_difference<float>(GetParam().id, GetParam().params), 3e-5);
}

INSTANTIATE_TEST_SUITE_P(
    All, UpdateAgainstReference,
    testing::Values(Case{"gd", {{"learning_rate", 0.05}, {"weight_decay", 0.3}}},
                    Case{"sgd", {{"learning_rate", 0.05}, {"momentum", 0.0}}},
                    Case{"sgd", {{"learning_rate", 0.02}, {"weight_decay", 0.1}}},
                    Case{"sgd", {{"learning_rate", 0.02}, {"nesterov", true}}},
                    Case{"adam", {{"learning_rate", 0.01}, {"weight_decay", 0.1}}},
                    Case{"adam", {{"learning_rate", 0.01}, {"beta2", 0.9}, {"epsilon", 1e-3}}},
                    Case{"adamw", {{"learning_rate", 0.01}, {"weight_decay", 0.5}}}));

TEST(UpdateRule, SlotsFollowTheFormula) {
  const auto slots = [](const std::string& id, const Json& given) {
    return update_rule(optimizer(id), cases::optimizer_params(id, given)).slot_count();
  };
  EXPECT_EQ(slots("gd", Json::object()), 0);
  EXPECT_EQ(slots("sgd", {{"momentum", 0.0}}), 0);
  EXPECT_EQ(slots("sgd", {{"momentum", 0.5}}), 1);
  EXPECT_EQ(slots("adam", Json::object()), 2);
  EXPECT_EQ(slots("adamw", Json::object()), 2);
}

TEST(UpdateRule, ClippingScalesLongGradientsOnly) {
  UpdateRule rule;
  EXPECT_EQ(rule.clip_factor(1e9), 1.0);
  rule.clip_norm = 2;
  EXPECT_EQ(rule.clip_factor(1.5), 1.0);
  EXPECT_EQ(rule.clip_factor(2.0), 1.0);
  EXPECT_DOUBLE_EQ(rule.clip_factor(8.0), 0.25);
}

TEST(EuclideanNorm, KeepsAccuracyAndDoesNotOverflow) {
  const std::vector<float> ones(1 << 20, 0.1f);
  const double exact = static_cast<double>(0.1f) * 1024.0;
  EXPECT_NEAR(euclidean_norm<float>(1 << 20, ones.data()) / exact, 1.0, 1e-6);
  const std::vector<float> large(5, 3e30f);
  EXPECT_NEAR(
      euclidean_norm<float>(5, large.data()) / (static_cast<double>(3e30f) * std::sqrt(5.0)), 1.0,
      1e-12);
  std::vector<float> broken(2000, 1.0f);
  broken[1500] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(std::isnan(euclidean_norm<float>(2000, broken.data())));
  broken[1500] = std::numeric_limits<float>::infinity();
  EXPECT_TRUE(std::isinf(euclidean_norm<float>(2000, broken.data())));
}

}  // namespace
}  // namespace aniso::training
