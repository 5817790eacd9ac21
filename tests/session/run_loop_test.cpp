#include "core/session/run_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/explicit_engines.h"
#include "tests/support/fake_trainer.h"
#include "tests/support/session_helpers.h"

namespace aniso::session {
namespace {

using test::explicit_engines;
using test::FakeControls;
using test::message_of;
using test::small_experiment;
using test::small_experiment_with;
using ::testing::HasSubstr;

ResolvedPtr resolved(const Engines& engines, const Json& json,
                     const ResolvedExperiment* reuse = nullptr) {
  return resolve(experiment_from_json(json), engines, reuse);
}

void run_to(RunLoop& loop, Index step) {
  while (loop.steps_done() < step && !loop.is_over()) loop.step();
}

class RunLoopTest : public ::testing::Test {
 protected:
  std::shared_ptr<FakeControls> controls_ = std::make_shared<FakeControls>();
  Engines engines_ = test::fake_engines(controls_);
};

TEST_F(RunLoopTest, RecordsAtStepZeroEveryLogIntervalAndTheLastStep) {
  RunLoop loop(engines_, resolved(engines_, small_experiment(250)));
  EXPECT_EQ(loop.metrics().size(), 1u);
  EXPECT_EQ(loop.probes()->size(), 1u);
  while (!loop.is_over()) loop.step();
  std::vector<Index> steps;
  loop.metrics().snapshot().for_each([&](const MetricsRow& row) { steps.push_back(row.step); });
  EXPECT_EQ(steps, (std::vector<Index>{0, 100, 200, 250}));
  const auto rows = loop.metrics().snapshot();
  EXPECT_TRUE(std::isnan(rows[0].grad_norm));
  EXPECT_EQ(rows[0].learning_rate, 0.05);
  EXPECT_TRUE(std::isnan(rows[1].test_loss));
  EXPECT_NEAR(rows[1].weight_norm, std::sqrt(rows[1].loss), 1e-12);
  EXPECT_GT(rows[1].grad_norm, 0);
  EXPECT_EQ(loop.probes()->back()->step, 250);
  EXPECT_EQ(loop.timeline().states().front()->step, 0);
  EXPECT_EQ(loop.timeline().states().back()->step, 250);
  const auto taken = controls_->steps_taken.load();
  loop.step();
  EXPECT_EQ(controls_->steps_taken, taken) << "a run that is over takes no step";
  EXPECT_EQ(controls_->threads, 1);
}

TEST_F(RunLoopTest, ProbesAreAFixedSubsetOfTheDataThinnedUnderTheirCap) {
  RunOptions options;
  options.probe_rows = 50;
  options.probe_records = 40;
  RunLoop loop(engines_, resolved(engines_, small_experiment(20000)), options);
  ASSERT_EQ(loop.probe_inputs().rows(), 50);
  const Matrix& x = loop.resolved()->data->x;
  for (Index i = 0; i < 50; ++i) {
    bool found = false;
    for (Index r = 0; r < x.rows() && !found; ++r) found = x.row(r) == loop.probe_inputs().row(i);
    EXPECT_TRUE(found);
  }
  while (!loop.is_over()) {
    loop.step();
    ASSERT_LE(loop.probes()->size(), 40u);
    ASSERT_EQ(loop.probes()->front()->step, 0);
  }
  EXPECT_GE(loop.probes()->size(), 15u);
  for (std::size_t i = 1; i < loop.probes()->size(); ++i)
    ASSERT_LT((*loop.probes())[i - 1]->step, (*loop.probes())[i]->step);
}

TEST_F(RunLoopTest, WhatIsRecordedDoesNotChangeWhatIsLearned) {
  for (const bool fake : {true, false}) {
    const Engines engines = fake ? engines_ : explicit_engines();
    RunLoop bare(engines, resolved(engines, small_experiment_with("training.log_every", 1000000)),
                 {.probe_rows = 1, .probe_records = 3, .timeline_bytes = 0});
    RunLoop busy(engines, resolved(engines, small_experiment_with("training.log_every", 1)));
    run_to(bare, 1000);
    run_to(busy, 1000);
    EXPECT_EQ(bare.trainer().weights_sha256(), busy.trainer().weights_sha256());
    EXPECT_EQ(busy.metrics().size(), 1001u);
    EXPECT_EQ(bare.metrics().size(), 2u);
  }
}

TEST_F(RunLoopTest, DivergenceKeepsTheLastFiniteWeights) {
  controls_->diverge_at = 37;
  RunLoop loop(engines_, resolved(engines_, small_experiment()));
  while (!loop.is_over()) loop.step();
  EXPECT_TRUE(loop.has_diverged());
  EXPECT_EQ(loop.steps_done(), 36);
  EXPECT_THAT(loop.cause(), HasSubstr("step 37: the loss is inf"));
  EXPECT_EQ(loop.metrics().back().step, 36);
  EXPECT_TRUE(loop.trainer().parameters().allFinite());
  controls_->diverge_at = -1;
  loop.apply(resolved(engines_, small_experiment_with("optimizer.learning_rate", 0.01)));
  EXPECT_FALSE(loop.is_over());
  run_to(loop, 40);
  EXPECT_EQ(loop.steps_done(), 40);
}

TEST_F(RunLoopTest, RealDivergenceIsFoundByTheExplicitTrainer) {
  const Engines engines = explicit_engines();
  Json json = small_experiment_with("objective", "squared");
  json["dataset"] = {{"id", "linear_teacher"}};
  json["optimizer"] = {{"id", "sgd"}, {"learning_rate", 500}};
  json["architecture"] = "linear";
  RunLoop loop(engines, resolved(engines, json));
  while (!loop.is_over()) loop.step();
  EXPECT_TRUE(loop.has_diverged());
  EXPECT_LT(loop.steps_done(), 1000);
}

TEST_F(RunLoopTest, LiveChangesKeepParametersAndChangeWhatFollows) {
  for (const bool fake : {true, false}) {
    const Engines engines = fake ? engines_ : explicit_engines();
    RunLoop changed(engines, resolved(engines, small_experiment()));
    RunLoop plain(engines, resolved(engines, small_experiment()));
    run_to(changed, 300);
    run_to(plain, 300);
    const auto before = changed.trainer().weights_sha256();
    const std::vector<std::pair<const char*, Json>> changes = {
        {"optimizer.learning_rate", 0.01},  {"dataset.noise", 0.3},
        {"optimizer.id", "adam"},           {"dataset.n", 150},
        {"training.batch_size", 8},         {"optimizer.id", "sgd"},
        {"architecture.activation", "relu"}};
    Json json = small_experiment();
    for (const auto& [path, value] : changes) {
      set_by_path(json, path, value);
      changed.apply(resolved(engines, json, changed.resolved().get()));
      EXPECT_EQ(changed.trainer().weights_sha256(), before) << path;
      EXPECT_EQ(changed.steps_done(), 300);
      EXPECT_EQ(changed.trainer().steps_done(), 300) << path;
    }
    run_to(changed, 400);
    run_to(plain, 400);
    EXPECT_NE(changed.trainer().weights_sha256(), plain.trainer().weights_sha256());
  }
}

Json drawn_experiment(const Json& points) {
  Json json = small_experiment();
  json["dataset"] = {{"id", "drawn"}, {"points", points}};
  return json;
}

TEST_F(RunLoopTest, DrawnPointsComeAndGoWhileTheNetworkStays) {
  const Engines engines = explicit_engines();
  RunLoop loop(engines, resolved(engines, drawn_experiment(Json::array())));
  EXPECT_TRUE(loop.is_waiting());
  EXPECT_FALSE(loop.is_over());
  EXPECT_GT(loop.probe_inputs().rows(), 0) << "predictions are recorded although there are no data";
  const auto fresh = loop.trainer().weights_sha256();
  run_to(loop, 0);
  loop.step();
  EXPECT_EQ(loop.steps_done(), 0) << "no step without data";
  const auto take = [&](const Json& points) {
    loop.apply(resolved(engines, drawn_experiment(points), loop.resolved().get()));
  };
  take({-1, 0, 0, 1, 0, 1});
  EXPECT_FALSE(loop.is_waiting());
  EXPECT_EQ(loop.trainer().weights_sha256(), fresh);
  run_to(loop, 100);
  EXPECT_NE(loop.trainer().weights_sha256(), fresh);

  // The rule: as a trainer that had the new data from the start would go on from this state.
  const Json more = {-1, 0, 0, 1, 0, 1, 0, 2, 1, 0.5, -2, 0};
  const auto state = loop.trainer().state();
  const auto next = resolved(engines, drawn_experiment(more));
  const auto other = engines.trainer(next->spec, next->data, state.parameters);
  other->restore(state);
  take(more);
  for (int k = 0; k < 30; ++k) {
    loop.step();
    other->step();
  }
  EXPECT_EQ(loop.steps_done(), 130);
  EXPECT_EQ(loop.trainer().weights_sha256(), other->weights_sha256());

  const auto kept = loop.trainer().weights_sha256();
  take(Json::array());
  EXPECT_TRUE(loop.is_waiting());
  loop.step();
  EXPECT_EQ(loop.steps_done(), 130);
  EXPECT_EQ(loop.trainer().weights_sha256(), kept);
}

TEST_F(RunLoopTest, ChangesThatNeedANewRunAreRefused) {
  RunLoop loop(engines_, resolved(engines_, small_experiment()));
  const std::vector<std::pair<const char*, Json>> changes = {{"architecture.hidden", {8, 9}},
                                                             {"seed", 4},
                                                             {"dtype", "float64"},
                                                             {"training.engine", "explicit"},
                                                             {"dataset.dimension", 3}};
  for (const auto& [path, value] : changes) {
    const auto next = resolved(engines_, small_experiment_with(path, value));
    EXPECT_FALSE(can_apply_live(*loop.resolved(), *next)) << path;
    EXPECT_THROW(loop.apply(next), InvalidInput) << path;
  }
}

TEST_F(RunLoopTest, ARefusedChangeLeavesTheRunAsItWas) {
  RunLoop loop(engines_, resolved(engines_, small_experiment()));
  RunLoop plain(engines_, resolved(engines_, small_experiment()));
  run_to(loop, 100);
  controls_->apply_throws = true;
  EXPECT_THROW(loop.apply(resolved(engines_, small_experiment_with("dataset.noise", 0.5))),
               InvalidInput);
  controls_->apply_throws = false;
  run_to(loop, 500);
  run_to(plain, 500);
  EXPECT_EQ(loop.trainer().weights_sha256(), plain.trainer().weights_sha256());
  EXPECT_EQ(loop.resolved()->experiment, plain.resolved()->experiment);
}

TEST_F(RunLoopTest, FewerStepsEndTheRunAndMoreReviveIt) {
  RunLoop loop(engines_, resolved(engines_, small_experiment(200)));
  run_to(loop, 150);
  loop.apply(resolved(engines_, small_experiment(100)));
  EXPECT_TRUE(loop.is_over());
  loop.apply(resolved(engines_, small_experiment(300)));
  EXPECT_FALSE(loop.is_over());
  run_to(loop, 1000);
  EXPECT_EQ(loop.steps_done(), 300);
}

TEST_F(RunLoopTest, TheCommandLogReplaysToTheSameWeights) {
  for (const bool fake : {true, false}) {
    const Engines engines = fake ? engines_ : explicit_engines();
    const Json first = small_experiment();
    const Json second = small_experiment_with("optimizer.learning_rate", 0.2);
    const Json third = small_experiment_with("dataset.noise", 0.3);
    std::vector<CommandRecord> log = {{1, 0, SetExperiment{small_experiment_with("seed", 8)}},
                                      {1, 0, Play{}},
                                      {2, 0, SetExperiment{first}},
                                      {2, 120, SetExperiment{second}},
                                      {3, 0, Reset{}},
                                      {3, 50, SetExperiment{third}},
                                      {4, 0, SetExperiment{first}}};
    RunLoop run2(engines, resolved(engines, first));
    run_to(run2, 120);
    run2.apply(resolved(engines, second));
    run_to(run2, 200);
    RunLoop run3(engines, resolved(engines, second));
    run_to(run3, 50);
    run3.apply(resolved(engines, third));
    run_to(run3, 90);
    EXPECT_EQ(replay(engines, log, 2, 200).trainer().weights_sha256(),
              run2.trainer().weights_sha256());
    EXPECT_EQ(replay(engines, log, 3, 90).trainer().weights_sha256(),
              run3.trainer().weights_sha256());
    EXPECT_THROW(replay(engines, log, 5, 1), InvalidInput);
    EXPECT_THROW(replay(engines, log, 2, 100000), InvalidInput);
  }
}

TEST_F(RunLoopTest, ASessionGoesOnBitForBit) {
  for (const bool fake : {true, false}) {
    const Engines engines = fake ? engines_ : explicit_engines();
    RunLoop whole(engines, resolved(engines, small_experiment()));
    run_to(whole, 333);
    const SessionState session = whole.session_state(5, {{5, 0, Play{}}});
    EXPECT_EQ(session.run, 5u);
    RunLoop opened(engines, session);
    EXPECT_EQ(opened.steps_done(), 333);
    EXPECT_EQ(opened.trainer().weights_sha256(), whole.trainer().weights_sha256());
    EXPECT_EQ(opened.probe_inputs(), whole.probe_inputs());
    EXPECT_EQ(opened.metrics().size(), whole.metrics().size());
    run_to(whole, 1000);
    run_to(opened, 1000);
    EXPECT_EQ(opened.trainer().weights_sha256(), whole.trainer().weights_sha256());
    EXPECT_EQ(opened.metrics().back().loss, whole.metrics().back().loss);
  }
}

TEST_F(RunLoopTest, ASessionWithOtherWeightsThanItsHashIsRefused) {
  RunLoop loop(engines_, resolved(engines_, small_experiment()));
  SessionState session = loop.session_state(1, {});
  session.trainer.parameters[3] += 1;
  EXPECT_THAT(message_of([&] { RunLoop(engines_, session); }), HasSubstr("the folder was changed"));
  session.trainer.parameters.conservativeResize(5);
  EXPECT_THAT(message_of([&] { RunLoop(engines_, session); }), HasSubstr("session: 5 parameters"));
}

/// A run of 400 steps with three changes of settings, and its weights after every step.
struct Story {
  explicit Story(const Engines& engines, RunOptions options = {})
      : loop(engines, resolved(engines, small_experiment()), options) {
    Json json = small_experiment();
    hashes.push_back(loop.trainer().weights_sha256());
    const auto change = [&](const char* path, const Json& value) {
      set_by_path(json, path, value);
      loop.apply(resolved(engines, json, loop.resolved().get()));
    };
    while (loop.steps_done() < 400) {
      if (loop.steps_done() == 120) change("optimizer.learning_rate", 0.2);
      if (loop.steps_done() == 200) change("dataset.noise", 0.3);
      if (loop.steps_done() == 260) change("optimizer.id", "adam");
      loop.step();
      hashes.push_back(loop.trainer().weights_sha256());
    }
  }
  const std::string& hash(Index step) const { return hashes[static_cast<std::size_t>(step)]; }
  RunLoop loop;
  std::vector<std::string> hashes;
};

TEST_F(RunLoopTest, SeekGoesToAnyStepThatWasTakenBitForBit) {
  for (const bool fake : {true, false})
    // The small cap keeps two states only: nearly every step is replayed, changes included.
    for (const std::size_t cap : {std::size_t{512} << 20, std::size_t{1}}) {
      const Engines engines = fake ? engines_ : explicit_engines();
      Story story(engines, {.timeline_bytes = cap});
      RunLoop& loop = story.loop;
      const auto rows = loop.metrics().size();
      const auto records = loop.probes()->size();
      for (const Index step : {399, 0, 200, 201, 119, 120, 121, 260, 259, 333, 5, 400, 261, 262}) {
        ASSERT_TRUE(loop.seek(step));
        EXPECT_EQ(loop.steps_done(), step);
        EXPECT_EQ(loop.is_behind(), step < 400);
        EXPECT_EQ(loop.trainer().weights_sha256(), story.hash(step)) << step << " cap " << cap;
        const auto& now = loop.resolved()->experiment;
        EXPECT_EQ(now.optimizer.id, step < 260 ? "sgd" : "adam") << step;
        EXPECT_EQ(now.dataset.params.real("noise") == 0.3, step >= 200) << step;
      }
      EXPECT_EQ(loop.end_step(), 400);
      EXPECT_EQ(loop.metrics().size(), rows) << "looking back records nothing";
      EXPECT_EQ(loop.probes()->size(), records);
      loop.step();
      EXPECT_EQ(loop.trainer().weights_sha256(), story.hash(263)) << "steps are taken again";
      loop.seek(400);
      run_to(loop, 450);
      Story straight(engines);
      run_to(straight.loop, 450);
      EXPECT_EQ(loop.trainer().weights_sha256(), straight.loop.trainer().weights_sha256());
    }
}

TEST_F(RunLoopTest, SeekingCanBeCutShortAndSaysWhatItCannotReach) {
  Story story(engines_, {.timeline_bytes = 1});
  RunLoop& loop = story.loop;
  EXPECT_FALSE(loop.seek(300, [&] { return loop.steps_done() == 150; }));
  EXPECT_EQ(loop.steps_done(), 150);
  EXPECT_EQ(loop.trainer().weights_sha256(), story.hash(150));
  EXPECT_THAT(message_of([&] { loop.seek(401); }), HasSubstr("was not taken yet"));
  EXPECT_THAT(message_of([&] { loop.apply(loop.resolved()); }), HasSubstr("fork from step 150"));
  EXPECT_FALSE(loop.is_over());
  RunLoop bare(engines_, resolved(engines_, small_experiment()), {.timeline_bytes = 0});
  run_to(bare, 10);
  EXPECT_THAT(message_of([&] { bare.seek(5); }), HasSubstr("stores no states"));
}

TEST_F(RunLoopTest, ADivergedRunCanBeLookedAtAndIsStillDiverged) {
  controls_->diverge_at = 37;
  RunLoop loop(engines_, resolved(engines_, small_experiment()));
  while (!loop.is_over()) loop.step();
  ASSERT_TRUE(loop.seek(20));
  EXPECT_FALSE(loop.has_diverged());
  EXPECT_FALSE(loop.is_over());
  loop.seek(36);
  EXPECT_TRUE(loop.has_diverged());
  EXPECT_TRUE(loop.is_over());
}

TEST_F(RunLoopTest, AForkTakesTheParentsStepsUntilASettingDiffers) {
  for (const bool fake : {true, false}) {
    const Engines engines = fake ? engines_ : explicit_engines();
    Story story(engines);
    story.loop.seek(150);
    const SessionState branch = story.loop.fork_here(2, 1);
    EXPECT_EQ(branch.run, 2u);
    EXPECT_EQ(branch.parent, 1u);
    EXPECT_EQ(branch.fork_step, 150);
    EXPECT_EQ(branch.timeline.back()->step <= 150, true);
    RunLoop fork(engines, branch, {}, story.loop.resolved().get());
    EXPECT_EQ(fork.resolved()->data, story.loop.resolved()->data) << "the data are shared";
    run_to(fork, 200);
    EXPECT_EQ(fork.trainer().weights_sha256(), story.hash(200)) << "same batches, same settings";
    fork.apply(resolved(engines, small_experiment_with("optimizer.learning_rate", 0.7),
                        fork.resolved().get()));
    run_to(fork, 220);
    EXPECT_NE(fork.trainer().weights_sha256(), story.hash(220));
    fork.seek(80);
    EXPECT_EQ(fork.trainer().weights_sha256(), story.hash(80)) << "it shares the parent's past";
    story.loop.seek(400);
    EXPECT_EQ(story.loop.trainer().weights_sha256(), story.hash(400));
  }
}

TEST_F(RunLoopTest, ASessionSavedWhileLookingBackHoldsTheNewestStep) {
  Story story(engines_);
  story.loop.seek(77);
  const SessionState session = story.loop.session_state(1, {});
  EXPECT_EQ(session.trainer.step, 400);
  EXPECT_EQ(session.shown_step, 77);
  RunLoop opened(engines_, session);
  EXPECT_EQ(opened.trainer().weights_sha256(), story.hash(400));
  for (const Index step : {77, 130, 210, 300}) {
    opened.seek(step);
    EXPECT_EQ(opened.trainer().weights_sha256(), story.hash(step)) << step;
  }
}

}  // namespace
}  // namespace aniso::session
