#include "core/theory/linear_dsm.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"
#include "core/geometry/spectra.h"

namespace aniso::theory {
namespace {

Matrix checked_basis(const MatrixRef& kernel, Index direction, double sigma) {
  ANISO_CHECK(std::isfinite(sigma) && sigma > 0, "LinearDsm: sigma must be positive, got ", sigma);
  ANISO_CHECK(direction >= 0 && direction < kernel.rows(), "LinearDsm: direction ", direction,
              " does not exist, there are ", kernel.rows());
  return geometry::symmetric_eigen(kernel).vectors;
}

}  // namespace

LinearDsm::LinearDsm(const MatrixRef& kernel, Index direction, double sigma)
    : direction_(direction),
      variance_(sigma * sigma),
      basis_(checked_basis(kernel, direction, sigma)),
      descent_(kernel, data_moment()) {}

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
  check_shape("LinearDsm: omega", omega, basis_.rows(), basis_.rows());
  // E y yᵀ is the data moment, E ε yᵀ = σ I.
  const auto dim = static_cast<double>(basis_.rows());
  return (omega * data_moment()).cwiseProduct(omega).sum() + 2 * omega.trace() + dim / variance_;
}

Matrix LinearDsm::contraction_factors(double rate) const {
  ANISO_CHECK(std::isfinite(rate) && rate >= 0,
              "LinearDsm: the rate must be finite and not negative, got ", rate);
  Vector moment = Vector::Constant(basis_.rows(), variance_);
  moment[direction_] += 1;
  return (1 - 2 * rate * (eigenvalues() * moment.transpose()).array()).matrix();
}

double LinearDsm::rate_from_zero() const {
  const Vector& lambda = eigenvalues();
  double rate = (variance_ + 1) * lambda[direction_];
  for (Index j = 0; j < lambda.size(); ++j)
    if (j != direction_) rate = std::min(rate, variance_ * lambda[j]);
  return rate;
}

double LinearDsm::slowest_rate() const {
  // A single dimension has no entry off the axis.
  return basis_.rows() == 1 ? rate_from_zero() : variance_ * eigenvalues().minCoeff();
}

double LinearDsm::gradient_covariance_trace() const {
  const auto dim = static_cast<double>(basis_.rows());
  return 4 * (1 + dim * variance_) * eigenvalues()[direction_] / (variance_ * (variance_ + 1));
}

}  // namespace aniso::theory
