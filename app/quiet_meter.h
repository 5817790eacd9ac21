#pragma once

#include <cstdint>
#include <deque>

#include "core/session/snapshot.h"

namespace aniso::app {

/// Measures what the window costs the training: the step rate while pictures are drawn over the
/// rate while nothing is. Once per run, a moment after its start and when no input came lately, it
/// asks for a third of a second without drawing or analyses.
class QuietMeter {
 public:
  /// Call on each pass of the main loop. @param last_input_s  time of the last input event.
  void observe(const session::Snapshot& now, double now_s, double last_input_s);
  /// Nothing is to be drawn or analysed at the moment.
  bool is_quiet() const { return quiet_; }
  /// Steps/s with the window over steps/s without; 0 while unknown (not running at full speed).
  double ratio() const;

 private:
  struct Sample {
    double training_s = 0;
    Index step = 0;
  };
  void forget(std::uint64_t run);

  std::uint64_t run_ = 0;
  bool quiet_ = false;
  double running_since_s_ = -1;
  double quiet_since_s_ = 0;
  Sample quiet_start_;
  double quiet_rate_ = 0;
  std::deque<Sample> recent_;  // about the last second, drawn
};

}  // namespace aniso::app
