#pragma once

#include <optional>
#include <string>

#include "core/analysis/result.h"

/// How far samples are from the data, as the analysis "samples" measures it.
namespace aniso::app {

/// One of its numbers; empty where there are no results or it is undefined.
std::optional<double> sample_distance(const analysis::Results* finished, const std::string& id);

/// The distances at the cursor, two lines high: sliced W2 on a bar with its floor and the 1 of a
/// collapse to 0, the others beside it where there is room.
/// @param finished  nullptr where no samples are done yet.
void draw_sample_distances(const analysis::Results* finished, float width);

}  // namespace aniso::app
