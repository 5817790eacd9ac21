#pragma once

#include "core/base/types.h"

namespace aniso {

enum class Transpose { no, yes };

/// C = alpha op(A) op(B) + beta C on row-major storage, through the system's BLAS.
///
/// @param m, n, k  op(A) is (m, k), op(B) is (k, n), C is (m, n).
/// @param lda, ldb, ldc  distance between the starts of two stored rows.
/// With beta = 0 the old C is not read, so that it may hold NaN. Sizes of 0 are allowed.
/// The library is called directly: Eigen's EIGEN_USE_BLAS redefines templates that other files
/// instantiate without it. Any thread; obeys the calling thread's BLAS thread count.
void gemm(Transpose a_op, Transpose b_op, Index m, Index n, Index k, float alpha, const float* a,
          Index lda, const float* b, Index ldb, float beta, float* c, Index ldc);
void gemm(Transpose a_op, Transpose b_op, Index m, Index n, Index k, double alpha, const double* a,
          Index lda, const double* b, Index ldb, double beta, double* c, Index ldc);

/// C += AᵀA in one triangle: A (k, n) is row-major without gaps, C is (n, n).
///
/// Of C, row-major, only entries on and above the diagonal are read and written.
/// Cost k n² operations. Any thread, as above.
void add_gram(Index n, Index k, const double* a, double* c);

}  // namespace aniso
