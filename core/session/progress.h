#pragma once

#include <deque>
#include <string>

#include "core/base/types.h"

namespace aniso::session {

/// How far a run is.
struct Progress {
  Index step = 0;
  Index total = 0;
  double steps_per_s = 0;     ///< of training over about its last two seconds; 0 when unknown
  double elapsed_s = 0;       ///< since this process started stepping, looking included
  double left_s = -1;         ///< estimate; negative when unknown
  double loss = 0;            ///< of the last batch; NaN before the first step
  std::string activity = {};  ///< what else is being done, such as a long analysis; or empty
  double activity_share = 0;  ///< how much of it
};

/// Steps per second over a sliding window of time.
class RateMeter {
 public:
  explicit RateMeter(double window_s = 2) : window_s_(window_s) {}
  /// @param now_s  any clock that does not go back.
  /// @return  the rate after `step` steps; 0 until two distinct times are known.
  double update(Index step, double now_s);

 private:
  struct Mark {
    Index step;
    double time_s;
  };
  double window_s_;
  std::deque<Mark> marks_;
};

/// "4:07", "1:02:45"; "–" for negative or not finite.
std::string duration_text(double seconds);
/// One line for a terminal, at most `columns` characters wide:
/// "━━━━━━━───────  45 %  900/2,000  3,410 steps/s  0:12 left  loss 0.0312".
std::string progress_bar(const Progress& progress, int columns);
/// The same without the bar, for files and pipes: "step 900 of 2,000 · 3,410 steps/s · …".
std::string progress_line(const Progress& progress);

}  // namespace aniso::session
