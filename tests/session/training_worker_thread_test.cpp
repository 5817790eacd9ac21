#include "core/session/training_worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "core/session/session_file.h"
#include "tests/support/explicit_engines.h"
#include "tests/support/fake_trainer.h"
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

TEST_F(WorkerTest, StartsEmptyAndReady) {
  worker_ = std::make_unique<TrainingWorker>(engines_);
  const auto snapshot = worker_->latest();
  ASSERT_NE(snapshot, nullptr);
  EXPECT_EQ(snapshot->state, RunState::ready);
  EXPECT_EQ(snapshot->run, 0u);
  EXPECT_EQ(snapshot->resolved, nullptr);
  worker_->send(Play{});
  ASSERT_TRUE(wait_for([&] { return worker_->latest()->rejections == 1; }));
  EXPECT_THAT(worker_->latest()->rejection, HasSubstr("choose an experiment first"));
  EXPECT_EQ(worker_->latest()->state, RunState::ready);
}

TEST_F(WorkerTest, RunsToTheEndWithTheHeadlessHash) {
  for (const bool fake : {true, false}) {
    if (!fake) engines_ = test::explicit_engines();
    start(small_experiment(1000));
    ASSERT_TRUE(reaches(RunState::finished));
    const auto last = worker_->latest();
    EXPECT_EQ(last->step, 1000);
    EXPECT_EQ(last->metrics.back().step, 1000);
    EXPECT_EQ(last->engine, fake ? "fake" : "explicit");
    EXPECT_EQ(last->cause, "all 1,000 steps are done");
    EXPECT_EQ(session()->weights_sha256, headless_hash(engines_, small_experiment(1000), 1000));
  }
}

TEST_F(WorkerTest, WaitsForPointsAndTakesThemWhileItRuns) {
  engines_ = test::explicit_engines();
  Json json = small_experiment(kEndless);
  const auto with = [&](const Json& points) {
    json["dataset"] = {{"id", "drawn"}, {"points", points}};
    return json;
  };
  start(with(Json::array()));
  ASSERT_TRUE(reaches(RunState::running));
  worker_->send(Step{1});
  ASSERT_TRUE(wait_for([&] { return worker_->latest()->rejections == 1; }));
  EXPECT_THAT(worker_->latest()->rejection, HasSubstr("paint some"));
  EXPECT_EQ(worker_->latest()->step, 0);
  worker_->request_parameters();
  ASSERT_TRUE(wait_for([&] { return worker_->latest()->parameters != nullptr; }))
      << "a picture of the untrained network";
  worker_->send(SetExperiment{with({-1, 0, 0, 1, 0, 1})});
  ASSERT_TRUE(passes(20));
  EXPECT_EQ(worker_->latest()->run, 1u) << "the same run";
  worker_->send(SetExperiment{with(Json::array())});
  ASSERT_TRUE(wait_for([&] { return worker_->latest()->resolved->data->size() == 0; }));
  const Index stopped = worker_->latest()->step;
  EXPECT_EQ(worker_->latest()->state, RunState::running);
  worker_->send(SetExperiment{with({0, 0, 0, 1, 1, 1})});
  ASSERT_TRUE(passes(stopped + 20));
  EXPECT_EQ(worker_->latest()->run, 1u);
}

TEST_F(WorkerTest, AHammeringReaderChangesNothing) {
  start(small_experiment(20000));
  std::atomic<bool> done = false;
  std::vector<std::jthread> readers;
  for (int r = 0; r < 2; ++r)
    readers.emplace_back([&] {
      Index last = 0;
      while (!done) {
        const auto snapshot = worker_->latest();
        EXPECT_GE(snapshot->step, last);
        last = snapshot->step;
        if (!snapshot->metrics.empty()) {
          EXPECT_LE(snapshot->metrics.back().step, snapshot->step);
        }
        worker_->request_parameters();
        if (snapshot->parameters) {
          EXPECT_TRUE(snapshot->parameters->values.allFinite());
        }
      }
    });
  EXPECT_TRUE(reaches(RunState::finished));
  done = true;
  readers.clear();
  EXPECT_EQ(session()->weights_sha256, headless_hash(engines_, small_experiment(20000), 20000));
}

