#pragma once

#include "core/figure/layout_canvas.h"

/// Private to the layout: one coordinate system.
namespace aniso::figure {

/// Lays out a panel inside `area` and reports where its data went.
PanelFrame draw_panel(Canvas& canvas, const Panel& panel, const Rect& area);

}  // namespace aniso::figure
