#include "core/theory/alignment.h"

#include "core/base/check.h"
#include "core/geometry/spectra.h"

namespace aniso::theory {
namespace {

void check_square(const char* name, const MatrixRef& a, Index dim) {
  ANISO_CHECK(dim > 0, name, ": the matrix is empty");
  check_shape(name, a, dim, dim);
  check_finite(name, a);
}

}  // namespace

double alignment(const MatrixRef& g, const MatrixRef& w, const MatrixRef& m) {
  const Index dim = g.rows();
  check_square("alignment: G", g, dim);
  check_square("alignment: W", w, dim);
  check_square("alignment: M", m, dim);
  const double away = (w.transpose() * w - Matrix::Identity(dim, dim)).cwiseAbs().maxCoeff();
  ANISO_CHECK(away <= 1e-9, "alignment: W is not orthogonal, WᵀW differs from I by ", away);
  return g.cwiseProduct((w * m * w.transpose()).transpose()).sum();
}

AlignmentRange alignment_range(const MatrixRef& g, const MatrixRef& m) {
  check_square("alignment: M", m, g.rows());
  const geometry::SymmetricEigen of_g = geometry::symmetric_eigen(g);
  const geometry::SymmetricEigen of_m = geometry::symmetric_eigen(m);
  return {.lowest = of_g.vectors.rowwise().reverse() * of_m.vectors.transpose(),
          .highest = of_g.vectors * of_m.vectors.transpose(),
          .lowest_value = of_g.values.dot(of_m.values.reverse()),
          .highest_value = of_g.values.dot(of_m.values)};
}

}  // namespace aniso::theory
