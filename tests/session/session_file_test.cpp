#include "core/session/session_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <map>
#include <set>
#include <thread>

#include "core/base/errors.h"
#include "core/base/random.h"
#include "core/io/files.h"
#include "tests/support/explicit_engines.h"
#include "tests/support/session_helpers.h"

namespace aniso::session {
namespace {

namespace fs = std::filesystem;
using test::message_of;
using test::small_experiment;
using ::testing::HasSubstr;

class SessionFileTest : public ::testing::Test {
 protected:
  SessionFileTest() {
    root_ = fs::temp_directory_path() / ("aniso_session_file_" + std::to_string(::getpid()));
    fs::remove_all(root_);
    fs::create_directories(root_);
  }
  ~SessionFileTest() override { fs::remove_all(root_); }

  RunLoop at_step(Index step, const Json& json = small_experiment()) {
    RunLoop loop(engines_, resolve(experiment_from_json(json), engines_));
    while (loop.steps_done() < step) loop.step();
    return loop;
  }
  void overwrite(const char* name, const std::string& content) {
    std::ofstream(root_ / "s" / name, std::ios::binary) << content;
  }

  fs::path root_;
  Engines engines_ = test::explicit_engines();
};

TEST_F(SessionFileTest, ReopensAtTheSameStepWithTheSameWeightsAndGoesOnBitForBit) {
  for (const char* dtype : {"float32", "float64"})
    for (const char* optimizer : {"sgd", "adam"}) {
      Json json = small_experiment();
      set_by_path(json, "dtype", Json(dtype));
      set_by_path(json, "optimizer.id", Json(optimizer));
      RunLoop whole = at_step(321, json);
      save_session(root_ / "s", whole.session_state(2, {{2, 0, SetExperiment{json}}}));
      const SessionState read = load_session(root_ / "s");
      EXPECT_EQ(read.run, 2u);
      EXPECT_EQ(read.experiment, whole.resolved()->experiment);
      EXPECT_EQ(read.commands.size(), 1u);
      EXPECT_EQ(read.metrics.size(), whole.metrics().size());
      EXPECT_EQ(read.probes.size(), whole.probes()->size());
      EXPECT_EQ(read.probes.back()->outputs, whole.probes()->back()->outputs);
      RunLoop opened(engines_, read);
      EXPECT_EQ(opened.steps_done(), 321);
      EXPECT_EQ(opened.trainer().weights_sha256(), whole.trainer().weights_sha256());
      while (!whole.is_over()) whole.step();
      while (!opened.is_over()) opened.step();
      EXPECT_EQ(opened.trainer().weights_sha256(), whole.trainer().weights_sha256())
          << dtype << " " << optimizer;
    }
}

TEST_F(SessionFileTest, ASessionAtStepZeroHasNoOptimizerStateAndStillOpens) {
  RunLoop loop = at_step(0);
  save_session(root_ / "s", loop.session_state(1, {}));
  RunLoop opened(engines_, load_session(root_ / "s"));
  EXPECT_EQ(opened.steps_done(), 0);
  EXPECT_EQ(opened.metrics().size(), 1u);
}

TEST_F(SessionFileTest, SavingAgainReplacesTheFolderWhole) {
  RunLoop loop = at_step(10);
  save_session(root_ / "s", loop.session_state(1, {}));
  overwrite("stray.txt", "left over");
  loop.step();
  save_session(root_ / "s", loop.session_state(1, {}));
  EXPECT_EQ(load_session(root_ / "s").trainer.step, 11);
  EXPECT_FALSE(fs::exists(root_ / "s" / "stray.txt"));
  int entries = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(root_)) ++entries;
  EXPECT_EQ(entries, 1) << "nothing half-written is left beside it";
}

TEST_F(SessionFileTest, NeverReplacesSomethingElse) {
  RunLoop loop = at_step(0);
  fs::create_directories(root_ / "s");
  overwrite("thesis.tex", "precious");
  EXPECT_THAT(message_of([&] { save_session(root_ / "s", loop.session_state(1, {})); }),
              HasSubstr("exists and is not a session"));
  EXPECT_TRUE(fs::exists(root_ / "s" / "thesis.tex"));
  std::ofstream(root_ / "file") << "x";
  EXPECT_THROW(save_session(root_ / "file" / "s", loop.session_state(1, {})), IoError);
  EXPECT_THROW(save_session(root_ / "file", loop.session_state(1, {})), InvalidInput);
}

TEST_F(SessionFileTest, DamagedFoldersAreRefusedWithTheirPath) {
  RunLoop loop = at_step(5);
  const auto broken = [&](const char* name, const std::string& content) -> std::string {
    save_session(root_ / "s", loop.session_state(1, {}));
    overwrite(name, content);
    try {
      load_session(root_ / "s");
    } catch (const Error& error) {
      return error.what();
    }
    return "nothing was thrown";
  };
  EXPECT_THAT(broken("session.json", "{"), HasSubstr("session.json, line 1"));
  EXPECT_THAT(broken("session.json", "{}"), HasSubstr("needs the key 'schema'"));
  EXPECT_THAT(broken("session.json", R"({"schema": 9, "later": 1})"), HasSubstr("newer version"));
  EXPECT_THAT(broken("experiment.json", "[]"), HasSubstr("expected a JSON object"));
  EXPECT_THAT(broken("commands.json", "{}"), HasSubstr("commands: expected a list"));
  EXPECT_THAT(broken("state.npz", "not a zip"), HasSubstr("state.npz"));
  const std::string header = io::read_text(root_ / "s" / "session.json");
  const auto step = header.find("\"step\": 5");
  ASSERT_NE(step, std::string::npos);
  EXPECT_THAT(broken("session.json", std::string(header).replace(step, 9, "\"step\": 2")),
              HasSubstr("stay within the run"));
  EXPECT_THROW(load_session(root_ / "missing"), IoError);
  EXPECT_FALSE(is_session_folder(root_ / "missing"));
  EXPECT_TRUE(is_session_folder(root_ / "s"));
}

TEST_F(SessionFileTest, StoredStatesReopenAndEveryStepCanBeLookedAt) {
  RunLoop loop = at_step(200);
  Json json = small_experiment();
  set_by_path(json, "optimizer.id", Json("adam"));
  loop.apply(resolve(experiment_from_json(json), engines_, loop.resolved().get()));
  while (loop.steps_done() < 300) loop.step();
  std::map<Index, std::string> hashes;
  for (const Index step : {0, 7, 133, 200, 222, 300}) {
    loop.seek(step);
    hashes[step] = loop.trainer().weights_sha256();
  }
  loop.seek(133);
  save_session(root_ / "s", loop.session_state(1, {}));
  const SessionState read = load_session(root_ / "s");
  EXPECT_EQ(read.shown_step, 133);
  EXPECT_EQ(read.timeline.size(), loop.timeline().states().size());
  RunLoop opened(engines_, read);
  EXPECT_EQ(opened.steps_done(), 300);
  for (const auto& [step, hash] : hashes) {
    opened.seek(step);
    EXPECT_EQ(opened.trainer().weights_sha256(), hash) << step;
  }
}

TEST_F(SessionFileTest, SavingOnWritesOnlyWhatIsNewAndForgetsWhatWasThinned) {
  const auto files = [&] {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(root_ / "s" / "timeline"))
      names.insert(entry.path().filename());
    return names;
  };
  RunLoop loop = at_step(100);
  SessionWriter writer(root_ / "s");
  writer.save(loop.session_state(1, {}));
  const auto first = files();
  ASSERT_EQ(first.size(), 1u);
  const auto inode = fs::hard_link_count(root_ / "s" / "timeline" / *first.begin());
  EXPECT_EQ(inode, 1u) << "the old folder is gone";
  while (loop.steps_done() < 140) loop.step();
  writer.save(loop.session_state(1, {}), {{"theme", "light"}});
  EXPECT_EQ(files().size(), 2u);
  EXPECT_TRUE(files().contains(*first.begin())) << "linked, not written again";
  EXPECT_EQ(load_session_window(root_ / "s")["theme"], "light");
  EXPECT_EQ(load_session(root_ / "s").timeline.size(), loop.timeline().states().size());
  loop.set_timeline_bytes(1);  // two states are left of more than a hundred
  writer.save(loop.session_state(1, {}));
  EXPECT_EQ(files().size(), 1u);
  EXPECT_FALSE(files().contains(*first.begin()));
  EXPECT_EQ(load_session(root_ / "s").timeline.size(), 2u);
}

