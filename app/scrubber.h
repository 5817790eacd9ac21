#pragma once

#include <optional>
#include <vector>

#include "core/session/training_worker.h"

namespace aniso::app {

/// Where in the run the person wants to look: turns drags and keys into commands, and measures how
/// long the pictures take to follow. UI thread only.
class Scrubber {
 public:
  explicit Scrubber(session::TrainingWorker& training) : training_(training) {}

  /// Looks at a step; at or beyond the newest one it is live again. Steps below 0 are step 0.
  void look_at(const session::Snapshot& now, Index step, double now_s);
  void go_live(double now_s);
  /// The step that was asked for, or the shown one where nothing is under way: what a key counts
  /// from, so that none of several quick presses is lost.
  Index target(const session::Snapshot& now) const;
  /// The stored step next to `step` in the direction of `sign`; the newest step follows the last.
  static Index next_stored(const session::Snapshot& now, Index step, int sign);
  /// The stored step nearest to `step`.
  static Index nearest_stored(const session::Snapshot& now, Index step);

  /// Call after each frame. @param settled  nothing is being computed for the pictures any more.
  void frame_drawn(const session::Snapshot& now, bool settled, double now_s);
  /// From asking to the frame in which every view showed the step; those superseded are left out.
  const std::vector<double>& latencies_ms() const { return latencies_ms_; }

 private:
  session::TrainingWorker& training_;
  std::optional<Index> asked_;  ///< until the pictures show it
  double asked_at_s_ = 0;
  std::vector<double> latencies_ms_;
};

}  // namespace aniso::app
