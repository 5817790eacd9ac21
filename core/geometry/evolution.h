#pragma once

#include <functional>
#include <limits>
#include <vector>

#include "core/base/types.h"
#include "core/geometry/spectra.h"

/// How the average geometry G of an ensemble moves between two checkpoints, held against what
/// theory makes of G and the data matrix S. The ensemble comes as the moments of a few independent
/// groups of networks, the same networks at both checkpoints, so that what differs between networks
/// does not enter the difference Δ = G' − G.
namespace aniso::geometry {

/// A number estimated from groups of networks.
struct Estimate {
  Scalar value;
  /// Jackknife standard error: the spread of what is left when one group at a time is left out.
  /// NaN where there are too few groups.
  double error = std::numeric_limits<double>::quiet_NaN();
};

/// The jackknife: error² = (g − 1)/g Σ_j (θ_j − θ̄)², θ_j without group j.
/// @param groups  g ≥ 1. @param of  the estimate without group `left_out`, or of all for −1.
Estimate jackknife(Index groups, const std::function<Scalar(Index left_out)>& of);

/// Cosines of −Δ with what it may be proportional to.
struct ChangeCosines {
  Estimate gsg;  ///< with G S G
  Estimate s;    ///< with S
  Estimate ksg;  ///< with K S G + G S K, K the input-space tangent kernel
};

/// Two estimates of the same cosines.
///
/// `all` is the plain one, of the mean G and Δ of all groups. Noise adds to the norms of Δ and of
/// G S G and not to their product, so that it is too near to 0, the more the fewer networks; and
/// the mean of G S G differs from the product of means by O(1/M).
///
/// `crossed` multiplies only what comes from different groups. Groups are independent, so that the
/// mean of δ_i ⊗ G_j S G_k over distinct i, j, k has expectation E[Δ] ⊗ G S G exactly, whatever the
/// noise; the same holds for ⟨δ_i, δ_j⟩ and for ⟨G_i S G_j, G_k S G_l⟩ over distinct indices. The
/// three inner products that make up a cosine are thus free of bias; their quotient is not, by a
/// term of second order in their relative errors, and it may exceed 1 by chance. It needs four
/// groups (two for S alone), and is undefined where an estimated squared norm is not positive: the
/// noise is then larger than what it hides.
struct ChangeEstimates {
  ChangeCosines all, crossed;
};

/// @param before, after  G of each group at two checkpoints, (D, D) symmetric; groups count alike.
/// @param kernels        K of each group at the earlier one; empty where there is none (`ksg` is
///                       undefined then).
/// @param s              (D, D) S.
/// @throws InvalidInput if shapes or numbers differ or an entry is not finite.
/// Cost O(g² D³ + g⁴ D²), memory O(g² D²), for g groups.
ChangeEstimates change_cosines(const std::vector<Matrix>& before, const std::vector<Matrix>& after,
                               const std::vector<Matrix>& kernels, const MatrixRef& s);

}  // namespace aniso::geometry
