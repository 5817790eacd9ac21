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
  static bool can_run(const nn::NetworkPlan&) { return true; }
};
struct Explicit {
  static std::unique_ptr<Trainer> make(const cases::Problem& p) {
    return make_explicit_trainer(p.spec, p.data, p.initial);
  }
  static bool can_run(const nn::NetworkPlan& plan) { return plan.is_dense_chain(); }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Autograd, TrainerSuite, Autograd);

TEST(Engines, GiveTheSameGradients) {
  for (const auto& task : suite::tasks())
    for (const auto& network : suite::networks()) {
      SCOPED_TRACE(network.name() + ", " + task.name());
      auto problem =
          cases::problem(network.architecture, network.params, task.objective, task.data);
      if (!Explicit::can_run(problem.spec.plan)) continue;
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

/// Small networks on 1×4×4 images.
std::vector<suite::NetworkCase> image_networks() {
  return {{"conv_pool_dense", {{"channels", {3, 2}}, {"hidden", {5}}, {"activation", "tanh"}}},
          {"resnet", {{"widths", {2, 3}}, {"activation", "tanh"}}},
          {"resnet",
           {{"widths", {2, 4}},
            {"normalisation", "group"},
            {"groups", 2},
            {"pre_activation", false},
            {"activation", "silu"}}},
          {"vit", {{"patch", 2}, {"width", 4}, {"depth", 1}, {"heads", 2}}}};
}

// As a step sees it: in a network with batch normalisation by the moments of the batch.
TEST(AutogradTrainer, GradientsOfImageNetworksMatchCentralDifferences) {
  for (const auto& network : image_networks()) {
    SCOPED_TRACE(network.name());
    auto problem = cases::problem(network.architecture, network.params, "cross_entropy",
                                  cases::classes(23, 16, 3));
    const Index trained = problem.spec.plan.trained_count();
    const Vector gradient = suite::gradient<Autograd>(problem).head(trained);
    cases::use(problem.spec, "gd");
    const auto trainer = Autograd::make(problem);
    ASSERT_GT(gradient.norm(), 1e-3);
    const auto loss_at = [&](const Vector& parameters) {
      TrainerState state;
      state.parameters = parameters;
      trainer->restore(state);
      return trainer->step().loss;
    };
    for (Index k = 0; k < 20; ++k) {
      Vector u = Vector::Zero(problem.initial.size());
      if (k < 4)
        u.head(trained) =
            RandomStream(9, "directions").normals(trained, static_cast<std::uint64_t>(k * trained));
      else
        u[(k * 7919) % trained] = 1;
      u.normalize();
      constexpr double h = 2e-5;
      const double difference =
          (loss_at(problem.initial + h * u) - loss_at(problem.initial - h * u)) / (2 * h);
      EXPECT_NEAR(gradient.dot(u.head(trained)), difference, 1e-7 * (1 + gradient.norm()));
    }
  }
}

TEST(AutogradTrainer, ImageNetworksContinueToTheSameBits) {
  for (const auto& network : image_networks())
    for (const Dtype dtype : {Dtype::float32, Dtype::float64}) {
      SCOPED_TRACE(network.name());
      auto problem = cases::problem(network.architecture, network.params, "cross_entropy",
                                    cases::classes(70, 16, 3, 10));
      cases::use(problem.spec, "adam", {{"learning_rate", 0.01}});
      problem.spec.dtype = dtype;
      const auto first = Autograd::make(problem), second = Autograd::make(problem);
      const double before = first->evaluate_train().loss;
      suite::take(*first, 20);
      const TrainerState state = first->state();
      suite::take(*first, 40);
      suite::take(*second, 60);
      EXPECT_EQ(first->weights_sha256(), second->weights_sha256());
      EXPECT_LT(first->evaluate_train().loss, before);
      const auto third = Autograd::make(problem);
      suite::take(*third, 3);
      third->restore(state);
      suite::take(*third, 40);
      EXPECT_EQ(first->weights_sha256(), third->weights_sha256());
    }
}

TEST(AutogradTrainer, RunningStatisticsFollowTheBatchesUnlessAStepDiverges) {
  auto problem =
      cases::problem("resnet", {{"widths", {2, 3}}}, "squared", cases::regression(40, 16, 1));
  problem.spec.dtype = Dtype::float32;
  const Index trained = problem.spec.plan.trained_count();
  const auto trainer = Autograd::make(problem);
  suite::take(*trainer, 1);
  EXPECT_GT((trainer->parameters() - problem.initial).tail(problem.initial.size() - trained).norm(),
            1e-3);
  const Matrix x = problem.data->x.topRows(5);
  const Matrix outputs = trainer->outputs(x);
  EXPECT_LT((trainer->outputs(x.topRows(1)) - outputs.row(0)).norm(), 1e-6)
      << "an output depends on its neighbours";
  EXPECT_EQ(trainer->outputs(x), outputs) << "looking moved the statistics";

  TrainerState state = trainer->state();
  state.parameters.head(trained) *= 1e30;  // the squared loss overflows
  trainer->restore(state);
  const std::string before = trainer->weights_sha256();
  EXPECT_FALSE(trainer->step().finite);
  EXPECT_EQ(trainer->weights_sha256(), before);
}

// What is fixed stays, under every rule and with weight decay.
TEST(AutogradTrainer, FixedParametersStayAsBothEnginesAgree) {
  for (const auto& o : suite::optimizer_cases()) {
    auto problem = cases::problem("random_features", {{"features", 30}}, "squared",
                                  cases::regression(40, 3, 2));
    cases::use(problem.spec, o.id, o.params);
    const auto graph = Autograd::make(problem), loops = Explicit::make(problem);
    suite::take(*graph, 30);
    suite::take(*loops, 30);
    const Index trained = problem.spec.plan.trained_count();
    const Index fixed = problem.initial.size() - trained;
    EXPECT_EQ(graph->parameters().tail(fixed), problem.initial.tail(fixed)) << o.id;
    EXPECT_EQ(loops->parameters().tail(fixed), problem.initial.tail(fixed)) << o.id;
    EXPECT_GT((graph->parameters() - problem.initial).norm(), 1e-3) << o.id;
    EXPECT_LT((graph->parameters() - loops->parameters()).norm(), 1e-11) << o.id;
    if (!graph->state().optimizer.empty()) {
      EXPECT_EQ(graph->state().optimizer[0].size(), trained);
    }
  }
}

// A recorder on the CPU: recording runs the work as a graphics card's would, replaying runs it
// again.
struct Replaying {
  int recordings = 0, replays = 0;
  StepRecorder recorder() {
    return [this](const std::function<void()>& work) {
      struct Graph : StepGraph {
        Graph(Replaying& o, std::function<void()> w) : owner(o), work(std::move(w)) {}
        void replay() override { ++owner.replays, work(); }
        Replaying& owner;
        std::function<void()> work;
      };
      ++recordings;
      for (int i = 0; i < 3; ++i) work();
      return std::make_unique<Graph>(*this, work);
    };
  }
};

TEST(AutogradTrainer, ReplayedStepsEqualEagerOnes) {
  // 60 rows in batches of 16: every epoch ends with a short batch, which is no replay.
  for (const auto& network : image_networks()) {
    auto problem = cases::problem(network.architecture, network.params, "cross_entropy",
                                  cases::classes(60, 16, 3));
    const auto eager = Autograd::make(problem);
    Replaying replaying;
    const auto trainer =
        make_autograd_trainer(problem.spec, problem.data, problem.initial, replaying.recorder());
    EXPECT_EQ(trainer->engine_name(), "autograd");
    suite::take(*eager, 50);
    suite::take(*trainer, 50);
    EXPECT_EQ(trainer->weights_sha256(), eager->weights_sha256()) << network.name();
    EXPECT_EQ(trainer->engine_name(), "autograd, captured graph");
    EXPECT_EQ(replaying.recordings, 1);
    EXPECT_GE(replaying.replays, 30);
    // New data are new memory: recorded again.
    const auto other = cases::classes(70, 16, 3);
    trainer->set_data(other);
    eager->set_data(other);
    EXPECT_EQ(trainer->engine_name(), "autograd");
    suite::take(*eager, 10);
    suite::take(*trainer, 10);
    EXPECT_EQ(trainer->weights_sha256(), eager->weights_sha256());
    EXPECT_EQ(replaying.recordings, 2);
  }
}

TEST(AutogradTrainer, WhatCannotBeRecordedRunsEagerly) {
  const auto problem = suite::moons_like("adam", Json::object(), Dtype::float64);
  int tries = 0;
  const auto trainer = make_autograd_trainer(
      problem.spec, problem.data, problem.initial,
      [&](const std::function<void()>& work) -> std::unique_ptr<StepGraph> {
        ++tries;
        work();
        throw std::runtime_error("operation not permitted when stream is capturing");
      });
  const auto eager = Autograd::make(problem);
  suite::take(*trainer, 20);
  suite::take(*eager, 20);
  EXPECT_EQ(tries, 1);
  EXPECT_EQ(trainer->engine_name(), "autograd");
  EXPECT_EQ(trainer->weights_sha256(), eager->weights_sha256());
}

TEST(AutogradTrainer, TheCpuRecordsNothing) { EXPECT_FALSE(step_recorder("cpu")); }

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
