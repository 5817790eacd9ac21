#pragma once

#include <vector>

#include "core/base/types.h"
#include "core/geometry/pca.h"

namespace aniso::geometry {

/// How the axes of a new frame continue those of the frame before: slot i of the locked frame is
/// axis order[i] of the new one times signs[i].
struct AxisLock {
  std::vector<Index> order;   ///< (k) a permutation
  std::vector<double> signs;  ///< (k) +1 or −1
};

/// Matches each axis with the previous frame's by the largest absolute overlap (cosine), greedily
/// from the clearest pair down, so that a live picture neither flips nor swaps axes. Axes without
/// a predecessor come last, in their own order and sign; where the new frame has fewer axes, the
/// remaining ones keep their relative order. Deterministic.
///
/// @param previous  (k, d) axes of the frame before, one per row; may have no rows.
/// @param current   (l, d) axes of the new frame.
/// @throws InvalidInput if both have rows and the dimensions differ, or an entry is not finite.
/// Cost O(k l d).
AxisLock lock_axes(const MatrixRef& previous, const MatrixRef& current);

/// Rows reordered and signed.
Matrix locked_rows(const AxisLock& lock, const MatrixRef& rows);
/// Columns reordered and signed (scores).
Matrix locked_columns(const AxisLock& lock, const MatrixRef& columns);
/// The analysis with directions, scores, variances and shares in locked order.
Pca locked(const AxisLock& lock, Pca pca);

/// The orthogonal matrix R (k, k), reflections allowed, that minimises ‖from·R − to‖_F: where two
/// eigenvalues cross, single axes lose their identity and only the subspace can be aligned.
///
/// @param from, to  (n, k) the same points in two frames.
/// @throws InvalidInput if shapes differ or an entry is not finite.
/// Source: Schönemann 1966, the orthogonal Procrustes problem.
Matrix procrustes_rotation(const MatrixRef& from, const MatrixRef& to);

}  // namespace aniso::geometry
