#include "app/quiet_meter.h"

namespace aniso::app {
namespace {

constexpr double kWarmUp = 0.5;   // s of running before the quiet stretch
constexpr double kSettle = 0.05;  // s until a frame under way has ended
constexpr double kQuiet = 0.35;   // s
constexpr double kNoInput = 0.7;  // s without an event, so that nobody waits for a picture
constexpr double kWindow = 1.0;   // s over which the rate with pictures is taken

}  // namespace

void QuietMeter::forget(std::uint64_t run) {
  run_ = run;
  quiet_ = false;
  running_since_s_ = -1;
  quiet_rate_ = 0;
  recent_.clear();
}

void QuietMeter::observe(const session::Snapshot& now, double now_s, double last_input_s) {
  if (now.run != run_) forget(now.run);
  const bool waits = now.resolved && now.resolved->data && now.resolved->data->train.empty();
  if (now.state != session::RunState::running || now.speed_limit > 0 || waits) {
    quiet_ = false;
    running_since_s_ = -1;
    recent_.clear();
    return;
  }
  if (running_since_s_ < 0) running_since_s_ = now_s;
  if (quiet_) {
    if (now_s - last_input_s < kNoInput) {  // somebody wants to see something: try again later
      quiet_ = false;
      running_since_s_ = now_s;
      return;
    }
    if (now_s - quiet_since_s_ < kSettle) quiet_start_ = {now.training_s, now.step};
    if (now_s - quiet_since_s_ >= kSettle + kQuiet) {
      const double elapsed = now.training_s - quiet_start_.training_s;
      if (elapsed > kQuiet / 2)
        quiet_rate_ = static_cast<double>(now.step - quiet_start_.step) / elapsed;
      quiet_ = false;
      recent_.clear();
    }
    return;
  }
  if (quiet_rate_ == 0 && now_s - running_since_s_ > kWarmUp && now_s - last_input_s > kNoInput) {
    quiet_ = true;
    quiet_since_s_ = now_s;
    quiet_start_ = {now.training_s, now.step};
    return;
  }
  if (recent_.empty() || now.step != recent_.back().step)
    recent_.push_back({now.training_s, now.step});
  while (recent_.size() > 2 && recent_.back().training_s - recent_[1].training_s > kWindow)
    recent_.pop_front();
}

double QuietMeter::ratio() const {
  if (quiet_rate_ <= 0 || recent_.size() < 2) return 0;
  const double elapsed = recent_.back().training_s - recent_.front().training_s;
  if (elapsed < kWindow / 2) return 0;
  return static_cast<double>(recent_.back().step - recent_.front().step) / elapsed / quiet_rate_;
}

}  // namespace aniso::app
