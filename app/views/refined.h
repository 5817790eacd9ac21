#pragma once

#include "core/base/types.h"

namespace aniso::app {

/// A sampled field on a grid `factor` times as fine, cubic between the samples (Catmull–Rom) and
/// equal to them where they are; as it is where a sample is not finite.
///
/// @param values  (rows, cols), at least one of each.
/// @return  ((rows − 1)·factor + 1, (cols − 1)·factor + 1). Cost O(rows cols factor²).
Matrix refined(const Matrix& values, Index factor);

}  // namespace aniso::app
