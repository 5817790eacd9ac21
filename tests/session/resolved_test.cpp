#include "core/session/resolved.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_trainer.h"
#include "tests/support/session_helpers.h"

namespace aniso::session {
namespace {

using test::message_of;
using test::small_experiment;
using test::small_experiment_with;
using ::testing::HasSubstr;

const Engines& engines() {
  static const Engines value = test::fake_engines(std::make_shared<test::FakeControls>());
  return value;
}

ResolvedPtr resolved(const Json& json, const ResolvedExperiment* reuse = nullptr) {
  return resolve(experiment_from_json(json), engines(), reuse);
}

TEST(Resolve, TurnsAnExperimentIntoNumbers) {
  const auto r = resolved(small_experiment());
  EXPECT_EQ(r->data->size(), 200);
  EXPECT_EQ(r->plan().inputs, 2);
  EXPECT_EQ(r->plan().outputs, 1);
  EXPECT_EQ(r->output_kind, nn::OutputKind::logit);
  EXPECT_EQ(r->initial.size(), r->plan().parameter_count());
  EXPECT_EQ(r->initial.size(), 2 * 8 + 8 + 8 * 8 + 8 + 8 + 1);
  EXPECT_EQ(r->spec.device, "cpu");
  EXPECT_EQ(r->spec.seed, 3u);
  EXPECT_EQ(r->spec.total_steps, 1000);
  EXPECT_EQ(resolved(small_experiment_with("objective", "cross_entropy"))->output_kind,
            nn::OutputKind::logits);
  EXPECT_EQ(resolved(small_experiment_with("objective", "squared"))->output_kind,
            nn::OutputKind::values);
}

TEST(Resolve, IsAFunctionOfTheExperimentAlone) {
  const auto a = resolved(small_experiment()), b = resolved(small_experiment());
  EXPECT_EQ(a->initial, b->initial);
  EXPECT_EQ(a->data->x, b->data->x);
  EXPECT_NE(resolved(small_experiment_with("seed", 4))->initial, a->initial);
}

TEST(Resolve, SharesTheDataWhereTheyAreTheSame) {
  const auto a = resolved(small_experiment());
  const auto shares = [&](const char* path, const Json& value) {
    return resolved(small_experiment_with(path, value), a.get())->data == a->data;
  };
  EXPECT_TRUE(shares("optimizer.learning_rate", 0.3));
  EXPECT_TRUE(shares("architecture.hidden", {3}));
  EXPECT_FALSE(shares("dataset.noise", 0.3));
  EXPECT_FALSE(shares("seed", 4));
}

TEST(Resolve, CrossChecksGiveClearMessages) {
  const auto message = [](const char* path, const Json& value) {
    return message_of([&] { resolved(small_experiment_with(path, value)); });
  };
  EXPECT_THAT(message("dataset", {{"id", "linear_teacher"}}),
              HasSubstr("objective 'logistic' needs two classes"));
  EXPECT_THAT(message("dataset", {{"id", "gaussian_mixture"}, {"components", 3}}),
              HasSubstr("logistic"));
  EXPECT_THAT(message("training.batch_size", 5000),
              HasSubstr("training.batch_size: 5,000 is more than the"));
  EXPECT_THAT(message("device", "cuda:7"), HasSubstr("cuda:7"));
  Json full_batch = small_experiment_with("optimizer.id", "gd");
  set_by_path(full_batch, "training.batch_size", Json(5000));
  EXPECT_NO_THROW(resolved(full_batch)) << "gradient descent ignores the batch size";
}

TEST(Resolve, PutsKernelCentresOnTrainingPoints) {
  const Json kernel = {{"id", "kernel_machine"}, {"centres", 7}};
  const auto r = resolved(small_experiment_with("architecture", kernel));
  const Eigen::Map<const Matrix> centres(r->initial.data() + r->plan().trained_count(), 7, 2);
  const Matrix train = r->data->x(r->data->train, Eigen::all);
  for (Index j = 0; j < 7; ++j)
    EXPECT_EQ((train.rowwise() - centres.row(j)).rowwise().norm().minCoeff(), 0) << j;
  EXPECT_THAT(message_of([&] {
                resolved(small_experiment_with("architecture",
                                               {{"id", "kernel_machine"}, {"centres", 500}}));
              }),
              HasSubstr("500 centres are more than the"));
}

TEST(Resolve, SaysWhichInputsAnImageNetworkTakes) {
  EXPECT_THAT(message_of([&] { resolved(small_experiment_with("architecture.id", "resnet")); }),
              HasSubstr("architecture 'resnet' needs images, but 2 inputs"));
}

}  // namespace
}  // namespace aniso::session
