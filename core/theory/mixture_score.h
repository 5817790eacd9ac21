#pragma once

#include <vector>

#include "core/base/types.h"
#include "core/theory/noise_schedule.h"

namespace aniso::theory {

/// The density Σ_k w_k N(μ_k, Σ_k) on R^D.
struct GaussianMixture {
  Vector weights;  ///< (K) not negative, sum 1
  Matrix means;    ///< (K, D)
  /// (K) of (D, D) symmetric positive semi-definite, or of (D, 1) with the diagonal alone; may be
  /// singular or 0.
  std::vector<Matrix> covariances;

  /// @throws InvalidInput if it has no component or no dimension, shapes do not fit, an entry is
  ///         not finite, weights are negative or do not add up to 1 within 1e-9.
  void check() const;
};

/// Density and score of a mixture seen through noise, x_σ = signal · x_0 + sigma · ε:
///   p = Σ_k w_k N(μ'_k, Σ'_k), μ' = signal μ, Σ' = signal² Σ + sigma² I,
///   ∇ log p(x) = Σ_k r_k(x) Σ'_k⁻¹ (μ'_k − x), r_k the posterior weights of the components.
///
/// Every Σ_k is diagonalised once, so that any level costs no factorisation; a Σ_k of rank r costs
/// O(n D r) per batch, a diagonal one O(n D). Weights are formed by log-sum-exp: far from all
/// components nothing underflows.
///
/// Levels need signal ≥ 0 and sigma ≥ 0 and need not preserve the variance. Without noise (or where
/// signal = sigma = 0) a component of singular covariance has no density.
/// Below, x is (n, D). All members throw InvalidInput if x does not fit or is not finite, the level
/// is negative or not finite, or a component has no density, naming it and its rank; NumericalError
/// where a point is so far away that its square overflows. Any thread.
class MixtureScore {
 public:
  /// @throws InvalidInput as `GaussianMixture::check`, or if a covariance is not symmetric or not
  ///         positive semi-definite. Cost O(K D³) for dense covariances.
  explicit MixtureScore(const GaussianMixture& mixture);

  Index dim() const { return dim_; }
  Index components() const { return static_cast<Index>(components_.size()); }

  /// (n) log p(x).
  Vector log_density(const MatrixRef& x, const NoiseLevel& level) const;
  /// (n, K) r_k(x); rows sum to 1.
  Matrix responsibilities(const MatrixRef& x, const NoiseLevel& level) const;
  /// (n, D) ∇ log p(x).
  Matrix score(const MatrixRef& x, const NoiseLevel& level) const;
  /// ∂²log p/∂x² at each point, one symmetric (D, D) per point, stacked: (n·D, D). With A_k =
  /// −Σ'_k⁻¹ and a_k = A_k (x − μ'_k), the score of component k alone,
  ///   J = Σ_k r_k A_k + Σ_k r_k (a_k − ā)(a_k − ā)ᵀ, ā = Σ_k r_k a_k the score,
  /// since ∇r_k = r_k (a_k − ā). Components that pull apart bend the density upwards between them.
  /// Cost O(n K D² + K D² r).
  Matrix score_jacobians(const MatrixRef& x, const NoiseLevel& level) const;
  /// (n, D) E[ε | x_σ = x] = −sigma ∇ log p(x): the best prediction of the noise.
  Matrix epsilon(const MatrixRef& x, const NoiseLevel& level) const;
  /// (n, D) E[x_0 | x_σ = x], which is (x + sigma² ∇ log p(x))/signal (Tweedie) but holds without
  /// signal as well and does not cancel at small noise.
  Matrix denoised(const MatrixRef& x, const NoiseLevel& level) const;

 private:
  /// Σ_k in its eigenbasis; a diagonal one keeps the axes of R^D.
  struct Component {
    double log_weight;
    Vector mean;            // (D)
    Vector values;          // eigenvalues: (r) all positive, or (D) where diagonal
    Eigen::MatrixXd basis;  // (D, r), or empty where diagonal
    Index rank;
    bool diagonal;
  };
  static Component component(double weight, const VectorRef& mean, const Matrix& covariance,
                             Index number);
  Matrix log_terms(const MatrixRef& x, const NoiseLevel& level) const;
  /// Adds diag(weight) f(Σ_k)(x − μ'_k) to `sum`, given f at the eigenvalues and at 0.
  static void add_function(const Component& component, const MatrixRef& away,
                           const VectorRef& weight, const VectorRef& at_values, double at_zero,
                           Matrix& sum);
  /// (D, D) −Σ'_k⁻¹.
  Eigen::MatrixXd slope(const Component& component, const NoiseLevel& level) const;

  Index dim_ = 0;
  std::vector<Component> components_;
};

}  // namespace aniso::theory
