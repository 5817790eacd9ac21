#pragma once

#include <cstdint>

#include "core/base/types.h"
#include "core/theory/noise_schedule.h"

namespace aniso::theory {

/// Second moments of what a linear model F(y) = W y is fitted to by score matching: noised samples
/// y = √ᾱ_t x + σ_t ε with t uniform, and the target ε, x or v. The model does not see t.
struct DenoisingMoments {
  Matrix inputs;  ///< (D, D) E y yᵀ = ᾱ C + σ² I, averaged over t
  Matrix cross;   ///< (D, D) E target yᵀ: σ I, √ᾱ C, or √ᾱ σ (I − C), averaged over t
  /// (D, D) W* that minimises E‖W y − target‖². Cost O(D³).
  Matrix optimum() const;
};

/// @param data_moment  (D, D) C = E x xᵀ, symmetric.
/// @throws InvalidInput unless it is square and finite. Cost O(T + D²).
/// Source: ours.
DenoisingMoments denoising_moments(const NoiseSchedule& schedule, Prediction prediction,
                                   const MatrixRef& data_moment);

/// Gradient descent on Θ of W = ΦΘ, Φ fixed, for a loss E‖W y − target‖²: the error E = W − W*
/// moves by E ← E − s ΦΦᵀ E M, M = E y yᵀ, so that its entries between the eigenvectors of ΦΦᵀ
/// (eigenvalues λ) and of M (μ) contract by 1 − s λ_j μ_k a step. The same holds for the mean error
/// under stochastic gradients. The step s is twice the learning rate, and that over D where the
/// loss is a mean over D outputs. Source: Score anisotropy directions (the linear theorem), for any
/// M.
class LinearScoreDescent {
 public:
  /// @param kernel  (D, D) ΦΦᵀ. @param moment  (D, D) M. Symmetric, positive semi-definite.
  /// @throws InvalidInput; NumericalError if the eigenvalues do not converge. Cost O(D³).
  LinearScoreDescent(const MatrixRef& kernel, const MatrixRef& moment);

  const Vector& kernel_eigenvalues() const { return lambda_; }  ///< (D) falling, none below 0
  const Vector& moment_eigenvalues() const { return mu_; }      ///< (D) falling, none below 0

  /// (D, D) error after so many steps. @throws InvalidInput if shapes do not fit, the step is
  /// negative or not finite or steps < 0. Cost O(D³), whatever the number of steps.
  Matrix error_after(const MatrixRef& error, double step, std::int64_t steps) const;
  /// λ_j μ_k of the slowest entry that this error (D, D) has; entries below `rounding` of the
  /// largest are none. 0 for an error of 0. It falls as (1 − s · rate)^t in the end. Cost O(D³).
  double slowest_rate(const MatrixRef& error, double rounding = 1e-9) const;
  /// The largest step that does not blow up, 2/(λ_1 μ_1); infinite where either is 0.
  double stability_limit() const;

 private:
  Matrix entries(const MatrixRef& error) const;

  Vector lambda_, mu_;
  Matrix left_, right_;  // eigenvectors as columns
};

}  // namespace aniso::theory
