#pragma once

#include <vector>

#include "core/base/types.h"

namespace aniso::data {

inline constexpr Index kMostDrawnPoints = 5000;
inline constexpr Index kMostDrawnClasses = 8;

/// A point drawn by hand, in the units of the dataset's plane before noise and normalisation.
struct DrawnPoint {
  double x = 0, y = 0;
  int label = 0;
  bool operator==(const DrawnPoint&) const = default;
};

/// What a list parameter that is `in_view` holds: x, y, class, x, y, class, …
/// @throws InvalidInput if the numbers are no triples or a class is none of 0 … 7.
std::vector<DrawnPoint> drawn_points(const std::vector<double>& numbers);
std::vector<double> numbers_of(const std::vector<DrawnPoint>& points);

}  // namespace aniso::data
