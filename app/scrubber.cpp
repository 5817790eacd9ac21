#include "app/scrubber.h"

#include <algorithm>

namespace aniso::app {

void Scrubber::look_at(const session::Snapshot& now, Index step, double now_s) {
  step = std::max<Index>(step, 0);
  step = std::min(step, now.end_step);
  if (target(now) == step) return;
  training_.send(session::Scrub{step});  // at the newest step that is live
  asked_ = step;
  asked_at_s_ = now_s;
}

void Scrubber::go_live(double now_s) {
  training_.send(session::Live{});
  asked_.reset();
  asked_at_s_ = now_s;
}

Index Scrubber::target(const session::Snapshot& now) const { return asked_.value_or(now.step); }

Index Scrubber::next_stored(const session::Snapshot& now, Index step, int sign) {
  const auto& stored = now.stored_steps;
  if (sign > 0) {
    const auto after = std::upper_bound(stored.begin(), stored.end(), step);
    return after == stored.end() ? now.end_step : *after;
  }
  const auto at = std::lower_bound(stored.begin(), stored.end(), step);
  return at == stored.begin() ? 0 : *std::prev(at);
}

Index Scrubber::nearest_stored(const session::Snapshot& now, Index step) {
  const auto& stored = now.stored_steps;
  const auto after = std::lower_bound(stored.begin(), stored.end(), step);
  if (after == stored.end()) return stored.empty() ? step : stored.back();
  if (after == stored.begin()) return *after;
  return step - *std::prev(after) <= *after - step ? *std::prev(after) : *after;
}

void Scrubber::frame_drawn(const session::Snapshot& now, bool settled, double now_s) {
  if (!asked_ || training_.is_busy()) return;
  if (now.step != *asked_) {  // refused, or the run went on
    asked_.reset();
    return;
  }
  if (!settled) return;
  latencies_ms_.push_back(1000 * (now_s - asked_at_s_));
  asked_.reset();
}

}  // namespace aniso::app
