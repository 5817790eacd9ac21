// Scrubbing, forks and comparisons in the training worker.
#include "core/session/training_worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/session/session_file.h"
#include "tests/support/explicit_engines.h"
#include "tests/support/fake_trainer.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/session_helpers.h"
#include "tests/support/worker_test.h"

namespace aniso::session {
namespace {

using test::headless_hash;
using test::kEndless;
using test::small_experiment;
using test::small_experiment_with;
using test::wait_for;
using test::WorkerTest;
using ::testing::HasSubstr;

class TimeMachineTest : public WorkerTest {};

TEST_F(TimeMachineTest, ScrubbingPausesShowsThatStepAndPlayReturnsToLive) {
  start(small_experiment(kEndless));
  ASSERT_TRUE(passes(500));
  worker_->send(SetExperiment{small_experiment_with("optimizer.learning_rate", 0.2, kEndless)});
  ASSERT_TRUE(passes(worker_->latest()->step + 500));
  worker_->send(Scrub{123});
  ASSERT_TRUE(wait_for([&] { return worker_->latest()->step == 123; }));
  auto past = worker_->latest();
  EXPECT_EQ(past->state, RunState::paused);
  EXPECT_FALSE(past->is_live());
  const Index end = past->end_step;
  EXPECT_GE(end, 1000);
  ASSERT_NE(past->parameters, nullptr);
  EXPECT_EQ(past->parameters->step, 123) << "the past parameters come with the first snapshot";
  EXPECT_EQ(past->resolved->experiment.optimizer.params.real("learning_rate"), 0.05);
  ASSERT_EQ(past->marks->size(), 1u);
  EXPECT_THAT(past->marks->front().text, HasSubstr("learning_rate 0.05 → 0.2"));
  RunLoop loop(engines_, resolve(experiment_from_json(small_experiment()), engines_));
  while (loop.steps_done() < 123) loop.step();
  EXPECT_EQ(past->parameters->values, loop.trainer().parameters());
  worker_->send(Scrub{end + 10});
  ASSERT_TRUE(wait_for([&] { return worker_->latest()->is_live(); }));
  EXPECT_EQ(worker_->latest()->step, end);
  worker_->send(Scrub{0});
  ASSERT_TRUE(wait_for([&] { return worker_->latest()->step == 0; }));
  worker_->send(Live{});
  ASSERT_TRUE(wait_for([&] { return worker_->latest()->step == end; }));
  worker_->send(Scrub{end / 2});
  ASSERT_TRUE(wait_for([&] { return worker_->latest()->step == end / 2; }));
  worker_->send(Play{});
  ASSERT_TRUE(passes(end + 100));
  EXPECT_EQ(worker_->latest()->run, 1u);
  worker_->send(Pause{});
  ASSERT_TRUE(reaches(RunState::paused));
  const auto last = session();
  EXPECT_EQ(
      replay(engines_, last->commands, last->run, last->trainer.step).trainer().weights_sha256(),
      last->weights_sha256)
      << "what is looked at changes nothing";
}

TEST_F(TimeMachineTest, AForkAndItsParentTrainInLockStepOnTheSameBatches) {
  for (const bool fake : {true, false}) {
    if (!fake) engines_ = test::explicit_engines();
    start(small_experiment(2000));
    ASSERT_TRUE(passes(300));
    worker_->send(Scrub{150});
    ASSERT_TRUE(wait_for([&] { return worker_->latest()->step == 150; }));
    const Index parent_end = worker_->latest()->end_step;
    worker_->send(Fork{});
    ASSERT_TRUE(wait_for([&] { return worker_->latest()->run == 2; }));
    auto now = worker_->latest();
    EXPECT_EQ(now->parent, 1u);
    EXPECT_EQ(now->fork_step, 150);
    EXPECT_EQ(now->end_step, 150);
    EXPECT_TRUE(now->is_live());
    EXPECT_EQ(now->state, RunState::paused);
    ASSERT_NE(now->other, nullptr);
    EXPECT_EQ(now->other->run, 1u);
    EXPECT_EQ(now->other->step, 150);
    EXPECT_EQ(now->other->end_step, parent_end) << "what the parent recorded stays";
    EXPECT_EQ(now->metrics.back().step, 100);
    worker_->send(Step{100});
    ASSERT_TRUE(wait_for([&] { return worker_->latest()->step == 250; }));
    worker_->request_parameters();
    ASSERT_TRUE(wait_for([&] {
      const auto s = worker_->latest();
      return s->parameters && s->parameters->step == 250 && s->other->parameters->step == 250;
    }));
    now = worker_->latest();
    EXPECT_EQ(now->parameters->values, now->other->parameters->values)
        << "nothing differs, so both learn the same";
    worker_->send(SetExperiment{small_experiment_with("optimizer.learning_rate", 0.3, 2000)});
    worker_->send(Play{});
    ASSERT_TRUE(reaches(RunState::finished));
    now = worker_->latest();
    EXPECT_EQ(now->step, 2000);
    EXPECT_EQ(now->other->step, 2000);
    const auto saved = session();
    EXPECT_EQ(saved->other->weights_sha256, headless_hash(engines_, small_experiment(2000), 2000))
        << "the fork's setting does not touch the parent";
    EXPECT_NE(saved->weights_sha256, saved->other->weights_sha256);
    const auto log = command_log_from_json(to_json(saved->commands));
    EXPECT_EQ(replay(engines_, log, 2, 2000).trainer().weights_sha256(), saved->weights_sha256);
    EXPECT_EQ(replay(engines_, log, 1, 2000).trainer().weights_sha256(),
              saved->other->weights_sha256);
    worker_->send(Scrub{40});  // before the fork both are the same run
    ASSERT_TRUE(wait_for([&] { return worker_->latest()->step == 40; }));
    now = worker_->latest();
    EXPECT_EQ(now->other->step, 40);
    EXPECT_EQ(now->parameters->values, now->other->parameters->values);
    worker_->send(Activate{1});
    ASSERT_TRUE(wait_for([&] { return worker_->latest()->run == 1; }));
    EXPECT_EQ(worker_->latest()->other->run, 2u);
    worker_->send(Fork{});  // the third run: the newest pair stays
    ASSERT_TRUE(wait_for([&] { return worker_->latest()->run == 3; }));
    EXPECT_EQ(worker_->latest()->other->run, 1u);
    worker_->send(CloseComparison{});
    ASSERT_TRUE(wait_for([&] { return worker_->latest()->other == nullptr; }));
    EXPECT_EQ(worker_->latest()->run, 3u);
    worker_->send(Reset{});
    ASSERT_TRUE(wait_for([&] { return worker_->latest()->run == 4; }));
  }
}

TEST_F(TimeMachineTest, AComparisonIsSavedAndReopensAsItStood) {
  const testing_support::ScratchFolder scratch;
  start(small_experiment(kEndless));
  ASSERT_TRUE(passes(400));
  worker_->send(Scrub{200});
  worker_->send(Fork{});
  worker_->send(SetExperiment{small_experiment_with("optimizer.learning_rate", 0.3, kEndless)});
  worker_->send(Step{50});
  ASSERT_TRUE(wait_for([&] {
    return worker_->latest()->step == 250 && worker_->latest()->state == RunState::paused;
  }));
  const auto saved = session();
  save_session(scratch.path() / "s", *saved);
  worker_ = std::make_unique<TrainingWorker>(engines_);
  worker_->send(SetExperiment{small_experiment()});
  worker_->send(OpenSession{(scratch.path() / "s").string()});
  ASSERT_TRUE(wait_for([&] {
    const auto now = worker_->latest();
    return now->opened == 1 && now->step == 250 && now->other && now->other->step == 250;
  }));
  const auto now = worker_->latest();
  EXPECT_EQ(now->run, 3u) << "ids that were never used in this window";
  EXPECT_EQ(now->parent, 2u);
  EXPECT_EQ(now->other->run, 2u);
  EXPECT_GE(now->other->end_step, 400);
  const auto again = session();
  EXPECT_EQ(again->weights_sha256, saved->weights_sha256);
  EXPECT_EQ(again->other->weights_sha256, saved->other->weights_sha256);
  EXPECT_EQ(replay(engines_, again->commands, again->run, 250).trainer().weights_sha256(),
            saved->weights_sha256);
}

TEST_F(TimeMachineTest, AParentThatDivergedIsForkedFromBeforeAndRests) {
  controls_->diverge_at = 300;
  start(small_experiment(1000));
  ASSERT_TRUE(reaches(RunState::diverged));
  worker_->send(Scrub{100});
  ASSERT_TRUE(wait_for([&] { return worker_->latest()->step == 100; }));
  worker_->send(Fork{});
  worker_->send(Step{100});
  ASSERT_TRUE(wait_for([&] { return worker_->latest()->step == 200; }));
  controls_->diverge_at = -1;
  worker_->send(Play{});
  ASSERT_TRUE(reaches(RunState::finished));
  EXPECT_EQ(worker_->latest()->step, 1000);
  EXPECT_EQ(worker_->latest()->other->step, 299);
  EXPECT_EQ(worker_->latest()->other->state, RunState::diverged);
}

TEST_F(TimeMachineTest, AStormOfForksAndSwitchesEndsInADefinedState) {
  start(small_experiment(kEndless));
  ASSERT_TRUE(passes(500));
  std::vector<std::jthread> senders;
  for (int s = 0; s < 2; ++s)
    senders.emplace_back([&, s] {
      for (int i = 0; i < 60; ++i) {
        worker_->send(Scrub{(i * 37 + s * 11) % 500});
        worker_->send(Fork{});
        worker_->send(Play{});
        worker_->send(SetExperiment{
            small_experiment_with("optimizer.learning_rate", 0.001 * (i + 1), kEndless)});
        worker_->send(Activate{worker_->latest()->parent});
        worker_->request_session();
        if (i % 9 == 0) worker_->send(CloseComparison{});
        std::this_thread::sleep_for(std::chrono::microseconds(500));
      }
    });
  senders.clear();
  worker_->send(Pause{});
  worker_->send(Live{});
  ASSERT_TRUE(wait_for(
      [&] { return !worker_->is_busy() && worker_->latest()->state == RunState::paused; }));
  const auto end = session();
  EXPECT_EQ(replay(engines_, end->commands, end->run, end->trainer.step).trainer().weights_sha256(),
            end->weights_sha256);
}

TEST_F(TimeMachineTest, AStormOfScrubsEndsAtTheLastOne) {
  start(small_experiment(kEndless));
  ASSERT_TRUE(passes(2000));
  std::vector<std::jthread> senders;
  for (int s = 0; s < 2; ++s)
    senders.emplace_back([&, s] {
      for (int i = 0; i < 300; ++i) {
        worker_->send(Scrub{(i * 37 + s * 11) % 2000});
        if (i % 50 == 0) worker_->send(Play{});
        if (i % 40 == 0)
          worker_->send(SetExperiment{
              small_experiment_with("optimizer.learning_rate", 0.001 * (i + 1), kEndless)});
        worker_->request_parameters();
        if (i % 10 == 0) std::this_thread::sleep_for(std::chrono::microseconds(300));
      }
    });
  senders.clear();
  worker_->send(Scrub{777});
  ASSERT_TRUE(wait_for([&] { return !worker_->is_busy() && worker_->latest()->step == 777; }));
  worker_->send(Live{});
  ASSERT_TRUE(wait_for([&] { return worker_->latest()->is_live(); }));
  const auto last = session();
  EXPECT_EQ(
      replay(engines_, last->commands, last->run, last->trainer.step).trainer().weights_sha256(),
      last->weights_sha256);
}

}  // namespace
}  // namespace aniso::session
