#pragma once

#include "core/base/types.h"

namespace aniso::geometry {

/// Local averages of ∇g∇gᵀ (the gradient outer product) as ellipses: the axes of an ellipse lie
/// along the eigenvectors and are as long as the square roots of the eigenvalues, which are the
/// root mean square slopes along them. The longest of all fills its cell.
///
/// @param gx, gy  (rows, cols) gradient on a regular grid; samples that are not finite take no
/// part.
/// @param width, height  of the grid, from its first to its last sample.
/// @param across  cells along the longer side; the cells are as square as whole samples allow.
/// @return (n, 5), one row per cell that has a gradient: centre x, y measured from the grid's first
///         sample, half the long axis x, y, half the short axis' length.
/// @throws InvalidInput if the shapes differ or `across` < 1.
/// Cost O(rows · cols). Any thread.
Matrix gradient_ellipses(const MatrixRef& gx, const MatrixRef& gy, double width, double height,
                         Index across);

}  // namespace aniso::geometry
