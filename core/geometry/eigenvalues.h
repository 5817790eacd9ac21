#pragma once

#include "core/base/types.h"

namespace aniso::geometry {

/// Eigenvalues of the symmetric part ½(A + Aᵀ) of any square matrix (d, d), falling. Without
/// eigenvectors a quarter of the cost of `symmetric_eigen`.
/// @throws InvalidInput if it is not square or not finite; NumericalError if the iteration does not
///         converge. Cost O(d³).
Vector symmetric_part_eigenvalues(const MatrixRef& a);

/// How many eigenvalues of a positive semi-definite matrix are above D·ε of the largest; what lies
/// below is rounding. 0 where none is positive.
/// @param eigenvalues  (D) in any order.
Index numerical_rank(const VectorRef& eigenvalues);

}  // namespace aniso::geometry
