#pragma once

#include <string>
#include <vector>

#include "core/analysis/registry.h"
#include "core/figure/figure.h"

namespace aniso::app {

/// Which directions of a rising spectrum are shown as pictures, by index from 0 and rising: one for
/// the null space, the rest evenly between the smallest value above 0 and the largest. The selected
/// one takes its neighbour's place. @param room  at most so many. @param selected  −1 for none.
std::vector<Index> directions_to_show(const analysis::Spectrum& rising, Index room, Index selected);

/// "null space of 39", "one of 16 alike", "" where it stands for itself.
std::string subspace_of(const analysis::Spectrum& rising, Index index);

/// Every spectrum seen of a run against the step: evenly chosen values, counted from the smallest,
/// those at the ends named "SAD 1". @param history  in order of steps.
figure::Figure score_history(const analysis::Analysis& analysis,
                             const std::vector<analysis::ResultsPtr>& history);

/// Directions as one panel: images side by side, or one row of entries each where they are no
/// images. @param directions  (n, D). @param names  (n).
figure::Panel directions_panel(const Matrix& directions, const InputShape& shape,
                               const std::vector<std::string>& names);

}  // namespace aniso::app
