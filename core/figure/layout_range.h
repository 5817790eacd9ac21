#pragma once

#include <string>

#include "core/figure/display_list.h"
#include "core/figure/figure.h"

/// Private to the layout: which data range a panel shows, and why it shows none.
namespace aniso::figure {

struct Range {
  double low = 0, high = 1;
};

struct PanelRange {
  Range x, y;
  std::string message;  ///< why nothing can be drawn; empty when something can
  std::string note;     ///< what was left out
};

/// @throws InvalidInput if series lengths differ or an axis limit is unusable.
PanelRange panel_range(const Panel& panel);

/// Edges of a field's picture: its samples' centres, or the outer edges of its cells.
Range field_x(const Field& field);
Range field_y(const Field& field);

/// Colour range: the given ends, else the data's; symmetric about zero for diverging maps. Never
/// empty. `any` tells whether the field has a finite (and, where logarithmic, positive) value.
Range field_values(const Field& field, bool& any);

}  // namespace aniso::figure
