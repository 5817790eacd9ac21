#include "core/geometry/wasserstein.h"

#include <Eigen/SVD>
#include <algorithm>
#include <cmath>

#include "core/base/check.h"
#include "core/geometry/eigenvalues.h"
#include "core/geometry/spectra.h"

namespace aniso::geometry {
namespace {

void check_samples(const char* name, const MatrixRef& a, const MatrixRef& b) {
  ANISO_CHECK(a.rows() > 0 && b.rows() > 0 && a.cols() > 0, name,
              ": a sample is empty, shapes are ", a.rows(), "×", a.cols(), " and ", b.rows(), "×",
              b.cols());
  check_shape(name, b, -1, a.cols());
  check_finite(name, a);
  check_finite(name, b);
}

void sort(Eigen::Ref<Vector> values) { std::sort(values.data(), values.data() + values.size()); }

// Mean squared difference of two quantile functions from sorted values.
double squared_distance(const VectorRef& a, const VectorRef& b) {
  const Index n = a.size(), m = b.size();
  if (n == m) return (a - b).squaredNorm() / static_cast<double>(n);
  // Both are steps; between two neighbouring jumps, counted in units of 1/(n m), both are constant.
  double sum = 0;
  for (Index i = 0, j = 0, at = 0; i < n && j < m;) {
    const Index next = std::min((i + 1) * m, (j + 1) * n);
    const double gap = a[i] - b[j];
    sum += static_cast<double>(next - at) * gap * gap;
    if (next == (i + 1) * m) ++i;
    if (next == (j + 1) * n) ++j;
    at = next;
  }
  return sum / (static_cast<double>(n) * static_cast<double>(m));
}

// F (D, r) with F Fᵀ = covariance and r its numerical rank.
Eigen::MatrixXd factor(const char* name, const MatrixRef& covariance) {
  const SymmetricEigen eigen = symmetric_eigen(covariance);
  const Index dim = covariance.rows();
  const double largest = std::max(0.0, eigen.values[0]);
  ANISO_CHECK(eigen.values[dim - 1] >= -1e-9 * largest, name, " has the eigenvalue ",
              eigen.values[dim - 1], "; a covariance has none below 0");
  const Index rank = numerical_rank(eigen.values);
  return eigen.vectors.leftCols(rank) * eigen.values.head(rank).cwiseSqrt().asDiagonal();
}

Eigen::MatrixXd padded(const Eigen::MatrixXd& f, Index cols) {
  Eigen::MatrixXd out = Eigen::MatrixXd::Zero(f.rows(), cols);
  out.leftCols(f.cols()) = f;
  return out;
}

// min over orthogonal R of ‖F_a − F_b R‖².
double procrustes(const Eigen::MatrixXd& fa, const Eigen::MatrixXd& fb) {
  const Index rank = std::max(fa.cols(), fb.cols());
  if (rank == 0) return 0;
  const Eigen::MatrixXd a = padded(fa, rank), b = padded(fb, rank);
  const Eigen::MatrixXd product = b.transpose() * a;
  const Eigen::BDCSVD<Eigen::MatrixXd> svd(product, Eigen::ComputeFullU | Eigen::ComputeFullV);
  if (svd.info() != Eigen::Success)
    throw NumericalError("gaussian_wasserstein: the singular values did not converge");
  return (a - b * (svd.matrixU() * svd.matrixV().transpose())).squaredNorm();
}

Vector mean_of(const MatrixRef& points) { return points.colwise().mean().transpose(); }

Matrix covariance_of(const MatrixRef& points, const Vector& mean) {
  const Matrix centred = points.rowwise() - mean.transpose();
  return centred.transpose() * centred / static_cast<double>(points.rows());
}

}  // namespace

SlicedDistance sliced_wasserstein(const MatrixRef& a, const MatrixRef& b,
                                  const RandomStream& stream, const SlicedOptions& options) {
  check_samples("sliced_wasserstein", a, b);
  ANISO_CHECK(options.projections >= 1 && options.block >= 1,
              "sliced_wasserstein: needs projections in blocks of at least one, got ",
              options.projections, " in blocks of ", options.block);
  const Index dim = a.cols();
  SlicedDistance out;
  double sum = 0, largest = -1;
  for (Index first = 0; first < options.projections; first += options.block) {
    const Index count = std::min(options.block, options.projections - first);
    Matrix units = stream.normals(count, dim, static_cast<std::uint64_t>(first * dim));
    units.rowwise().normalize();
    // Column major: what is sorted lies together.
    Eigen::MatrixXd on_a = a * units.transpose(), on_b = b * units.transpose();
    for (Index k = 0; k < count; ++k) {
      sort(on_a.col(k));
      sort(on_b.col(k));
      const double squared = squared_distance(on_a.col(k), on_b.col(k));
      sum += squared;
      if (squared > largest) {
        largest = squared;
        out.direction = units.row(k);
      }
    }
  }
  out.sliced = std::sqrt(sum / static_cast<double>(options.projections));
  out.max_sliced = std::sqrt(largest);
  return out;
}

double gaussian_wasserstein(const VectorRef& mean_a, const MatrixRef& cov_a,
                            const VectorRef& mean_b, const MatrixRef& cov_b) {
  const Index dim = mean_a.size();
  check_size("gaussian_wasserstein: second mean", mean_b.size(), dim);
  check_shape("gaussian_wasserstein: first covariance", cov_a, dim, dim);
  check_shape("gaussian_wasserstein: second covariance", cov_b, dim, dim);
  check_finite("gaussian_wasserstein: first mean", mean_a);
  check_finite("gaussian_wasserstein: second mean", mean_b);
  const double shapes = procrustes(factor("gaussian_wasserstein: the first covariance", cov_a),
                                   factor("gaussian_wasserstein: the second covariance", cov_b));
  return std::sqrt((mean_a - mean_b).squaredNorm() + shapes);
}

double gaussian_wasserstein_of(const MatrixRef& a, const MatrixRef& b) {
  check_samples("gaussian_wasserstein", a, b);
  const Vector mean_a = mean_of(a), mean_b = mean_of(b);
  return gaussian_wasserstein(mean_a, covariance_of(a, mean_a), mean_b, covariance_of(b, mean_b));
}

double GenerationError::total() const { return std::hypot(1 - scale, offset, leakage); }

GenerationError generation_error(const MatrixRef& points, const VectorRef& v, double variance) {
  ANISO_CHECK(points.rows() > 0, "generation_error: there are no points");
  check_size("generation_error: v", v.size(), points.cols());
  check_finite("generation_error: points", points);
  ANISO_CHECK(std::abs(v.norm() - 1) <= 1e-9, "generation_error: v must have length 1, has ",
              v.norm());
  ANISO_CHECK(std::isfinite(variance) && variance > 0,
              "generation_error: the data's variance must be positive, got ", variance);
  const auto n = static_cast<double>(points.rows());
  const Vector along = points * v;
  const Matrix off = points - along * v.transpose();
  const double mean = along.mean();
  return {.scale = std::sqrt((along.array() - mean).square().sum() / n / variance),
          .offset = mean / std::sqrt(variance),
          .leakage = std::sqrt(off.squaredNorm() / n / variance)};
}

}  // namespace aniso::geometry
