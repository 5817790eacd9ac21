#pragma once

#include <vector>

#include "core/base/params.h"
#include "core/base/random.h"
#include "core/base/types.h"

namespace aniso::data {

/// The density Σ_c w_c N(μ_c, Σ_c) from which "gaussian_mixture" is drawn, before normalisation.
struct MixtureModel {
  Vector weights;            ///< (k) sums to 1
  Matrix means;              ///< (k, D)
  Matrix variances;          ///< (k, D) eigenvalues of Σ_c, along the columns of axes[c]
  std::vector<Matrix> axes;  ///< (k) of (D, D) orthonormal columns; (0, 0) stands for the identity

  /// (D, D) Σ_c. @throws InvalidInput if c is no component. Cost O(D³).
  Matrix covariance(Index c) const;
};

/// @param params  validated against the schema of "gaussian_mixture".
/// @param stream  `dataset_stream` of that type.
/// @throws InvalidInput for weights or means that do not fit. Cost O(k D³) for random axes.
MixtureModel mixture_model(const Params& params, const RandomStream& stream);

}  // namespace aniso::data
