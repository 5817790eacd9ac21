#pragma once

#include <array>
#include <stop_token>
#include <vector>

#include "core/base/random.h"
#include "core/base/types.h"
#include "core/geometry/spectra.h"

namespace aniso::geometry {

/// Uncentred second moment of input gradients over an ensemble of networks,
///   G = (1/N) Σ_networks Σ_probes g gᵀ  [(output unit / input unit)²],
/// accumulated in float64, with what is needed to judge it: two halves, and each network's own
/// spectrum for the rotation null.
class GradientMoment {
 public:
  /// @param dim  D ≥ 1. @throws InvalidInput.
  explicit GradientMoment(Index dim);

  /// One network's gradients (n, D) at its n ≥ 1 probes. Networks go to the two halves in turn.
  /// @throws InvalidInput if the shape is wrong or an entry is not finite; nothing is added then.
  /// Cost O(n D² + n² D), memory for the smaller of n² and D² numbers.
  void add(const MatrixRef& gradients);

  Index dim() const { return halves_[0].sum.rows(); }
  Index networks() const { return static_cast<Index>(grams_.size()); }
  Index gradients() const { return halves_[0].count + halves_[1].count; }
  /// (D, D) G. @throws InvalidInput if nothing was added.
  Matrix mean() const;
  /// (D, D) G of the even (0) or odd (1) networks alone. @throws InvalidInput if it has none.
  Matrix half(std::size_t which) const;
  /// Per network, the non-zero eigenvalues of its own Σ_probes g gᵀ, falling. Cost O(n³) each.
  std::vector<Vector> spectra() const;

 private:
  /// Every second network. Its newest gradients wait until there are enough for one product.
  struct Half {
    Eigen::MatrixXd sum;  // lower triangle
    Index count = 0;
    std::vector<Matrix> waiting = {};
    Index waiting_rows = 0;
    void take_in();
  };
  Eigen::MatrixXd total(std::size_t which) const;

  std::array<Half, 2> halves_;
  std::vector<Matrix> grams_;  // per network, from the smaller side
};

/// Lower and upper eigenvalue curves, falling, of what an ensemble without preferred directions
/// would show.
struct Band {
  Vector low;   ///< (D)
  Vector high;  ///< (D)
};

/// Null hypothesis "no direction is preferred": every network's gradient matrix is turned by an
/// independent, uniformly random rotation, which keeps norms and the correlation within a network;
/// the k-th eigenvalues over the repeats give the band.
///
/// @param repeats  at least 2. @param level  share of the repeats inside, in (0, 1); quantiles are
///                 interpolated between the repeats.
/// @return empty curves where `stop` fired.
/// @throws InvalidInput. Cost O(repeats (M r D² + D³)), r the rank of a network's gradients.
Band rotation_null_band(const GradientMoment& moment, const RandomStream& stream,
                        Index repeats = 20, double level = 0.95, const std::stop_token& stop = {});

/// Edges of the eigenvalues of white noise, (1 ± √(D/M))² in units of tr G/D, M counted in
/// networks; a guide only, since gradient norms vary between networks. The lower edge is 0 where
/// D ≥ M: then D − M eigenvalues are 0 by construction.
struct MarchenkoPastur {
  double low = 0;
  double high = 0;
};
/// @throws InvalidInput unless dim and networks are positive.
MarchenkoPastur marchenko_pastur_edges(Index dim, Index networks);

/// Eigenvalues that belong together: neighbours closer than what tells them apart span a subspace
/// and have no directions of their own.
struct EigenGroup {
  Index first = 0;
  Index count = 1;
};
/// @param values       falling. @param resolutions  (n − 1) or more: the largest gap between the
///                     values k and k + 1 that does not tell them apart.
/// @return groups that cover 0 … n − 1 in order. @throws InvalidInput if the values do not fall,
///         an entry is not finite, a resolution is negative or one is missing.
std::vector<EigenGroup> eigen_groups(const VectorRef& values, const VectorRef& resolutions);
/// The same resolution everywhere.
std::vector<EigenGroup> eigen_groups(const VectorRef& values, double resolution);

/// What the difference of the two halves says of G's error, near each gap of its spectrum: with E
/// = Vᵀ(G₀ − G₁)V/2 and W the eight eigenvalues around the gap, ‖E_W‖_F/√|W|. Our definition; over
/// all eigenvalues at once it would be the same number for large and small ones.
///
/// @param vectors  (D, D) eigenvectors of the mean, falling. @return (D − 1).
/// @throws InvalidInput if a half is empty. Cost O(D³).
Vector gap_resolutions(const GradientMoment& moment, const MatrixRef& vectors);

/// Mean squared cosine of the principal angles between two subspaces, ‖UᵀV‖²/k in [0, 1]; random
/// ones have k/D on average.
/// @param u, v  (D, k) orthonormal columns. @throws InvalidInput if shapes differ or are empty.
double subspace_overlap(const MatrixRef& u, const MatrixRef& v);

/// Split-half stability: per group, the overlap of the subspaces that the two halves give it.
/// @return (number of groups). @throws InvalidInput if a half is empty. Cost O(D³).
Vector split_half_stability(const GradientMoment& moment, const std::vector<EigenGroup>& groups);

}  // namespace aniso::geometry