TEST_F(WorkerTest, PauseStepPlayAndStop) {
  start(small_experiment(kEndless));
  ASSERT_TRUE(passes(100));
  worker_->send(Pause{});
  ASSERT_TRUE(reaches(RunState::paused));
  const Index at = worker_->latest()->step;
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  EXPECT_EQ(worker_->latest()->step, at);
  EXPECT_EQ(worker_->latest()->steps_per_s, 0);
  worker_->send(Step{1});
  ASSERT_TRUE(wait_for([&] { return worker_->latest()->step == at + 1; }));
  worker_->send(Step{4});
  worker_->send(Step{5});
  ASSERT_TRUE(wait_for([&] { return worker_->latest()->step == at + 10; }));
  EXPECT_TRUE(reaches(RunState::paused));
  worker_->send(Play{});
  ASSERT_TRUE(passes(at + 1000));
  worker_->send(Stop{});
  ASSERT_TRUE(reaches(RunState::finished));
  const auto stopped = worker_->latest();
  EXPECT_THAT(stopped->cause, HasSubstr("stopped at step"));
  EXPECT_EQ(stopped->metrics.back().step, stopped->step) << "the last state is measured";
  EXPECT_EQ(stopped->probes->back()->step, stopped->step);
}

TEST_F(WorkerTest, ResetStartsANewRunAndKeepsRunning) {
  start(small_experiment(kEndless));
  ASSERT_TRUE(passes(50));
  worker_->send(Reset{});
  ASSERT_TRUE(wait_for([&] { return worker_->latest()->run == 2; }));
  EXPECT_EQ(worker_->latest()->state, RunState::running);
  worker_->send(Pause{});
  ASSERT_TRUE(reaches(RunState::paused));
  worker_->send(Reset{});
  ASSERT_TRUE(wait_for([&] { return worker_->latest()->run == 3; }));
  EXPECT_EQ(worker_->latest()->state, RunState::ready);
  EXPECT_EQ(worker_->latest()->step, 0);
  EXPECT_EQ(worker_->latest()->metrics.size(), 1u);
}

TEST_F(WorkerTest, LiveChangesKeepTheRunAndReplay) {
  start(small_experiment(kEndless));
  ASSERT_TRUE(passes(200));
  const Json changed = small_experiment_with("optimizer.learning_rate", 0.2, kEndless);
  worker_->send(SetExperiment{changed});
  ASSERT_TRUE(wait_for([&] {
    return worker_->latest()->resolved->experiment.optimizer.params.real("learning_rate") == 0.2;
  }));
  EXPECT_EQ(worker_->latest()->run, 1u);
  worker_->send(Pause{});
  ASSERT_TRUE(reaches(RunState::paused));
  const auto end = session();
  ASSERT_EQ(end->commands.size(), 4u);
  EXPECT_GE(end->commands[2].step, 200);
  EXPECT_LE(end->commands[2].step, end->trainer.step);
  const auto log = command_log_from_json(to_json(end->commands));
  EXPECT_EQ(replay(engines_, log, end->run, end->trainer.step).trainer().weights_sha256(),
            end->weights_sha256);
}

TEST_F(WorkerTest, OtherShapesStartANewRun) {
  start(small_experiment(kEndless));
  ASSERT_TRUE(passes(10));
  worker_->send(SetExperiment{small_experiment_with("architecture.hidden", {5}, kEndless)});
  ASSERT_TRUE(wait_for([&] { return worker_->latest()->run == 2; }));
  EXPECT_EQ(worker_->latest()->state, RunState::running);
  EXPECT_EQ(worker_->latest()->resolved->plan().layers.front().out, 5);
}

TEST_F(WorkerTest, AnInvalidExperimentLeavesTheRunAsItWas) {
  start(small_experiment(kEndless));
  ASSERT_TRUE(passes(10));
  worker_->send(SetExperiment{{{"dataset", "moons_of_jupiter"}}});
  ASSERT_TRUE(wait_for([&] { return worker_->latest()->rejections == 1; }));
  auto snapshot = worker_->latest();
  EXPECT_EQ(snapshot->state, RunState::running);
  EXPECT_EQ(snapshot->run, 1u);
  EXPECT_THAT(snapshot->rejection, HasSubstr("dataset.id: 'moons_of_jupiter'"));
  worker_->send(SetExperiment{small_experiment_with("dataset", {{"id", "linear_teacher"}})});
  ASSERT_TRUE(wait_for([&] { return worker_->latest()->rejections == 2; }));
  EXPECT_THAT(worker_->latest()->rejection, HasSubstr("logistic"));
  worker_->send(SetSpeed{-1});
  ASSERT_TRUE(wait_for([&] { return worker_->latest()->rejections == 3; }));
  worker_->send(SetSpeed{0});
  ASSERT_TRUE(wait_for([&] { return worker_->latest()->rejection.empty(); }));
  ASSERT_TRUE(passes(worker_->latest()->step + 100));
}

