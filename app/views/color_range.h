#pragma once

#include <imgui.h>

#include <string>

#include "core/base/params.h"
#include "core/base/types.h"
#include "core/figure/figure.h"

namespace aniso::app {

/// What the colours of a field mean at present.
struct ColorRange {
  double low = -1, high = 1;
  bool logarithmic = false;
};

/// Parameters that choose colours: `colormap`, `range` (auto, all, symmetric, locked, log) and the
/// locked limits `low`, `high`.
ParamSchema color_range_params();

/// The range for these values under these settings. "all" spans the finite values, "symmetric"
/// puts zero in the middle, "log" spans the positive ones; "auto" is symmetric for signed ones.
ColorRange color_range(const Params& settings, const Matrix& values, bool is_signed);

/// The same, but "auto" ends where `within` of the values end, so that a few poles do not take all
/// the colours: what lies beyond has the colour of the end.
/// @param within  share of the values, such as 0.98.
ColorRange robust_color_range(const Params& settings, const Matrix& values, bool is_signed,
                              double within);

figure::Colormap colormap_of(const Params& settings, bool is_signed);

/// Draws the bar with its numbers and name from the cursor position, `width` wide.
void draw_color_bar(const ColorRange& range, figure::Colormap map, const std::string& name,
                    float width);

/// 1, 2 or 5 times a power of ten: the step that cuts `span` into about `count` pieces.
double round_step(double span, int count);

}  // namespace aniso::app
