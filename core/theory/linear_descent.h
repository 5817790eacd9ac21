#pragma once

#include <cstdint>

#include "core/base/types.h"

namespace aniso::theory {

/// Gradient descent on linear regression in closed form.
///
/// Loss L(W) = ‖XW − Y‖_F²/(2n). With K = XᵀX/n = V Λ Vᵀ and b = VᵀXᵀY/n, step η:
///   VᵀW_t = (I − ηΛ)^t VᵀW_0 + [(I − (I − ηΛ)^t)/Λ] b,
/// which is w* + V(I − ηΛ)^t Vᵀ(w_0 − w*) where Y = Xw*, and holds as well for any Y and for
/// singular K (the bracket is then ηt). Stable iff η < 2/λ_1. The gradient flow at time τ replaces
/// (I − ηΛ)^t by e^{−Λτ}.
///
/// The loss is the objective "squared": half the squared error, summed over outputs, averaged over
/// samples.
class LinearDescent {
 public:
  /// @param x   (n, d) inputs, one per row; append a column of ones for a bias.
  /// @param y   (n, c) targets.
  /// @param w0  (d, c) initial weights.
  /// @throws InvalidInput on shapes that do not fit or entries that are not finite;
  ///         NumericalError if the eigensolver fails. Cost O(n d (d + c) + d³).
  LinearDescent(const MatrixRef& x, const MatrixRef& y, const MatrixRef& w0);

  /// (d, c) weights after `steps` steps of size `rate`; may overflow to infinity where unstable.
  /// @throws InvalidInput if rate is not finite or negative, or steps < 0. Cost O(d² c).
  Matrix weights(double rate, std::int64_t steps) const;
  /// (d, c) weights of the gradient flow at time `time` ≥ 0. @throws InvalidInput. Cost O(d² c).
  Matrix flow_weights(double time) const;
  /// ‖XW − Y‖_F²/(2n) of any weights (d, c), from the stored moments. Cost O(d² c).
  double loss(const MatrixRef& weights) const;
  /// (d) eigenvalues of XᵀX/n, falling; rounding below zero is set to 0, as K is PSD.
  const Vector& eigenvalues() const { return lambda_; }
  /// Largest stable step, 2/λ_1; infinite for X = 0.
  double stability_limit() const { return 2 / lambda_[0]; }

 private:
  Matrix combined(const Vector& decay, const Vector& gain) const;

  Vector lambda_;          // (d)
  Eigen::MatrixXd basis_;  // (d, d) V
  Matrix start_;           // (d, c) Vᵀ W_0
  Matrix drive_;           // (d, c) VᵀXᵀY/n
  Matrix best_;            // (d, c) least-squares solution of smallest norm, in the V basis
  double floor_ = 0;       // loss at best_
};

}  // namespace aniso::theory
