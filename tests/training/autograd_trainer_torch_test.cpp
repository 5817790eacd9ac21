#include <gtest/gtest.h>
#include <torch/torch.h>

#include "core/training/autograd_trainer.h"
#include "core/training/explicit_trainer.h"
#include "core/training/optimizer_update.h"
#include "tests/training/trainer_suite.h"

namespace aniso::training {
namespace {

struct Autograd {
  static std::unique_ptr<Trainer> make(const cases::Problem& p) {
    return make_autograd_trainer(p.spec, p.data, p.initial);
  }
};
struct Explicit {
  static std::unique_ptr<Trainer> make(const cases::Problem& p) {
    return make_explicit_trainer(p.spec, p.data, p.initial);
  }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Autograd, TrainerSuite, Autograd);

TEST(Engines, GiveTheSameGradients) {
  for (const auto& task : suite::tasks())
    for (const auto& network : suite::networks()) {
      SCOPED_TRACE(network.name() + ", " + task.name());
      auto problem =
          cases::problem(network.architecture, network.params, task.objective, task.data);
      const Vector by_hand = suite::gradient<Explicit>(problem);
      EXPECT_LE((suite::gradient<Autograd>(problem) - by_hand).norm(), 1e-12 * by_hand.norm());
      problem.spec.dtype = Dtype::float32;
      // Rounding of 23 samples' sums in float32, seen against the whole gradient.
      EXPECT_LE((suite::gradient<Explicit>(problem) - by_hand).norm(), 5e-6 * by_hand.norm());
      EXPECT_LE((suite::gradient<Autograd>(problem) - by_hand).norm(), 5e-6 * by_hand.norm());
    }
}

TEST(Engines, FollowTheSameTrajectory) {
  for (const auto& o : suite::optimizer_cases()) {
    const auto problem = suite::moons_like(o.id, o.params, Dtype::float64);
    const auto a = Explicit::make(problem), b = Autograd::make(problem);
    for (int i = 0; i < 200; ++i) {
      const StepResult ra = a->step(), rb = b->step();
      ASSERT_NEAR(ra.loss, rb.loss, 1e-9) << o.id << " " << i;
      ASSERT_NEAR(ra.grad_norm, rb.grad_norm, 1e-8) << o.id << " " << i;
      ASSERT_EQ(ra.learning_rate, rb.learning_rate);
    }
    EXPECT_LT((a->parameters() - b->parameters()).norm(), 1e-8) << o.id;
    EXPECT_NEAR(a->evaluate_test().loss, b->evaluate_test().loss, 1e-9);
    EXPECT_EQ(a->evaluate_train().accuracy, b->evaluate_train().accuracy);
  }
}

// Our update rule against LibTorch's optimisers on the same gradients.
void compare(const std::string& id, const Json& params, torch::optim::Optimizer& theirs,
             torch::Tensor theta) {
  const UpdateRule rule = update_rule(optimizer(id), cases::optimizer_params(id, params));
  const double eta = params.at("learning_rate").get<double>();
  const auto n = static_cast<Index>(theta.numel());
  torch::Tensor ours = theta.detach().clone();
  std::vector<double> first(static_cast<std::size_t>(n), 0), second(first);
  const RandomStream stream(2, "gradients");
  double worst = 0;
  for (int t = 1; t <= 200; ++t) {
    const Vector g = stream.at_step(static_cast<std::uint64_t>(t)).normals(n);
    theta.mutable_grad() =
        torch::from_blob(const_cast<double*>(g.data()), {n}, torch::kFloat64).clone();
    theirs.step();
    apply_update<double>(rule, eta, 1.0, t, n, ours.data_ptr<double>(), g.data(), first.data(),
                         second.data());
    worst = std::max(worst, (ours - theta).abs().max().item<double>());
  }
  EXPECT_LT(worst, 1e-13) << id << " " << params.dump();
  EXPECT_GT((ours - torch::ones({n}, torch::kFloat64)).abs().max().item<double>(), 1e-3);
}

torch::Tensor start() { return torch::ones({53}, torch::kFloat64).requires_grad_(); }

TEST(Optimizers, AgreeWithLibTorch) {
  {
    auto theta = start();
    torch::optim::SGD theirs({theta}, torch::optim::SGDOptions(0.01).weight_decay(0.1));
    compare("gd", {{"learning_rate", 0.01}, {"weight_decay", 0.1}}, theirs, theta);
  }
  for (const bool nesterov : {false, true}) {
    auto theta = start();
    torch::optim::SGD theirs(
        {theta}, torch::optim::SGDOptions(0.01).momentum(0.9).weight_decay(0.1).nesterov(nesterov));
    compare("sgd", {{"learning_rate", 0.01}, {"weight_decay", 0.1}, {"nesterov", nesterov}}, theirs,
            theta);
  }
  {
    auto theta = start();
    torch::optim::Adam theirs({theta}, torch::optim::AdamOptions(0.01).weight_decay(0.1));
    compare("adam", {{"learning_rate", 0.01}, {"weight_decay", 0.1}}, theirs, theta);
  }
  {
    auto theta = start();
    torch::optim::AdamW theirs({theta}, torch::optim::AdamWOptions(0.01).weight_decay(0.1));
    compare("adamw", {{"learning_rate", 0.01}, {"weight_decay", 0.1}}, theirs, theta);
  }
}

TEST(AutogradTrainer, RunsOnAGraphicsCard) {
  if (!torch::cuda::is_available()) GTEST_SKIP() << "no CUDA device here";
  for (const auto& o : suite::optimizer_cases()) {
    auto problem = suite::moons_like(o.id, o.params, Dtype::float64);
    const auto host = Autograd::make(problem);
    problem.spec.device = "cuda:0";
    const auto card = Autograd::make(problem);
    for (int i = 0; i < 100; ++i) ASSERT_NEAR(host->step().loss, card->step().loss, 1e-9) << o.id;
    EXPECT_LT((host->parameters() - card->parameters()).norm(), 1e-8) << o.id;
  }
}

}  // namespace
}  // namespace aniso::training
