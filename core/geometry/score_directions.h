#pragma once

#include <vector>

#include "core/base/result.h"
#include "core/base/types.h"
#include "core/geometry/gradient_moment.h"
#include "core/geometry/spectra.h"

namespace aniso::geometry {

/// What tells directions apart.
struct ScoreDirectionOptions {
  /// Eigenvalues up to this share of the largest are rounding: together they span the null space.
  double rank_tolerance = 1e-10;
  /// Neighbours above the rank that are no further apart, in units of the largest eigenvalue, share
  /// a subspace. The default only allows for rounding.
  double resolution = 1e-12;
  /// (D − 1) the same for each gap between the falling eigenvalues, in their unit: what an
  /// estimated G cannot resolve (gap_resolutions). Empty for `resolution` everywhere.
  Vector resolutions = {};
};

/// Score Anisotropy Directions: the eigenvectors of the average geometry of the output in ascending
/// order, and which of them have no identity of their own.
struct ScoreDirections {
  Vector values;   ///< (D) rising
  Matrix vectors;  ///< (D, D) column k belongs to values[k]
  Index rank = 0;  ///< numerical rank; the first D − rank directions span the null space
  /// Subspaces that cover 0 … D − 1 in order. The null space is one group, the first, however many
  /// directions it has: their order is noise.
  std::vector<EigenGroup> groups;
  Status status;  ///< undefined where G is 0: no direction is set apart

  Index nullity() const { return values.size() - rank; }
};

/// @param eigen  as `symmetric_eigen` gives it, eigenvalues falling.
/// @throws InvalidInput if shapes do not fit, an entry is not finite, a tolerance is negative, or
/// an
///         eigenvalue lies below −rank_tolerance of the largest: G is positive semi-definite.
/// Cost O(D²). Any thread.
/// Source: ours, on the definition of Score Anisotropy Directions.
ScoreDirections score_directions(const SymmetricEigen& eigen,
                                 const ScoreDirectionOptions& options = {});

}  // namespace aniso::geometry
