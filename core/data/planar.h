#pragma once

#include "core/base/params.h"
#include "core/base/random.h"
#include "core/data/registry.h"

namespace aniso::data {

/// What every figure in a plane of R^D declares: dimension, layout, u1, u2 and off_plane_noise.
ParamSchema planar_params();

/// Fills shape, x and plane of `raw` from points (n, 2) in coordinates along u1 and u2, with noise
/// in the other D − 2 directions. @throws InvalidInput for parallel directions or too many numbers.
void put_into_plane(RawData& raw, const Matrix& points, const Params& params,
                    const RandomStream& stream);

}  // namespace aniso::data
