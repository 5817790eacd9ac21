#pragma once

#include "app/gl/plane_view.h"
#include "core/analysis/result.h"

namespace aniso::app {

/// Places of arrows, (n, 2): the points of a square lattice within `view`, about `across` of them
/// along its shorter side. They stay where they are in the plane when the view is moved, and
/// through small steps of zoom. None where the view has no extent.
Matrix arrow_places(const gl::PlaneView& view, int across);
/// That spacing; 0 where the view has no extent.
double arrow_spacing(const gl::PlaneView& view, int across);

/// The field at those places, (n, 2); NaN outside it.
Matrix vectors_at(const analysis::VectorField2D& field, const Matrix& places);

/// A length that only few vectors exceed: the smallest of 1, 2 or 5 times a power of ten within
/// which the share `within` of them lies. 1 where all are 0 or undefined.
/// @param counted  (rows, cols) which samples count: those above 0; empty for all.
double round_length(const analysis::VectorField2D& field, double within,
                    const Matrix& counted = Matrix());

}  // namespace aniso::app
