#pragma once

#include "core/base/types.h"

namespace aniso::geometry {

/// Fixed 2-D sine–cosine position embeddings of a rows × cols grid of tokens.
///
/// Token (r, c) is row r·cols + c. The first half of the features encodes c, the second half r;
/// each half holds first the sines, then the cosines of p·ω_k with
///   ω_k = 10000^{−k/(features/4)}, k = 0 … features/4 − 1.
///
/// @param features  a positive multiple of 4. @return (rows·cols, features).
/// @throws InvalidInput if an extent is not positive or the features do not divide by 4.
/// Cost O(rows · cols · features). Any thread.
/// Source: Vaswani et al. 2017, in the two-dimensional form of He et al. 2022 (MAE), which DiT
/// (Peebles, Xie 2023) uses as well.
Matrix sincos_positions(Index rows, Index cols, Index features);

}  // namespace aniso::geometry
