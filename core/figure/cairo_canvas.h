#pragma once

#include <cairo.h>

#include "core/figure/display_list.h"

/// Private to the Cairo painter.
namespace aniso::figure {

/// Draws a display list. `pixel_scale` > 0 on raster surfaces: thin horizontal and vertical lines
/// are then moved onto pixels of that many per point.
void draw(cairo_t* cairo, const DisplayList& list, double pixel_scale);

}  // namespace aniso::figure
