#include "core/figure/decimate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/base/errors.h"
#include "core/base/random.h"

namespace aniso::figure {
namespace {

TEST(Decimate, KeepsExtremesOfEveryColumn) {
  const RandomStream stream(5, "curve");
  std::vector<Point> curve;
  for (std::uint64_t i = 0; i < 100000; ++i)
    curve.push_back({static_cast<double>(i) / 250.0, stream.normal(i)});
  const auto pieces = decimate(curve);
  ASSERT_EQ(pieces.size(), 1u);
  EXPECT_LE(pieces[0].size(), 4 * 400u);
  std::vector<double> low(400, 1e9), high(400, -1e9), got_low(400, 1e9), got_high(400, -1e9);
  const auto extend = [](const std::vector<Point>& points, auto& lows, auto& highs) {
    for (const Point& p : points) {
      auto& l = lows[static_cast<std::size_t>(p.x)];
      auto& h = highs[static_cast<std::size_t>(p.x)];
      l = std::min(l, p.y);
      h = std::max(h, p.y);
    }
  };
  extend(curve, low, high);
  extend(pieces[0], got_low, got_high);
  EXPECT_EQ(low, got_low);
  EXPECT_EQ(high, got_high);
  EXPECT_EQ(pieces[0].front(), curve.front());
  EXPECT_EQ(pieces[0].back(), curve.back());
  for (std::size_t i = 1; i < pieces[0].size(); ++i)
    EXPECT_GT(pieces[0][i].x, pieces[0][i - 1].x);  // order kept, nothing twice
}

TEST(Decimate, SparseCurvesAreUntouched) {
  const std::vector<Point> curve = {{0, 1}, {5, 2}, {3, 7}, {9, 0}};
  const auto pieces = decimate(curve);
  ASSERT_EQ(pieces.size(), 1u);
  EXPECT_EQ(pieces[0], curve);
}

TEST(Decimate, NotFiniteBreaks) {
  const double nan = std::nan(""), infinity = std::numeric_limits<double>::infinity();
  const std::vector<Point> curve = {{nan, 0}, {0, 1},          {0.1, 2},  {0.2, nan},
                                    {0.3, 5}, {0.4, infinity}, {nan, nan}};
  const auto pieces = decimate(curve);
  ASSERT_EQ(pieces.size(), 2u);
  EXPECT_THAT(pieces[0], testing::ElementsAre(Point{0, 1}, Point{0.1, 2}));
  EXPECT_THAT(pieces[1], testing::ElementsAre(Point{0.3, 5}));
  EXPECT_TRUE(decimate({}).empty());
  EXPECT_THROW(decimate(curve, 0), InvalidInput);
}

TEST(VisiblePoints, LastOfEachCellAndKeyStays) {
  const std::vector<Point> points = {{0.1, 0.1}, {0.2, 0.2}, {0.3, 0.3}, {5, 5}, {std::nan(""), 1}};
  EXPECT_THAT(visible_points(points, {}, 0.5), testing::ElementsAre(2, 3));
  const std::vector<int> keys = {0, 1, 1, 0, 0};
  EXPECT_THAT(visible_points(points, keys, 0.5), testing::ElementsAre(0, 2, 3));
}

}  // namespace
}  // namespace aniso::figure
