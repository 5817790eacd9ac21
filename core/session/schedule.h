#pragma once

#include <algorithm>

#include "core/base/types.h"

namespace aniso::session {

/// Steps at which something is stored: each of the first ones, then spaced by a factor.
/// 0, 1, 2, … and, once 1/(ratio − 1) is passed, about ratio times the one before.
class GrowingSchedule {
 public:
  /// @param ratio  above 1.
  explicit GrowingSchedule(double ratio) : ratio_(ratio) {}
  bool is_due(Index step) const { return step >= next_; }
  /// First step at which is_due.
  Index next() const { return next_; }
  /// Call after storing at `step`.
  void stored(Index step) {
    next_ = std::max(step + 1, static_cast<Index>(static_cast<double>(step) * ratio_));
  }
  /// Spaces what follows twice as wide (on the log scale).
  void thin() { ratio_ *= ratio_; }

 private:
  double ratio_;
  Index next_ = 0;
};

}  // namespace aniso::session
