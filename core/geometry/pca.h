#pragma once

#include "core/base/result.h"
#include "core/base/types.h"

namespace aniso::geometry {

enum class Centring { none, mean };

/// Principal axes of m points in R^d; k axes, k ≤ numerical rank.
struct Pca {
  Vector centre;      ///< (d) the mean that was subtracted; zero when uncentred
  Matrix directions;  ///< (k, d) orthonormal rows, by falling variance
  Matrix scores;      ///< (m, k) coordinates of the points along the directions
  Vector variances;   ///< (k) eigenvalues of (1/m) Σ x xᵀ, falling
  Vector shares;      ///< (k) variances over the total variance
  double total = 0;   ///< trace of (1/m) Σ x xᵀ over all axes, kept or not
  Status status;      ///< undefined where all points coincide (or are zero): then k = 0

  /// (k) coordinates of a new point (d).
  Vector project(const VectorRef& point) const { return directions * (point - centre); }
};

/// Principal component analysis through the smaller of the d×d and the m×m side.
///
/// The sign of each direction is fixed: its entry of largest magnitude (the first one within
/// 1 part in 10⁹) is positive. Axes with a variance below max(m, d)·ε of the largest cannot be told
/// from rounding and are left out, so fewer than `max_axes` may come back.
///
/// @param points    (m, d), m ≥ 1.
/// @param max_axes  axes wanted; −1 for all.
/// @throws InvalidInput if a shape is empty or an entry is not finite; NumericalError if the
///         eigensolver fails.
/// Cost O(m d min(m, d) + min(m, d)³).
Pca pca(const MatrixRef& points, Centring centring, Index max_axes = -1);

}  // namespace aniso::geometry
