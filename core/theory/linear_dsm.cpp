#include "core/theory/linear_dsm.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/check.h"
#include "core/geometry/spectra.h"

namespace aniso::theory {
namespace {

void check_rate(double rate) {
  ANISO_CHECK(std::isfinite(rate) && rate >= 0,
              "LinearDsm: the rate must be finite and not negative, got ", rate);
}

}  // namespace

LinearDsm::LinearDsm(const MatrixRef& kernel, Index direction, double sigma)
    : direction_(direction), variance_(sigma * sigma) {
  ANISO_CHECK(std::isfinite(sigma) && sigma > 0, "LinearDsm: sigma must be positive, got ", sigma);
  ANISO_CHECK(direction >= 0 && direction < kernel.rows(), "LinearDsm: direction ", direction,
              " does not exist, there are ", kernel.rows());
  geometry::SymmetricEigen eigen = geometry::symmetric_eigen(kernel);
  const double least = eigen.values.minCoeff();
  ANISO_CHECK(least >= -1e-9 * std::max(0.0, eigen.values[0]), "LinearDsm: ΦΦᵀ has the eigenvalue ",
              least, "; it has none below 0");
  lambda_ = eigen.values.cwiseMax(0.0);
  basis_ = std::move(eigen.vectors);
}

Matrix LinearDsm::data_moment() const {
  Matrix moment = axis() * axis().transpose();
  moment.diagonal().array() += variance_;
  return moment;
}

Matrix LinearDsm::optimum() const {
  Matrix best = axis() * axis().transpose() / (1 + variance_);
  best.diagonal().array() -= 1;
  return best / variance_;
}

double LinearDsm::loss(const MatrixRef& omega) const {
  check_shape("LinearDsm: omega", omega, lambda_.size(), lambda_.size());
  // E y yᵀ is the data moment, E ε yᵀ = σ I.
  const auto dim = static_cast<double>(lambda_.size());
  return (omega * data_moment()).cwiseProduct(omega).sum() + 2 * omega.trace() + dim / variance_;
}

Matrix LinearDsm::next_error(const MatrixRef& error, double rate) const {
  check_shape("LinearDsm: error", error, lambda_.size(), lambda_.size());
  check_finite("LinearDsm: error", error);
  check_rate(rate);
  const Matrix kernel = basis_ * lambda_.asDiagonal() * basis_.transpose();
  return error - 2 * rate * kernel * error * data_moment();
}

Matrix LinearDsm::error_after(const MatrixRef& error, double rate, std::int64_t steps) const {
  check_shape("LinearDsm: error", error, lambda_.size(), lambda_.size());
  check_finite("LinearDsm: error", error);
  ANISO_CHECK(steps >= 0, "LinearDsm: steps must not be negative, got ", steps);
  const auto count = static_cast<double>(steps);
  const Matrix decay =
      contraction_factors(rate).unaryExpr([=](double f) { return std::pow(f, count); });
  const Matrix entries = basis_.transpose() * error * basis_;
  return basis_ * decay.cwiseProduct(entries) * basis_.transpose();
}

Matrix LinearDsm::contraction_factors(double rate) const {
  check_rate(rate);
  Vector moment = Vector::Constant(lambda_.size(), variance_);
  moment[direction_] += 1;
  return (1 - 2 * rate * (lambda_ * moment.transpose()).array()).matrix();
}

double LinearDsm::rate_from_zero() const {
  double rate = (variance_ + 1) * lambda_[direction_];
  for (Index j = 0; j < lambda_.size(); ++j)
    if (j != direction_) rate = std::min(rate, variance_ * lambda_[j]);
  return rate;
}

double LinearDsm::slowest_rate() const {
  // A single dimension has no entry off the axis.
  return lambda_.size() == 1 ? rate_from_zero() : variance_ * lambda_.minCoeff();
}

double LinearDsm::gradient_covariance_trace() const {
  const auto dim = static_cast<double>(lambda_.size());
  return 4 * (1 + dim * variance_) * lambda_[direction_] / (variance_ * (variance_ + 1));
}

}  // namespace aniso::theory
