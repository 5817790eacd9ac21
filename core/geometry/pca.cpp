#include "core/geometry/pca.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <limits>

#include "core/base/check.h"
#include "core/geometry/spectra.h"

namespace aniso::geometry {
namespace {

// The moment matrix of the smaller side: (1/m) XᵀX (d, d) or (1/m) XXᵀ (m, m).
Eigen::MatrixXd smaller_moment(const Matrix& x) {
  const double scale = 1 / static_cast<double>(x.rows());
  const bool gram = x.rows() < x.cols();
  Eigen::MatrixXd moment = Eigen::MatrixXd::Zero(gram ? x.rows() : x.cols(),  //
                                                 gram ? x.rows() : x.cols());
  if (gram)
    moment.selfadjointView<Eigen::Lower>().rankUpdate(x, scale);
  else
    moment.selfadjointView<Eigen::Lower>().rankUpdate(x.transpose(), scale);
  return moment;
}

Index numerical_rank(const Vector& falling, Index m, Index d) {
  const double floor =
      static_cast<double>(std::max(m, d)) * std::numeric_limits<double>::epsilon() * falling[0];
  Index rank = 0;
  while (rank < falling.size() && falling[rank] > floor) ++rank;
  return rank;
}

}  // namespace

Pca pca(const MatrixRef& points, Centring centring, Index max_axes) {
  const Index m = points.rows(), d = points.cols();
  ANISO_CHECK(m > 0 && d > 0, "pca: needs at least one point and one dimension, got ", m, "×", d);
  ANISO_CHECK(max_axes >= -1, "pca: the number of axes must be −1 (all) or more, got ", max_axes);
  check_finite("pca", points);
  Pca out;
  out.centre = Vector::Zero(d);
  if (centring == Centring::mean) out.centre = points.colwise().mean().transpose();
  // Scaled to entries of at most 1, so that second moments neither overflow nor vanish.
  Matrix x = points.rowwise() - out.centre.transpose();
  const double unit = x.cwiseAbs().maxCoeff();
  // A constant column whose mean rounds leaves about one ulp behind; that is no variance.
  const double noise = 4 * std::numeric_limits<double>::epsilon() * points.cwiseAbs().maxCoeff();
  if (!(unit > (centring == Centring::mean ? noise : 0.0))) {
    out.directions.resize(0, d);
    out.scores.resize(m, 0);
    out.status = Status::undefined(centring == Centring::mean ? "all points coincide"
                                                              : "all points are zero");
    return out;
  }
  x /= unit;
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(smaller_moment(x));
  if (solver.info() != Eigen::Success)
    throw NumericalError("pca: the eigenvalue iteration did not converge");
  const Vector values = solver.eigenvalues().reverse();
  const double total = x.squaredNorm() / static_cast<double>(m);
  const Index rank = numerical_rank(values, m, d);
  const Index k = max_axes < 0 ? rank : std::min(rank, max_axes);
  out.directions.resize(k, d);
  for (Index i = 0; i < k; ++i) {
    const Vector v = solver.eigenvectors().col(solver.eigenvectors().cols() - 1 - i);
    Vector direction = m < d ? Vector((x.transpose() * v).normalized()) : v;
    fix_sign(direction);
    out.directions.row(i) = direction.transpose();
  }
  out.scores = unit * (x * out.directions.transpose());
  out.variances = values.head(k) * (unit * unit);
  out.shares = values.head(k) / total;
  out.total = total * unit * unit;
  return out;
}

}  // namespace aniso::geometry
