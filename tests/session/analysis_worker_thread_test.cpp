#include "core/session/analysis_worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_trainer.h"
#include "tests/support/session_helpers.h"

namespace aniso::session {
namespace {

using test::small_experiment;
using test::wait_for;
using ::testing::HasSubstr;

/// A network whose evaluation takes its time, so that a test can catch it at work.
class SlowFunction : public nn::LayeredFunction {
 public:
  SlowFunction(std::unique_ptr<nn::LayeredFunction> inner, std::shared_ptr<std::atomic<Index>> ms)
      : inner_(std::move(inner)), ms_(std::move(ms)) {}

  Index inputs() const override { return inner_->inputs(); }
  Index outputs() const override { return inner_->outputs(); }
  nn::SecondOrder second_order() const override { return inner_->second_order(); }
  Matrix values(MatrixRef x) const override {
    std::this_thread::sleep_for(std::chrono::milliseconds(ms_->load()));
    return inner_->values(x);
  }
  Matrix vector_jacobian(MatrixRef x, MatrixRef v) const override {
    return inner_->vector_jacobian(x, v);
  }
  nn::Jets jets(MatrixRef x, MatrixRef directions) const override {
    return inner_->jets(x, directions);
  }
  std::unique_ptr<nn::Function> clone() const override {
    auto copy = inner_->clone();
    return std::make_unique<SlowFunction>(
        std::unique_ptr<nn::LayeredFunction>(dynamic_cast<nn::LayeredFunction*>(copy.release())),
        ms_);
  }
  std::size_t layer_count() const override { return inner_->layer_count(); }
  std::string layer_name(std::size_t layer) const override { return inner_->layer_name(layer); }
  Matrix weight(std::size_t layer) const override { return inner_->weight(layer); }
  Matrix layer_inputs(std::size_t layer, MatrixRef x) const override {
    return inner_->layer_inputs(layer, x);
  }
  Matrix layer_vector_jacobian(std::size_t layer, MatrixRef x, MatrixRef v) const override {
    return inner_->layer_vector_jacobian(layer, x, v);
  }
  Matrix weight_gradient(std::size_t layer, MatrixRef x, MatrixRef g) const override {
    return inner_->weight_gradient(layer, x, g);
  }

 private:
  std::unique_ptr<nn::LayeredFunction> inner_;
  std::shared_ptr<std::atomic<Index>> ms_;
};

class AnalysisWorkerTest : public ::testing::Test {
 protected:
  AnalysisWorkerTest() {
    const auto fast = engines_.function;
    engines_.function = [fast, ms = ms_](const nn::NetworkPlan& plan, const Vector& parameters,
                                         const FunctionOptions& options) {
      return std::make_unique<SlowFunction>(fast(plan, parameters, options), ms);
    };
    resolved_ = resolve(experiment_from_json(small_experiment()), engines_);
  }

  SnapshotPtr snapshot(Index step, std::uint64_t run = 1) const {
    auto s = std::make_shared<Snapshot>();
    s->run = run;
    s->step = step;
    s->resolved = resolved_;
    s->parameters = std::make_shared<const ParameterCopy>(
        ParameterCopy{run, step, resolved_, resolved_->initial});
    s->probes = std::make_shared<const ProbeRecords>();
    return s;
  }
  AnalysisRequest field(Index step, Index resolution = 16, std::uint64_t run = 1,
                        const char* tag = "left") const {
    return {tag, "field", {{"resolution", resolution}}, snapshot(step, run)};
  }
  static bool answers(AnalysisWorker& worker, const char* tag, Index step) {
    return wait_for([&] {
      const auto outcome = worker.latest(tag);
      return outcome && outcome->step == step;
    });
  }

