#pragma once

#include <vector>

namespace aniso::app {

/// A rectangle in pixels, origin at the top left.
struct Rect {
  float x = 0, y = 0, width = 0, height = 0;
  bool contains(float px, float py) const {
    return px >= x && px < x + width && py >= y && py < y + height;
  }
  bool operator==(const Rect&) const = default;
};

/// Where the tiles of the stage and the draggable dividers between them lie.
struct StageLayout {
  std::vector<Rect> tiles;
  Rect vertical;    ///< divider between left and right; width 0 where there is none
  Rect horizontal;  ///< divider between top and bottom; height 0 where there is none
};

/// One tile fills the stage; two stand side by side; three are one large and two stacked at its
/// right; four make a 2×2 grid.
///
/// @param count    tiles, 1 … 4.
/// @param split_x  share of the width left of the vertical divider; split_y likewise.
/// @param gap      width of a divider in pixels.
/// @throws InvalidInput for another count.
StageLayout arrange(int count, const Rect& stage, double split_x, double split_y, float gap);

}  // namespace aniso::app