TEST_F(WorkerTest, DivergenceIsAStateAndALowerRateGoesOn) {
  controls_->diverge_at = 77;
  start(small_experiment(1000));
  ASSERT_TRUE(reaches(RunState::diverged));
  const auto snapshot = worker_->latest();
  EXPECT_EQ(snapshot->step, 76);
  EXPECT_THAT(snapshot->cause, HasSubstr("step 77"));
  EXPECT_TRUE(session()->trainer.parameters.allFinite());
  worker_->send(Play{});
  ASSERT_TRUE(wait_for([&] { return worker_->latest()->rejections == 1; }));
  EXPECT_THAT(worker_->latest()->rejection, HasSubstr("the run diverged"));
  controls_->diverge_at = -1;
  worker_->send(SetExperiment{small_experiment_with("optimizer.learning_rate", 0.001)});
  worker_->send(Play{});
  ASSERT_TRUE(reaches(RunState::finished));
  EXPECT_EQ(worker_->latest()->step, 1000);
}

TEST_F(WorkerTest, AnExceptionInTheTrainerIsAState) {
  controls_->throw_at = 41;
  start(small_experiment(1000));
  ASSERT_TRUE(reaches(RunState::error));
  EXPECT_EQ(worker_->latest()->cause, "the fake trainer broke");
  EXPECT_EQ(worker_->latest()->run, 1u);
  worker_->send(Play{});
  ASSERT_TRUE(wait_for([&] { return worker_->latest()->rejections == 1; }));
  controls_->throw_at = -1;
  worker_->send(Reset{});
  worker_->send(Play{});
  ASSERT_TRUE(reaches(RunState::finished));
  EXPECT_EQ(worker_->latest()->run, 2u);
  EXPECT_EQ(session()->weights_sha256, headless_hash(engines_, small_experiment(1000), 1000));
}

TEST_F(WorkerTest, ParametersAreCopiedOnlyWhenAsked) {
  start(small_experiment_with("training.log_every", kEndless, kEndless));
  ASSERT_TRUE(passes(1000));
  const Index before = controls_->parameter_copies;
  ASSERT_TRUE(passes(worker_->latest()->step + 1000));
  EXPECT_EQ(controls_->parameter_copies, before);
  EXPECT_EQ(worker_->latest()->parameters, nullptr);
  worker_->request_parameters();
  ASSERT_TRUE(wait_for([&] { return worker_->latest()->parameters != nullptr; }));
  EXPECT_EQ(controls_->parameter_copies, before + 1);
  const auto copy = worker_->latest()->parameters;
  EXPECT_EQ(copy->run, 1u);
  EXPECT_EQ(copy->values.size(), copy->resolved->plan().parameter_count());
  worker_->send(Pause{});
  ASSERT_TRUE(reaches(RunState::paused));
  worker_->request_parameters();
  EXPECT_TRUE(wait_for([&] {
    return worker_->latest()->parameters->step == worker_->latest()->step;
  })) << "a paused worker answers too";
}

TEST_F(WorkerTest, TheSpeedLimitHoldsAndCommandsAreStillPrompt) {
  worker_ = std::make_unique<TrainingWorker>(engines_);
  worker_->send(SetSpeed{200});
  worker_->send(SetExperiment{small_experiment(kEndless)});
  worker_->send(Play{});
  ASSERT_TRUE(passes(1));
  const auto began = std::chrono::steady_clock::now();
  const Index first = worker_->latest()->step;
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  const Index taken = worker_->latest()->step - first;
  const double elapsed =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  EXPECT_LE(static_cast<double>(taken), 200 * elapsed + 25);
  EXPECT_GE(taken, 10);
  worker_->send(SetSpeed{0.01});  // the next step is 100 s away
  worker_->request_parameters();
  EXPECT_TRUE(wait_for([&] { return worker_->latest()->parameters != nullptr; }));
  worker_->send(Pause{});
  EXPECT_TRUE(reaches(RunState::paused));
}

