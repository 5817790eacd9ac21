#pragma once

#include <vector>

#include "core/base/types.h"
#include "core/figure/display_list.h"

namespace aniso::figure {

/// A connected piece of an isoline, in grid coordinates: x along columns, y along rows.
struct Isoline {
  std::vector<Point> points;  ///< a closed one does not repeat its first point
  bool closed = false;
};

/// Isolines of a sampled field at one level, by marching squares with linear interpolation.
///
/// A sample counts as above when value ≥ level. Saddle cells connect by the mean of their four
/// corners. Cells with a corner that is not finite are left out, so that lines end at holes.
/// Points appear once along a line; lines that shrink to a point are dropped.
/// @param values  (rows, cols); sample (r, c) at x = c, y = r.
/// Order of the lines: by their first cell, row by row. Cost O(rows · cols). Any thread.
/// @throws InvalidInput if `level` is not finite.
std::vector<Isoline> isolines(const MatrixRef& values, double level);

}  // namespace aniso::figure
