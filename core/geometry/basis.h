#pragma once

#include <string_view>

#include "core/base/random.h"
#include "core/base/types.h"

namespace aniso::geometry {

/// Families of directions of R^D. All but `random` are orthonormal bases.
enum class Basis { pixel, dft, hadamard, dct, random };

/// @param id  "pixel", "dft", "hadamard", "dct" or "random". @throws InvalidInput with the nearest.
Basis basis_from_id(std::string_view id);

/// A signal's layout: channels of height × width pixels, stored channel by channel. A plain vector
/// of D entries is {1, 1, D}.
struct Grid {
  Index channels = 1;
  Index height = 1;
  Index width = 1;
  Index dim() const { return channels * height * width; }
};

/// Element `index` (0 … D−1) of a basis of R^D as a unit vector (D).
///
/// Elements are numbered channel by channel, as the entries are; each lives in one channel. Within
/// a channel:
/// - pixel: the coordinate axes, in storage order;
/// - dft: separable real Fourier modes, products of 1, √2 cos, √2 sin (and the alternating mode
///   where an extent is even) along the two axes;
/// - dct: separable orthonormal DCT-II modes;
/// - hadamard: separable Walsh functions numbered by their sign changes; both extents must be
///   powers of two;
///   these three are ordered by spatial frequency, (f_row/height)² + (f_col/width)² ascending, ties
///   by row frequency, then row mode, then column mode; a plain vector's modes are in natural
///   order;
/// - random: independent draws, uniform on the sphere, element k from `stream.at_step(k)`; not
///   mutually orthogonal, and `index` has no upper bound.
///
/// @throws InvalidInput if the index or the layout does not fit, saying which would.
/// Cost O(D); never forms a D×D matrix.
Vector basis_element(Basis basis, Index index, const Grid& grid, const RandomStream& stream);

/// Where an element lies among all of them: the pixel itself, or its mode along the columns of
/// pixels (row) and along the rows (col), both counted from the slowest. Elements fill the layout.
struct BasisPlace {
  Index channel = 0;
  Index row = 0;
  Index col = 0;
};
/// @throws InvalidInput as basis_element, and for `random`, whose elements have no place. Cost as
/// basis_element.
BasisPlace basis_place(Basis basis, Index index, const Grid& grid);

}  // namespace aniso::geometry
