#pragma once

#include <string_view>

#include "core/base/types.h"

namespace aniso::theory {

/// A noised point is x_σ = signal · x_0 + sigma · ε with ε ~ N(0, I).
struct NoiseLevel {
  double signal = 1;
  double sigma = 0;
};

/// How β_t grows over the diffusion steps.
/// - linear: evenly spaced from 0.1/T to 20/T;
/// - cosine: ᾱ_t = f(t + 1)/f(0) with f(t) = cos²(π/2 · (t/T + s)/(1 + s)), s = 0.008, and β_t at
///   most 0.999.
enum class BetaSchedule { linear, cosine };

/// @param id  "linear" or "cosine". @throws InvalidInput with the nearest.
BetaSchedule beta_schedule_from_id(std::string_view id);

/// Variance-preserving diffusion in T steps, t = 0 … T − 1:
///   ᾱ_t = Π_{s≤t} (1 − β_s), x_t = √ᾱ_t x_0 + √(1 − ᾱ_t) ε.
///
/// Sources: Ho, Jain, Abbeel 2020 (linear); Nichol, Dhariwal 2021 (cosine).
class NoiseSchedule {
 public:
  /// @param steps  T ≥ 2; the linear schedule needs more than 20, as β would reach 1.
  /// @throws InvalidInput. Cost O(T).
  NoiseSchedule(BetaSchedule kind, Index steps);

  Index steps() const { return beta_.size(); }
  const Vector& beta() const { return beta_; }            ///< (T)
  const Vector& alpha_bar() const { return alpha_bar_; }  ///< (T) falling
  const Vector& signal() const { return signal_; }        ///< (T) √ᾱ_t
  const Vector& sigma() const { return sigma_; }  ///< (T) √(1 − ᾱ_t), without cancellation
  /// (T) variance of x_{t−1} given x_t and x_0, β_t (1 − ᾱ_{t−1})/(1 − ᾱ_t); 0 at t = 0.
  const Vector& posterior_variance() const { return posterior_variance_; }
  /// Mean over t of 1/(1 − ᾱ_t): what a uniform timestep makes of ε_θ/√(1 − ᾱ_t) in the average
  /// geometry of a network whose output does not depend on t.
  double mean_inverse_variance() const;
  /// @throws InvalidInput unless 0 ≤ t < T.
  NoiseLevel level(Index t) const;

 private:
  Vector beta_, alpha_bar_, signal_, sigma_, posterior_variance_;
};

/// What a network may predict from x_t: the noise ε, the clean point x_0, or the velocity
/// v = signal · ε − sigma · x_0. Each determines the others given x_t.
enum class Prediction { epsilon, x0, v };

/// Turns one kind of prediction into another.
///
/// @param x_t, prediction  (n, D) one point per row.
/// @param signal, sigma    (n) of each row, not negative, signal² + sigma² = 1 to 1e-9.
/// @return (n, D). @throws InvalidInput if shapes do not fit, an entry is not finite, or a row asks
///         for x_0 from ε without signal, or for ε from x_0 without noise. Cost O(n D).
/// Source: Salimans, Ho 2022 (v-prediction).
Matrix converted_prediction(const MatrixRef& x_t, const MatrixRef& prediction, Prediction from,
                            Prediction to, const VectorRef& signal, const VectorRef& sigma);

}  // namespace aniso::theory
