#include "core/figure/decimate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_set>

#include "core/base/check.h"

namespace aniso::figure {
namespace {

bool finite(const Point& p) { return std::isfinite(p.x) && std::isfinite(p.y); }

// First, lowest, highest and last point of points[begin, end), each once, in order.
void keep_extremes(std::span<const Point> points, std::size_t begin, std::size_t end,
                   std::vector<Point>& out) {
  std::size_t low = begin, high = begin;
  for (std::size_t i = begin; i < end; ++i) {
    if (points[i].y < points[low].y) low = i;
    if (points[i].y > points[high].y) high = i;
  }
  std::array<std::size_t, 4> keep = {begin, std::min(low, high), std::max(low, high), end - 1};
  const auto last = std::unique(keep.begin(), keep.end());
  for (auto i = keep.begin(); i != last; ++i) out.push_back(points[*i]);
}

}  // namespace

std::vector<std::vector<Point>> decimate(std::span<const Point> points, double column) {
  ANISO_CHECK(column > 0, "Curves are thinned to columns of positive width, not ", column, ".");
  std::vector<std::vector<Point>> pieces;
  bool fresh = true;
  for (std::size_t i = 0; i < points.size();) {
    if (!finite(points[i])) {
      fresh = true;
      ++i;
      continue;
    }
    const double at = std::floor(points[i].x / column);
    std::size_t end = i + 1;
    while (end < points.size() && finite(points[end]) && std::floor(points[end].x / column) == at)
      ++end;
    if (fresh) pieces.emplace_back();
    fresh = false;
    keep_extremes(points, i, end, pieces.back());
    i = end;
  }
  return pieces;
}

std::vector<std::size_t> visible_points(std::span<const Point> points, std::span<const int> keys,
                                        double cell) {
  ANISO_CHECK(cell > 0, "Points are thinned to cells of positive size, not ", cell, ".");
  std::vector<std::size_t> kept;
  std::unordered_set<std::uint64_t> seen;
  for (std::size_t i = points.size(); i-- > 0;) {
    if (!finite(points[i])) continue;
    const auto x = static_cast<std::int64_t>(std::floor(points[i].x / cell));
    const auto y = static_cast<std::int64_t>(std::floor(points[i].y / cell));
    const auto key = static_cast<std::uint64_t>(keys.empty() ? 0 : keys[i]) & 0xFFFF;
    const auto slot = (static_cast<std::uint64_t>(x) & 0xFFFFFF) << 40 |
                      (static_cast<std::uint64_t>(y) & 0xFFFFFF) << 16 | key;
    if (seen.insert(slot).second) kept.push_back(i);
  }
  std::reverse(kept.begin(), kept.end());
  return kept;
}

}  // namespace aniso::figure
