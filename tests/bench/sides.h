#pragma once

#include <algorithm>
#include <ctime>
#include <functional>
#include <utility>
#include <vector>

namespace aniso::bench {

/// Processor time of the whole process: time that other processes take does not count, helper
/// threads that a side might start do.
inline double process_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// One way of doing the work, timed in slices of about two milliseconds (one call where that takes
/// longer): long enough that a slice does not consist of filling caches that the other sides have
/// emptied. The sides take turns; a repeat is the median of its slices.
class Side {
 public:
  explicit Side(std::function<void()> step) : step_(std::move(step)) {
    const double first = seconds_per_step(1);  // first use
    const double once = seconds_per_step(std::clamp(static_cast<int>(0.05 / first), 1, 50));
    slice_steps_ = std::clamp(static_cast<int>(2e-3 / once), 1, 4000);
  }
  void run_slice() { slices_.push_back(seconds_per_step(slice_steps_)); }
  /// Steps per second by the median slice since the last call.
  double finish_repeat() {
    repeats_.push_back(1 / median(slices_));
    slices_.clear();
    return repeats_.back();
  }
  const std::vector<double>& repeats() const { return repeats_; }

 private:
  double seconds_per_step(int steps) {
    const double start = process_seconds();
    for (int i = 0; i < steps; ++i) step_();
    return (process_seconds() - start) / steps;
  }

  std::function<void()> step_;
  int slice_steps_ = 1;
  std::vector<double> slices_;
  std::vector<double> repeats_;
};

}  // namespace aniso::bench
