#pragma once

namespace aniso::app {

/// Decides when to draw: only when something changed, at most `hz` times a second, and how long
/// to sleep until then. A fixed sleep would add itself to slow frames, so what is waited for is
/// the rest of the frame's budget.
class FramePacer {
 public:
  explicit FramePacer(double hz = 60) : budget_s_(1 / hz) {}

  /// Something visible changed (new data, an easing under way).
  void mark_changed() { changed_ = true; }
  /// An input event came: hover and focus settle over the next frames, so a few are drawn.
  void mark_input() { input_frames_ = 3; }

  /// Whether a frame is to be drawn now.
  bool should_draw(double now_s) const {
    return (changed_ || input_frames_ > 0) && now_s - last_start_s_ >= budget_s_ - kSlack;
  }
  void frame_started(double now_s) {
    last_start_s_ = now_s;
    changed_ = false;
    if (input_frames_ > 0) --input_frames_;
  }
  /// Longest sleep that misses nothing. @param live  data may arrive on its own (a run is going).
  double wait_s(double now_s, bool live) const {
    const bool nothing = !changed_ && input_frames_ == 0;
    if (nothing) return live ? budget_s_ / 2 : kIdleWait;  // to look whether data arrived
    const double rest = last_start_s_ + budget_s_ - now_s;
    return rest > kShortest ? rest : kShortest;
  }

 private:
  static constexpr double kSlack = 0.0005;
  static constexpr double kShortest = 0.0005;
  static constexpr double kIdleWait = 0.25;
  double budget_s_;
  double last_start_s_ = -1e9;
  bool changed_ = true;
  int input_frames_ = 3;
};

}  // namespace aniso::app
