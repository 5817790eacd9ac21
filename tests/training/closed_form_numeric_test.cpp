#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>

#include "core/training/explicit_trainer.h"
#include "tests/training/cases.h"

namespace aniso::training {
namespace {

Matrix weight(const nn::NetworkPlan& plan, const Vector& theta, std::size_t block) {
  const auto b = plan.layout()[block];
  return Eigen::Map<const Matrix>(theta.data() + b.offset, b.rows, b.cols);
}

// Random inputs of dimension d, c targets from a teacher with the given singular values.
cases::Problem teacher_problem(const std::vector<double>& singular_values, Index d, Index c,
                               Index n, const Matrix& x, const Json& network) {
  auto data = std::make_shared<data::Dataset>();
  const RandomStream stream(21, "teacher problem");
  data->id = "teacher";
  data->shape = data::InputShape::vector(d);
  data->x = x;
  const auto k = static_cast<Index>(singular_values.size());
  const auto orthonormal = [&](const char* name, Index rows) -> Matrix {
    const Eigen::MatrixXd gaussian = stream.child(name).normals(rows, k);
    return Eigen::HouseholderQR<Eigen::MatrixXd>(gaussian).householderQ() *
           Eigen::MatrixXd::Identity(rows, k);
  };
  const Eigen::Map<const Vector> s(singular_values.data(), k);
  const Matrix teacher =
      orthonormal("left", c) * s.asDiagonal() * orthonormal("right", d).transpose();
  data->y = data->x * teacher.transpose();
  cases::split_last(*data, 0);
  EXPECT_EQ(data->size(), n);
  return cases::problem("deep_linear", network, "squared", data);
}

// With loss + (λ/2)Σ‖W_l‖² one gradient step of size η changes D_l = W_{l+1}ᵀW_{l+1} − W_lW_lᵀ to
// exactly (1 − ηλ)²D_l + η²(G_{l+1}ᵀG_{l+1} − G_lG_lᵀ), G_l the data-loss gradient.
TEST(ClosedForm, DiscreteImbalanceIdentity) {
  const Index d = 10, c = 4, n = 200;
  auto problem =
      teacher_problem({3, 2, 1}, d, c, n, RandomStream(4, "x").normals(n, d), {{"depth", 3}});
  problem.initial = 0.4 * RandomStream(5, "w").normals(problem.initial.size());
  const double eta = 0.1, lambda = 0.3;

  // The gradient without decay, from a step that a large rate makes exact to rounding.
  auto plain = problem;
  cases::use(plain.spec, "gd", {{"learning_rate", 1000.0}});
  const auto probe = make_explicit_trainer(plain.spec, plain.data, plain.initial);
  probe->step();
  const Vector gradient = (problem.initial - probe->parameters()) / 1000.0;

  cases::use(problem.spec, "gd", {{"learning_rate", eta}, {"weight_decay", lambda}});
  const auto trainer = make_explicit_trainer(problem.spec, problem.data, problem.initial);
  trainer->step();
  const Vector after = trainer->parameters();
  const auto& plan = problem.spec.plan;
  ASSERT_EQ(plan.layout().size(), 3u);
  const auto imbalance = [&](const Vector& theta, std::size_t l) -> Eigen::MatrixXd {
    const Matrix lower = weight(plan, theta, l), upper = weight(plan, theta, l + 1);
    return upper.transpose() * upper - lower * lower.transpose();
  };
  for (const std::size_t l : {0, 1}) {
    const Eigen::MatrixXd expected = std::pow(1 - eta * lambda, 2) * imbalance(problem.initial, l) +
                                     eta * eta * imbalance(gradient, l);
    EXPECT_LT((imbalance(after, l) - expected).cwiseAbs().maxCoeff(), 1e-13) << l;
    EXPECT_GT((imbalance(after, l) - imbalance(problem.initial, l)).cwiseAbs().maxCoeff(), 1e-3);
  }
}

// Whitened inputs, two layers, λ = .5: the product's singular values shrink by λ each.
TEST(ClosedForm, WeightDecaySoftensTheSpectrum) {
  const Index d = 10, c = 4, n = 200;
  const Eigen::MatrixXd gaussian = RandomStream(6, "x").normals(n, d);
  const Matrix white = std::sqrt(static_cast<double>(n)) *
                       (Eigen::HouseholderQR<Eigen::MatrixXd>(gaussian).householderQ() *
                        Eigen::MatrixXd::Identity(n, d));
  auto problem = teacher_problem({3, 2, 1}, d, c, n, white, {{"depth", 2}});
  problem.initial = 0.3 * RandomStream(7, "w").normals(problem.initial.size());
  cases::use(problem.spec, "gd", {{"learning_rate", 0.1}, {"weight_decay", 0.5}});
  const auto trainer = make_explicit_trainer(problem.spec, problem.data, problem.initial);
  for (int i = 0; i < 3000; ++i) ASSERT_TRUE(trainer->step().finite);
  const Vector theta = trainer->parameters();
  const Eigen::MatrixXd product =
      weight(problem.spec.plan, theta, 1) * weight(problem.spec.plan, theta, 0);
  const Vector s = Eigen::JacobiSVD<Eigen::MatrixXd>(product).singularValues();
  EXPECT_NEAR(s[0], 2.5, 1e-9);
  EXPECT_NEAR(s[1], 1.5, 1e-9);
  EXPECT_NEAR(s[2], 0.5, 1e-9);
  EXPECT_NEAR(s[3], 0.0, 1e-9);
}

// w_t = w* + V (I − ηΛ)^t Vᵀ (w_0 − w*), XᵀX/n = VΛVᵀ with λ_i = e^{−c i}, after 500 steps.
TEST(ClosedForm, LinearModelFollowsItsEigenmodes) {
  const Index n = 60, d = 20, steps = 500;
  const double c = 0.5, eta = 0.9;
  const RandomStream stream(8, "linear model");
  const auto orthonormal = [&](const char* name, Index rows) -> Eigen::MatrixXd {
    const Eigen::MatrixXd gaussian = stream.child(name).normals(rows, d);
    return Eigen::HouseholderQR<Eigen::MatrixXd>(gaussian).householderQ() *
           Eigen::MatrixXd::Identity(rows, d);
  };
  const Eigen::MatrixXd u = orthonormal("u", n), v = orthonormal("v", d);
  Vector lambda(d);
  for (Index i = 0; i < d; ++i) lambda[i] = std::exp(-c * static_cast<double>(i));
  const Vector target = stream.child("target").normals(d);

  auto data = std::make_shared<data::Dataset>();
  data->id = "linear";
  data->shape = data::InputShape::vector(d);
  data->x = std::sqrt(static_cast<double>(n)) * u * lambda.cwiseSqrt().asDiagonal() * v.transpose();
  data->y = data->x * target;
  cases::split_last(*data, 0);
  auto problem = cases::problem("linear", {{"bias", false}}, "squared", data);
  ASSERT_EQ(problem.initial.size(), d);
  cases::use(problem.spec, "gd", {{"learning_rate", eta}});

  const auto trainer = make_explicit_trainer(problem.spec, problem.data, problem.initial);
  for (Index t = 0; t < steps; ++t) ASSERT_TRUE(trainer->step().finite);
  const Vector factors = (1 - eta * lambda.array()).pow(static_cast<double>(steps));
  const Vector expected =
      target + v * factors.asDiagonal() * v.transpose() * (problem.initial - target);
  EXPECT_LT((trainer->parameters() - expected).cwiseAbs().maxCoeff(), 1e-12);
  EXPECT_LT((trainer->outputs(data->x) - data->x * expected).cwiseAbs().maxCoeff(), 1e-13);
  EXPECT_GT((expected - target).norm(), 0.1);  // the slow modes are still on their way
}

}  // namespace
}  // namespace aniso::training
