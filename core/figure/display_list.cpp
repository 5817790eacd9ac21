#include "core/figure/display_list.h"

#include <cmath>
#include <limits>

namespace aniso::figure {

double AxisMap::to_pixel(double data) const {
  double t = 0;
  if (scale == Scale::log10) {
    if (!(data > 0)) return std::numeric_limits<double>::quiet_NaN();
    t = (std::log10(data) - std::log10(low)) / (std::log10(high) - std::log10(low));
  } else {
    // Halved: the span of two huge ends of different sign may not be finite.
    t = (data / 2 - low / 2) / (high / 2 - low / 2);
  }
  return start + t * (end - start);
}

double AxisMap::to_data(double pixel) const {
  const double t = (pixel - start) / (end - start);
  if (scale == Scale::log10) return std::pow(10, (1 - t) * std::log10(low) + t * std::log10(high));
  return (1 - t) * low + t * high;
}

}  // namespace aniso::figure
