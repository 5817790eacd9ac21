#include "app/quiet_meter.h"

#include <gtest/gtest.h>

namespace aniso::app {
namespace {

using session::RunState;
using session::Snapshot;

// A run that makes `quiet_rate` steps/s while nothing is drawn and `drawn_rate` otherwise.
class SimulatedRun {
 public:
  SimulatedRun(double quiet_rate, double drawn_rate)
      : quiet_rate_(quiet_rate), drawn_rate_(drawn_rate) {
    now_.run = 1;
    now_.state = RunState::running;
  }
  void run_for(QuietMeter& meter, double seconds, double last_input_s = -10) {
    constexpr double kTick = 0.016;
    for (double t = 0; t < seconds; t += kTick, time_ += kTick) {
      steps_ += kTick * (meter.is_quiet() ? quiet_rate_ : drawn_rate_);
      now_.step = static_cast<Index>(steps_);
      now_.training_s += kTick;
      meter.observe(now_, time_, last_input_s < 0 ? last_input_s : time_);
      quiet_ticks_ += meter.is_quiet() ? 1 : 0;
    }
  }
  Snapshot now_;
  int quiet_ticks_ = 0;
  double time_ = 0;

 private:
  double quiet_rate_, drawn_rate_, steps_ = 0;
};

TEST(QuietMeter, FindsTheShareThatTheWindowLeaves) {
  QuietMeter meter;
  SimulatedRun run(4000, 3600);
  EXPECT_EQ(meter.ratio(), 0);
  run.run_for(meter, 4);
  EXPECT_NEAR(meter.ratio(), 0.9, 0.01);
  EXPECT_GT(run.quiet_ticks_, 20);
  EXPECT_LT(run.quiet_ticks_, 35) << "one short stretch, once";
}

TEST(QuietMeter, WaitsWhileSomebodyUsesTheWindow) {
  QuietMeter meter;
  SimulatedRun run(4000, 3600);
  run.run_for(meter, 4, 0);
  EXPECT_EQ(run.quiet_ticks_, 0);
  EXPECT_EQ(meter.ratio(), 0);
  run.run_for(meter, 4);
  EXPECT_GT(run.quiet_ticks_, 0);
  EXPECT_NEAR(meter.ratio(), 0.9, 0.01);
}

TEST(QuietMeter, KnowsNothingAboutPausedLimitedAndNewRuns) {
  QuietMeter meter;
  SimulatedRun run(4000, 3600);
  run.run_for(meter, 4);
  run.now_.state = RunState::paused;
  run.run_for(meter, 0.1);
  EXPECT_EQ(meter.ratio(), 0);
  run.now_.state = RunState::running;
  run.now_.speed_limit = 100;
  run.run_for(meter, 4);
  EXPECT_EQ(meter.ratio(), 0);
  run.now_.speed_limit = 0;
  run.now_.run = 2;
  run.run_for(meter, 0.3);
  EXPECT_EQ(meter.ratio(), 0);
}

}  // namespace
}  // namespace aniso::app
