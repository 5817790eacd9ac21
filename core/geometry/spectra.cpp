#include "core/geometry/spectra.h"

#include <Eigen/Eigenvalues>
#include <Eigen/SVD>
#include <algorithm>
#include <cmath>

#include "core/base/check.h"

namespace aniso::geometry {

void fix_sign(Eigen::Ref<Vector> v) {
  if (v.size() == 0) return;
  const double largest = v.cwiseAbs().maxCoeff();
  for (Index i = 0; i < v.size(); ++i)
    if (std::abs(v[i]) >= largest * (1 - 1e-9)) {
      if (v[i] < 0) v = -v;
      return;
    }
}

SymmetricEigen symmetric_eigen(const MatrixRef& a) {
  ANISO_CHECK(a.rows() == a.cols() && a.rows() > 0, "symmetric_eigen: needs a square matrix, got ",
              a.rows(), "×", a.cols());
  check_finite("symmetric_eigen", a);
  const double largest = a.cwiseAbs().maxCoeff();
  const double asymmetry = (a - a.transpose()).cwiseAbs().maxCoeff();
  ANISO_CHECK(asymmetry <= 1e-9 * largest,
              "symmetric_eigen: the matrix is not symmetric; entries differ by up to ", asymmetry);
  const Eigen::MatrixXd symmetric = 0.5 * (a + a.transpose());
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(symmetric);
  if (solver.info() != Eigen::Success)
    throw NumericalError("symmetric_eigen: the iteration did not converge");
  SymmetricEigen out{solver.eigenvalues().reverse(), solver.eigenvectors().rowwise().reverse()};
  Vector column(a.rows());
  for (Index k = 0; k < a.cols(); ++k) {
    column = out.vectors.col(k);
    fix_sign(column);
    out.vectors.col(k) = column;
  }
  return out;
}

Vector singular_values(const MatrixRef& a) {
  check_finite("singular_values", a);
  if (a.size() == 0) return Vector();
  const Eigen::BDCSVD<Eigen::MatrixXd> svd{Eigen::MatrixXd(a)};
  if (svd.info() != Eigen::Success)
    throw NumericalError("singular_values: the iteration did not converge");
  return svd.singularValues();
}

Scalar participation_ratio(const VectorRef& eigenvalues) {
  check_finite("participation_ratio", eigenvalues);
  const double largest = eigenvalues.size() == 0 ? 0 : eigenvalues.cwiseAbs().maxCoeff();
  if (!(largest > 0)) return {.status = Status::undefined("all eigenvalues are 0")};
  const Vector scaled = eigenvalues / largest;  // so that squares neither overflow nor vanish
  const double sum = scaled.sum();
  return {.value = sum * sum / scaled.squaredNorm(), .status = {}};
}

Scalar top_share(const VectorRef& eigenvalues, Index k) {
  check_finite("top_share", eigenvalues);
  ANISO_CHECK(k >= 0, "top_share: k must not be negative, got ", k);
  ANISO_CHECK(eigenvalues.size() == 0 || eigenvalues.minCoeff() >= 0,
              "top_share: eigenvalues must not be negative, got ", eigenvalues.minCoeff());
  Vector sorted = eigenvalues;
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  const double total = sorted.sum();
  if (!(total > 0)) return {.status = Status::undefined("all eigenvalues are 0")};
  return {.value = sorted.head(std::min(k, sorted.size())).sum() / total, .status = {}};
}

Scalar frobenius_cosine(const MatrixRef& a, const MatrixRef& b) {
  ANISO_CHECK(a.rows() == b.rows() && a.cols() == b.cols(), "frobenius_cosine: shapes differ, ",
              a.rows(), "×", a.cols(), " and ", b.rows(), "×", b.cols());
  check_finite("frobenius_cosine", a);
  check_finite("frobenius_cosine", b);
  const double a_max = a.size() == 0 ? 0 : a.cwiseAbs().maxCoeff();
  const double b_max = b.size() == 0 ? 0 : b.cwiseAbs().maxCoeff();
  if (!(a_max > 0)) return {.status = Status::undefined("the first matrix is 0")};
  if (!(b_max > 0)) return {.status = Status::undefined("the second matrix is 0")};
  const Matrix a_unit = a / a_max, b_unit = b / b_max;
  const double cosine = a_unit.cwiseProduct(b_unit).sum() / (a_unit.norm() * b_unit.norm());
  // Rounding can exceed the Cauchy–Schwarz bound by a few ulp.
  return {.value = std::clamp(cosine, -1.0, 1.0), .status = {}};
}

}  // namespace aniso::geometry
