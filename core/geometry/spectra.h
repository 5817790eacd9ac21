#pragma once

#include <limits>

#include "core/base/result.h"
#include "core/base/types.h"

namespace aniso::geometry {

/// Eigenpairs of a symmetric matrix, eigenvalues falling (signed, not by magnitude).
struct SymmetricEigen {
  Vector values;   ///< (d)
  Matrix vectors;  ///< (d, d) column k belongs to values[k]; orthonormal; the entry of largest
                   ///< magnitude (the first one within 1 part in 10⁹) is positive
};

/// @param a  (d, d) symmetric to 1e-9 of its largest entry; the mean of both triangles is used.
/// @throws InvalidInput if it is not square, not finite or not symmetric; NumericalError if the
///         iteration does not converge. Cost O(d³).
SymmetricEigen symmetric_eigen(const MatrixRef& a);

/// Singular values (min(rows, cols)), falling. @throws InvalidInput if an entry is not finite.
Vector singular_values(const MatrixRef& a);

/// Flips the vector so that its entry of largest magnitude (the first within 1 part in 10⁹) is
/// positive. A zero vector stays.
void fix_sign(Eigen::Ref<Vector> v);

/// A number that may not exist for the given input.
struct Scalar {
  double value = std::numeric_limits<double>::quiet_NaN();
  Status status;
};

/// Participation ratio (Σλ)²/Σλ²: the number of equal eigenvalues with the same spread. Between 1
/// and n for a PSD spectrum; undefined where all eigenvalues are 0 (or there are none).
/// @throws InvalidInput if an entry is not finite.
Scalar participation_ratio(const VectorRef& eigenvalues);

/// Share Σ_{i<k} λ_i / Σ λ_i of the k largest; undefined where the sum is 0.
/// @throws InvalidInput if an entry is negative or not finite, or k < 0.
Scalar top_share(const VectorRef& eigenvalues, Index k);

/// Frobenius cosine tr(AᵀB)/(‖A‖‖B‖) in [−1, 1]; undefined where a norm is 0. Norms are formed
/// without overflow or underflow.
/// @throws InvalidInput if shapes differ or an entry is not finite.
Scalar frobenius_cosine(const MatrixRef& a, const MatrixRef& b);

}  // namespace aniso::geometry
