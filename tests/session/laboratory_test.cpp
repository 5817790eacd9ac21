#include "core/session/laboratory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/analysis/registry.h"
#include "core/session/run_loop.h"
#include "tests/support/explicit_engines.h"
#include "tests/support/session_helpers.h"

namespace aniso::session {
namespace {

using test::message_of;
using test::small_experiment;
using test::small_experiment_with;
using ::testing::HasSubstr;

class LaboratoryTest : public ::testing::Test {
 protected:
  ResolvedPtr resolved(const Json& json) const {
    return resolve(experiment_from_json(json), engines_);
  }
  void prepare(Laboratory& laboratory, const Json& json) const {
    laboratory.prepare(resolved(json), {}, {});
  }

  Engines engines_ = test::explicit_engines();
  std::stop_token never_;
};

TEST_F(LaboratoryTest, MembersAreIndependentAndRepeatable) {
  Laboratory a(engines_), b(engines_);
  prepare(a, small_experiment());
  prepare(b, small_experiment());
  const Vector at20 = a.trained(0, 20, never_);
  EXPECT_NE(at20, a.trained(1, 20, never_));
  EXPECT_NE(at20, a.trained(0, 10, never_)) << "an earlier step: trained again from the start";
  EXPECT_EQ(at20, a.trained(0, 20, never_)) << "remembered";
  b.trained(0, 5, never_);
  EXPECT_EQ(at20, b.trained(0, 20, never_)) << "whatever was asked for on the way";
  EXPECT_NE(b.trained(0, 0, never_), resolved(small_experiment())->initial)
      << "members are none of the runs of a session";
}

TEST_F(LaboratoryTest, KeepsAnEnsembleWhileTheExperimentDoes) {
  auto controls = std::make_shared<test::FakeControls>();
  engines_ = test::fake_engines(controls);
  Laboratory laboratory(engines_);
  prepare(laboratory, small_experiment());
  laboratory.trained(0, 10, never_);
  const Index steps = controls->steps_taken;
  prepare(laboratory, small_experiment_with("title", "Another name"));
  laboratory.trained(0, 12, never_);
  EXPECT_EQ(controls->steps_taken, steps + 2);
  prepare(laboratory, small_experiment_with("optimizer.learning_rate", 0.02));
  laboratory.trained(0, 10, never_);
  EXPECT_EQ(controls->steps_taken, steps + 12);
}

TEST_F(LaboratoryTest, NothingIsRememberedBeyondTheCap) {
  auto controls = std::make_shared<test::FakeControls>();
  engines_ = test::fake_engines(controls);
  Laboratory laboratory(engines_, 16);
  prepare(laboratory, small_experiment());
  laboratory.trained(0, 10, never_);
  laboratory.trained(0, 5, never_);
  laboratory.trained(0, 10, never_);
  EXPECT_EQ(controls->steps_taken, 10 + 5 + 5);
}

TEST_F(LaboratoryTest, TrainersBeyondTheirMemoryAreMadeAnew) {
  auto controls = std::make_shared<test::FakeControls>();
  engines_ = test::fake_engines(controls);
  for (const auto& [bytes, steps] : {std::pair<std::size_t, Index>{1u << 30, 5 + 5 + 5 + 5},
                                     std::pair<std::size_t, Index>{1, 5 + 5 + 10 + 10}}) {
    controls->steps_taken = 0;
    Laboratory laboratory(engines_, 256u << 20, bytes);
    prepare(laboratory, small_experiment());
    const Vector early = laboratory.trained(0, 5, never_);
    laboratory.trained(1, 5, never_);
    laboratory.trained(0, 10, never_);
    laboratory.trained(1, 10, never_);
    EXPECT_EQ(controls->steps_taken, steps);
    EXPECT_EQ(laboratory.trained(0, 5, never_), early);
    EXPECT_EQ(controls->steps_taken, steps) << "what is remembered stays";
  }
}

TEST_F(LaboratoryTest, DivergenceNamesTheNetworkAndTheStep) {
  auto controls = std::make_shared<test::FakeControls>();
  controls->diverge_at = 4;
  engines_ = test::fake_engines(controls);
  Laboratory laboratory(engines_);
  prepare(laboratory, small_experiment());
  EXPECT_THAT(message_of<NumericalError>([&] { laboratory.trained(2, 9, never_); }),
              HasSubstr("network 2 of the ensemble diverged at step 4"));
  controls->diverge_at = -1;
  EXPECT_EQ(laboratory.trained(2, 9, never_).size(),
            resolved(small_experiment())->plan().parameter_count());
}

TEST_F(LaboratoryTest, AStopEndsTraining) {
  Laboratory laboratory(engines_);
  prepare(laboratory, small_experiment(100'000'000));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(laboratory.trained(0, 1000, stop.get_token()), analysis::Cancelled);
  EXPECT_THROW(laboratory.outcome({}, stop.get_token()), analysis::Cancelled);
}

TEST_F(LaboratoryTest, AVariantEndsWhereARunWithTheseSettingsEnds) {
  Laboratory laboratory(engines_);
  prepare(laboratory, small_experiment(60));
  const auto outcome =
      laboratory.outcome({{{"seed", Json(11)}, {"optimizer.learning_rate", Json(0.2)}}}, never_);
  Json json = small_experiment_with("seed", 11, 60);
  set_by_path(json, "optimizer.learning_rate", Json(0.2));
  RunLoop loop(engines_, resolved(json));
  while (!loop.is_over()) loop.step();
  EXPECT_EQ(outcome.at("loss"), loop.metrics().back().loss);
  EXPECT_EQ(outcome.at("test_accuracy"), loop.metrics().back().test_accuracy);
  EXPECT_THAT(message_of([&] {
                laboratory.outcome({{{"optimiser.rate", Json(1)}}}, never_);
              }),
              HasSubstr("optimizer"));
}

TEST_F(LaboratoryTest, CheckpointsAreTheStoredStatesOfTheRun) {
  RunLoop loop(engines_, resolved(small_experiment()));
  for (int i = 0; i < 5; ++i) loop.step();
  Laboratory laboratory(engines_);
  laboratory.prepare(loop.resolved(), loop.timeline().states_until(3), {});
  const auto checkpoints = laboratory.checkpoints();
  ASSERT_EQ(checkpoints.size(), 4u);
  EXPECT_EQ(checkpoints.back().step, 3);
  EXPECT_EQ(checkpoints.front().parameters->cast<float>(), loop.resolved()->initial.cast<float>());
}

TEST_F(LaboratoryTest, FreshNetworksHaveTheRunsShape) {
  Laboratory laboratory(engines_);
  const auto r = resolved(small_experiment());
  laboratory.prepare(r, {}, {});
  EXPECT_EQ(laboratory.family().parameter_count(), r->plan().parameter_count());
  const auto function = laboratory.function(r->initial);
  EXPECT_EQ(function->inputs(), 2);
}

TEST_F(LaboratoryTest, VariantsOfACohortTrainAsIfAlone) {
  Laboratory laboratory(engines_);
  prepare(laboratory, small_experiment_with("training.steps", 15));
  const analysis::Variant same{}, other{{{"dataset.seed", Json(7)}}}, seeded{{{"seed", Json(4)}}};
  const auto cohort = laboratory.cohort({same, other, seeded});
  ASSERT_EQ(cohort->size(), 3);
  EXPECT_EQ(cohort->total_steps(), 15);
  EXPECT_EQ(cohort->diffusion(), nullptr);
  EXPECT_NE(cohort->data(0).x, cohort->data(1).x);
  EXPECT_EQ(cohort->parameters().row(0), cohort->parameters().row(1)) << "the same seed";
  EXPECT_NE(cohort->parameters().row(0), cohort->parameters().row(2));
  EXPECT_EQ(cohort->family().parameter_count(), cohort->parameters().cols());
  cohort->advance(15, never_);
  EXPECT_EQ(cohort->steps_done(), 15);
  EXPECT_EQ(cohort->diverged_at(0), 0);
  RunLoop alone(engines_, resolved(small_experiment_with("training.steps", 15)), {});
  while (!alone.is_over()) alone.step();
  EXPECT_LT((cohort->parameters().row(0).transpose() - alone.trainer().parameters())
                .cwiseAbs()
                .maxCoeff(),
            1e-6);
}

TEST_F(LaboratoryTest, ACohortSharesEverythingButDataAndSeed) {
  Laboratory laboratory(engines_);
  prepare(laboratory, small_experiment());
  const auto complaint = [&](const char* path, const Json& value) {
    return message_of<InvalidInput>([&] {
      laboratory.cohort({analysis::Variant{}, {{{path, value}}}});
    });
  };
  EXPECT_THAT(complaint("optimizer.learning_rate", 0.5), HasSubstr("data and seed only"));
  EXPECT_THAT(complaint("training.steps", 3), HasSubstr("data and seed only"));
  EXPECT_THAT(complaint("dataset.nosie", 3), HasSubstr("dataset.nosie"));
  EXPECT_THROW(laboratory.cohort({}), InvalidInput);
  const auto cohort = laboratory.cohort({analysis::Variant{}});
  std::stop_source source;
  source.request_stop();
  EXPECT_THROW(cohort->advance(1, source.get_token()), analysis::Cancelled);
}

}  // namespace
}  // namespace aniso::session
