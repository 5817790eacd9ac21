#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "core/session/run_loop.h"
#include "core/session/session_file.h"
#include "core/session/training_worker.h"
#include "tests/support/fake_trainer.h"
#include "tests/support/session_helpers.h"

namespace aniso::test {

using session::Engines;
using session::Play;
using session::RunState;
using session::SessionState;
using session::SetExperiment;
using session::TrainingWorker;

inline constexpr Index kEndless = 1'000'000'000;

/// A training worker on the fake trainer, unless a test sets other engines before `start`.
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
  Engines engines_ = fake_engines(controls_);
  std::unique_ptr<TrainingWorker> worker_;
};

/// Weights after so many steps of a run without a worker.
inline std::string headless_hash(const Engines& engines, const Json& experiment, Index steps) {
  session::RunLoop loop(engines,
                        session::resolve(session::experiment_from_json(experiment), engines));
  while (loop.steps_done() < steps && !loop.is_over()) loop.step();
  return loop.trainer().weights_sha256();
}

}  // namespace aniso::test
