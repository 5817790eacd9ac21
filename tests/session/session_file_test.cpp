#include "core/session/session_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "core/base/errors.h"
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

}  // namespace
}  // namespace aniso::session
