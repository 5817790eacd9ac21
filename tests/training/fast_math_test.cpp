#include "core/training/fast_math.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace aniso::training {
namespace {

// Distance from the exact value in units of the last place of the rounded result.
template <typename T>
double ulps(T value, long double exact) {
  const T rounded = static_cast<T>(exact);
  const T above = std::nextafter(std::abs(rounded), std::numeric_limits<T>::infinity());
  const long double unit = static_cast<long double>(above) - std::abs(rounded);
  return static_cast<double>(std::abs(static_cast<long double>(value) - exact) / unit);
}

// Largest error over magnitudes 2^−20 … `largest` of both signs.
template <typename T, typename Fast, typename Exact>
double worst(Fast fast, Exact exact, double largest, bool negative_only = false) {
  double result = 0;
  for (double magnitude = 0x1p-20; magnitude < largest; magnitude *= 1.00037)
    for (const double sign : {-1.0, 1.0}) {
      if (negative_only && sign > 0) continue;
      const T z = static_cast<T>(sign * magnitude);
      result = std::max(result, ulps<T>(fast(z), exact(static_cast<long double>(z))));
    }
  return result;
}

template <typename T>
class FastMath : public testing::Test {};
using Types = testing::Types<float, double>;
TYPED_TEST_SUITE(FastMath, Types);

TYPED_TEST(FastMath, IsAccurateToAFewUlps) {
  using T = TypeParam;
  const double range = std::is_same_v<T, float> ? 80 : 700;
  EXPECT_LT(worst<T>([](T z) { return fast::exp_nonpositive(z).exp; },
                     [](long double z) { return std::exp(z); }, range, true),
            2.0);
  EXPECT_LT(worst<T>([](T z) { return fast::exp_nonpositive(z).expm1; },
                     [](long double z) { return std::expm1(z); }, range, true),
            2.0);
  EXPECT_LT(worst<T>([](T z) { return fast::tanh(z); }, [](long double z) { return std::tanh(z); },
                     range),
            3.0);
  EXPECT_LT(worst<T>([](T z) { return fast::sigmoid(z); },
                     [](long double z) { return 1 / (1 + std::exp(-z)); }, range),
            3.0);
  EXPECT_LT(
      worst<T>([](T z) { return fast::softplus(z); },
               [](long double z) { return std::max(z, 0.0L) + std::log1p(std::exp(-std::abs(z))); },
               range),
      3.0);
}

TYPED_TEST(FastMath, LimitsAndNotANumber) {
  using T = TypeParam;
  constexpr T inf = std::numeric_limits<T>::infinity();
  constexpr T nan = std::numeric_limits<T>::quiet_NaN();
  EXPECT_EQ(fast::tanh(T(0)), T(0));
  EXPECT_EQ(fast::tanh(inf), T(1));
  EXPECT_EQ(fast::tanh(-inf), T(-1));
  EXPECT_EQ(fast::sigmoid(inf), T(1));
  EXPECT_LT(fast::sigmoid(-inf), T(1e-30));
  EXPECT_EQ(fast::softplus(inf), inf);
  EXPECT_TRUE(std::isnan(fast::tanh(nan)));
  EXPECT_TRUE(std::isnan(fast::sigmoid(nan)));
  EXPECT_TRUE(std::isnan(fast::softplus(nan)));
}

}  // namespace
}  // namespace aniso::training
