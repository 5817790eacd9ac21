#pragma once

#include <cstdint>

#include "core/base/types.h"
#include "core/theory/linear_score.h"

namespace aniso::theory {

/// Denoising score matching with a linear model in closed form, as the paper sets it up: one noise
/// level, data along one eigenvector. LinearScoreDescent is the general case.
///
/// The model is Ω = Φ Θ with Φ fixed and ΦΦᵀ = U diag(λ) Uᵀ, λ falling; the data are N(0, v vᵀ)
/// with v = u_i, seen at one noise level σ; the loss is E‖Ω(x + σε) + ε/σ‖². Gradient descent on Θ
/// with step η moves the error E = Ω − Ω* by
///   E_{t+1} = E_t − 2η ΦΦᵀ E_t (v vᵀ + σ² I), Ω* = (v vᵀ/(1 + σ²) − I)/σ²,
/// so that entry (j, k) of UᵀEU contracts by 1 − 2η λ_j (σ² + δ_ki) a step. The same holds for the
/// mean error under stochastic gradients, and for the mean over random starts.
///
/// All entries below are numbered by falling λ, from 0.
/// Source: ours.
class LinearDsm {
 public:
  /// @param kernel     (D, D) ΦΦᵀ, symmetric positive semi-definite.
  /// @param direction  i, 0 … D − 1. @param sigma  σ > 0.
  /// @throws InvalidInput; NumericalError if the eigenvalues do not converge. Cost O(D³).
  LinearDsm(const MatrixRef& kernel, Index direction, double sigma);

  /// (D) λ; rounding below 0 is set to 0
  const Vector& eigenvalues() const { return descent_.kernel_eigenvalues(); }
  const Matrix& eigenvectors() const { return basis_; }   ///< (D, D) columns u
  Vector axis() const { return basis_.col(direction_); }  ///< (D) v
  Matrix data_moment() const;                             ///< (D, D) v vᵀ + σ² I
  Matrix optimum() const;                                 ///< (D, D) Ω*
  /// E‖Ω y + ε/σ‖² of any Ω (D, D), y = x + σε. @throws InvalidInput. Cost O(D³).
  double loss(const MatrixRef& omega) const;

  /// (D, D) error after `steps` steps: see LinearScoreDescent::error_after.
  Matrix error_after(const MatrixRef& error, double rate, std::int64_t steps) const {
    return descent_.error_after(error, 2 * rate, steps);
  }
  /// (D, D) entry (j, k): 1 − 2η λ_j (σ² + δ_ki). @throws InvalidInput.
  Matrix contraction_factors(double rate) const;

  /// ρ_i = min{(σ² + 1) λ_i, σ² min_{j≠i} λ_j}: from Ω_0 = 0 (or for the mean over zero-mean Θ_0),
  /// and with steps small enough that no factor is negative, the error falls as (1 − 2ηρ_i)^t.
  double rate_from_zero() const;
  /// The slowest rate that a generic start excites: σ² λ_min for D ≥ 2, whatever i.
  double slowest_rate() const;
  /// Trace of the covariance of the gradient of one sample with respect to Θ, at the optimum:
  ///   4 (1 + D σ²) λ_i/(σ² (σ² + 1)).
  double gradient_covariance_trace() const;

 private:
  Index direction_;
  double variance_;  // σ²
  Matrix basis_;
  LinearScoreDescent descent_;
};

}  // namespace aniso::theory
