#include "core/theory/linear_score.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/base/check.h"
#include "core/geometry/spectra.h"

namespace aniso::theory {
namespace {

constexpr double kRounding = 1e-9;  // of the largest value

Vector psd_eigenvalues(const geometry::SymmetricEigen& eigen, const char* what) {
  const double least = eigen.values.minCoeff();
  ANISO_CHECK(least >= -kRounding * std::max(0.0, eigen.values[0]), what, " has the eigenvalue ",
              least, "; it has none below 0");
  return eigen.values.cwiseMax(0.0);
}

}  // namespace

Matrix DenoisingMoments::optimum() const {
  const Eigen::MatrixXd solved =
      Eigen::LDLT<Eigen::MatrixXd>(inputs).solve(Eigen::MatrixXd(cross.transpose()));
  return solved.transpose();
}

DenoisingMoments denoising_moments(const NoiseSchedule& schedule, Prediction prediction,
                                   const MatrixRef& data_moment) {
  check_shape("denoising_moments: data_moment", data_moment, data_moment.rows(),
              data_moment.rows());
  check_finite("denoising_moments: data_moment", data_moment);
  const auto& sigma = schedule.sigma();
  DenoisingMoments moments;
  moments.inputs = schedule.alpha_bar().mean() * data_moment;
  moments.inputs.diagonal().array() += sigma.squaredNorm() / static_cast<double>(sigma.size());
  const double noise = sigma.mean(), signal = schedule.signal().mean();
  const double both = schedule.signal().cwiseProduct(sigma).mean();
  const Matrix one = Matrix::Identity(data_moment.rows(), data_moment.cols());
  switch (prediction) {
    case Prediction::epsilon:
      moments.cross = noise * one;
      break;
    case Prediction::x0:
      moments.cross = signal * data_moment;
      break;
    case Prediction::v:
      moments.cross = both * (one - data_moment);
      break;
  }
  return moments;
}

LinearScoreDescent::LinearScoreDescent(const MatrixRef& kernel, const MatrixRef& moment) {
  check_shape("LinearScoreDescent: moment", moment, kernel.rows(), kernel.rows());
  geometry::SymmetricEigen left = geometry::symmetric_eigen(kernel);
  geometry::SymmetricEigen right = geometry::symmetric_eigen(moment);
  lambda_ = psd_eigenvalues(left, "LinearScoreDescent: ΦΦᵀ");
  mu_ = psd_eigenvalues(right, "LinearScoreDescent: the moment");
  left_ = std::move(left.vectors);
  right_ = std::move(right.vectors);
}

Matrix LinearScoreDescent::entries(const MatrixRef& error) const {
  check_shape("LinearScoreDescent: error", error, lambda_.size(), lambda_.size());
  check_finite("LinearScoreDescent: error", error);
  return left_.transpose() * error * right_;
}

Matrix LinearScoreDescent::error_after(const MatrixRef& error, double step,
                                       std::int64_t steps) const {
  ANISO_CHECK(std::isfinite(step) && step >= 0,
              "LinearScoreDescent: the step must be finite and not negative, got ", step);
  ANISO_CHECK(steps >= 0, "LinearScoreDescent: steps must not be negative, got ", steps);
  const auto count = static_cast<double>(steps);
  const Matrix decay = (lambda_ * mu_.transpose()).unaryExpr([=](double r) {
    return std::pow(1 - step * r, count);
  });
  return left_ * decay.cwiseProduct(entries(error)) * right_.transpose();
}

double LinearScoreDescent::slowest_rate(const MatrixRef& error, double rounding) const {
  const Matrix at = entries(error).cwiseAbs();
  const double least = rounding * at.maxCoeff();
  double rate = std::numeric_limits<double>::infinity();
  for (Index j = 0; j < at.rows(); ++j)
    for (Index k = 0; k < at.cols(); ++k)
      if (at(j, k) > least) rate = std::min(rate, lambda_[j] * mu_[k]);
  return std::isfinite(rate) ? rate : 0;
}

double LinearScoreDescent::stability_limit() const { return 2 / (lambda_[0] * mu_[0]); }

}  // namespace aniso::theory
