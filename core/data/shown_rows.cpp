#include "core/data/shown_rows.h"

#include <algorithm>

#include "core/base/random.h"

namespace aniso::data {

std::vector<Index> shown_rows(Index size, Index most) {
  const Index count = std::min(std::max<Index>(most, 0), size);
  const RandomStream stream(0, "shown rows");
  std::vector<Index> rows(static_cast<std::size_t>(count));
  for (Index k = 0; k < count; ++k) {
    const Index first = k * size / count, next = (k + 1) * size / count;
    rows[static_cast<std::size_t>(k)] =
        first + static_cast<Index>(stream.below(static_cast<std::uint64_t>(k),
                                                static_cast<std::uint64_t>(next - first)));
  }
  return rows;
}

}  // namespace aniso::data
