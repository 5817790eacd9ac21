#include "core/training/explicit_trainer.h"

#include <gtest/gtest.h>

#include "tests/training/trainer_suite.h"

namespace aniso::training {
namespace {

struct Explicit {
  static std::unique_ptr<Trainer> make(const cases::Problem& p) {
    return make_explicit_trainer(p.spec, p.data, p.initial);
  }
  static bool can_run(const nn::NetworkPlan& plan) { return plan.is_dense_chain(); }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Explicit, TrainerSuite, Explicit);

// A narrow first layer goes through its own loops: all their widths, and the first that does not.
TEST(ExplicitTrainer, NarrowInputsMatchCentralDifferences) {
  for (const Index d : {1, 2, 3, 4, 5}) {
    auto problem =
        cases::problem("mlp", {{"hidden", {3, 6}}}, "squared", cases::regression(19, d, 2));
    const Vector gradient = suite::gradient<Explicit>(problem);
    const auto trainer = Explicit::make(problem);
    for (Index i = 0; i < problem.initial.size(); ++i) {
      constexpr double h = 1e-5;
      double loss[2];
      for (const int side : {0, 1}) {
        TrainerState state;
        state.parameters = problem.initial;
        state.parameters[i] += side == 1 ? h : -h;
        trainer->restore(state);
        loss[side] = trainer->evaluate_train().loss;
      }
      EXPECT_NEAR(gradient[i], (loss[1] - loss[0]) / (2 * h), 2e-8) << d << " " << i;
    }
  }
}

// A chain whose activations do not each follow a weight matrix.
TEST(ExplicitTrainer, LoneActivationsMatchCentralDifferences) {
  auto problem = cases::problem("mlp", {{"hidden", {4}}, {"activation", "tanh"}}, "squared",
                                cases::regression(19, 3, 2));
  auto& layers = problem.spec.plan.layers;
  const auto activation = [](const char* name, Index width, nn::Activation kind) {
    nn::Layer layer;
    layer.op = nn::Layer::Op::activation;
    layer.name = name;
    layer.in = layer.out = width;
    layer.activation = kind;
    return layer;
  };
  layers.insert(layers.begin() + 2, activation("second", 4, nn::Activation::silu));
  layers.insert(layers.begin(), activation("first", 3, nn::Activation::softplus));
  const Vector gradient = suite::gradient<Explicit>(problem);
  const auto trainer = Explicit::make(problem);
  for (Index i = 0; i < problem.initial.size(); ++i) {
    constexpr double h = 1e-5;
    double loss[2];
    for (const int side : {0, 1}) {
      TrainerState state;
      state.parameters = problem.initial;
      state.parameters[i] += side == 1 ? h : -h;
      trainer->restore(state);
      loss[side] = trainer->evaluate_train().loss;
    }
    EXPECT_NEAR(gradient[i], (loss[1] - loss[0]) / (2 * h), 2e-8) << i;
  }
}

TEST(ExplicitTrainer, RunsOnTheProcessorOnly) {
  auto problem = cases::problem("linear", Json::object(), "squared", cases::regression(9, 2, 1));
  problem.spec.device = "cuda:0";
  try {
    Explicit::make(problem);
    FAIL();
  } catch (const InvalidInput& error) {
    EXPECT_NE(std::string(error.what()).find("autograd"), std::string::npos);
  }
}

}  // namespace
}  // namespace aniso::training
