#include "app/stage_layout.h"

#include <cmath>

#include "core/base/check.h"

namespace aniso::app {

StageLayout arrange(int count, const Rect& stage, double split_x, double split_y, float gap) {
  ANISO_CHECK(count >= 1 && count <= 4, "the stage holds one to four views, not ", count);
  StageLayout layout;
  if (count == 1) {
    layout.tiles = {stage};
    return layout;
  }
  // Whole pixels, so that hairlines stay sharp.
  const float left = std::round(static_cast<float>(split_x) * (stage.width - gap));
  const float top = std::round(static_cast<float>(split_y) * (stage.height - gap));
  const float right = stage.width - gap - left, bottom = stage.height - gap - top;
  const float x2 = stage.x + left + gap, y2 = stage.y + top + gap;
  layout.vertical = {stage.x + left, stage.y, gap, stage.height};
  if (count == 2) {
    layout.tiles = {{stage.x, stage.y, left, stage.height}, {x2, stage.y, right, stage.height}};
    return layout;
  }
  const Rect upper_right{x2, stage.y, right, top}, lower_right{x2, y2, right, bottom};
  if (count == 3) {
    layout.horizontal = {x2, stage.y + top, right, gap};
    layout.tiles = {{stage.x, stage.y, left, stage.height}, upper_right, lower_right};
    return layout;
  }
  layout.horizontal = {stage.x, stage.y + top, stage.width, gap};
  layout.tiles = {
      {stage.x, stage.y, left, top}, upper_right, {stage.x, y2, left, bottom}, lower_right};
  return layout;
}

}  // namespace aniso::app
