#pragma once

#include <span>
#include <vector>

#include "core/figure/display_list.h"

namespace aniso::figure {

/// Thins a curve in pixel coordinates to what a screen can show.
///
/// Consecutive points in the same column of width `column` are replaced by the first, the lowest,
/// the highest and the last of them, in their order: no extreme is lost, at most four points a
/// column remain. A point that is not finite ends a piece.
/// @return pieces of at least one point each.
/// @throws InvalidInput unless column > 0.
/// Cost O(n).
std::vector<std::vector<Point>> decimate(std::span<const Point> points, double column = 1);

/// Keeps the last of those points that share a square of side `cell` (and a key): what lies below
/// it is hidden anyway. Points that are not finite are dropped.
/// @param keys  one per point, or empty.
/// @return indices into `points`, ascending.
std::vector<std::size_t> visible_points(std::span<const Point> points, std::span<const int> keys,
                                        double cell);

}  // namespace aniso::figure
