#include "core/figure/contour.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/base/errors.h"
#include "core/base/random.h"

namespace aniso::figure {
namespace {

template <typename F>
Matrix sampled(Index n, F f) {
  Matrix m(n, n);
  for (Index r = 0; r < n; ++r)
    for (Index c = 0; c < n; ++c) m(r, c) = f(static_cast<double>(c), static_cast<double>(r));
  return m;
}

double area(const Isoline& line) {
  double twice = 0;
  for (std::size_t i = 0; i < line.points.size(); ++i) {
    const Point a = line.points[i], b = line.points[(i + 1) % line.points.size()];
    twice += a.x * b.y - a.y * b.x;
  }
  return std::abs(twice) / 2;
}

TEST(Isolines, CircleIsOneClosedLineOfTheRightSize) {
  const Matrix m = sampled(101, [](double x, double y) { return std::hypot(x - 50, y - 50); });
  const auto lines = isolines(m, 30.3);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_TRUE(lines[0].closed);
  for (const Point& p : lines[0].points) EXPECT_NEAR(std::hypot(p.x - 50, p.y - 50), 30.3, 0.02);
  EXPECT_NEAR(area(lines[0]), std::numbers::pi * 30.3 * 30.3, 2);
}

TEST(Isolines, StraightLineIsExactAndOpen) {
  const Matrix m = sampled(20, [](double x, double y) { return 2 * x + y - 17.5; });
  const auto lines = isolines(m, 0);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_FALSE(lines[0].closed);
  for (const Point& p : lines[0].points) EXPECT_NEAR(2 * p.x + p.y, 17.5, 1e-12);
  EXPECT_NEAR(lines[0].points.front().y * lines[0].points.back().y, 0, 1e-12);  // starts at an edge
}

TEST(Isolines, SaddleFollowsTheCentre) {
  Matrix m(2, 2);
  m << 1, -1, -1, 1;
  for (const double centre : {0.3, -0.3}) {
    const auto lines = isolines((m.array() + centre).matrix(), 0);
    ASSERT_EQ(lines.size(), 2u);
    // High centre: the two low corners (1, 0) and (0, 1) are cut off, and the other way round.
    for (const Isoline& line : lines) {
      ASSERT_EQ(line.points.size(), 2u);
      const Point a = line.points[0], b = line.points[1];
      const double slope = (b.y - a.y) / (b.x - a.x);
      EXPECT_GT(centre > 0 ? slope : -slope, 0);
    }
  }
}

TEST(Isolines, LevelExactlyAtSamples) {
  const Matrix ramp = sampled(6, [](double x, double) { return x; });
  const auto lines = isolines(ramp, 3);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].points.size(), 6u);
  for (const Point& p : lines[0].points) EXPECT_EQ(p.x, 3);
  Matrix peak = Matrix::Zero(5, 5);
  peak(2, 2) = 1;
  EXPECT_TRUE(isolines(peak, 1).empty());  // shrinks to a point
  EXPECT_EQ(isolines(peak, 0.5).size(), 1u);
  EXPECT_TRUE(isolines(Matrix::Zero(5, 5), 0).empty());  // a plateau has no line through it
}

TEST(Isolines, HolesCutLines) {
  Matrix m = sampled(41, [](double x, double y) { return std::hypot(x - 20, y - 20); });
  m(20, 30) = std::nan("");
  m(20, 10) = std::numeric_limits<double>::infinity();
  const auto lines = isolines(m, 10.2);
  ASSERT_EQ(lines.size(), 2u);
  for (const Isoline& line : lines) {
    EXPECT_FALSE(line.closed);
    for (const Point& p : line.points) EXPECT_TRUE(std::isfinite(p.x) && std::isfinite(p.y));
  }
}

TEST(Isolines, NestedLoops) {
  const Matrix m =
      sampled(81, [](double x, double y) { return std::cos(std::hypot(x - 40, y - 40) / 5); });
  int closed = 0;
  for (const Isoline& line : isolines(m, 0.1)) closed += line.closed;
  EXPECT_EQ(closed, 3);  // cos(r/5) = 0.1 at r = 7.4, 24.1, 38.8
}

// Every crossing of a grid edge lies on exactly one line, each line separates high from low.
TEST(Isolines, NothingIsLostOnNoise) {
  const Matrix m = RandomStream(3, "noise").normals(Index{30}, Index{40});
  std::size_t crossings = 0, points = 0;
  for (Index r = 0; r < 30; ++r)
    for (Index c = 0; c < 40; ++c) {
      crossings += c + 1 < 40 && (m(r, c) >= 0.2) != (m(r, c + 1) >= 0.2);
      crossings += r + 1 < 30 && (m(r, c) >= 0.2) != (m(r + 1, c) >= 0.2);
    }
  for (const Isoline& line : isolines(m, 0.2)) points += line.points.size();
  EXPECT_EQ(points, crossings);
}

TEST(Isolines, SmallAndInvalid) {
  EXPECT_TRUE(isolines(Matrix(), 0).empty());
  EXPECT_TRUE(isolines(Matrix::Ones(1, 9), 1).empty());
  EXPECT_THROW(isolines(Matrix::Ones(3, 3), std::nan("")), InvalidInput);
}

}  // namespace
}  // namespace aniso::figure
