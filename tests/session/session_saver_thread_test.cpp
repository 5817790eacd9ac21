#include "core/session/session_saver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/session/training_worker.h"
#include "tests/support/fake_trainer.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/session_helpers.h"

namespace aniso::session {
namespace {

using test::wait_for;

TEST(SessionSaver, SavesARunningSessionAgainAndAgain) {
  const testing_support::ScratchFolder scratch;
  const auto folder = scratch.path() / "autosave";
  const Engines engines = test::fake_engines(std::make_shared<test::FakeControls>());
  TrainingWorker worker(engines);
  worker.send(SetExperiment{test::small_experiment(1'000'000'000)});
  worker.send(Play{});
  Index saved = -1;
  {
    SessionSaver saver;
    for (int i = 0; i < 10; ++i) {
      const auto before = worker.session_version();
      worker.request_session();
      ASSERT_TRUE(wait_for([&] { return worker.session_version() > before; }));
      const auto session = worker.session();
      saver.save(session, folder, {{"theme", "dark"}});
      if (i == 5) worker.send(Scrub{saved / 2});
      if (i == 7) worker.send(Play{});
      saved = session->trainer.step;
    }
    EXPECT_TRUE(wait_for([&] { return !saver.is_busy(); }));
    EXPECT_EQ(saver.latest()->error, "");
    saver.save(worker.session(), scratch.path(), {});  // holds something else
    ASSERT_TRUE(wait_for([&] { return !saver.latest()->error.empty(); }));
    EXPECT_THAT(saver.latest()->error, testing::HasSubstr("is not a session"));
    saver.save(worker.session(), scratch.path() / "last", {});
  }  // writes what was asked for
  const SessionState session = load_session(folder);
  EXPECT_EQ(session.trainer.step, saved);
  EXPECT_EQ(RunLoop(engines, session).steps_done(), saved);
  EXPECT_TRUE(is_session_folder(scratch.path() / "last"));
}

}  // namespace
}  // namespace aniso::session
