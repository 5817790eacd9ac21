#pragma once

#include <vector>

#include "core/base/types.h"

namespace aniso::data {

/// At most `most` of the rows 0 … size−1, ascending: all of them, or one drawn from each of `most`
/// equal stretches. Every k-th row would show a single class of data whose classes alternate. The
/// same rows every time.
std::vector<Index> shown_rows(Index size, Index most);

}  // namespace aniso::data
