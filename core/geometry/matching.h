#pragma once

#include <vector>

#include "core/base/types.h"
#include "core/geometry/gradient_moment.h"

namespace aniso::geometry {

/// Columns that give every row one of its own with the largest sum of gains.
///
/// @param gain  (m, n), m ≤ n. @return (m) the column of each row, all different. Among equally
///              good ones the result is deterministic.
/// @throws InvalidInput if there are fewer columns than rows or an entry is not finite.
/// Cost O(m² n). Any thread.
/// Source: Kuhn 1955, Munkres 1957 ("Hungarian method"), with shortest augmenting paths.
std::vector<Index> best_assignment(const MatrixRef& gain);

/// How the directions of one moment go on in the next.
struct DirectionMatch {
  std::vector<Index> after;  ///< (m) the direction that each earlier one became
  Vector overlap;            ///< (m) how well: cosine², or that of the subspaces; 0 … 1
};

/// Follows directions from one moment to the next by what they have in common, whatever their order
/// and signs: the assignment with the largest sum of squared cosines.
///
/// Directions of one group have no identity of their own. Groups of p and q directions overlap by
/// the mean squared cosine of their principal angles, ‖UᵀV‖²/min(p, q), which does not depend on
/// the basis chosen in either; all pairs between the two gain that much. Within a group the order
/// is kept, so that its lines do not cross.
///
/// @param before, after  (m, D) and (n, D), m ≤ n, orthonormal rows.
/// @param groups_before, groups_after  of neighbouring rows that cannot be told apart, covering all
///                       of them in order; empty where every row stands for itself.
/// @throws InvalidInput if shapes or groups do not fit or an entry is not finite.
/// Cost O(m n D + m² n). Any thread.
/// Source: ours.
DirectionMatch match_directions(const MatrixRef& before, const MatrixRef& after,
                                const std::vector<EigenGroup>& groups_before = {},
                                const std::vector<EigenGroup>& groups_after = {});

}  // namespace aniso::geometry
