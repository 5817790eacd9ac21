#pragma once

#include <limits>

#include "core/base/random.h"
#include "core/base/types.h"
#include "core/geometry/spectra.h"

namespace aniso::geometry {

/// Ranks 1 … n of the values, rising; equal values share the mean of their ranks.
/// @throws InvalidInput if an entry is not finite. Cost O(n log n).
Vector average_ranks(const VectorRef& values);

/// Spearman's ρ: the correlation of the average ranks, in [−1, 1]. Undefined for fewer than three
/// pairs or where all values of one side are equal.
/// @throws InvalidInput if sizes differ or an entry is not finite. Cost O(n log n).
Scalar spearman(const VectorRef& a, const VectorRef& b);

struct RankTestOptions {
  Index permutations = 9999;  ///< drawn where n > 7; all n! are counted otherwise
  double level = 0.95;        ///< share of the permutations within the band, in (0, 1)
};

/// Spearman's ρ held against what unrelated orders give.
struct RankTest {
  Scalar rho;
  /// Smallest r with |ρ| ≤ r for at least `level` of the permutations: the band is [−r, r]. NaN
  /// where ρ is undefined, as is the p-value.
  double band = std::numeric_limits<double>::quiet_NaN();
  /// Two-sided: the share of permutations whose |ρ| is at least the observed one. Random ones count
  /// the observed order as one of them, (1 + hits)/(1 + permutations), so that p is never 0.
  double p_value = std::numeric_limits<double>::quiet_NaN();
  bool exact = false;  ///< every permutation was counted
};

/// @param stream  permutation k is drawn from `stream.at_step(k)`.
/// @throws InvalidInput as `spearman`, or for options out of range.
/// Cost O(n · permutations).
RankTest rank_test(const VectorRef& a, const VectorRef& b, const RandomStream& stream,
                   const RankTestOptions& options = {});

}  // namespace aniso::geometry
