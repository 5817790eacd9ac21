#pragma once

#include "core/analysis/result.h"
#include "core/figure/figure.h"

namespace aniso::app {

/// Adds a level of a field to a figure, in the plane's coordinates: a line for each piece.
void trace_level(figure::Panel& panel, const analysis::Field2D& field, double level,
                 const figure::Style& style);

}  // namespace aniso::app
