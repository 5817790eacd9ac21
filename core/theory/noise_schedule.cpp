#include "core/theory/noise_schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::theory {
namespace {

Vector linear_betas(Index steps) {
  ANISO_CHECK(steps > 20, "NoiseSchedule: the linear schedule needs more than 20 steps, got ",
              steps);
  const auto count = static_cast<double>(steps);
  return Vector::LinSpaced(steps, 0.1 / count, 20 / count);
}

Vector cosine_betas(Index steps) {
  constexpr double kOffset = 0.008, kLargest = 0.999;
  const auto level = [&](Index t) {
    const double time = static_cast<double>(t) / static_cast<double>(steps);
    const double root = std::cos(std::numbers::pi / 2 * (time + kOffset) / (1 + kOffset));
    return root * root;
  };
  Vector beta(steps);
  for (Index t = 0; t < steps; ++t) beta[t] = std::min(1 - level(t + 1) / level(t), kLargest);
  return beta;
}

void check_levels(const VectorRef& signal, const VectorRef& sigma, Index rows) {
  check_size("converted_prediction: signal", signal.size(), rows);
  check_size("converted_prediction: sigma", sigma.size(), rows);
  for (Index i = 0; i < rows; ++i) {
    const double power = signal[i] * signal[i] + sigma[i] * sigma[i];
    ANISO_CHECK(signal[i] >= 0 && sigma[i] >= 0 && std::abs(power - 1) <= 1e-9,
                "converted_prediction: row ", i, " has signal ", signal[i], " and sigma ", sigma[i],
                "; their squares must add up to 1");
  }
}

}  // namespace

BetaSchedule beta_schedule_from_id(std::string_view id) {
  if (id == "linear") return BetaSchedule::linear;
  if (id == "cosine") return BetaSchedule::cosine;
  throw InvalidInput(
      text("'", id, "' is not a noise schedule.", suggestion(id, {"linear", "cosine"})));
}

NoiseSchedule::NoiseSchedule(BetaSchedule kind, Index steps) {
  ANISO_CHECK(steps >= 2, "NoiseSchedule: needs at least 2 steps, got ", steps);
  beta_ = kind == BetaSchedule::linear ? linear_betas(steps) : cosine_betas(steps);
  alpha_bar_.resize(steps);
  sigma_.resize(steps);
  posterior_variance_.resize(steps);
  double kept = 1,
         noise = 0;  // ᾱ and 1 − ᾱ, the latter summed so that small ones keep their digits
  for (Index t = 0; t < steps; ++t) {
    const double before = noise;
    kept *= 1 - beta_[t];
    noise = before * (1 - beta_[t]) + beta_[t];
    alpha_bar_[t] = kept;
    sigma_[t] = std::sqrt(noise);
    posterior_variance_[t] = beta_[t] * before / noise;
  }
  signal_ = alpha_bar_.cwiseSqrt();
}

double NoiseSchedule::mean_inverse_variance() const {
  return sigma_.cwiseAbs2().cwiseInverse().mean();
}

NoiseLevel NoiseSchedule::level(Index t) const {
  ANISO_CHECK(t >= 0 && t < steps(), "NoiseSchedule: step ", t, " is not within 0 … ", steps() - 1);
  return {signal_[t], sigma_[t]};
}

Matrix converted_prediction(const MatrixRef& x_t, const MatrixRef& prediction, Prediction from,
                            Prediction to, const VectorRef& signal, const VectorRef& sigma) {
  check_shape("converted_prediction: prediction", prediction, x_t.rows(), x_t.cols());
  check_finite("converted_prediction: x_t", x_t);
  check_finite("converted_prediction: prediction", prediction);
  check_levels(signal, sigma, x_t.rows());
  if (from == to) return prediction;
  const bool by_signal = from == Prediction::epsilon, by_sigma = from == Prediction::x0;
  for (Index i = 0; i < x_t.rows(); ++i) {
    ANISO_CHECK(!by_signal || signal[i] > 0, "converted_prediction: row ", i,
                " has no signal; its noise does not tell x_0");
    ANISO_CHECK(!by_sigma || sigma[i] > 0, "converted_prediction: row ", i,
                " has no noise; x_0 does not tell it");
  }
  const Matrix signal_x = signal.asDiagonal() * x_t, sigma_x = sigma.asDiagonal() * x_t;
  const Matrix signal_p = signal.asDiagonal() * prediction;
  const Matrix sigma_p = sigma.asDiagonal() * prediction;
  // (x_t, v) is (x_0, ε) turned by the angle whose cosine is the signal; from ε or x_0 the pair
  // (x_t, prediction) is solved for what is wanted.
  switch (from) {
    case Prediction::v:
      return to == Prediction::epsilon ? Matrix(sigma_x + signal_p) : Matrix(signal_x - sigma_p);
    case Prediction::epsilon:
      return signal.cwiseInverse().asDiagonal() *
             (to == Prediction::x0 ? Matrix(x_t - sigma_p) : Matrix(prediction - sigma_x));
    case Prediction::x0:
      break;
  }
  return sigma.cwiseInverse().asDiagonal() *
         (to == Prediction::epsilon ? Matrix(x_t - signal_p) : Matrix(signal_x - prediction));
}

}  // namespace aniso::theory
