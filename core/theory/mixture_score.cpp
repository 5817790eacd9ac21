#include "core/theory/mixture_score.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/base/check.h"
#include "core/geometry/eigenvalues.h"
#include "core/geometry/spectra.h"

namespace aniso::theory {
namespace {

void check_query(const MatrixRef& x, Index dim, const NoiseLevel& level) {
  check_shape("MixtureScore: x", x, -1, dim);
  check_finite("MixtureScore: x", x);
  ANISO_CHECK(std::isfinite(level.signal) && std::isfinite(level.sigma) && level.signal >= 0 &&
                  level.sigma >= 0,
              "MixtureScore: signal and sigma must be finite and not negative, got ", level.signal,
              " and ", level.sigma);
}

Matrix away_from(const MatrixRef& x, const Vector& mean, const NoiseLevel& level) {
  return x.rowwise() - level.signal * mean.transpose();
}

// Eigenvalues of Σ' from those of Σ.
Vector noised(const Vector& values, const NoiseLevel& level) {
  return (level.signal * level.signal * values).array() + level.sigma * level.sigma;
}

// Logarithm of the sum of exponentials of each row.
Vector log_sum(const Matrix& terms) {
  const Vector largest = terms.rowwise().maxCoeff();
  for (Index i = 0; i < terms.rows(); ++i)
    if (!std::isfinite(largest[i]))
      throw NumericalError(text("MixtureScore: point ", i, " is too far from every component"));
  return largest.array() + (terms.colwise() - largest).array().exp().rowwise().sum().log();
}

}  // namespace

void GaussianMixture::check() const {
  const Index count = weights.size();
  ANISO_CHECK(count > 0, "GaussianMixture: needs at least one component");
  ANISO_CHECK(means.cols() > 0, "GaussianMixture: needs at least one dimension");
  check_shape("GaussianMixture: means", means, count, -1);
  check_size("GaussianMixture: covariances", static_cast<Index>(covariances.size()), count);
  check_finite("GaussianMixture: weights", weights);
  check_finite("GaussianMixture: means", means);
  ANISO_CHECK(weights.minCoeff() >= 0 && std::abs(weights.sum() - 1) <= 1e-9,
              "GaussianMixture: weights must not be negative and add up to 1, not ", weights.sum());
  for (const Matrix& covariance : covariances) {
    check_finite("GaussianMixture: covariance", covariance);
    const Index cols = covariance.cols() == 1 ? 1 : means.cols();
    check_shape("GaussianMixture: covariance", covariance, means.cols(), cols);
  }
}

MixtureScore::MixtureScore(const GaussianMixture& mixture) {
  mixture.check();
  dim_ = mixture.means.cols();
  for (Index k = 0; k < mixture.weights.size(); ++k)
    components_.push_back(component(mixture.weights[k], mixture.means.row(k).transpose(),
                                    mixture.covariances[static_cast<std::size_t>(k)], k));
}

MixtureScore::Component MixtureScore::component(double weight, const VectorRef& mean,
                                                const Matrix& covariance, Index number) {
  Component out{std::log(weight), mean, {}, {}, 0, covariance.cols() == 1};
  geometry::SymmetricEigen eigen;
  if (!out.diagonal) eigen = geometry::symmetric_eigen(covariance);
  out.values = out.diagonal ? Vector(covariance.col(0)) : eigen.values;
  const double largest = std::max(0.0, out.values.maxCoeff());
  ANISO_CHECK(out.values.minCoeff() >= (out.diagonal ? 0 : -1e-9 * largest),
              "MixtureScore: ", "component ", number, " has a variance of ", out.values.minCoeff(),
              "; a covariance has none below 0");
  // The entries of a diagonal are what they say; small eigenvalues of a full matrix are rounding.
  out.rank = out.diagonal ? (out.values.array() > 0).count() : geometry::numerical_rank(out.values);
  if (!out.diagonal) {
    out.values.conservativeResize(out.rank);
    out.basis = eigen.vectors.leftCols(out.rank);
  }
  return out;
}

Matrix MixtureScore::log_terms(const MatrixRef& x, const NoiseLevel& level) const {
  check_query(x, dim_, level);
  const auto dim = static_cast<double>(dim_);
  const double floor = level.sigma * level.sigma;  // variance where Σ has none
  Matrix out(x.rows(), components());
  for (Index k = 0; k < components(); ++k) {
    const Component& c = components_[static_cast<std::size_t>(k)];
    ANISO_CHECK(floor > 0 || (c.rank == dim_ && level.signal > 0), "MixtureScore: component ", k,
                " has no density without noise: its covariance has rank ",
                level.signal > 0 ? c.rank : 0, " of ", dim_);
    const Vector variances = noised(c.values, level);
    const Matrix away = away_from(x, c.mean, level);
    const Matrix along = c.diagonal ? away : Matrix(away * c.basis);
    Vector squares = along.cwiseAbs2() * variances.cwiseInverse();
    double log_volume = variances.array().log().sum();
    if (variances.size() < dim_) {
      squares += (away - along * c.basis.transpose()).rowwise().squaredNorm() / floor;
      log_volume += static_cast<double>(dim_ - variances.size()) * std::log(floor);
    }
    out.col(k) = (c.log_weight - 0.5 * (log_volume + dim * std::log(2 * std::numbers::pi))) -
                 0.5 * squares.array();
  }
  return out;
}

void MixtureScore::add_function(const Component& component, const MatrixRef& away,
                                const VectorRef& weight, const VectorRef& at_values, double at_zero,
                                Matrix& sum) {
  if (component.diagonal) {
    sum += weight.asDiagonal() * away * at_values.asDiagonal();
    return;
  }
  const Matrix along = away * component.basis;
  sum += weight.asDiagonal() * (along * at_values.asDiagonal() * component.basis.transpose());
  if (at_values.size() < away.cols() && at_zero != 0)
    sum += weight.asDiagonal() * (at_zero * (away - along * component.basis.transpose()));
}

Vector MixtureScore::log_density(const MatrixRef& x, const NoiseLevel& level) const {
  return log_sum(log_terms(x, level));
}

Matrix MixtureScore::responsibilities(const MatrixRef& x, const NoiseLevel& level) const {
  const Matrix terms = log_terms(x, level);
  const Matrix shares = (terms.colwise() - log_sum(terms)).array().exp();
  // Rounding of large exponents leaves a sum that is not quite 1.
  return shares.rowwise().sum().cwiseInverse().asDiagonal() * shares;
}

Matrix MixtureScore::score(const MatrixRef& x, const NoiseLevel& level) const {
  const Matrix shares = responsibilities(x, level);
  const double floor = level.sigma * level.sigma;
  Matrix sum = Matrix::Zero(x.rows(), dim_);
  for (Index k = 0; k < components(); ++k) {
    const Component& c = components_[static_cast<std::size_t>(k)];
    const Vector gain = -noised(c.values, level).cwiseInverse();
    add_function(c, away_from(x, c.mean, level), shares.col(k), gain, -1 / floor, sum);
  }
  return sum;
}

Eigen::MatrixXd MixtureScore::slope(const Component& component, const NoiseLevel& level) const {
  const Vector gain = -noised(component.values, level).cwiseInverse();
  if (component.diagonal) return gain.asDiagonal();
  Eigen::MatrixXd out = component.basis * gain.asDiagonal() * component.basis.transpose();
  if (component.rank < dim_) {
    const double floor = level.sigma * level.sigma;
    out += component.basis * component.basis.transpose() / floor;
    out.diagonal().array() -= 1 / floor;
  }
  return out;
}

Matrix MixtureScore::score_jacobians(const MatrixRef& x, const NoiseLevel& level) const {
  const Matrix shares = responsibilities(x, level);
  const Matrix mean = score(x, level);
  const double floor = level.sigma * level.sigma;
  Matrix all = Matrix::Zero(x.rows() * dim_, dim_);
  for (Index k = 0; k < components(); ++k) {
    const Component& c = components_[static_cast<std::size_t>(k)];
    const Eigen::MatrixXd slope_k = slope(c, level);
    const Vector gain = -noised(c.values, level).cwiseInverse();
    Matrix away = -mean;  // the component's own score less that of the mixture
    add_function(c, away_from(x, c.mean, level), Vector::Ones(x.rows()), gain, -1 / floor, away);
    for (Index i = 0; i < x.rows(); ++i)
      all.middleRows(i * dim_, dim_) +=
          shares(i, k) * (slope_k + away.row(i).transpose() * away.row(i));
  }
  return all;
}

Matrix MixtureScore::epsilon(const MatrixRef& x, const NoiseLevel& level) const {
  return -level.sigma * score(x, level);
}

Matrix MixtureScore::denoised(const MatrixRef& x, const NoiseLevel& level) const {
  const Matrix shares = responsibilities(x, level);
  Matrix sum = Matrix::Zero(x.rows(), dim_);
  for (Index k = 0; k < components(); ++k) {
    const Component& c = components_[static_cast<std::size_t>(k)];
    const Vector gain = level.signal * c.values.cwiseQuotient(noised(c.values, level));
    sum += shares.col(k) * c.mean.transpose();
    add_function(c, away_from(x, c.mean, level), shares.col(k), gain, 0, sum);
  }
  return sum;
}

}  // namespace aniso::theory
