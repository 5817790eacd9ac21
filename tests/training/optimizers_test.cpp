#include "core/training/optimizers.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/base/errors.h"
#include "tests/training/cases.h"

namespace aniso::training {
namespace {

using cases::optimizer_params;

TEST(Schedule, ConstantKeepsTheBaseRate) {
  const Params params = optimizer_params("sgd", {{"learning_rate", 0.3}});
  for (const Index step : {0, 1, 50, 1000})
    EXPECT_DOUBLE_EQ(scheduled_learning_rate(params, step, 100), 0.3);
}

TEST(Schedule, LinearReachesItsFinalFractionAndStays) {
  const Params params = optimizer_params(
      "adam", {{"learning_rate", 2.0}, {"schedule", "linear"}, {"final_fraction", 0.1}});
  EXPECT_DOUBLE_EQ(scheduled_learning_rate(params, 0, 100), 2.0);
  EXPECT_DOUBLE_EQ(scheduled_learning_rate(params, 50, 100), 1.1);
  EXPECT_DOUBLE_EQ(scheduled_learning_rate(params, 100, 100), 0.2);
  EXPECT_DOUBLE_EQ(scheduled_learning_rate(params, 500, 100), 0.2);
}

TEST(Schedule, CosineIsHalfACosine) {
  const Params params = optimizer_params("gd", {{"learning_rate", 1.0}, {"schedule", "cosine"}});
  EXPECT_DOUBLE_EQ(scheduled_learning_rate(params, 0, 90), 1.0);
  EXPECT_NEAR(scheduled_learning_rate(params, 30, 90), 0.75, 1e-15);
  EXPECT_NEAR(scheduled_learning_rate(params, 45, 90), 0.5, 1e-15);
  EXPECT_NEAR(scheduled_learning_rate(params, 90, 90), 0.0, 1e-15);
}

TEST(Schedule, WarmUpRisesThenTheDecayTakesTheRest) {
  const Params params = optimizer_params(
      "sgd", {{"learning_rate", 1.0}, {"schedule", "linear"}, {"warmup_steps", 10}});
  EXPECT_DOUBLE_EQ(scheduled_learning_rate(params, 0, 110), 0.1);
  EXPECT_DOUBLE_EQ(scheduled_learning_rate(params, 9, 110), 1.0);
  EXPECT_DOUBLE_EQ(scheduled_learning_rate(params, 10, 110), 1.0);
  EXPECT_DOUBLE_EQ(scheduled_learning_rate(params, 60, 110), 0.5);
}

TEST(Schedule, WithoutAHorizonNothingDecays) {
  const Params params = optimizer_params("sgd", {{"learning_rate", 0.2}, {"schedule", "cosine"}});
  EXPECT_DOUBLE_EQ(scheduled_learning_rate(params, 12345, 0), 0.2);
}

TEST(Schedule, WarmUpLongerThanTheRunEndsAtTheFinalFraction) {
  const Params params = optimizer_params("sgd", {{"learning_rate", 1.0},
                                                 {"schedule", "cosine"},
                                                 {"final_fraction", 0.25},
                                                 {"warmup_steps", 20}});
  EXPECT_DOUBLE_EQ(scheduled_learning_rate(params, 9, 10), 0.5);
  EXPECT_DOUBLE_EQ(scheduled_learning_rate(params, 20, 10), 0.25);
}

TEST(Optimizers, UnknownIdNamesTheNearest) {
  try {
    optimizer("adamx");
    FAIL();
  } catch (const InvalidInput& error) {
    EXPECT_NE(std::string(error.what()).find("'adam"), std::string::npos) << error.what();
  }
}

TEST(Optimizers, EveryParameterHasTitleAndDocAndAValidDefault) {
  for (const auto& entry : optimizers()) {
    EXPECT_FALSE(entry.title.empty() || entry.doc.empty());
    for (const auto& spec : entry.params) {
      EXPECT_FALSE(spec.title.empty() || spec.doc.empty()) << entry.id << " " << spec.name;
      EXPECT_EQ(validated_value(spec, spec.fallback, spec.name), spec.fallback);
    }
  }
}

TEST(Optimizers, APlainRateIsThatOfDescentAlone) {
  const auto rate = [](const char* id, const Json& given) {
    return plain_rate(optimizer(id), validated(optimizer(id).params, given, "optimizer"));
  };
  EXPECT_EQ(rate("gd", {{"learning_rate", 0.25}}), 0.25);
  EXPECT_EQ(rate("sgd", {{"learning_rate", 0.5}, {"momentum", 0.0}}), 0.5);
  EXPECT_EQ(rate("sgd", {{"learning_rate", 0.5}}), std::nullopt) << "momentum";
  EXPECT_EQ(rate("adam", Json::object()), std::nullopt);
  for (const Json& more : {Json{{"schedule", "cosine"}}, Json{{"warmup_steps", 3}},
                           Json{{"weight_decay", 0.1}}, Json{{"clip_norm", 1.0}}})
    EXPECT_EQ(rate("gd", more), std::nullopt) << more.dump();
}

TEST(Optimizers, OutOfRangeIsRefused) {
  EXPECT_THROW(optimizer_params("sgd", {{"learning_rate", -1}}), InvalidInput);
  EXPECT_THROW(optimizer_params("adam", {{"beta1", 1.0}}), InvalidInput);
  EXPECT_THROW(optimizer_params("gd", {{"momentum", 0.9}}), InvalidInput);
}

TEST(Objectives, OutputsFollowTheData) {
  EXPECT_EQ(objective("cross_entropy").outputs(*cases::classes(4, 2, 3)), 3);
  EXPECT_EQ(objective("logistic").outputs(*cases::classes(4, 2, 2)), 1);
  EXPECT_EQ(objective("squared").outputs(*cases::classes(4, 2, 2)), 1);
  EXPECT_EQ(objective("squared").outputs(*cases::classes(4, 2, 5)), 5);
  EXPECT_EQ(objective("squared").outputs(*cases::regression(4, 2, 7)), 7);
}

TEST(Objectives, RefusalsNameOneThatWorks) {
  const auto message = [](const std::string& id, const data::Dataset& data) -> std::string {
    try {
      objective(id).outputs(data);
    } catch (const InvalidInput& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_NE(message("cross_entropy", *cases::regression(4, 2, 1)).find("'squared'"),
            std::string::npos);
  EXPECT_NE(message("logistic", *cases::regression(4, 2, 1)).find("'squared'"), std::string::npos);
  EXPECT_NE(message("logistic", *cases::classes(9, 2, 3)).find("'cross_entropy'"),
            std::string::npos);
  EXPECT_THROW(objective("crossentropi"), InvalidInput);
}

TEST(Objectives, SquaredTargetsOfClasses) {
  const auto two = cases::classes(20, 2, 2);
  const Matrix signs = squared_targets(*two);
  ASSERT_EQ(signs.cols(), 1);
  const auto three = cases::classes(20, 2, 3);
  const Matrix one_hot = squared_targets(*three);
  for (Index i = 0; i < 20; ++i) {
    EXPECT_EQ(signs(i, 0), two->labels[i] == 1 ? 1 : -1);
    for (Index c = 0; c < 3; ++c) EXPECT_EQ(one_hot(i, c), three->labels[i] == c ? 1 : 0);
  }
}

}  // namespace
}  // namespace aniso::training
