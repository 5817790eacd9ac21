#include "core/base/gemm.h"

#include <algorithm>
#include <limits>

#include "core/base/check.h"

// NOLINTBEGIN(readability-identifier-naming): the BLAS's own names.
extern "C" {
void sgemm_(const char*, const char*, const int*, const int*, const int*, const float*,
            const float*, const int*, const float*, const int*, const float*, float*, const int*);
void dgemm_(const char*, const char*, const int*, const int*, const int*, const double*,
            const double*, const int*, const double*, const int*, const double*, double*,
            const int*);
void dsyrk_(const char*, const char*, const int*, const int*, const double*, const double*,
            const int*, const double*, double*, const int*);
}
// NOLINTEND(readability-identifier-naming)

namespace aniso {
namespace {

int blas_int(Index value) {
  ANISO_CHECK(value >= 0 && value <= std::numeric_limits<int>::max(), "matrix product: extent ",
              value, " does not fit the BLAS's 32-bit integers");
  return static_cast<int>(value);
}

// BLAS stores by columns, so a row-major C = A·B is its Cᵀ = Bᵀ·Aᵀ: swap the operands.
template <typename Scalar, typename Routine>
void call(Routine routine, Transpose a_op, Transpose b_op, Index m, Index n, Index k, Scalar alpha,
          const Scalar* a, Index lda, const Scalar* b, Index ldb, Scalar beta, Scalar* c,
          Index ldc) {
  if (m == 0 || n == 0) return;
  const char a_char = a_op == Transpose::yes ? 'T' : 'N';
  const char b_char = b_op == Transpose::yes ? 'T' : 'N';
  const int rows = blas_int(n), cols = blas_int(m), inner = blas_int(k);
  const int ld_a = std::max(1, blas_int(lda)), ld_b = std::max(1, blas_int(ldb));
  const int ld_c = blas_int(ldc);
  routine(&b_char, &a_char, &rows, &cols, &inner, &alpha, b, &ld_b, a, &ld_a, &beta, c, &ld_c);
}

}  // namespace

void gemm(Transpose a_op, Transpose b_op, Index m, Index n, Index k, float alpha, const float* a,
          Index lda, const float* b, Index ldb, float beta, float* c, Index ldc) {
  call(sgemm_, a_op, b_op, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

void gemm(Transpose a_op, Transpose b_op, Index m, Index n, Index k, double alpha, const double* a,
          Index lda, const double* b, Index ldb, double beta, double* c, Index ldc) {
  call(dgemm_, a_op, b_op, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

void add_gram(Index n, Index k, const double* a, double* c) {
  if (n == 0 || k == 0) return;
  // By columns: Aᵀ is (n, k), and the triangle above the diagonal is the one below it.
  const int rows = blas_int(n), inner = blas_int(k);
  const double one = 1;
  dsyrk_("L", "N", &rows, &inner, &one, a, &rows, &one, c, &rows);
}

}  // namespace aniso
