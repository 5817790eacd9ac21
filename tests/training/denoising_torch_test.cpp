#include <gtest/gtest.h>

#include <cmath>

#include "core/base/errors.h"
#include "core/data/registry.h"
#include "core/nn/registry.h"
#include "core/nn/torch_function.h"
#include "core/training/autograd_trainer.h"
#include "core/training/objectives.h"
#include "core/training/optimizers.h"

// Denoising score matching through the trainer.
namespace aniso::training {
namespace {

struct Problem {
  data::DatasetPtr data;
  TrainingSpec spec;
  Vector initial;
  std::unique_ptr<Trainer> trainer() const { return make_autograd_trainer(spec, data, initial); }
};

Problem problem(const Json& architecture_params, const Json& dataset, double rate, Index batch,
                const char* prediction = "epsilon") {
  Problem p;
  const auto& type = data::dataset_type("anisotropic_gaussian");
  p.data = data::make_dataset(type, validated(data::schema_of(type), dataset, "dataset"), 1);
  const auto& kind = nn::architecture("score_mlp");
  const Params params = validated(kind.params, architecture_params, "architecture");
  p.spec.plan = kind.plan(params, p.data->shape, p.data->shape.dim);
  p.spec.objective = "score_matching";
  p.spec.objective_params = validated(objective("score_matching").params,
                                      {{"steps", 40}, {"prediction", prediction}}, "objective");
  p.spec.optimizer = "adam";
  p.spec.optimizer_params =
      validated(optimizer("adam").params, {{"learning_rate", rate}}, "optimizer");
  p.spec.batch_size = batch;
  p.spec.total_steps = 1000;
  p.spec.dtype = Dtype::float64;
  p.initial = kind.initialise(p.spec.plan, params, RandomStream(1, "init"));
  return p;
}

const Json kSmall = {
    {"n", 300}, {"dimension", 4}, {"layout", "vector"}, {"v", "pixel:1"}, {"noise", 0.25}};

TEST(Denoising, LossOfAStepIsTheMeanSquareOfWhatWasDrawn) {
  for (const char* prediction : {"epsilon", "x0", "v"}) {
    Problem p = problem({{"hidden", {16}}}, kSmall, 1e-3, 0, prediction);
    const auto trainer = p.trainer();
    const auto spec = loss_spec(objective("score_matching"), p.spec.objective_params,
                                RandomStream(p.spec.seed, "diffusion", p.spec.run));
    const Matrix x = p.data->x(p.data->train, Eigen::all);
    for (std::uint64_t step = 0; step < 3; ++step) {
      const auto function = nn::make_torch_function(p.spec.plan, trainer->parameters());
      Matrix inputs(x.rows(), 5), targets(x.rows(), 4);
      spec.corruption->apply(step, x.rows(), 4, x.data(), inputs.data(), targets.data());
      const double expected =
          (function->values(inputs) - targets).squaredNorm() / static_cast<double>(x.size());
      EXPECT_NEAR(trainer->step().loss, expected, 1e-12) << prediction << ", step " << step;
    }
  }
}

TEST(Denoising, LossesOutsideTrainingHaveFixedNoise) {
  const auto trainer = problem({{"hidden", {16}}}, kSmall, 1e-3, 50).trainer();
  const double before = trainer->evaluate_test().loss;
  EXPECT_EQ(trainer->evaluate_test().loss, before);
  EXPECT_TRUE(std::isnan(trainer->evaluate_test().accuracy));
  trainer->step();
  EXPECT_NE(trainer->evaluate_test().loss, before);
}

TEST(Denoising, SameSeedSameWeightsAndOtherSeedOtherNoise) {
  Problem p = problem({{"hidden", {16}}}, kSmall, 1e-3, 50);
  const auto hash = [&] {
    const auto trainer = p.trainer();
    for (int i = 0; i < 20; ++i) trainer->step();
    return trainer->weights_sha256();
  };
  const std::string first = hash();
  EXPECT_EQ(hash(), first);
  p.spec.seed = 5;
  EXPECT_NE(hash(), first);
}

// Data N(0, I): the best prediction of the noise is σ_t x_t, and the loss that no network can beat
// is the mean of 1 − σ_t² = ᾱ_t.
TEST(Denoising, ApproachesTheLossOfTheExactScore) {
  Json white = kSmall;
  white["n"] = 4000;
  const auto& type = data::dataset_type("correlated_gaussian");
  Problem p = problem({{"hidden", {64, 64}}}, kSmall, 2e-3, 256);
  p.data = data::make_dataset(
      type,
      validated(data::schema_of(type),
                {{"n", 4000}, {"dimension", 4}, {"layout", "vector"}, {"test_fraction", 0.5}},
                "dataset"),
      1);
  p.spec.dtype = Dtype::float32;
  const auto trainer = p.trainer();
  for (int i = 0; i < 1000; ++i) trainer->step();
  const auto schedule = diffusion::diffusion_of(p.spec.objective_params).schedule;
  const double best = schedule.alpha_bar().mean();
  const double reached = trainer->evaluate_test().loss;
  EXPECT_GT(reached, 0.93 * best);
  EXPECT_LT(reached, 1.12 * best);
}

TEST(Denoising, NetworksAndObjectivesThatDoNotFitAreRefused) {
  Problem p = problem({{"hidden", {16}}}, kSmall, 1e-3, 50);
  p.spec.objective = "squared";
  p.spec.objective_params = validated(objective("squared").params, Json::object(), "objective");
  EXPECT_THROW(p.trainer(), InvalidInput);
  Problem q = problem({{"hidden", {16}}}, kSmall, 1e-3, 50);
  const auto& mlp = nn::architecture("mlp");
  const Params params = validated(mlp.params, Json::object(), "architecture");
  q.spec.plan = mlp.plan(params, 4, 4);
  q.initial = mlp.initialise(q.spec.plan, params, RandomStream(1, "init"));
  EXPECT_THROW(q.trainer(), InvalidInput);
}

TEST(Denoising, ScheduleAndPredictionChangeWhileItTrains) {
  Problem p = problem({{"hidden", {16}}}, kSmall, 1e-3, 50);
  const auto trainer = p.trainer();
  trainer->step();
  const double before = trainer->evaluate_test().loss;
  TrainingSpec changed = p.spec;
  changed.objective_params = validated(objective("score_matching").params,
                                       {{"steps", 40}, {"schedule", "cosine"}}, "objective");
  trainer->apply(changed);
  EXPECT_NE(trainer->evaluate_test().loss, before);
  EXPECT_EQ(trainer->steps_done(), 1);
  EXPECT_TRUE(trainer->step().finite);
}

}  // namespace
}  // namespace aniso::training
