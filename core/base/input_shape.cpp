#include "core/base/input_shape.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso {

std::string InputShape::text() const {
  if (!is_image()) return grouped(dim);
  return aniso::text(channels, " × ", height, " × ", width);
}

Index side_of_square(Index dim) {
  if (dim < 1) return 0;
  const auto side = static_cast<Index>(std::llround(std::sqrt(static_cast<double>(dim))));
  return side * side == dim ? side : 0;
}

InputShape as_image(const InputShape& shape, const std::string& who) {
  if (shape.is_image()) return shape;
  for (Index channels = 1; channels <= kMostChannels; ++channels) {
    const Index side = shape.dim % channels == 0 ? side_of_square(shape.dim / channels) : 0;
    if (side >= 2) return InputShape::image(channels, side, side);
  }
  const Index below =
      std::max<Index>(2, static_cast<Index>(std::floor(std::sqrt(static_cast<double>(shape.dim)))));
  const Index above = below * below > shape.dim ? below : below + 1;
  throw InvalidInput(text(
      who, " needs images, but ", grouped(shape.dim), shape.dim == 1 ? " input is" : " inputs are",
      " neither a square number nor 2 to ", kMostChannels, " channels of one. Use ",
      below == above ? "" : text(grouped(below * below), " or "), grouped(above * above),
      " inputs, or an architecture that takes vectors"));
}

}  // namespace aniso
