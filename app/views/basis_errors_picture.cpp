#include "app/views/basis_errors_picture.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/base/names.h"
#include "core/geometry/basis.h"

namespace aniso::app {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kDecade = 10;  // beyond such a span an axis is logarithmic

constexpr const char* kEigenvectors = "average_geometry";

geometry::Grid grid_of(const InputShape& shape) {
  if (shape.is_image()) return {shape.channels, shape.height, shape.width};
  return {1, 1, shape.dim};
}

geometry::Basis basis_of(const std::string& id) {
  return id == kEigenvectors ? geometry::Basis::pixel : geometry::basis_from_id(id);
}

// Least and largest of the finite positive values; none where there are no such.
std::optional<std::pair<double, double>> positive_range(const Matrix& values) {
  double low = std::numeric_limits<double>::infinity(), high = 0;
  for (const double v : values.reshaped()) {
    if (!std::isfinite(v) || v <= 0) continue;
    low = std::min(low, v);
    high = std::max(high, v);
  }
  if (high == 0) return {};
  return std::pair{low, high};
}

}  // namespace

Index BasisErrors::trained() const {
  Index count = 0;
  for (const double v : error.reshaped()) count += std::isfinite(v) ? 1 : 0;
  return count;
}

BasisErrors basis_errors_of(const analysis::Results& results) {
  BasisErrors out;
  out.rho = out.rho_band = out.p_value = kNaN;
  for (const auto& result : results.results) {
    if (const auto* map = std::get_if<analysis::MatrixMap>(&result)) {
      if (map->quantity.id == "error") {
        out.error = map->values;
        out.error_title = map->quantity.title;
        out.unit = map->quantity.unit;
        out.x_label = map->quantity.x_label;
        out.y_label = map->quantity.y_label;
      } else if (map->quantity.id == "loudness") {
        out.loudness = map->values;
        out.loudness_title = map->quantity.title;
      }
    }
    const auto* series = std::get_if<analysis::ScalarSeries>(&result);
    if (series == nullptr || series->y.size() == 0 ||
        series->quantity.status.kind == Status::Kind::undefined)
      continue;
    if (series->quantity.id == "spearman") {
      out.rho = series->y[0];
      if (series->high.size() > 0) out.rho_band = series->high[0];
    }
    if (series->quantity.id == "p_value") out.p_value = series->y[0];
  }
  if (out.loudness.rows() != out.error.rows() || out.loudness.cols() != out.error.cols())
    out.loudness = Matrix::Constant(out.error.rows(), out.error.cols(), kNaN);
  for (const std::string& note : results.notes) {
    if (note.starts_with("Conjecture:")) continue;  // the view says it itself, at its place
    if (results.share >= 1 && out.verdict.empty() && out.remarks.empty())
      out.verdict = note;
    else
      out.remarks.push_back(note);
  }
  return out;
}

std::optional<Index> element_at(const std::string& basis, const InputShape& shape, Index row,
                                Index col) {
  const geometry::Grid grid = grid_of(shape);
  if (row < 0 || col < 0 || row >= grid.height || col >= grid.width * grid.channels) return {};
  const Index channel = col / grid.width, area = grid.height * grid.width;
  for (Index k = channel * area; k < (channel + 1) * area; ++k) {
    const auto place = geometry::basis_place(basis_of(basis), k, grid);
    if (place.row == row && place.col == col % grid.width) return k;
  }
  return {};
}

Vector element_direction(const std::string& basis, const InputShape& shape, Index element) {
  if (basis == kEigenvectors) return {};
  return geometry::basis_element(basis_of(basis), element, grid_of(shape),
                                 RandomStream(0, "basis element"));
}

figure::Panel basis_panel(const BasisErrors& errors, BasisMap which, bool logarithmic) {
  figure::Panel panel;
  const bool is_error = which == BasisMap::error;
  const Matrix& values = is_error ? errors.error : errors.loudness;
  panel.title = is_error ? "Error" : "Loudness";
  panel.x.label = errors.x_label;
  panel.y.label = errors.y_label;
  if (!values.array().isFinite().any()) {
    panel.message = is_error ? "The first elements are being trained."
                             : "Loudness comes with the first trained elements.";
    return panel;
  }
  figure::Field field;
  field.name = is_error ? "error" : "vᵀ G v";
  field.unit = is_error ? errors.unit : "";
  field.values = values;
  field.x_high = static_cast<double>(std::max<Index>(values.cols() - 1, 1));
  field.y_high = static_cast<double>(std::max<Index>(values.rows() - 1, 1));
  field.colormap = figure::Colormap::viridis;
  field.interpolation = figure::Interpolation::cells;
  const auto range = positive_range(values);
  if (logarithmic && range && range->second > range->first) {
    field.logarithmic = true;
    field.low = range->first;
    field.high = range->second;
    // Zeros have the colour of the smallest; without a logarithm they would look unknown.
    for (double& v : field.values.reshaped())
      if (std::isfinite(v)) v = std::max(v, range->first);
  }
  panel.x.integer = panel.y.integer = true;
  panel.equal_aspect = true;
  panel.y.low = static_cast<double>(values.rows()) - 0.5;  // row 0 on top
  panel.y.high = -0.5;
  panel.field = std::move(field);
  return panel;
}

figure::Panel basis_scatter(const BasisErrors& errors) {
  figure::Panel panel;
  panel.title = "Error against loudness";
  panel.x.label = "loudness vᵀ G v";
  panel.y.label = "error";
  panel.y.unit = errors.unit;
  figure::Points points;
  points.style.role = figure::Role::accent;
  points.size = errors.elements() > 256 ? 4.5 : 7;
  for (Index i = 0; i < errors.error.rows(); ++i)
    for (Index j = 0; j < errors.error.cols(); ++j)
      if (std::isfinite(errors.error(i, j)) && std::isfinite(errors.loudness(i, j))) {
        points.x.push_back(errors.loudness(i, j));
        points.y.push_back(errors.error(i, j));
      }
  if (points.x.empty()) {
    panel.message = "The first elements are being trained.";
    return panel;
  }
  const auto spans = [](const std::vector<double>& values) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    return *low > 0 && *high > kDecade * *low;
  };
  const bool has_zeros = *std::min_element(points.x.begin(), points.x.end()) <= 0;
  if (spans(points.x)) panel.x.scale = figure::Scale::log10;
  if (has_zeros && positive_range(errors.loudness)) {
    // Of a null space: left of all others, because a logarithm has no place for them.
    const auto range = *positive_range(errors.loudness);
    if (range.second > kDecade * range.first) {
      panel.x.scale = figure::Scale::log10;
      for (double& x : points.x) x = x > 0 ? x : range.first / 2;
      panel.subtitle = "zeros at the left edge";
    }
  }
  if (spans(points.y)) panel.y.scale = figure::Scale::log10;
  panel.points.push_back(std::move(points));
  return panel;
}

}  // namespace aniso::app
