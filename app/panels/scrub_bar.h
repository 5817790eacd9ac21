#pragma once

#include "app/frame.h"

namespace aniso::app {

/// The run's time line: how far it is, which states are stored, where settings changed; dragged, it
/// moves every view to another step. Draws at the cursor, as high as a control.
void draw_scrub_bar(Frame& frame, float width);

}  // namespace aniso::app
