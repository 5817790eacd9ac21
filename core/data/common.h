#pragma once

#include <string>

#include "core/base/params.h"
#include "core/base/random.h"
#include "core/data/dataset.h"

namespace aniso::data {

/// "n", the number of samples: 4 to 1,000,000.
ParamSpec samples_param(std::int64_t fallback);
/// "dimension", D: `low` to 65,536.
ParamSpec dimension_param(std::int64_t fallback, std::int64_t low);

/// @throws InvalidInput if (n, dim) has more than 2^28 entries (2 GiB).
void check_entries(Index n, Index dim);

/// The plane with u, v made orthonormal by Gram–Schmidt: u keeps its direction, v loses its
/// component along u.
///
/// @param what  names the two directions, for the message.
/// @throws InvalidInput if a direction is 0 or they are parallel to 1e-8.
Plane orthonormal_plane(Vector origin, const Vector& u, const Vector& v, const std::string& what);

/// (D, k) orthonormal columns, uniform over all such frames (QR of a Gaussian matrix with the
/// signs of R's diagonal taken out). @throws InvalidInput unless 0 < k ≤ dim. Cost O(D k²).
Matrix random_frame(Index dim, Index k, const RandomStream& stream);

}  // namespace aniso::data
