#pragma once

#include <string>

#include "core/base/types.h"

namespace aniso {

/// What the entries of an input mean: a plain vector, or an image stored channel by channel.
struct InputShape {
  Index channels = 0;  ///< 0 for a plain vector
  Index height = 0;
  Index width = 0;
  Index dim = 0;  ///< D; equals channels·height·width for an image

  InputShape() = default;
  InputShape(Index c, Index h, Index w, Index d) : channels(c), height(h), width(w), dim(d) {}
  /// A plain vector, wherever only its length is known.
  InputShape(Index length) : dim(length) {}  // NOLINT(google-explicit-constructor)

  static InputShape vector(Index dim) { return {0, 0, 0, dim}; }
  static InputShape image(Index c, Index h, Index w) { return {c, h, w, c * h * w}; }
  bool is_image() const { return channels > 0; }
  /// "3 × 32 × 32", or "256".
  std::string text() const;
  bool operator==(const InputShape&) const = default;
};

/// Most channels that a vector is cut into by `as_image`.
inline constexpr Index kMostChannels = 4;

/// √dim where dim is the square of a whole number, else 0.
Index side_of_square(Index dim);

/// The image that an input stands for where one is needed. An image stays what it is. A vector
/// becomes the fewest channels, at most kMostChannels, of a square of at least 2 × 2 pixels: 256 →
/// 1 × 16 × 16, 3,072 → 3 × 32 × 32.
/// @param who  who needs the image, for the message: "architecture 'resnet'".
/// @throws InvalidInput naming the nearest numbers of inputs that would do.
InputShape as_image(const InputShape& shape, const std::string& who);

}  // namespace aniso