TEST_F(WorkerTest, PublishesAtMostAtItsRate) {
  start(small_experiment(kEndless));
  ASSERT_TRUE(passes(100));
  const auto version = worker_->version();
  const auto began = std::chrono::steady_clock::now();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  const auto published = static_cast<double>(worker_->version() - version);
  const double elapsed =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  EXPECT_LE(published, 60 * elapsed + 2);
  EXPECT_GE(published, 2);
}

TEST_F(WorkerTest, CommandStormsEndInADefinedState) {
  start(small_experiment(kEndless));
  std::vector<std::jthread> senders;
  for (int s = 0; s < 2; ++s)
    senders.emplace_back([&, s] {
      for (int i = 0; i < 150; ++i) {
        switch ((i + s) % 6) {
          case 0:
            worker_->send(Play{});
            break;
          case 1:
            worker_->send(Step{3});
            break;
          case 2:
            worker_->send(Pause{});
            break;
          case 3:
            worker_->send(Reset{});
            break;
          case 4:
            worker_->send(SetExperiment{
                small_experiment_with("optimizer.learning_rate", 0.01 * (i + 1), kEndless)});
            break;
          default:
            worker_->send(Stop{});
        }
        worker_->request_parameters();
      }
    });
  senders.clear();
  worker_->send(Pause{});
  worker_->send(Reset{});
  worker_->send(Step{100});
  ASSERT_TRUE(wait_for([&] {
    return worker_->latest()->state == RunState::paused && worker_->latest()->step == 100;
  }));
  const auto end = session();
  EXPECT_EQ(replay(engines_, end->commands, end->run, 100).trainer().weights_sha256(),
            end->weights_sha256);
}

TEST_F(WorkerTest, EndsWhileRunningResolvingOrWaiting) {
  for (int i = 0; i < 10; ++i) {
    start(small_experiment(kEndless));
    if (i % 2 == 0) {
      ASSERT_TRUE(passes(1));
    }
    if (i % 3 == 0) worker_->send(SetSpeed{0.001});
    worker_.reset();
  }
  controls_->step_us = 20000;
  start(small_experiment(kEndless));
  ASSERT_TRUE(passes(1));
  const auto began = std::chrono::steady_clock::now();
  worker_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(2));
}

TEST_F(WorkerTest, ASavedSessionOpensWhereItStoodAndGoesOn) {
  const auto folder = std::filesystem::temp_directory_path() /
                      ("aniso_worker_session_" + std::to_string(::getpid()));
  start(small_experiment(2000));
  worker_->send(Pause{});
  worker_->send(Reset{});
  worker_->send(Step{500});
  ASSERT_TRUE(wait_for([&] {
    return worker_->latest()->step == 500 && worker_->latest()->state == RunState::paused;
  }));
  const auto saved = session();
  save_session(folder, *saved);

  worker_ = std::make_unique<TrainingWorker>(engines_);
  worker_->send(SetExperiment{small_experiment_with("seed", 99)});
  worker_->send(OpenSession{folder.string()});
  ASSERT_TRUE(wait_for([&] { return worker_->latest()->step == 500; }));
  EXPECT_EQ(worker_->latest()->state, RunState::paused);
  EXPECT_EQ(worker_->latest()->run, 2u);
  EXPECT_EQ(session()->weights_sha256, saved->weights_sha256);
  worker_->send(Play{});
  ASSERT_TRUE(reaches(RunState::finished));
  const auto end = session();
  EXPECT_EQ(end->weights_sha256, headless_hash(engines_, small_experiment(2000), 2000));
  EXPECT_EQ(replay(engines_, end->commands, end->run, 2000).trainer().weights_sha256(),
            end->weights_sha256);
  worker_->send(OpenSession{"/nowhere/at/all"});
  EXPECT_TRUE(wait_for([&] { return worker_->latest()->rejections == 1; }));
  EXPECT_THAT(worker_->latest()->rejection, HasSubstr("/nowhere/at/all"));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace aniso::session
