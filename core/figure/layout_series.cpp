#include "core/figure/layout_series.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "core/figure/decimate.h"
#include "core/figure/ticks.h"

namespace aniso::figure {
namespace {

// Beyond this distance from the plot painters lose precision (Cairo's coordinates are 24.8 bits).
constexpr double kFar = 4000;
constexpr double kColumn = 0.5;

// AxisMap::to_pixel with the divisions taken out of the loop.
class FastMap {
 public:
  explicit FastMap(const AxisMap& axis)
      : axis_(axis), factor_((axis.end - axis.start) / (axis.high / 2 - axis.low / 2)) {}
  double operator()(double data) const {
    if (axis_.scale == Scale::log10) return axis_.to_pixel(data);
    return axis_.start + (data / 2 - axis_.low / 2) * factor_;
  }

 private:
  AxisMap axis_;
  double factor_;
};

std::vector<Point> to_pixels(const std::vector<double>& x, const std::vector<double>& y,
                             const PanelFrame& frame) {
  const FastMap map_x(frame.x), map_y(frame.y);
  std::vector<Point> out(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const bool usable = std::abs(x[i]) <= kLargest && std::abs(y[i]) <= kLargest;
    out[i] = usable ? Point{map_x(x[i]), map_y(y[i])}
                    : Point{std::numeric_limits<double>::quiet_NaN(), 0};
  }
  return out;
}

// Part of the segment a–b inside the rectangle (Liang and Barsky 1984).
std::optional<std::pair<Point, Point>> clipped(Point a, Point b, const Rect& r) {
  double t0 = 0, t1 = 1;
  const double dx = b.x - a.x, dy = b.y - a.y;
  for (const auto& [p, q] : {std::pair{-dx, a.x - r.x}, std::pair{dx, r.right() - a.x},
                             std::pair{-dy, a.y - r.y}, std::pair{dy, r.bottom() - a.y}}) {
    if (p == 0 && q < 0) return {};
    if (p < 0) t0 = std::max(t0, q / p);
    if (p > 0) t1 = std::min(t1, q / p);
  }
  if (t0 > t1) return {};
  return {{{a.x + t0 * dx, a.y + t0 * dy}, {a.x + t1 * dx, a.y + t1 * dy}}};
}

void add_curve(Canvas& canvas, std::vector<Point> piece, const PanelFrame& frame,
               const Style& style) {
  const Rect reach{frame.plot.x - kFar, frame.plot.y - kFar, frame.plot.width + 2 * kFar,
                   frame.plot.height + 2 * kFar};
  const auto inside = [&](const Point& p) { return reach.contains(p); };
  const Rgba color = canvas.color(style);
  if (std::all_of(piece.begin(), piece.end(), inside)) {
    canvas.add(Polyline{std::move(piece), color, style.width, style.dashed, false});
    return;
  }
  std::vector<Point> run;
  const auto flush = [&] {
    if (run.size() > 1) canvas.add(Polyline{run, color, style.width, style.dashed, false});
    run.clear();
  };
  for (std::size_t i = 1; i < piece.size(); ++i) {
    const auto part = clipped(piece[i - 1], piece[i], reach);
    if (!part) {
      flush();
      continue;
    }
    if (run.empty() || !(run.back() == part->first)) {
      flush();
      run.push_back(part->first);
    }
    run.push_back(part->second);
  }
  flush();
}

Point clamped(Point p, const Rect& plot) {
  return {std::clamp(p.x, plot.x - kFar, plot.right() + kFar),
          std::clamp(p.y, plot.y - kFar, plot.bottom() + kFar)};
}

}  // namespace

void draw_bands(Canvas& canvas, const Panel& panel, const PanelFrame& frame) {
  for (const Band& band : panel.bands) {
    const auto low = to_pixels(band.x, band.low, frame);
    const auto high = to_pixels(band.x, band.high, frame);
    Rgba color = canvas.color(band.style);
    color.a *= canvas.theme().dark ? 0.20 : 0.18;
    std::vector<Point> bottom, top;
    const auto flush = [&] {
      if (top.size() > 1) {
        top.insert(top.end(), bottom.rbegin(), bottom.rend());
        canvas.add(Polygon{top, color});
      }
      top.clear();
      bottom.clear();
    };
    for (std::size_t i = 0; i < low.size(); ++i) {
      const bool finite = std::isfinite(low[i].x) && std::isfinite(low[i].y) &&
                          std::isfinite(high[i].x) && std::isfinite(high[i].y);
      if (!finite) {
        flush();
        continue;
      }
      const bool same_column = !top.empty() && i + 1 < low.size() &&
                               std::floor(top.back().x / kColumn) == std::floor(low[i].x / kColumn);
      if (same_column) {  // the widest of a column
        bottom.back().y = std::max(bottom.back().y, clamped(low[i], frame.plot).y);
        top.back().y = std::min(top.back().y, clamped(high[i], frame.plot).y);
      } else {
        bottom.push_back(clamped(low[i], frame.plot));
        top.push_back(clamped(high[i], frame.plot));
      }
    }
    flush();
  }
}

void draw_rules(Canvas& canvas, const Panel& panel, const PanelFrame& frame) {
  const Rect& plot = frame.plot;
  for (const Rule& rule : panel.rules) {
    const double at = (rule.vertical ? frame.x : frame.y).to_pixel(rule.at);
    if (!(std::abs(at) < 1e6)) continue;
    const Point a = rule.vertical ? Point{at, plot.y} : Point{plot.x, at};
    const Point b = rule.vertical ? Point{at, plot.bottom()} : Point{plot.right(), at};
    canvas.add(
        Polyline{{a, b}, canvas.color(rule.style), rule.style.width, rule.style.dashed, false});
  }
}

void draw_lines(Canvas& canvas, const Panel& panel, const PanelFrame& frame) {
  for (const Line& line : panel.lines)
    for (auto& piece : decimate(to_pixels(line.x, line.y, frame), kColumn)) {
      if (piece.size() > 1) {
        add_curve(canvas, std::move(piece), frame, line.style);
      } else if (frame.plot.contains(piece[0])) {  // a lone value between gaps stays visible
        canvas.add(Markers{
            piece, {canvas.color(line.style)}, Marker::circle, line.style.width + 1.5, 0, {}});
      }
    }
}

void draw_points(Canvas& canvas, const Panel& panel, const PanelFrame& frame) {
  for (const Points& points : panel.points) {
    const auto pixels = to_pixels(points.x, points.y, frame);
    const Rect reach{frame.plot.x - points.size, frame.plot.y - points.size,
                     frame.plot.width + 2 * points.size, frame.plot.height + 2 * points.size};
    Markers markers;
    markers.marker = points.marker;
    markers.size = points.size;
    markers.rim = points.rim ? 1 : 0;
    markers.rim_color = Rgba(canvas.theme().rim);
    for (const std::size_t i : visible_points(pixels, points.category, kColumn)) {
      if (!reach.contains(pixels[i])) continue;
      markers.points.push_back(pixels[i]);
      if (!points.category.empty()) {
        Style style = points.style;
        style.role = Role::category;
        style.category = points.category[i];
        markers.colors.push_back(canvas.color(style));
      }
    }
    if (points.category.empty()) markers.colors.push_back(canvas.color(points.style));
    if (!markers.points.empty()) canvas.add(std::move(markers));
  }
}

void label_vertical_rules(Canvas& canvas, const Panel& panel, const PanelFrame& frame) {
  const Font font = canvas.body();
  std::vector<double> row_ends;  // right end of the last name on each row
  for (const Rule& rule : panel.rules) {
    if (!rule.vertical || rule.name.empty()) continue;
    const double at = frame.x.to_pixel(rule.at);
    if (!(at >= frame.plot.x && at <= frame.plot.right())) continue;
    const std::string name = canvas.elided(rule.name, font, 0.6 * frame.plot.width);
    const double width = canvas.width(name, font);
    const bool left = at + 5 + width > frame.plot.right();
    const double x = left ? at - 5 - width : at + 5;
    std::size_t row = 0;
    while (row < row_ends.size() && row_ends[row] > x - 6) ++row;
    if (row == row_ends.size()) row_ends.push_back(0);
    row_ends[row] = x + width;
    const double y = frame.plot.y + canvas.scaled(12 + 15 * static_cast<double>(row));
    if (y >= frame.plot.bottom()) continue;
    // A plate keeps the name readable over points and other rules.
    canvas.add(Fill{{x - 2, y - canvas.scaled(11), width + 4, canvas.scaled(15)},
                    {canvas.theme().background, 0.8}});
    canvas.label({x, y}, name, font, canvas.text_color(rule.style));
  }
}

}  // namespace aniso::figure
