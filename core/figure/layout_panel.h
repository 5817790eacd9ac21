#pragma once

#include "core/figure/layout_canvas.h"

/// Private to the layout: one coordinate system.
namespace aniso::figure {

/// Least distance between the sides of a panel and those of its plot.
struct SideRoom {
  double left = 0, right = 0;
};

/// Lays out a panel inside `area` and reports where its data went.
PanelFrame draw_panel(Canvas& canvas, const Panel& panel, const Rect& area,
                      const SideRoom& least = {});

}  // namespace aniso::figure
