#pragma once

#include "core/figure/layout_canvas.h"

/// Private to the layout: fields and their colour bars.
namespace aniso::figure {

/// Draws the visible part of a field; returns whether some of it is undefined.
bool draw_field(Canvas& canvas, const Field& field, const PanelFrame& frame);
/// Isolines and the zero contour, clipped by the caller.
void draw_contours(Canvas& canvas, const Field& field, const PanelFrame& frame);

/// Width of bar, gap and numbers for a bar of this height.
double color_bar_width(const Canvas& canvas, const Field& field, const PanelFrame& frame,
                       double height);
void draw_color_bar(Canvas& canvas, const Field& field, const PanelFrame& frame);

}  // namespace aniso::figure
