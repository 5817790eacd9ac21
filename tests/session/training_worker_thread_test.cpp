#include "core/session/training_worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "core/session/session_file.h"
#include "tests/support/explicit_engines.h"
#include "tests/support/fake_trainer.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/session_helpers.h"

namespace aniso::session {
namespace {

using test::FakeControls;
using test::small_experiment;
using test::small_experiment_with;
using test::wait_for;
using ::testing::HasSubstr;

constexpr Index kEndless = 1'000'000'000;

class WorkerTest : public ::testing::Test {
 protected:
  void start(const Json& experiment, bool play = true) {
    worker_ = std::make_unique<TrainingWorker>(engines_);
    worker_->send(SetExperiment{experiment});
    if (play) worker_->send(Play{});
  }
  bool reaches(RunState state) {
    return wait_for([&] { return worker_->latest()->state == state; });
  }
  bool passes(Index step) {
    return wait_for([&] { return worker_->latest()->step >= step; });
  }
  /// The session as it is now, through the worker.
  std::shared_ptr<const SessionState> session() {
    const auto before = worker_->session_version();
    worker_->request_session();
    EXPECT_TRUE(wait_for([&] { return worker_->session_version() > before; }));
    return worker_->session();
  }

  std::shared_ptr<FakeControls> controls_ = std::make_shared<FakeControls>();
  Engines engines_ = test::fake_engines(controls_);
  std::unique_ptr<TrainingWorker> worker_;
};

std::string headless_hash(const Engines& engines, const Json& experiment, Index steps) {
  RunLoop loop(engines, resolve(experiment_from_json(experiment), engines));
  while (loop.steps_done() < steps && !loop.is_over()) loop.step();
  return loop.trainer().weights_sha256();
}

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

TEST_F(WorkerTest, ScrubbingPausesShowsThatStepAndPlayReturnsToLive) {
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

TEST_F(WorkerTest, AForkAndItsParentTrainInLockStepOnTheSameBatches) {
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

TEST_F(WorkerTest, AComparisonIsSavedAndReopensAsItStood) {
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

TEST_F(WorkerTest, AParentThatDivergedIsForkedFromBeforeAndRests) {
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

TEST_F(WorkerTest, AStormOfForksAndSwitchesEndsInADefinedState) {
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

TEST_F(WorkerTest, AStormOfScrubsEndsAtTheLastOne) {
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
