#pragma once

#include "core/base/params.h"
#include "core/base/types.h"
#include "core/data/dataset.h"

namespace aniso::data {

/// The regression function of "index_model" before noise: f(x) = Σ_j g(⟨x, u_j⟩), or the product.
struct IndexModel {
  Matrix directions;               ///< (D, k) orthonormal columns u_j
  double (*link)(double, double);  ///< g(z, frequency)
  double frequency = 1;
  bool is_product = false;
  Vector input_variances;  ///< (D) e^{−c i}; inputs are independent and centred

  /// (n) f at the rows of x (n, D).
  Vector values(const MatrixRef& x) const;
};

/// @param params  validated against the schema of "index_model".
/// @throws InvalidInput if the directions do not fit.
IndexModel index_model(const Params& params, const InputShape& shape);

}  // namespace aniso::data