TEST_F(SessionFileTest, BothRunsOfAComparisonAreSavedAndShareTheirPast) {
  RunLoop parent = at_step(120);
  parent.seek(80);
  RunLoop fork(engines_, parent.fork_here(2, 1), {}, parent.resolved().get());
  while (fork.steps_done() < 90) fork.step();
  SessionState session = fork.session_state(2, {});
  session.parent = 1;
  session.fork_step = 80;
  session.other = std::make_shared<const SessionState>(parent.session_state(1, {}));
  save_session(root_ / "s", session);
  const SessionState read = load_session(root_ / "s");
  EXPECT_EQ(read.parent, 1u);
  EXPECT_EQ(read.fork_step, 80);
  ASSERT_NE(read.other, nullptr);
  EXPECT_EQ(read.other->run, 1u);
  EXPECT_EQ(read.other->trainer.step, 120);
  EXPECT_EQ(read.other->shown_step, 80);
  EXPECT_EQ(read.timeline.front(), read.other->timeline.front()) << "one copy in memory";
}

// A child saves without a pause and is killed at a random moment; whatever it was doing, the folder
// opens, and no earlier than it was before.
TEST_F(SessionFileTest, AKillAtAnyOf50RandomMomentsLeavesASessionThatOpens) {
  const fs::path folder = root_ / "s";
  RunLoop start = at_step(60, small_experiment(100000));
  save_session(folder, start.session_state(1, {}));
  const auto began = std::chrono::steady_clock::now();
  SessionWriter(folder).save(RunLoop(engines_, load_session(folder)).session_state(1, {}));
  const double unit_us =  // to open and to save once, on this machine and now
      std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - began).count();
  const RandomStream draws(20, "kills");
  Index newest = 60, advanced = 0;
  std::set<std::string> interrupted;  // what the kills left beside the folder
  for (std::uint64_t k = 0; k < 50; ++k) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      RunLoop loop(engines_, load_session(folder));
      SessionWriter writer(folder);
      for (;;) {
        for (int i = 0; i < 3; ++i) loop.step();
        if (loop.is_over()) ::_exit(0);
        writer.save(loop.session_state(1, {}));
      }
    }
    std::this_thread::sleep_for(
        std::chrono::duration<double, std::micro>((0.5 + 4 * draws.uniform(k)) * unit_us));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    for (const auto& entry : fs::directory_iterator(root_))
      if (entry.path().filename() != "s") interrupted.insert(entry.path().filename());
    const SessionState session = load_session(folder);
    RunLoop opened(engines_, session);
    EXPECT_GE(opened.steps_done(), newest) << "kill " << k;
    advanced += opened.steps_done() > newest ? 1 : 0;
    newest = opened.steps_done();
    opened.seek(newest / 2);
  }
  EXPECT_GT(advanced, 10) << "children hardly ever got to save";
  EXPECT_GT(interrupted.size(), 10u) << "kills hardly ever hit a save";
  RunLoop whole = at_step(newest, small_experiment(100000));
  RunLoop opened(engines_, load_session(folder));
  EXPECT_EQ(opened.trainer().weights_sha256(), whole.trainer().weights_sha256());
  save_session(folder, opened.session_state(1, {}));
  EXPECT_EQ(std::distance(fs::directory_iterator(root_), {}), 1) << "leftovers are cleared away";
}

}  // namespace
}  // namespace aniso::session
