#include "core/geometry/axis_lock.h"

#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/check.h"

namespace aniso::geometry {
namespace {

Matrix unit_rows(const MatrixRef& rows) {
  Matrix out = rows;
  for (Index i = 0; i < out.rows(); ++i) out.row(i).stableNormalize();
  return out;
}

}  // namespace

AxisLock lock_axes(const MatrixRef& previous, const MatrixRef& current) {
  check_finite("lock_axes: previous", previous);
  check_finite("lock_axes: current", current);
  const Index k = previous.rows(), l = current.rows();
  ANISO_CHECK(k == 0 || l == 0 || previous.cols() == current.cols(),
              "lock_axes: axes of dimension ", previous.cols(), " and ", current.cols());
  std::vector<Index> match(static_cast<std::size_t>(k), -1);
  std::vector<double> sign(static_cast<std::size_t>(l), 1.0);
  std::vector<bool> taken(static_cast<std::size_t>(l), false);
  Matrix overlap;
  if (k > 0 && l > 0) overlap = unit_rows(previous) * unit_rows(current).transpose();
  for (Index round = 0; round < std::min(k, l); ++round) {
    std::pair<Index, Index> best{-1, -1};
    double clearest = -1;
    for (Index i = 0; i < k; ++i)
      for (Index j = 0; j < l; ++j)
        if (match[i] < 0 && !taken[j] && std::abs(overlap(i, j)) > clearest) {
          clearest = std::abs(overlap(i, j));
          best = {i, j};
        }
    match[best.first] = best.second;
    taken[best.second] = true;
    if (overlap(best.first, best.second) < 0) sign[best.second] = -1;
  }
  AxisLock lock;
  for (const Index j : match)
    if (j >= 0) lock.order.push_back(j);
  for (Index j = 0; j < l; ++j)
    if (!taken[j]) lock.order.push_back(j);
  for (const Index j : lock.order) lock.signs.push_back(sign[j]);
  return lock;
}

Matrix locked_rows(const AxisLock& lock, const MatrixRef& rows) {
  check_size("locked_rows: axes", rows.rows(), static_cast<Index>(lock.order.size()));
  Matrix out(rows.rows(), rows.cols());
  for (Index i = 0; i < rows.rows(); ++i) out.row(i) = lock.signs[i] * rows.row(lock.order[i]);
  return out;
}

Matrix locked_columns(const AxisLock& lock, const MatrixRef& columns) {
  return locked_rows(lock, columns.transpose()).transpose();
}

Pca locked(const AxisLock& lock, Pca pca) {
  pca.directions = locked_rows(lock, pca.directions);
  pca.scores = locked_columns(lock, pca.scores);
  const Vector variances = pca.variances, shares = pca.shares;
  for (Index i = 0; i < variances.size(); ++i) {
    pca.variances[i] = variances[lock.order[i]];
    pca.shares[i] = shares[lock.order[i]];
  }
  return pca;
}

Matrix procrustes_rotation(const MatrixRef& from, const MatrixRef& to) {
  ANISO_CHECK(from.rows() == to.rows() && from.cols() == to.cols(),
              "procrustes_rotation: shapes differ, ", from.rows(), "×", from.cols(), " and ",
              to.rows(), "×", to.cols());
  check_finite("procrustes_rotation: from", from);
  check_finite("procrustes_rotation: to", to);
  const Eigen::MatrixXd cross = from.transpose() * to;
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(cross, Eigen::ComputeFullU | Eigen::ComputeFullV);
  return svd.matrixU() * svd.matrixV().transpose();
}

}  // namespace aniso::geometry
