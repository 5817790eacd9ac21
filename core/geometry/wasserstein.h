#pragma once

#include "core/base/random.h"
#include "core/base/types.h"

/// Distances between the laws of two samples, one point per row. None of them needs the two samples
/// to have the same size.
namespace aniso::geometry {

struct SlicedOptions {
  Index projections = 256;  ///< K ≥ 1
  Index block = 64;         ///< projections per matrix product; does not change which are drawn
};

/// What the same random projections say about two samples.
struct SlicedDistance {
  double sliced = 0;      ///< √ of the mean squared W2 over the projections [input unit]
  double max_sliced = 0;  ///< the largest W2 of a projection
  Vector direction;       ///< (D) the unit vector of that projection
};

/// Sliced W2 over K random unit vectors: in one dimension W2² is the mean squared difference of the
/// quantile functions, that is of the sorted values where the samples are equally large.
/// `max_sliced` is the largest of those K and no search: a lower bound of the true maximum, which
/// grows with K.
///
/// @param a, b    (n, D) and (m, D), n, m ≥ 1.
/// @param stream  vector k is made of the normals k·D … k·D + D − 1.
/// @throws InvalidInput if shapes do not fit, an entry is not finite or an option is not positive.
/// Cost O(K (n + m) (D + log(n + m))), memory O(block (n + m)). Any thread.
/// Source: Bonneel et al. 2015 (sliced); Deshpande et al. 2019 (max-sliced).
SlicedDistance sliced_wasserstein(const MatrixRef& a, const MatrixRef& b,
                                  const RandomStream& stream, const SlicedOptions& options = {});

/// W2 of two Gaussians (Bures): W2² = ‖m_a − m_b‖² + tr(A + B − 2(A^½ B A^½)^½).
///
/// It is formed as ‖F_a − F_b R‖ with A = F_a F_aᵀ, B = F_b F_bᵀ and R the orthogonal matrix that
/// brings the factors closest: nothing cancels, so that nearly equal laws keep their digits. The
/// factors have as many columns as a covariance has eigenvalues above D·ε of its largest; singular
/// covariances are as good as any.
///
/// @param mean_a, mean_b  (D). @param cov_a, cov_b  (D, D) symmetric, positive semi-definite.
/// @throws InvalidInput if shapes do not fit, an entry is not finite, or a covariance is not
///         symmetric or has an eigenvalue below −1e-9 of its largest; NumericalError if an
///         iteration does not converge. Cost O(D³).
/// Source: Dowson, Landau 1982; the Procrustes form is that of Bhatia, Jain, Lim 2019.
double gaussian_wasserstein(const VectorRef& mean_a, const MatrixRef& cov_a,
                            const VectorRef& mean_b, const MatrixRef& cov_b);

/// The same for the Gaussians with the means and covariances (divided by n) of two samples.
/// @param a, b  (n, D) and (m, D), n, m ≥ 1. @throws as above. Cost O((n + m) D² + D³).
double gaussian_wasserstein_of(const MatrixRef& a, const MatrixRef& b);

/// Where generated points miss data N(0, τ v vᵀ), in units of √τ.
struct GenerationError {
  double scale = 0;    ///< on-axis standard deviation; 1 is right, 0 a collapse
  double offset = 0;   ///< on-axis mean; 0 is right
  double leakage = 0;  ///< root mean square length off the axis; 0 is right
  /// √((1 − scale)² + offset² + leakage²): the Gaussian W2 between the points and the data over √τ.
  double total() const;
};

/// Splits the error of generated points along the axis v of their data.
///
/// The three parts add up in squares to the Gaussian W2 exactly, whatever the covariance of the
/// points, since the data have rank one: that is why they are defined so.
///
/// @param points    (n, D), n ≥ 1. @param v  (D) unit vector, to 1e-9.
/// @param variance  τ > 0, the data's variance along v: D for data of length √D.
/// @throws InvalidInput. Cost O(n D). Any thread.
/// Source: ours.
GenerationError generation_error(const MatrixRef& points, const VectorRef& v, double variance);

}  // namespace aniso::geometry
