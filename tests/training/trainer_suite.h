#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "core/base/errors.h"
#include "tests/training/cases.h"

/// What every engine's trainer keeps to. Instantiated once per engine with a type that has
/// `static std::unique_ptr<Trainer> make(const cases::Problem&)` and
/// `static bool can_run(const nn::NetworkPlan&)`.
namespace aniso::training {

template <typename Engine>
class TrainerSuite : public testing::Test {};
TYPED_TEST_SUITE_P(TrainerSuite);

namespace suite {

struct NetworkCase {
  std::string architecture;
  Json params;
  std::string name() const { return architecture + " " + params.dump(); }
};

/// Every architecture for vectors, and every activation within an MLP, with and without bias.
inline std::vector<NetworkCase> networks() {
  std::vector<NetworkCase> out;
  for (const auto& kind : nn::architectures())
    // Score networks' objective draws noise: tests/training/denoising_torch_test.cpp.
    if (!kind.on_images && !kind.has_time) out.push_back({kind.id, Json::object()});
  for (const auto& activation : nn::activation_choices())
    for (const bool bias : {true, false})
      out.push_back({"mlp", {{"hidden", {7, 5}}, {"activation", activation.id}, {"bias", bias}}});
  return out;
}

struct TaskCase {
  std::string objective;
  data::DatasetPtr data;
  std::string name() const { return objective + " on " + data->id; }
};

inline std::vector<TaskCase> tasks(Index d = 3) {
  return {
      {"cross_entropy", cases::classes(23, d, 4, 5)}, {"cross_entropy", cases::classes(23, d, 2)},
      {"logistic", cases::classes(23, d, 2, 5)},      {"squared", cases::classes(23, d, 2)},
      {"squared", cases::classes(23, d, 3)},          {"squared", cases::regression(23, d, 1)},
      {"squared", cases::regression(23, d, 2, 5)}};
}

/// The full-batch gradient at `problem.initial`, read off one plain step with a large rate so that
/// the parameters' rounding does not hide it.
template <typename Engine>
Vector gradient(cases::Problem problem) {
  constexpr double kRate = 1000;
  cases::use(problem.spec, "gd", {{"learning_rate", kRate}});
  const auto trainer = Engine::make(problem);
  EXPECT_TRUE(trainer->step().finite);
  return (problem.initial - trainer->parameters()) / kRate;
}

inline cases::Problem moons_like(const std::string& optimizer_id, const Json& params, Dtype dtype) {
  auto p = cases::problem("mlp", {{"hidden", {12, 9}}}, "logistic", cases::classes(70, 2, 2, 10));
  cases::use(p.spec, optimizer_id, params);
  p.spec.dtype = dtype;
  p.spec.total_steps = 1000;
  return p;
}

struct OptimizerCase {
  std::string id;
  Json params;
};
inline std::vector<OptimizerCase> optimizer_cases() {
  return {{"gd", {{"weight_decay", 0.01}}},
          {"sgd", {{"momentum", 0.0}, {"clip_norm", 0.05}}},
          {"sgd", {{"schedule", "cosine"}, {"warmup_steps", 20}}},
          {"sgd", {{"nesterov", true}}},
          {"adam", {{"weight_decay", 0.01}}},
          {"adamw", {{"weight_decay", 0.1}, {"schedule", "linear"}}}};
}

inline void take(Trainer& trainer, Index steps) {
  for (Index i = 0; i < steps; ++i) ASSERT_TRUE(trainer.step().finite);
}

}  // namespace suite

TYPED_TEST_P(TrainerSuite, GradientsMatchCentralDifferences) {
  for (const auto& task : suite::tasks())
    for (const auto& network : suite::networks()) {
      SCOPED_TRACE(network.name() + ", " + task.name());
      auto problem =
          cases::problem(network.architecture, network.params, task.objective, task.data);
      if (!TypeParam::can_run(problem.spec.plan)) continue;
      const Vector gradient = suite::gradient<TypeParam>(problem);
      const auto trainer = TypeParam::make(problem);
      ASSERT_GT(gradient.norm(), 1e-6);
      const auto loss_at = [&](const Vector& parameters) {
        TrainerState state;
        state.parameters = parameters;
        trainer->restore(state);
        return trainer->evaluate_train().loss;
      };
      // Random directions and some single parameters see every entry.
      const RandomStream stream(9, "directions");
      const Index count = problem.spec.plan.trained_count();
      for (Index k = 0; k < 6; ++k) {
        Vector u = k < 3 ? Vector(stream.normals(count, static_cast<std::uint64_t>(k * count)))
                         : Vector(Vector::Unit(count, (k * 7919) % count));
        u.normalize();
        u.conservativeResizeLike(Vector::Zero(problem.initial.size()));
        constexpr double h = 2e-5;
        const double difference =
            (loss_at(problem.initial + h * u) - loss_at(problem.initial - h * u)) / (2 * h);
        EXPECT_NEAR(gradient.dot(u), difference, 1e-7 * (1 + gradient.norm()));
      }
    }
}

TYPED_TEST_P(TrainerSuite, SameExperimentGivesTheSameHash) {
  for (const Dtype dtype : {Dtype::float32, Dtype::float64})
    for (const auto& o : suite::optimizer_cases()) {
      const auto problem = suite::moons_like(o.id, o.params, dtype);
      const auto first = TypeParam::make(problem), second = TypeParam::make(problem);
      const std::string start = first->weights_sha256();
      suite::take(*first, 1000);
      suite::take(*second, 1000);
      EXPECT_EQ(first->weights_sha256(), second->weights_sha256()) << o.id;
      EXPECT_NE(first->weights_sha256(), start);
      EXPECT_TRUE(first->is_bitwise_reproducible());
      auto other = problem;
      other.spec.seed += 1;
      const auto third = TypeParam::make(other);
      suite::take(*third, 1000);
      EXPECT_EQ(third->weights_sha256() == first->weights_sha256(), o.id == "gd") << o.id;
    }
}

TYPED_TEST_P(TrainerSuite, RestoreContinuesToTheSameBits) {
  for (const Dtype dtype : {Dtype::float32, Dtype::float64})
    for (const auto& o : suite::optimizer_cases()) {
      const auto problem = suite::moons_like(o.id, o.params, dtype);
      const auto first = TypeParam::make(problem);
      suite::take(*first, 33);
      const TrainerState state = first->state();
      suite::take(*first, 50);
      const auto second = TypeParam::make(problem);
      suite::take(*second, 4);  // something to overwrite
      second->restore(state);
      EXPECT_EQ(second->steps_done(), 33);
      suite::take(*second, 50);
      EXPECT_EQ(first->weights_sha256(), second->weights_sha256()) << o.id;
      EXPECT_EQ(first->state().optimizer_steps, second->state().optimizer_steps);
    }
}

TYPED_TEST_P(TrainerSuite, RestoreRefusesWhatDoesNotFit) {
  const auto problem = suite::moons_like("adam", Json::object(), Dtype::float64);
  const auto trainer = TypeParam::make(problem);
  suite::take(*trainer, 3);
  const std::string before = trainer->weights_sha256();
  TrainerState state = trainer->state();
  state.parameters.conservativeResize(state.parameters.size() - 1);
  EXPECT_THROW(trainer->restore(state), InvalidInput);
  state = trainer->state();
  state.optimizer.pop_back();
  EXPECT_THROW(trainer->restore(state), InvalidInput);
  state = trainer->state();
  state.parameters[0] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(trainer->restore(state), InvalidInput);
  EXPECT_EQ(trainer->weights_sha256(), before);
}

TYPED_TEST_P(TrainerSuite, SettingsChangeUnderWay) {
  auto problem = suite::moons_like("adam", Json::object(), Dtype::float64);
  const auto trainer = TypeParam::make(problem);
  suite::take(*trainer, 10);
  const std::string before = trainer->weights_sha256();

  // The learning rate keeps the optimiser's memory.
  cases::use(problem.spec, "adam", {{"learning_rate", 0.02}, {"weight_decay", 0.5}});
  trainer->apply(problem.spec);
  EXPECT_EQ(trainer->weights_sha256(), before);
  EXPECT_DOUBLE_EQ(trainer->learning_rate(), 0.02);
  EXPECT_EQ(trainer->state().optimizer_steps, 10);

  // Another optimiser starts with none.
  cases::use(problem.spec, "gd", {{"learning_rate", 1.0}, {"weight_decay", 0.25}});
  trainer->apply(problem.spec);
  EXPECT_TRUE(trainer->state().optimizer.empty());
  const Vector theta = trainer->parameters();
  auto from_here = problem;
  from_here.initial = theta;
  cases::use(from_here.spec, "gd", {{"learning_rate", 1.0}});
  const auto without_decay = TypeParam::make(from_here);
  suite::take(*without_decay, 1);
  suite::take(*trainer, 1);
  // One step of weight decay λ at rate η subtracts ηλθ.
  EXPECT_LT((without_decay->parameters() - trainer->parameters() - 0.25 * theta).norm(), 1e-14);

  // Another activation has the same shapes and other outputs.
  const Matrix outputs = trainer->outputs(problem.data->x.topRows(4));
  for (auto& layer : problem.spec.plan.layers)
    if (layer.op == nn::Layer::Op::activation) layer.activation = nn::Activation::gelu;
  trainer->apply(problem.spec);
  EXPECT_GT((trainer->outputs(problem.data->x.topRows(4)) - outputs).norm(), 1e-3);
  suite::take(*trainer, 5);
}

TYPED_TEST_P(TrainerSuite, AChangeOfShapeIsRefused) {
  const auto problem = suite::moons_like("sgd", Json::object(), Dtype::float64);
  const auto trainer = TypeParam::make(problem);
  const auto wider = cases::problem("mlp", {{"hidden", {13, 9}}}, "logistic", problem.data);
  EXPECT_THROW(trainer->apply(wider.spec), InvalidInput);
  auto other = problem.spec;
  other.objective = "cross_entropy";
  EXPECT_THROW(trainer->apply(other), InvalidInput);  // needs two outputs
  other = problem.spec;
  other.dtype = Dtype::float32;
  EXPECT_THROW(trainer->apply(other), InvalidInput);
  EXPECT_THROW(trainer->set_data(cases::classes(20, 3, 2)), InvalidInput);
  EXPECT_THROW(trainer->set_data(cases::classes(20, 2, 3)), InvalidInput);
  suite::take(*trainer, 3);
}

TYPED_TEST_P(TrainerSuite, NewDataOfTheSameShapeIsTaken) {
  const auto problem = suite::moons_like("sgd", Json::object(), Dtype::float64);
  const auto trainer = TypeParam::make(problem);
  suite::take(*trainer, 3);
  trainer->set_data(cases::classes(31, 2, 2, 1));
  EXPECT_EQ(trainer->evaluate_train().count, 30);
  EXPECT_EQ(trainer->evaluate_test().count, 1);
  suite::take(*trainer, 10);
}

TYPED_TEST_P(TrainerSuite, ADivergentStepChangesNothing) {
  auto problem = cases::problem("linear", Json::object(), "squared", cases::regression(20, 3, 1));
  cases::use(problem.spec, "gd", {{"learning_rate", 1000.0}});
  for (const Dtype dtype : {Dtype::float32, Dtype::float64}) {
    problem.spec.dtype = dtype;
    const auto trainer = TypeParam::make(problem);
    StepResult result;
    std::string before;
    Index steps = 0;
    do {
      before = trainer->weights_sha256();
      result = trainer->step();
    } while (result.finite && ++steps < 1000);
    ASSERT_FALSE(result.finite);
    EXPECT_FALSE(std::isfinite(result.loss) && std::isfinite(result.grad_norm));
    EXPECT_EQ(result.step, steps);
    EXPECT_EQ(trainer->steps_done(), steps);
    EXPECT_EQ(trainer->weights_sha256(), before);
    EXPECT_FALSE(trainer->step().finite);
    EXPECT_EQ(trainer->weights_sha256(), before);
  }
}

TYPED_TEST_P(TrainerSuite, ClippingBoundsTheStep) {
  auto problem = cases::problem("mlp", {{"hidden", {8}}}, "squared", cases::regression(40, 3, 2));
  cases::use(problem.spec, "gd", {{"learning_rate", 1.0}, {"clip_norm", 0.01}});
  const auto trainer = TypeParam::make(problem);
  const StepResult result = trainer->step();
  EXPECT_NEAR(result.grad_norm, suite::gradient<TypeParam>(problem).norm(), 1e-10);
  EXPECT_GT(result.grad_norm, 0.1);
  EXPECT_NEAR((trainer->parameters() - problem.initial).norm(), 0.01, 1e-14);
}

TYPED_TEST_P(TrainerSuite, ReportsLossEpochAndAccuracy) {
  auto problem = suite::moons_like("gd", {{"learning_rate", 0.5}}, Dtype::float64);
  const auto full = TypeParam::make(problem);
  const double before = full->evaluate_train().loss;
  EXPECT_NEAR(full->step().loss, before, 1e-14);
  EXPECT_DOUBLE_EQ(full->epoch(), 1.0);

  cases::use(problem.spec, "adam", {{"learning_rate", 0.02}});
  const auto trainer = TypeParam::make(problem);
  suite::take(*trainer, 2);
  EXPECT_DOUBLE_EQ(trainer->epoch(), 0.5);  // 60 samples in batches of 16
  suite::take(*trainer, 600);
  EXPECT_EQ(trainer->evaluate_train().count, 60);
  EXPECT_GT(trainer->evaluate_train().accuracy, 0.97);
  const Matrix f = trainer->outputs(problem.data->x);
  Index correct = 0;
  for (const Index i : problem.data->test)
    correct += (f(i, 0) > 0) == (problem.data->labels[i] == 1);
  EXPECT_DOUBLE_EQ(trainer->evaluate_test().accuracy, static_cast<double>(correct) / 10.0);

  const auto regression = TypeParam::make(
      cases::problem("linear", Json::object(), "squared", cases::regression(20, 3, 1)));
  EXPECT_TRUE(std::isnan(regression->evaluate_train().accuracy));
  EXPECT_EQ(regression->evaluate_test().count, 0);
  EXPECT_TRUE(std::isnan(regression->evaluate_test().loss));
}

TYPED_TEST_P(TrainerSuite, RefusesWhatDoesNotFitAtTheStart) {
  auto problem = suite::moons_like("sgd", Json::object(), Dtype::float64);
  auto other = problem;
  other.initial.conservativeResize(3);
  EXPECT_THROW(TypeParam::make(other), InvalidInput);
  other = problem;
  other.initial[2] = std::numeric_limits<double>::infinity();
  EXPECT_THROW(TypeParam::make(other), InvalidInput);
  other = problem;
  other.data = cases::classes(20, 5, 2);
  EXPECT_THROW(TypeParam::make(other), InvalidInput);
  other = problem;
  other.spec.device = "cuda:97";
  EXPECT_THROW(TypeParam::make(other), InvalidInput);
}

REGISTER_TYPED_TEST_SUITE_P(TrainerSuite, GradientsMatchCentralDifferences,
                            SameExperimentGivesTheSameHash, RestoreContinuesToTheSameBits,
                            RestoreRefusesWhatDoesNotFit, SettingsChangeUnderWay,
                            AChangeOfShapeIsRefused, NewDataOfTheSameShapeIsTaken,
                            ADivergentStepChangesNothing, ClippingBoundsTheStep,
                            ReportsLossEpochAndAccuracy, RefusesWhatDoesNotFitAtTheStart);

}  // namespace aniso::training
