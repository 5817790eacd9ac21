#include <gtest/gtest.h>
#include <torch/torch.h>

#include <chrono>
#include <cmath>
#include <cstdio>

#include "core/training/autograd_trainer.h"
#include "tests/training/cases.h"

// Every architecture on a graphics card against the CPU; run by tests/device/run.sh.
namespace aniso::training {
namespace {

cases::Problem problem_of(const nn::Architecture& kind) {
  auto p =
      cases::problem(kind.id, Json::object(), kind.has_time ? "score_matching" : "cross_entropy",
                     cases::classes(256, 256, 4));
  p.spec.batch_size = 64;
  cases::use(p.spec, "sgd", {{"learning_rate", 0.01}});
  return p;
}

double steps_per_s(Trainer& trainer) {
  constexpr int kSteps = 200;
  for (int i = 0; i < 20; ++i) trainer.step();
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < kSteps; ++i) trainer.step();  // each reads its loss, so that the card is done
  return kSteps / std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

class OnTheCard : public testing::TestWithParam<std::string> {
 protected:
  // What these tests compare exists only where there is a card, and most machines that run the
  // whole suite have none; tests/device/run.sh is for those that do.
  void SetUp() override {
    if (!torch::cuda::is_available()) GTEST_SKIP() << "no CUDA device here";
  }
};

TEST_P(OnTheCard, FollowsTheLossCurveOfTheCpu) {
  auto problem = problem_of(nn::architecture(GetParam()));
  problem.spec.dtype = Dtype::float64;
  const auto host = make_autograd_trainer(problem.spec, problem.data, problem.initial);
  problem.spec.device = "cuda:0";
  const auto eager = make_autograd_trainer(problem.spec, problem.data, problem.initial, {});
  const auto captured = make_autograd_trainer(problem.spec, problem.data, problem.initial);
  for (int i = 0; i < 60; ++i) {
    const double expected = host->step().loss;
    ASSERT_TRUE(std::isfinite(expected));
    ASSERT_NEAR(eager->step().loss, expected, 1e-6 * (1 + expected)) << "eager, step " << i;
    ASSERT_NEAR(captured->step().loss, expected, 1e-6 * (1 + expected)) << "captured, step " << i;
  }
  EXPECT_NEAR(captured->evaluate_train().loss, host->evaluate_train().loss, 1e-5);
  EXPECT_EQ(eager->engine_name(), "autograd");
  if (step_recorder("cuda:0")) {
    EXPECT_EQ(captured->engine_name(), "autograd, captured graph");
  }
}

TEST_P(OnTheCard, ReportsItsSpeed) {
  auto problem = problem_of(nn::architecture(GetParam()));
  problem.spec.dtype = Dtype::float32;
  problem.spec.device = "cuda:0";
  const auto eager = make_autograd_trainer(problem.spec, problem.data, problem.initial, {});
  const auto captured = make_autograd_trainer(problem.spec, problem.data, problem.initial);
  const double plain = steps_per_s(*eager), fast = steps_per_s(*captured);
  std::printf("%-16s eager %8.0f steps/s, %s %8.0f steps/s\n", GetParam().c_str(), plain,
              captured->engine_name().c_str(), fast);
  EXPECT_GT(plain, 0);
  EXPECT_GT(fast, 0);
}

std::vector<std::string> ids() {
  std::vector<std::string> all;
  for (const auto& kind : nn::architectures()) all.push_back(kind.id);
  return all;
}

INSTANTIATE_TEST_SUITE_P(Registry, OnTheCard, testing::ValuesIn(ids()),
                         [](const auto& instance) { return instance.param; });

}  // namespace
}  // namespace aniso::training
