#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>
#include <utility>

#include "core/analysis/registry.h"
#include "core/analysis/spectrum_figure.h"
#include "core/base/check.h"
#include "core/base/names.h"
#include "core/data/shown_rows.h"

namespace aniso::analysis {
namespace {

using figure::Figure;
using figure::Panel;
using figure::Role;

constexpr Index kMostPoints = 2000;  // more hide the field and swell vector files
constexpr Index kMostValues = 16;    // lines of one spectrum over time
constexpr Index kMostArrows = 24;    // a side of a vector field
constexpr int kPathPieces = 24;      // shades along a path
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::vector<double> entries(const Eigen::Ref<const Vector, 0, Eigen::InnerStride<>>& v) {
  std::vector<double> out(static_cast<std::size_t>(v.size()));
  for (Index i = 0; i < v.size(); ++i) out[static_cast<std::size_t>(i)] = v(i);
  return out;
}

std::string rounded(double value) {
  std::array<char, 32> out{};
  std::snprintf(out.data(), out.size(), "%.4g", value);
  return out.data();
}

// A panel with title, axes and what the status says; `message` is set where there is nothing to
// draw.
Panel panel_of(const Quantity& quantity) {
  Panel panel;
  panel.title = quantity.title;
  panel.x.label = quantity.x_label;
  panel.y.label = quantity.y_label;
  if (quantity.status.kind == Status::Kind::undefined)
    panel.message = "Undefined: " + quantity.status.reason;
  if (quantity.status.kind == Status::Kind::partial)
    panel.subtitle =
        text("partial: ", grouped(quantity.status.done), " of ", grouped(quantity.status.total));
  return panel;
}

void add_points(Panel& panel, const data::Plane& plane, const data::Dataset& data, bool by_class) {
  if (data.x.cols() != plane.u.size()) return;
  std::vector<figure::Points> groups(by_class ? static_cast<std::size_t>(data.classes) : 1);
  const auto rows = data::shown_rows(data.size(), kMostPoints);
  for (const Index i : rows) {
    const Vector offset = data.x.row(i).transpose() - plane.origin;
    auto& group = groups[by_class ? static_cast<std::size_t>(data.labels(i)) : 0];
    group.x.push_back(offset.dot(plane.u));
    group.y.push_back(offset.dot(plane.v));
  }
  for (std::size_t c = 0; c < groups.size(); ++c) {
    auto& group = groups[c];
    if (group.x.empty()) continue;
    group.size = 4;
    group.style.category = static_cast<int>(c);
    if (by_class)
      group.name = c < data.class_names.size() ? data.class_names[c] : text("class ", c);
    else
      group.style.role = Role::text;
    panel.points.push_back(std::move(group));
  }
  if (const auto shown = static_cast<Index>(rows.size()); shown < data.size())
    panel.subtitle += text(panel.subtitle.empty() ? "" : " · ", grouped(shown), " of ",
                           grouped(data.size()), " data points");
}

Panel panel_for(const Field2D& result, const data::Dataset* data) {
  Panel panel = panel_of(result.quantity);
  panel.equal_aspect = result.plane.has_value();
  if (!panel.message.empty()) return panel;
  figure::Field field;
  field.name = result.quantity.title;
  field.unit = result.quantity.unit;
  field.values = result.values;
  field.x_low = result.x_low;
  field.x_high = result.x_high;
  field.y_low = result.y_low;
  field.y_high = result.y_high;
  field.colormap = result.is_signed ? figure::Colormap::diverging : figure::Colormap::viridis;
  field.zero_contour = result.is_signed;
  panel.x.low = result.x_low;
  panel.x.high = result.x_high;
  panel.y.low = result.y_low;
  panel.y.high = result.y_high;
  panel.field = std::move(field);
  if (data != nullptr && result.plane) {
    add_points(panel, *result.plane, *data, data->is_classification());
    if (data->shape.dim > 2)
      panel.subtitle +=
          text(panel.subtitle.empty() ? "" : " · ", "data projected orthogonally onto the plane");
  }
  return panel;
}

Panel panel_for(const MatrixMap& result, const data::Dataset*) {
  Panel panel = panel_of(result.quantity);
  if (!panel.message.empty()) return panel;
  figure::Field field;
  field.name = result.quantity.title;
  field.unit = result.quantity.unit;
  field.values = result.values;
  field.x_low = field.y_low = 0;
  field.x_high = static_cast<double>(result.values.cols() - 1);
  field.y_high = static_cast<double>(result.values.rows() - 1);
  field.colormap = result.is_signed ? figure::Colormap::diverging : figure::Colormap::viridis;
  field.interpolation = figure::Interpolation::cells;
  panel.x.integer = panel.y.integer = true;
  panel.equal_aspect = true;
  panel.y.low = static_cast<double>(result.values.rows()) - 0.5;  // row 0 on top
  panel.y.high = -0.5;
  panel.field = std::move(field);
  return panel;
}

Panel panel_for(const VectorField2D& result, const data::Dataset*) {
  Panel panel = panel_of(result.quantity);
  panel.equal_aspect = true;
  if (!panel.message.empty()) return panel;
  const Index rows = result.x.rows(), cols = result.x.cols();
  const double dx =
      (result.x_high - result.x_low) / static_cast<double>(std::max<Index>(cols - 1, 1));
  const double dy =
      (result.y_high - result.y_low) / static_cast<double>(std::max<Index>(rows - 1, 1));
  const double longest = (result.x.array().square() + result.y.array().square()).maxCoeff();
  const Index stride = std::max<Index>(1, (std::max(rows, cols) + kMostArrows - 1) / kMostArrows);
  const double scale =
      longest > 0 ? 0.9 * static_cast<double>(stride) * std::min(dx, dy) / std::sqrt(longest) : 0;
  figure::Line arrows;
  arrows.style.role = Role::accent;
  for (Index i = 0; i < rows; i += stride)
    for (Index j = 0; j < cols; j += stride) {
      const double x = result.x_low + dx * static_cast<double>(j);
      const double y = result.y_low + dy * static_cast<double>(i);
      arrows.x.insert(arrows.x.end(), {x, x + scale * result.x(i, j), kNaN});
      arrows.y.insert(arrows.y.end(), {y, y + scale * result.y(i, j), kNaN});
    }
  panel.lines.push_back(std::move(arrows));
  return panel;
}

// One more curve; `number` is its category, so that it keeps its colour.
void add_series(Panel& panel, const ScalarSeries& result, int number) {
  if (result.quantity.status.kind == Status::Kind::undefined) {
    panel.subtitle +=
        text(panel.subtitle.empty() ? "" : " · ", result.name, ": ", result.quantity.status.reason);
    return;
  }
  if (result.log_y && (result.y.array() <= 0).any()) panel.y.scale = figure::Scale::linear;
  figure::Line line;
  line.name = result.name;
  line.x = entries(result.x);
  line.y = entries(result.y);
  line.style.category = number;
  line.style.dashed = result.is_theory;
  if (result.low.size() > 0)
    panel.bands.push_back(
        {"", line.x, entries(result.low), entries(result.high), {.category = number}});
  // A single number is a point.
  if (result.x.size() == 1) {
    figure::Points point;
    point.name = line.name;
    point.x = line.x;
    point.y = line.y;
    point.style = line.style;
    panel.points.push_back(std::move(point));
  } else {
    panel.lines.push_back(std::move(line));
  }
}

Panel panel_for(const ScalarSeries& result, const data::Dataset*) {
  Panel panel = panel_of(result.quantity);
  panel.y.unit = result.quantity.unit;
  if (result.log_y) panel.y.scale = figure::Scale::log10;
  if (!result.panel.empty()) {
    panel.title = result.panel;
    panel.message.clear();
  }
  if (panel.message.empty()) add_series(panel, result, 0);
  return panel;
}

Panel panel_for(const Spectrum& result, const data::Dataset*) { return spectrum_panel(result); }

Panel panel_for(const PointSet& result, const data::Dataset*) {
  Panel panel = panel_of(result.quantity);
  if (!panel.message.empty()) return panel;
  panel.equal_aspect = !result.label_names.empty();
  figure::Points points;
  points.x = entries(result.points.col(0));
  points.y = result.points.cols() > 1 ? entries(result.points.col(1))
                                      : std::vector<double>(points.x.size(), 0.0);
  for (Index i = 0; i < result.labels.size(); ++i) points.category.push_back(result.labels(i));
  points.category_names = result.label_names;
  panel.points.push_back(std::move(points));
  return panel;
}

std::string with_share(const std::string& label, const Vector& explained, Index axis) {
  if (axis >= explained.size() || !std::isfinite(explained(axis))) return label;
  return text(label, " (", number(std::round(1000 * explained(axis)) / 10), " %)");
}

void add_mark(Panel& panel, const Trajectory& path, Index at, figure::Marker marker, Role role) {
  figure::Points mark;
  mark.name = text("step ", grouped(path.steps[static_cast<std::size_t>(at)]));
  mark.x = {path.points(at, 0)};
  mark.y = {path.points.cols() > 1 ? path.points(at, 1) : 0.0};
  mark.marker = marker;
  mark.size = 8;
  mark.style.role = role;
  panel.points.push_back(std::move(mark));
}

// The first two coordinates as a path that grows more opaque with the step.
Panel panel_for(const Trajectory& result, const data::Dataset*) {
  Panel panel = panel_of(result.quantity);
  panel.equal_aspect = true;
  panel.x.unit = panel.y.unit = result.quantity.unit;
  panel.x.label = with_share(panel.x.label, result.explained, 0);
  panel.y.label = with_share(panel.y.label, result.explained, 1);
  if (!panel.message.empty() || result.points.rows() == 0) return panel;
  const Index last = result.points.rows() - 1;
  for (int piece = 0; piece < kPathPieces; ++piece) {
    const Index from = last * piece / kPathPieces, to = last * (piece + 1) / kPathPieces;
    if (from == to) continue;
    figure::Line line;
    line.x = entries(result.points.col(0).segment(from, to - from + 1));
    line.y = result.points.cols() > 1 ? entries(result.points.col(1).segment(from, to - from + 1))
                                      : std::vector<double>(line.x.size(), 0.0);
    line.style.role = Role::accent;
    line.style.opacity = 0.25 + 0.75 * (piece + 1) / kPathPieces;
    panel.lines.push_back(std::move(line));
  }
  add_mark(panel, result, 0, figure::Marker::circle, Role::quiet);
  add_mark(panel, result, last, figure::Marker::diamond, Role::accent);
  return panel;
}

// A series of one entry is a number: it is said, not drawn.
bool is_number(const Result& result) {
  const auto* series = std::get_if<ScalarSeries>(&result);
  return series != nullptr && series->x.size() == 1 && series->panel.empty();
}

std::string caption_of(const Analysis& analysis, const Results& results) {
  std::string caption = text("Step ", grouped(results.step));
  for (const auto& result : results.results) {
    if (!is_number(result)) continue;
    const auto& series = std::get<ScalarSeries>(result);
    if (series.quantity.status.is_valid())
      caption += text(" · ", series.quantity.title, " ", rounded(series.y[0]));
  }
  if (results.share < 1) caption += text(" · ", std::lround(100 * results.share), " % of the work");
  caption += " · " + analysis.source;
  for (const auto& note : results.notes) caption += " · " + note;
  return caption;
}

int columns_for(std::size_t panels) {
  return static_cast<int>(
      std::ceil(std::sqrt(static_cast<double>(std::max<std::size_t>(panels, 1)))));
}

// One spectrum of `history`, by its quantity's id, as a line per value.
Panel spectrum_over_time(const std::string& id, const std::vector<ResultsPtr>& history) {
  Panel panel;
  std::vector<figure::Line> lines;
  Index hidden = 0;
  std::size_t known = 0;
  for (const auto& results : history) {
    if (results == nullptr) continue;
    for (const auto& result : results->results) {
      const auto* spectrum = std::get_if<Spectrum>(&result);
      if (spectrum == nullptr || spectrum->quantity.id != id) continue;
      panel.title = spectrum->quantity.title;
      panel.y.label = spectrum->quantity.y_label;
      panel.y.unit = spectrum->quantity.unit;
      if (!spectrum->quantity.status.is_valid()) continue;
      ++known;
      const Index shown = std::min(spectrum->values.size(), kMostValues);
      hidden = std::max(hidden, spectrum->values.size() - shown);
      if (lines.size() < static_cast<std::size_t>(shown))
        lines.resize(static_cast<std::size_t>(shown));
      for (Index k = 0; k < shown; ++k) {
        lines[static_cast<std::size_t>(k)].x.push_back(static_cast<double>(results->step));
        lines[static_cast<std::size_t>(k)].y.push_back(spectrum->values(k));
      }
    }
  }
  panel.x.label = "step";
  panel.x.integer = true;
  if (known < 2) {
    panel.message = "Two or more steps are needed: let it train, or look more often.";
    return panel;
  }
  if (hidden > 0) panel.subtitle = text("largest ", kMostValues, "; ", hidden, " more");
  for (auto& line : lines) line.style.role = Role::accent;
  panel.lines = std::move(lines);
  return panel;
}

}  // namespace

Figure figure_of(const Analysis& analysis, const Results& results, const data::Dataset* data) {
  Figure figure;
  figure.title = analysis.title;
  figure.caption = caption_of(analysis, results);
  struct Shared {
    std::size_t place;
    int number = 0;          // of the newest curve's colour
    bool is_theory = false;  // the newest curve
  };
  std::map<std::string, Shared> shared;
  for (const auto& result : results.results) {
    if (is_number(result) && results.results.size() > 1) continue;
    if (const auto* series = std::get_if<ScalarSeries>(&result);
        series != nullptr && !series->panel.empty()) {
      const auto [at, is_new] =
          shared.try_emplace(series->panel, Shared{figure.panels.size(), 0, series->is_theory});
      if (!is_new) {
        Shared& panel = at->second;
        if (!series->is_theory || panel.is_theory) ++panel.number;
        panel.is_theory = series->is_theory;
        add_series(figure.panels[panel.place], *series, panel.number);
        continue;
      }
    }
    figure.panels.push_back(
        std::visit([&](const auto& kind) { return panel_for(kind, data); }, result));
  }
  figure.columns = columns_for(figure.panels.size());
  return figure;
}

Figure figure_over_time(const Analysis& analysis, const std::vector<ResultsPtr>& history) {
  Figure figure;
  figure.title = analysis.title + " over time";
  std::vector<std::string> ids;  // in order of appearance
  const Results* newest = nullptr;
  for (const auto& results : history) {
    if (results == nullptr) continue;
    newest = results.get();
    for (const auto& result : results->results) {
      const auto& id = quantity_of(result).id;
      if (std::holds_alternative<Spectrum>(result) &&
          std::find(ids.begin(), ids.end(), id) == ids.end())
        ids.push_back(id);
    }
  }
  if (newest != nullptr) figure.caption = caption_of(analysis, *newest);
  for (const auto& id : ids) figure.panels.push_back(spectrum_over_time(id, history));
  figure.columns = columns_for(figure.panels.size());
  return figure;
}

}  // namespace aniso::analysis
