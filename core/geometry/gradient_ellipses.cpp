#include "core/geometry/gradient_ellipses.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/check.h"
#include "core/geometry/plane_curvature.h"

namespace aniso::geometry {
namespace {

constexpr double kFilled = 0.92;  // of a cell, by the longest ellipse

struct Moment {
  double xx = 0, xy = 0, yy = 0;
  Index count = 0;
};

Moment moment_of(const MatrixRef& gx, const MatrixRef& gy, Index row, Index rows, Index col,
                 Index cols) {
  Moment sum;
  for (Index r = row; r < row + rows; ++r)
    for (Index c = col; c < col + cols; ++c) {
      const double x = gx(r, c), y = gy(r, c);
      if (!std::isfinite(x) || !std::isfinite(y)) continue;
      sum.xx += x * x;
      sum.xy += x * y;
      sum.yy += y * y;
      ++sum.count;
    }
  return sum;
}

}  // namespace

Matrix gradient_ellipses(const MatrixRef& gx, const MatrixRef& gy, double width, double height,
                         Index across) {
  ANISO_CHECK_SHAPE(gy, gx.rows(), gx.cols());
  ANISO_CHECK(across >= 1, "ellipses: at least one cell a side is needed");
  const Index rows = gx.rows(), cols = gx.cols();
  const double cell = std::max(width, height) / static_cast<double>(across);
  const auto pieces = [&](double length, Index samples) {
    return std::clamp<Index>(std::lround(length / cell), 1, samples);
  };
  const Index nx = pieces(width, cols), ny = pieces(height, rows);
  const double dx = width / static_cast<double>(std::max<Index>(cols - 1, 1));
  const double dy = height / static_cast<double>(std::max<Index>(rows - 1, 1));
  std::vector<double> flat;
  double longest = 0;
  for (Index i = 0; i < ny; ++i)
    for (Index j = 0; j < nx; ++j) {
      const Index r0 = i * rows / ny, r1 = (i + 1) * rows / ny;
      const Index c0 = j * cols / nx, c1 = (j + 1) * cols / nx;
      const Moment m = moment_of(gx, gy, r0, r1 - r0, c0, c1 - c0);
      if (m.count == 0 || m.xx + m.yy == 0) continue;
      const auto n = static_cast<double>(m.count);
      const auto e = plane_curvature({0, 0, 0, m.xx / n, m.xy / n, m.yy / n});
      const double major = std::sqrt(std::max(e.large, 0.0));
      const Eigen::Vector2d along =
          (e.direction.isZero(0) ? Eigen::Vector2d::UnitX().eval() : e.direction) * major;
      flat.insert(flat.end(), {0.5 * static_cast<double>(c0 + c1 - 1) * dx,
                               0.5 * static_cast<double>(r0 + r1 - 1) * dy, along.x(), along.y(),
                               std::sqrt(std::max(e.small, 0.0))});
      longest = std::max(longest, major);
    }
  Matrix out(static_cast<Index>(flat.size() / 5), 5);
  std::copy(flat.begin(), flat.end(), out.data());
  if (longest > 0) {
    const double room = std::min(width / static_cast<double>(nx), height / static_cast<double>(ny));
    out.rightCols(3) *= 0.5 * kFilled * room / longest;
  }
  return out;
}

}  // namespace aniso::geometry
