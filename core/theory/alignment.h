#pragma once

#include "core/base/types.h"

/// How much of the data lies where fresh networks are loud.
namespace aniso::theory {

/// α(W) = tr(G W M Wᵀ) for data with second moment M, turned by W.
///
/// @param g, m  (D, D) symmetric. @param w  (D, D) orthogonal to 1e-9.
/// @throws InvalidInput. Cost O(D³).
double alignment(const MatrixRef& g, const MatrixRef& w, const MatrixRef& m);

/// The turns between which α lies for every orthogonal W. With G = U diag(λ) Uᵀ and
/// M = V diag(ν) Vᵀ, both falling, and J the reversal of order:
struct AlignmentRange {
  Matrix lowest;             ///< (D, D) U J Vᵀ
  Matrix highest;            ///< (D, D) U Vᵀ
  double lowest_value = 0;   ///< Σ_k λ_k ν_{D+1−k}
  double highest_value = 0;  ///< Σ_k λ_k ν_k
};

/// Where eigenvalues are equal the extremes are not unique; one of them is given.
/// @throws InvalidInput as `alignment`. Cost O(D³).
/// Source: von Neumann's trace inequality.
AlignmentRange alignment_range(const MatrixRef& g, const MatrixRef& m);

}  // namespace aniso::theory
