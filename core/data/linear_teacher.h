#pragma once

#include "core/base/params.h"
#include "core/base/random.h"
#include "core/base/types.h"

namespace aniso::data {

/// The map y = W x + noise behind the dataset "linear_teacher", before normalisation.
struct LinearTeacher {
  Matrix weights;          ///< (C, D) W = Σ_k s_k left_k right_kᵀ
  Matrix left;             ///< (C, r) orthonormal columns, output directions
  Matrix right;            ///< (D, r) orthonormal columns, input directions
  Vector singular_values;  ///< (r) as given
  Vector input_variances;  ///< (D) e^{−c i}, i = 0 … D−1; inputs are independent and centred
};

/// @param params  validated against the schema of "linear_teacher".
/// @param stream  `dataset_stream` of that type.
/// @throws InvalidInput if there are more singular values than inputs or outputs.
LinearTeacher linear_teacher(const Params& params, const RandomStream& stream);

}  // namespace aniso::data
