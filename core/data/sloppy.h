#pragma once

#include "core/base/params.h"
#include "core/base/types.h"

namespace aniso::data {

/// Population variances (D) of the inputs of "sloppy", before noise and normalisation:
/// b e^{−c k}/D for k = 0 … D−1, b = 50 c (1 if c = 0), or the same divided by their sum.
/// @param params  validated against the schema of "sloppy".
Vector sloppy_variances(const Params& params);

}  // namespace aniso::data
