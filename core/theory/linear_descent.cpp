#include "core/theory/linear_descent.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/check.h"

namespace aniso::theory {
namespace {

// (1 − e^{−a})/λ with a = λ·time, → time as λ → 0.
double flow_gain(double lambda, double time) {
  return lambda == 0 ? time : -std::expm1(-lambda * time) / lambda;
}

// (1 − (1 − ηλ)^t)/λ without cancellation for small ηλ, → ηt as λ → 0.
double descent_gain(double lambda, double rate, double steps, double decay) {
  const double q = rate * lambda;
  if (q == 0) return rate * steps;
  return q < 1 ? -std::expm1(steps * std::log1p(-q)) / lambda : (1 - decay) / lambda;
}

}  // namespace

LinearDescent::LinearDescent(const MatrixRef& x, const MatrixRef& y, const MatrixRef& w0) {
  ANISO_CHECK(x.rows() > 0 && x.cols() > 0, "linear descent: needs at least one sample and input");
  check_shape("linear descent: targets", y, x.rows(), -1);
  check_shape("linear descent: initial weights", w0, x.cols(), y.cols());
  check_finite("linear descent: inputs", x);
  check_finite("linear descent: targets", y);
  check_finite("linear descent: initial weights", w0);
  const auto n = static_cast<double>(x.rows());
  const Eigen::MatrixXd moment = x.transpose() * x / n;
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(moment);
  if (solver.info() != Eigen::Success)
    throw NumericalError("linear descent: the eigenvalue iteration did not converge");
  lambda_ = solver.eigenvalues().reverse().cwiseMax(0.0);
  basis_ = solver.eigenvectors().rowwise().reverse();
  start_ = basis_.transpose() * w0;
  drive_ = basis_.transpose() * (x.transpose() * y) / n;
  // Eigenvalues that rounding cannot tell from zero have no finite optimum; their share is 0.
  const double noise = static_cast<double>(std::max(x.rows(), x.cols())) *
                       std::numeric_limits<double>::epsilon() * lambda_[0];
  best_ = Matrix::Zero(start_.rows(), start_.cols());
  for (Index i = 0; i < lambda_.size(); ++i)
    if (lambda_[i] > noise) best_.row(i) = drive_.row(i) / lambda_[i];
  floor_ = (x * (basis_ * best_) - y).squaredNorm() / (2 * n);
}

Matrix LinearDescent::combined(const Vector& decay, const Vector& gain) const {
  return basis_ * (decay.asDiagonal() * start_ + gain.asDiagonal() * drive_);
}

Matrix LinearDescent::weights(double rate, std::int64_t steps) const {
  ANISO_CHECK(std::isfinite(rate) && rate >= 0, "linear descent: the rate must be finite and at ",
              "least 0, got ", rate);
  ANISO_CHECK(steps >= 0, "linear descent: steps must not be negative, got ", steps);
  Vector decay(lambda_.size()), gain(lambda_.size());
  const auto t = static_cast<double>(steps);
  for (Index i = 0; i < lambda_.size(); ++i) {
    decay[i] = std::pow(1 - rate * lambda_[i], t);
    gain[i] = descent_gain(lambda_[i], rate, t, decay[i]);
  }
  return combined(decay, gain);
}

Matrix LinearDescent::flow_weights(double time) const {
  ANISO_CHECK(std::isfinite(time) && time >= 0, "linear descent: the time must be finite and at ",
              "least 0, got ", time);
  Vector decay(lambda_.size()), gain(lambda_.size());
  for (Index i = 0; i < lambda_.size(); ++i) {
    decay[i] = std::exp(-lambda_[i] * time);
    gain[i] = flow_gain(lambda_[i], time);
  }
  return combined(decay, gain);
}

double LinearDescent::loss(const MatrixRef& weights) const {
  check_shape("linear descent: weights", weights, start_.rows(), start_.cols());
  // Around the minimum, so that small losses do not drown in the cancellation of large terms.
  const Matrix away = basis_.transpose() * weights - best_;
  return floor_ + 0.5 * (lambda_.cwiseSqrt().asDiagonal() * away).squaredNorm();
}

}  // namespace aniso::theory
