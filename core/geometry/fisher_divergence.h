#pragma once

#include <limits>

#include "core/base/types.h"

namespace aniso::geometry {

/// Mean squared difference of two scores, and how well the points determine it.
struct FisherDivergence {
  double value = 0;  ///< Σ_k w_k ‖learned_k − exact_k‖² / Σ_k w_k  [1 / input unit²]
  /// Standard error over independent points; NaN where fewer than two have weight.
  double error = std::numeric_limits<double>::quiet_NaN();
};

/// E‖s_θ(x) − ∇ log p(x)‖², estimated at points drawn from p. It is not divided by D.
///
/// With weights the error is that of a ratio of sums,
///   error² = n/(n − 1) Σ w_k² (d_k − value)² / (Σ w_k)², n the points with weight,
/// which is the usual standard error of the mean for equal weights.
///
/// @param learned, exact  (n, D) one point per row, n ≥ 1.
/// @param weights  (n) not negative, not all 0; empty where all points count alike.
/// @throws InvalidInput if shapes differ, an entry is not finite (naming its row) or weights are
///         unusable; NumericalError if a square overflows. Cost O(n D). Any thread.
FisherDivergence fisher_divergence(const MatrixRef& learned, const MatrixRef& exact,
                                   const VectorRef& weights = Vector());

}  // namespace aniso::geometry
