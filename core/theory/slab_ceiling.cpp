#include "core/theory/slab_ceiling.h"

#include <cmath>
#include <numbers>

#include "core/base/check.h"

namespace aniso::theory {

double slab_ceiling(double r_in, double r_out) {
  ANISO_CHECK(std::isfinite(r_out) && r_out > 0 && r_in >= 0 && r_in <= r_out,
              "slab_ceiling: needs 0 ≤ r_in ≤ r_out and r_out > 0, got ", r_in, " and ", r_out);
  return 1 - std::asin(r_in / r_out) / std::numbers::pi;
}

}  // namespace aniso::theory