  std::shared_ptr<std::atomic<Index>> ms_ = std::make_shared<std::atomic<Index>>(0);
  Engines engines_ = test::fake_engines(std::make_shared<test::FakeControls>());
  ResolvedPtr resolved_;
  AnalysisOptions eager_{.function = {}, .budget = 1, .threads = 1};
};

TEST_F(AnalysisWorkerTest, AnswersWithResultsTaggedByRunAndStep) {
  AnalysisWorker worker(engines_, eager_);
  EXPECT_EQ(worker.latest("left"), nullptr);
  worker.request(field(42, 16, 7));
  ASSERT_TRUE(answers(worker, "left", 42));
  const auto outcome = worker.latest("left");
  EXPECT_EQ(outcome->error, "");
  EXPECT_EQ(outcome->run, 7u);
  ASSERT_NE(outcome->results, nullptr);
  EXPECT_EQ(outcome->results->step, 42);
  const auto& result = std::get<analysis::Field2D>(outcome->results->results.at(0));
  EXPECT_EQ(result.values.rows(), 16);
  // The same numbers as looking without a worker.
  const auto direct =
      look(engines_, chosen_analysis("field", {{"resolution", 16}}),
           {resolved_, &resolved_->initial, nullptr, 7, 42, nullptr}, eager_.function);
  EXPECT_EQ(std::get<analysis::Field2D>(direct->results.at(0)).values, result.values);
}

TEST_F(AnalysisWorkerTest, ErrorsAreAnswers) {
  AnalysisWorker worker(engines_, eager_);
  AnalysisRequest request = field(1);
  request.analysis = "feild";
  worker.request(request);
  ASSERT_TRUE(wait_for([&] { return worker.latest("left") != nullptr; }));
  EXPECT_THAT(worker.latest("left")->error, HasSubstr("Did you mean 'field'?"));
  EXPECT_EQ(worker.latest("left")->results, nullptr);
  worker.request({"right", "field", {{"resolution", "big"}}, snapshot(1)});
  ASSERT_TRUE(wait_for([&] { return worker.latest("right") != nullptr; }));
  EXPECT_THAT(worker.latest("right")->error, HasSubstr("field.resolution: expected an integer"));
  worker.request({"none", "field", Json::object(), std::make_shared<Snapshot>()});
  ASSERT_TRUE(wait_for([&] { return worker.latest("none") != nullptr; }));
  EXPECT_THAT(worker.latest("none")->error, HasSubstr("no network to look at"));
}

TEST_F(AnalysisWorkerTest, TheNewestQueuedRequestOfATagWins) {
  AnalysisWorker worker(engines_, eager_);
  *ms_ = 5;
  worker.request(field(0, 64, 1, "busy"));
  ASSERT_TRUE(wait_for([&] { return worker.is_busy("busy"); }));
  const auto version = worker.version();
  for (Index step = 1; step <= 20; ++step) worker.request(field(step));
  ASSERT_TRUE(answers(worker, "left", 20));
  EXPECT_LE(worker.version() - version, 3u) << "at most: busy, one that slipped in, the newest";
}

TEST_F(AnalysisWorkerTest, AChangedQuestionCancelsTheRunningOne) {
  AnalysisWorker worker(engines_, eager_);
  *ms_ = 20;
  worker.request(field(1, 1024));  // 2,048 tiles of 20 ms: far longer than this test waits
  ASSERT_TRUE(wait_for([&] { return worker.is_busy("left"); }));
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  worker.request(field(2, 16));
  ASSERT_TRUE(answers(worker, "left", 2));
  worker.request(field(3, 1024));
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  worker.cancel("left");
  EXPECT_TRUE(wait_for([&] { return !worker.is_busy("left"); }));
  EXPECT_EQ(worker.latest("left"), nullptr);
}

TEST_F(AnalysisWorkerTest, ARefreshDoesNotStarveTheAnswer) {
  AnalysisWorker worker(engines_, eager_);
  *ms_ = 5;
  worker.request(field(0, 64));  // 8 tiles, about 40 ms
  for (Index step = 1; step <= 60; ++step) {
    worker.request(field(step, 64));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_GE(worker.version(), 2u) << "answers came while refreshes kept arriving";
}

TEST_F(AnalysisWorkerTest, RestsAccordingToItsBudget) {
  AnalysisWorker worker(engines_, {.function = {}, .budget = 0.2, .threads = 1});
  *ms_ = 10;
  const auto began = std::chrono::steady_clock::now();
  for (Index i = 0; i < 4; ++i) {
    worker.request(field(i, 64));  // 8 tiles: at least 80 ms of looking each
    ASSERT_TRUE(answers(worker, "left", i));
  }
  const double elapsed =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  EXPECT_GE(elapsed, 4 * 0.08 + 3 * 0.32) << "three rests of four times the work lie in between";
  EXPECT_THROW(worker.set_budget(0), InvalidInput);
  EXPECT_THROW(worker.set_budget(1.5), InvalidInput);
  worker.request(field(10));
  worker.set_budget(1);  // takes effect in the middle of a rest
  EXPECT_TRUE(answers(worker, "left", 10));
  EXPECT_THROW(AnalysisWorker(engines_, {.function = {}, .budget = -1, .threads = 1}),
               InvalidInput);
}

TEST_F(AnalysisWorkerTest, EndsWhileAtWorkWaitingOrResting) {
  for (int i = 0; i < 6; ++i) {
    *ms_ = 10;
    AnalysisWorker worker(engines_, {.function = {}, .budget = 0.001, .threads = 1});
    if (i % 3 != 0) worker.request(field(1, i % 3 == 1 ? 1024 : 2));
    std::this_thread::sleep_for(std::chrono::milliseconds(15));
  }
}

TEST_F(AnalysisWorkerTest, LivePicturesDoNotWaitForWhatTakesSeconds) {
  AnalysisWorker worker(engines_, eager_);
  const Json endless = {{"networks", 100000}, {"probes", 64}, {"null_repeats", 0}};
  worker.request({"slow", "average_geometry", endless, snapshot(1)});
  ASSERT_TRUE(wait_for([&] { return worker.is_busy("slow"); }));
  worker.request(field(2));
  ASSERT_TRUE(answers(worker, "left", 2));
  EXPECT_TRUE(worker.is_busy("slow"));
  // What it knows so far is shown, and sharpens.
  ASSERT_TRUE(wait_for([&] { return worker.latest("slow") != nullptr; }));
  const auto first = worker.latest("slow");
  ASSERT_NE(first->results, nullptr);
  EXPECT_LT(first->results->share, 1);
  ASSERT_TRUE(wait_for([&] { return worker.latest("slow") != first; }));
  EXPECT_GT(worker.latest("slow")->results->share, first->results->share);
  // Another question of the same tag that is quick: the long one ends.
  worker.request(field(3, 16, 1, "slow"));
  ASSERT_TRUE(answers(worker, "slow", 3));
  EXPECT_TRUE(wait_for([&] { return !worker.is_busy("slow"); }));
  EXPECT_EQ(worker.latest("slow")->analysis, "field");
}

TEST_F(AnalysisWorkerTest, WhetherItTakesSecondsMayDependOnTheParameters) {
  AnalysisWorker worker(engines_, eager_);
  const Json small = {{"resolution", 4}};
  Json endless = {{"resolution", 64}, {"of", "fresh"}, {"networks", 10000}};
  worker.request({"left", "curvature", endless, snapshot(1)});
  worker.request({"right", "curvature", small, snapshot(2)});
  ASSERT_TRUE(answers(worker, "right", 2)) << "one network is live";
  EXPECT_TRUE(worker.is_busy("left")) << "many have a thread of their own";
  worker.request({"left", "curvature", small, snapshot(3)});
  ASSERT_TRUE(answers(worker, "left", 3));
  EXPECT_TRUE(wait_for([&] { return !worker.is_busy("left"); })) << "the old question ends";
  worker.request({"left", "curvature", {{"of", "nobody"}}, snapshot(4)});
  ASSERT_TRUE(answers(worker, "left", 4));
  EXPECT_THAT(worker.latest("left")->error, HasSubstr("nobody"));
}

TEST_F(AnalysisWorkerTest, TheSameQuestionIsAnsweredOnceForAllWhoAsk) {
  AnalysisWorker worker(engines_, eager_);
  const Json endless = {{"networks", 100000}, {"probes", 64}, {"null_repeats", 0}};
  const Json other = {{"networks", 100000}, {"probes", 65}, {"null_repeats", 0}};
  worker.request({"first", "average_geometry", endless, snapshot(1)});
  ASSERT_TRUE(wait_for([&] { return worker.latest("first") != nullptr; }));
  worker.request({"second", "average_geometry", endless, snapshot(5)});
  worker.request({"third", "average_geometry", other, snapshot(1)});
  ASSERT_TRUE(wait_for([&] { return worker.latest("second") != nullptr; }));
  EXPECT_EQ(worker.latest("second")->tag, "second");
  EXPECT_EQ(worker.latest("third"), nullptr);
  // An end of the first sets the second to work itself.
  worker.cancel("first");
  const auto shared = worker.latest("second");
  EXPECT_TRUE(wait_for([&] { return worker.latest("second") != shared; }));
  // A finished answer leaves nobody waiting for it.
  *ms_ = 20;
  worker.request(field(1, 64, 1, "a"));
  worker.request(field(1, 64, 1, "b"));
  const auto version = worker.version();
  ASSERT_TRUE(answers(worker, "a", 1));
  ASSERT_TRUE(answers(worker, "b", 1));
  EXPECT_FALSE(worker.is_busy("b"));
  EXPECT_GT(worker.version(), version);
}

TEST_F(AnalysisWorkerTest, RequestStormsFromSeveralThreads) {
  AnalysisWorker worker(engines_, eager_);
  std::vector<std::jthread> senders;
  for (int s = 0; s < 3; ++s)
    senders.emplace_back([&, s] {
      const char* tag = s == 0 ? "a" : "b";
      for (Index i = 1; i <= 100; ++i) {
        worker.request(field(i, 8 + i % 3, 1, tag));
        if (i % 10 == 0) worker.cancel(tag);
        (void)worker.latest(tag);
      }
    });
  senders.clear();
  worker.request(field(1000, 8, 1, "a"));
  worker.request(field(1000, 8, 1, "b"));
  EXPECT_TRUE(answers(worker, "a", 1000));
  EXPECT_TRUE(answers(worker, "b", 1000));
}

}  // namespace
}  // namespace aniso::session
