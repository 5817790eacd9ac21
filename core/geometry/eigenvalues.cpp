#include "core/geometry/eigenvalues.h"

#include <Eigen/Eigenvalues>
#include <limits>

#include "core/base/check.h"

namespace aniso::geometry {

Vector symmetric_part_eigenvalues(const MatrixRef& a) {
  ANISO_CHECK(a.rows() == a.cols() && a.rows() > 0, "eigenvalues: needs a square matrix, got ",
              a.rows(), "×", a.cols());
  check_finite("eigenvalues", a);
  const Eigen::MatrixXd symmetric = 0.5 * (a + a.transpose());
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(symmetric, Eigen::EigenvaluesOnly);
  if (solver.info() != Eigen::Success)
    throw NumericalError("eigenvalues: the iteration did not converge");
  return solver.eigenvalues().reverse();
}

Index numerical_rank(const VectorRef& eigenvalues) {
  if (eigenvalues.size() == 0) return 0;
  const double largest = eigenvalues.maxCoeff();
  const double noise =
      static_cast<double>(eigenvalues.size()) * std::numeric_limits<double>::epsilon() * largest;
  return largest > 0 ? (eigenvalues.array() > noise).count() : 0;
}

}  // namespace aniso::geometry
