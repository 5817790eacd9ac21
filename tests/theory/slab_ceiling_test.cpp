#include "core/theory/slab_ceiling.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/base/errors.h"
#include "core/base/random.h"

namespace aniso::theory {
namespace {

TEST(SlabCeiling, GoldenValue) { EXPECT_NEAR(slab_ceiling(0.5, 3), 0.94670, 5e-6); }

TEST(SlabCeiling, Limits) {
  EXPECT_DOUBLE_EQ(slab_ceiling(0, 1), 1);
  EXPECT_DOUBLE_EQ(slab_ceiling(2, 2), 0.5);
}

// No threshold on |s| does better than the ceiling, and |s| < r_in reaches it.
TEST(SlabCeiling, IsTheBestThresholdOnSampledCircles) {
  const RandomStream stream(1, "slab");
  const int n = 200000;
  const double r_in = 1, r_out = 1.6;
  double best = 0;
  for (const double cut : {0.6, 0.8, 0.9, 1.0, 1.1, 1.2, 1.4}) {
    int right = 0;
    for (int i = 0; i < n; ++i) {
      const double s = std::abs(std::cos(2 * M_PI * stream.uniform(i)));
      right += (r_in * s <= cut) + (r_out * s > cut);
    }
    best = std::max(best, right / (2.0 * n));
  }
  EXPECT_NEAR(best, slab_ceiling(r_in, r_out), 4 * 0.5 / std::sqrt(n));
}

TEST(SlabCeiling, RefusesImpossibleRadii) {
  EXPECT_THROW(slab_ceiling(3, 0.5), InvalidInput);
  EXPECT_THROW(slab_ceiling(-1, 2), InvalidInput);
  EXPECT_THROW(slab_ceiling(0, 0), InvalidInput);
  EXPECT_THROW(slab_ceiling(std::numeric_limits<double>::quiet_NaN(), 1), InvalidInput);
}

}  // namespace
}  // namespace aniso::theory
