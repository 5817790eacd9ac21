#include "core/figure/ticks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/base/errors.h"
#include "core/base/random.h"

namespace aniso::figure {
namespace {

using ::testing::ElementsAre;

std::vector<double> values(const Ticks& ticks) {
  std::vector<double> out;
  for (const Tick& t : ticks.ticks)
    if (!t.minor) out.push_back(t.value);
  return out;
}

std::vector<std::string> labels(const Ticks& ticks) {
  std::vector<std::string> out;
  for (const Tick& t : ticks.ticks)
    if (!t.minor) out.push_back(t.label);
  return out;
}

TEST(LinearTicks, KnownRanges) {
  EXPECT_THAT(labels(linear_ticks(0, 1, 5)), ElementsAre("0.00", "0.25", "0.50", "0.75", "1.00"));
  EXPECT_THAT(labels(linear_ticks(0, 10, 3)), ElementsAre("0", "5", "10"));
  EXPECT_THAT(labels(linear_ticks(0, 100, 6)), ElementsAre("0", "20", "40", "60", "80", "100"));
  EXPECT_THAT(labels(linear_ticks(-4.2, 4.2, 5)), ElementsAre("−4", "−2", "0", "2", "4"));
  EXPECT_THAT(labels(linear_ticks(-6, 6, 3)), ElementsAre("−5", "0", "5"));
  EXPECT_THAT(labels(linear_ticks(0, 50000, 6)),
              ElementsAre("0", "10,000", "20,000", "30,000", "40,000", "50,000"));
}

TEST(LinearTicks, SharedPowerOfTen) {
  const Ticks large = linear_ticks(0, 3e6, 4);
  EXPECT_EQ(large.factor, "×10^{6}");
  EXPECT_THAT(labels(large), ElementsAre("0", "1", "2", "3"));
  const Ticks small = linear_ticks(0, 4e-7, 5);
  EXPECT_EQ(small.factor, "×10^{−7}");
  EXPECT_THAT(labels(small), ElementsAre("0", "1", "2", "3", "4"));
}

TEST(LinearTicks, OffsetOfANarrowRange) {
  const Ticks t = linear_ticks(1234.5678, 1234.5680, 4);
  ASSERT_GE(t.ticks.size(), 2u);
  EXPECT_NE(t.factor.find("+ 1234.567"), std::string::npos) << t.factor;
  for (const Tick& tick : t.ticks) EXPECT_LE(tick.label.size(), 8u) << tick.label;
}

TEST(LinearTicks, ReversedDegenerateAndInvalid) {
  EXPECT_THAT(values(linear_ticks(1, 0, 3)), ElementsAre(1, 0.5, 0));
  EXPECT_THAT(labels(linear_ticks(3, 3, 5)), ElementsAre("3"));
  EXPECT_THAT(labels(linear_ticks(0, 0, 5)), ElementsAre("0"));
  const double nan = std::nan(""), infinity = std::numeric_limits<double>::infinity();
  EXPECT_THROW(linear_ticks(nan, 1, 5), InvalidInput);
  EXPECT_THROW(linear_ticks(0, infinity, 5), InvalidInput);
  EXPECT_THROW(linear_ticks(0, 1, 1), InvalidInput);
  EXPECT_THROW(wilkinson(1, 1, 5), InvalidInput);
  EXPECT_EQ(linear_ticks(1, std::nextafter(1.0, 2.0), 5).ticks.size(), 1u);
}

// Over ranges of every size, offset and wish: inside, increasing, evenly spaced, enough of the
// range covered, never many more than wished, labels distinct.
TEST(LinearTicks, Invariants) {
  const RandomStream stream(1, "ticks");
  for (std::uint64_t i = 0; i < 3000; ++i) {
    const double size = std::pow(10, 40 * stream.uniform(4 * i) - 20);
    const double low = size * (4 * stream.uniform(4 * i + 1) - 2);
    const double high = low + size * (0.01 + stream.uniform(4 * i + 2));
    const double target = 2 + std::floor(8 * stream.uniform(4 * i + 3));
    const Ticks ticks = linear_ticks(low, high, target);
    const auto v = values(ticks);
    SCOPED_TRACE(testing::Message() << low << " … " << high << " wished " << target);
    ASSERT_GE(v.size(), 2u);
    ASSERT_LE(static_cast<double>(v.size()), 2 * target);
    const double slack = 1e-6 * (high - low);
    EXPECT_GE(v.front(), low - slack);
    EXPECT_LE(v.back(), high + slack);
    EXPECT_GE(v.back() - v.front(), 0.45 * (high - low));
    for (std::size_t k = 1; k < v.size(); ++k) {
      EXPECT_GT(v[k], v[k - 1]);
      EXPECT_NEAR(v[k] - v[k - 1], v[1] - v[0], slack);
      EXPECT_NE(ticks.ticks[k].label, ticks.ticks[k - 1].label);
    }
  }
}

TEST(LinearTicks, HugeRangesStayFinite) {
  const Ticks t = linear_ticks(-1e300, 1e300, 5);
  ASSERT_GE(t.ticks.size(), 3u);
  for (const Tick& tick : t.ticks) EXPECT_TRUE(std::isfinite(tick.value));
  EXPECT_EQ(t.factor, "×10^{300}");
  EXPECT_GE(linear_ticks(0, 1e-290, 5).ticks.size(), 2u);
}

TEST(IntegerTicks, CountsAreGroupedAndWhole) {
  EXPECT_THAT(labels(integer_ticks(0, 1248, 3)), ElementsAre("0", "400", "800", "1,200"));
  EXPECT_THAT(labels(integer_ticks(0, 3, 5)), ElementsAre("0", "1", "2", "3"));
  EXPECT_THAT(labels(integer_ticks(0.2, 1.7, 5)), ElementsAre("1"));
  EXPECT_TRUE(integer_ticks(0.2, 0.7, 5).ticks.empty());
  EXPECT_THAT(labels(integer_ticks(0, 2e6, 5)), ElementsAre("0", "0.5M", "1.0M", "1.5M", "2.0M"));
  for (const double high : {5.0, 17.0, 333.0, 99999.0})
    for (const double v : values(integer_ticks(0, high, 6))) EXPECT_EQ(v, std::floor(v));
}

TEST(LogTicks, DecadesPlainAndAsPowers) {
  EXPECT_THAT(labels(log_ticks(0.01, 100, 5)), ElementsAre("0.01", "0.1", "1", "10", "100"));
  EXPECT_THAT(labels(log_ticks(1e-7, 1e-3, 5)),
              ElementsAre("10^{−7}", "10^{−6}", "10^{−5}", "10^{−4}", "10^{−3}"));
  EXPECT_THAT(values(log_ticks(1e-12, 1, 3)), ElementsAre(1e-12, 1e-9, 1e-6, 1e-3, 1));
}

TEST(LogTicks, MinorTicksBetweenDecades) {
  const Ticks t = log_ticks(1, 100, 4);
  const auto minors =
      std::count_if(t.ticks.begin(), t.ticks.end(), [](const Tick& tick) { return tick.minor; });
  EXPECT_EQ(minors, 16);
  for (const Tick& tick : t.ticks) EXPECT_EQ(tick.minor, tick.label.empty());
}

TEST(LogTicks, NarrowRanges) {
  EXPECT_THAT(labels(log_ticks(1, 10, 4)), ElementsAre("1", "2", "5", "10"));
  EXPECT_THAT(labels(log_ticks(0.9, 25, 4)), ElementsAre("1", "2", "5", "10", "20"));
  EXPECT_GE(values(log_ticks(2.1, 2.9, 4)).size(), 2u);  // no 1, 2 or 5 inside: linear
}

TEST(LogTicks, Invariants) {
  const RandomStream stream(2, "log ticks");
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const double low = std::pow(10, 60 * stream.uniform(2 * i) - 30);
    const double high = low * std::pow(10, 0.02 + 30 * std::pow(stream.uniform(2 * i + 1), 3));
    const auto v = values(log_ticks(low, high, 5));
    SCOPED_TRACE(testing::Message() << low << " … " << high);
    ASSERT_GE(v.size(), 2u);
    ASSERT_LE(v.size(), 12u);
    EXPECT_GE(v.front(), low * (1 - 1e-6));
    EXPECT_LE(v.back(), high * (1 + 1e-6));
    EXPECT_TRUE(std::is_sorted(v.begin(), v.end()));
  }
}

TEST(LogTicks, Invalid) {
  EXPECT_THROW(log_ticks(0, 1, 5), InvalidInput);
  EXPECT_THROW(log_ticks(-1, 1, 5), InvalidInput);
  EXPECT_THROW(log_ticks(1, std::nan(""), 5), InvalidInput);
  EXPECT_EQ(values(log_ticks(100, 0.01, 5)).front(), 100);
}

TEST(Numbers, Fixed) {
  EXPECT_EQ(fixed_number(1248, 0), "1,248");
  EXPECT_EQ(fixed_number(1234567, 0), "1,234,567");
  EXPECT_EQ(fixed_number(-0.0001, 2), "0.00");
  EXPECT_EQ(fixed_number(-2.317, 3), "−2.317");
  EXPECT_EQ(fixed_number(1234.5, 1), "1234.5");
  EXPECT_EQ(fixed_number(12345.5, 1), "12,345.5");
}

TEST(Numbers, Short) {
  EXPECT_EQ(short_number(0.0897), "0.0897");
  EXPECT_EQ(short_number(-2.31749), "−2.317");
  EXPECT_EQ(short_number(1248), "1,248");
  EXPECT_EQ(short_number(1.2e-7), "1.2×10^{−7}");
  EXPECT_EQ(short_number(9.99999), "10");
  EXPECT_EQ(short_number(0), "0");
  EXPECT_EQ(short_number(std::nan("")), "undefined");
  EXPECT_EQ(short_number(-std::numeric_limits<double>::infinity()), "−∞");
}

}  // namespace
}  // namespace aniso::figure
