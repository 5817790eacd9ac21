#pragma once

#include "core/base/types.h"

namespace aniso::geometry {

/// Rows of single precision, as gradients of large inputs are kept.
using FloatRows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The k largest eigenpairs of a PSD matrix, falling.
struct TopEigen {
  Vector values;   ///< (k)
  Matrix vectors;  ///< (D, k) orthonormal columns; the sign of each is fixed as by fix_sign
};

/// The k largest eigenpairs of the second moment (1/N) Σ g gᵀ of N gradients by restarted Lanczos
/// (library Spectra), without forming the D×D matrix: each iteration costs two passes over the
/// gradients. Products are single precision, sums double.
///
/// @param gradients  (N, D). @param k  1 ≤ k < min(N, D).
/// Rounding below zero is set to 0, as the matrix is PSD.
/// @throws InvalidInput on shapes or entries that are not finite; NumericalError if it does not
///         converge to 1e-6 of the largest value. Cost O(iterations · N D), memory O(k D).
TopEigen top_eigen(const Eigen::Ref<const FloatRows>& gradients, Index k);

}  // namespace aniso::geometry
