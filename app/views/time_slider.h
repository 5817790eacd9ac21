#pragma once

#include <imgui.h>

#include <optional>
#include <string>

#include "core/base/types.h"

namespace aniso::app {

/// Diffusion steps 0 … steps − 1 as places between data (0) and noise (1).
struct NoiseTimes {
  Index steps = 2;

  /// The nearest step; places beyond the ends are the ends.
  Index step_of(double time) const;
  double time_of(Index step) const;
  /// The place of the step that is `by` steps nearer to the noise.
  double moved(double time, Index by) const { return time_of(step_of(time) + by); }
};

/// A track from "data" at the left to "noise" at the right with a handle at `time`; draws at the
/// cursor, as high as `time_slider_height`. Dragged, or stepped by the wheel over it (ten steps
/// with Shift).
/// @param words    beside it: "t = 20 of 100 · σ 0.45".
/// @param longest  the longest that they become, so that nothing moves.
/// @return  the new place where it changed.
std::optional<double> draw_time_slider(const NoiseTimes& times, double time,
                                       const std::string& words, const std::string& longest,
                                       float width);
float time_slider_height();

}  // namespace aniso::app
