#include "app/views/arrow_grid.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "app/views/plane_stage.h"

namespace aniso::app {
namespace {

constexpr double kLadder = 1.25;  // between two spacings

}  // namespace

double arrow_spacing(const gl::PlaneView& view, int across) {
  const double wished = std::min(view.width(), view.height()) / std::max(across, 1);
  if (!(wished > 0) || !std::isfinite(wished)) return 0;
  return std::pow(kLadder, std::round(std::log(wished) / std::log(kLadder)));
}

Matrix arrow_places(const gl::PlaneView& view, int across) {
  const double step = arrow_spacing(view, across);
  if (step <= 0) return Matrix(0, 2);
  const double left = std::ceil(view.x_low / step), low = std::ceil(view.y_low / step);
  const auto cols = static_cast<Index>(std::floor(view.x_high / step) - left) + 1;
  const auto rows = static_cast<Index>(std::floor(view.y_high / step) - low) + 1;
  Matrix places(std::max<Index>(rows, 0) * std::max<Index>(cols, 0), 2);
  for (Index row = 0; row < rows; ++row)
    for (Index col = 0; col < cols; ++col)
      places.row(row * cols + col) << step * (left + static_cast<double>(col)),
          step * (low + static_cast<double>(row));
  return places;
}

Matrix vectors_at(const analysis::VectorField2D& field, const Matrix& places) {
  Matrix vectors(places.rows(), 2);
  for (Index i = 0; i < places.rows(); ++i)
    vectors.row(i) = vector_at(field, places(i, 0), places(i, 1));
  return vectors;
}

double round_length(const analysis::VectorField2D& field, double within, const Matrix& counted) {
  std::vector<double> lengths;
  lengths.reserve(static_cast<std::size_t>(field.x.size()));
  for (Index i = 0; i < field.x.size(); ++i) {
    if (counted.size() == field.x.size() && !(counted.data()[i] > 0)) continue;
    const double l = std::hypot(field.x.data()[i], field.y.data()[i]);
    if (std::isfinite(l)) lengths.push_back(l);
  }
  if (lengths.empty()) return 1;
  const auto at =
      lengths.begin() +
      static_cast<std::ptrdiff_t>(std::lround(within * static_cast<double>(lengths.size() - 1)));
  std::nth_element(lengths.begin(), at, lengths.end());
  if (!(*at > 0)) return 1;
  const double power = std::pow(10, std::floor(std::log10(*at)));
  for (const double lead : {1.0, 2.0, 5.0})
    if (lead * power >= *at) return lead * power;
  return 10 * power;
}

}  // namespace aniso::app
