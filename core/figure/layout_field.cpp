#include "core/figure/layout_field.h"

#include <algorithm>
#include <cmath>

#include "core/figure/colormap.h"
#include "core/figure/contour.h"
#include "core/figure/layout_range.h"
#include "core/figure/ticks.h"

namespace aniso::figure {
namespace {

constexpr double kMaxPixels = 8e6;
constexpr double kBarGap = 12, kBarWidth = 10, kBarTextGap = 6;

std::uint32_t pack(Rgb c) {
  return 0xFF000000U | static_cast<std::uint32_t>(to_byte(c.r)) << 16 |
         static_cast<std::uint32_t>(to_byte(c.g)) << 8 | to_byte(c.b);
}

std::vector<std::uint32_t> palette(const Field& field, const Theme& theme) {
  std::vector<std::uint32_t> out;
  for (const Rgb& c : table(field.colormap, theme.dark)) out.push_back(pack(c));
  return out;
}

// Value → index into the palette; −1 where it is undefined.
class Shade {
 public:
  Shade(const Field& field, const PanelFrame& frame)
      : logarithmic_(field.logarithmic),
        low_(position(frame.value_low)),
        factor_((kColormapSize - 1) / (position(frame.value_high) - low_)) {}

  int operator()(double v) const {
    const double t = (position(v) - low_) * factor_;
    if (!std::isfinite(t)) return -1;
    return static_cast<int>(std::lround(std::clamp(t, 0.0, kColormapSize - 1.0)));
  }

 private:
  double position(double v) const { return logarithmic_ ? std::log10(v) : v; }
  bool logarithmic_;
  double low_, factor_;
};

// Where pixel columns or rows fall between samples.
struct Lookup {
  std::vector<Index> first, second, nearest;
  std::vector<double> weight;  // of `second`
};

Lookup lookup(const AxisMap& axis, double start, double length, int pixels, Index samples,
              double low, double high) {
  Lookup out;
  for (int i = 0; i < pixels; ++i) {
    const double data = axis.to_data(start + (i + 0.5) * length / pixels);
    const double last = static_cast<double>(samples - 1);
    const double at = samples > 1 ? std::clamp((data - low) / (high - low) * last, 0.0, last) : 0;
    const auto first = std::min<Index>(static_cast<Index>(at), std::max<Index>(samples - 2, 0));
    out.first.push_back(first);
    out.second.push_back(std::min<Index>(first + 1, samples - 1));
    out.nearest.push_back(static_cast<Index>(std::lround(at)));
    out.weight.push_back(at - static_cast<double>(first));
  }
  return out;
}

// Diagonal lines where there is no value: not a colour of the map, and visible in print.
std::uint32_t hatch(int row, int column, const Theme& theme, double pixels_per_point) {
  const int period = std::max(4, static_cast<int>(7 * pixels_per_point));
  const int line = std::max(1, static_cast<int>(std::lround(pixels_per_point)));
  return pack((row + column) % period < line ? theme.undefined : theme.raised);
}

Rect visible_part(const Field& field, const PanelFrame& frame) {
  const Range fx = field_x(field), fy = field_y(field);
  const auto span = [](const AxisMap& axis, Range r, double from, double to) {
    const double a = axis.to_pixel(r.low), b = axis.to_pixel(r.high);
    return Range{std::clamp(std::min(a, b), from, to), std::clamp(std::max(a, b), from, to)};
  };
  const Range x = span(frame.x, fx, frame.plot.x, frame.plot.right());
  const Range y = span(frame.y, fy, frame.plot.y, frame.plot.bottom());
  return {x.low, y.low, x.high - x.low, y.high - y.low};
}

}  // namespace

bool draw_field(Canvas& canvas, const Field& field, const PanelFrame& frame) {
  const Rect rect = visible_part(field, frame);
  if (rect.width <= 0 || rect.height <= 0) return false;
  const double density =
      std::min(canvas.pixels_per_point(), std::sqrt(kMaxPixels / (rect.width * rect.height)));
  Image image{rect, std::max(1, static_cast<int>(std::lround(rect.width * density))),
              std::max(1, static_cast<int>(std::lround(rect.height * density))), nullptr};
  const Lookup columns = lookup(frame.x, rect.x, rect.width, image.width, field.values.cols(),
                                field.x_low, field.x_high);
  const Lookup rows = lookup(frame.y, rect.y, rect.height, image.height, field.values.rows(),
                             field.y_low, field.y_high);
  const auto colors = palette(field, canvas.theme());
  const Shade shade(field, frame);
  const bool smooth = field.interpolation == Interpolation::smooth;
  const Matrix& v = field.values;
  auto pixels = std::make_shared<std::vector<std::uint32_t>>();
  pixels->reserve(static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height));
  bool undefined = false;
  for (std::size_t i = 0; i < rows.weight.size(); ++i) {
    const double s = rows.weight[i];
    for (std::size_t j = 0; j < columns.weight.size(); ++j) {
      const double t = columns.weight[j];
      double value = std::nan("");
      if (smooth) {
        const double low =
            (1 - t) * v(rows.first[i], columns.first[j]) + t * v(rows.first[i], columns.second[j]);
        const double high = (1 - t) * v(rows.second[i], columns.first[j]) +
                            t * v(rows.second[i], columns.second[j]);
        value = (1 - s) * low + s * high;
      }
      // Beside a hole a sample still stands for its own surroundings.
      if (!std::isfinite(value)) value = v(rows.nearest[i], columns.nearest[j]);
      const int index = shade(value);
      undefined |= index < 0;
      pixels->push_back(
          index >= 0 ? colors[static_cast<std::size_t>(index)]
                     : hatch(static_cast<int>(i), static_cast<int>(j), canvas.theme(), density));
    }
  }
  image.pixels = std::move(pixels);
  canvas.add(std::move(image));
  return undefined;
}

void draw_contours(Canvas& canvas, const Field& field, const PanelFrame& frame) {
  if (field.values.rows() < 2 || field.values.cols() < 2) return;
  const double dx = (field.x_high - field.x_low) / static_cast<double>(field.values.cols() - 1);
  const double dy = (field.y_high - field.y_low) / static_cast<double>(field.values.rows() - 1);
  const auto draw = [&](double level, std::initializer_list<std::pair<Rgba, double>> strokes) {
    auto lines = isolines(field.values, level);
    for (Isoline& line : lines)
      for (Point& p : line.points)
        p = {frame.x.to_pixel(field.x_low + p.x * dx), frame.y.to_pixel(field.y_low + p.y * dy)};
    for (const auto& [color, width] : strokes)
      for (const Isoline& line : lines)
        canvas.add(Polyline{line.points, color, width, false, line.closed});
  };
  const Theme& theme = canvas.theme();
  for (const double level : field.contours) {
    if (level == 0 && field.zero_contour) continue;
    draw(level, {{with_alpha(theme.text, theme.dark ? 0.28 : 0.32), 0.8}});
  }
  if (field.zero_contour) draw(0, {{with_alpha(theme.rim, 0.55), 4}, {Rgba(theme.boundary), 2.2}});
}

namespace {

AxisMap bar_axis(const Field& field, const PanelFrame& frame, double top, double bottom) {
  return {field.logarithmic ? Scale::log10 : Scale::linear, frame.value_low, frame.value_high,
          bottom, top};
}

Ticks bar_ticks(const Canvas& canvas, const Field& field, const PanelFrame& frame, double height) {
  const double target = std::max(2.0, height / canvas.scaled(44));
  return field.logarithmic ? log_ticks(frame.value_low, frame.value_high, target)
                           : linear_ticks(frame.value_low, frame.value_high, target);
}

}  // namespace

double color_bar_width(const Canvas& canvas, const Field& field, const PanelFrame& frame,
                       double height) {
  const Ticks ticks = bar_ticks(canvas, field, frame, height);
  double widest = canvas.width(ticks.factor, canvas.numbers());
  for (const Tick& tick : ticks.ticks)
    widest = std::max(widest, canvas.width(tick.label, canvas.numbers()));
  return kBarGap + kBarWidth + kBarTextGap + std::ceil(widest);
}

void draw_color_bar(Canvas& canvas, const Field& field, const PanelFrame& frame) {
  const Theme& theme = canvas.theme();
  const Ticks ticks = bar_ticks(canvas, field, frame, frame.plot.height);
  const double cap = kCapHeight * canvas.numbers().size;
  double top = frame.plot.y;
  const double left = frame.plot.right() + kBarGap;
  if (!ticks.factor.empty()) {
    canvas.label({left, top + cap}, ticks.factor, canvas.numbers(), theme.quiet);
    top += canvas.scaled(16);
  }
  const Rect bar{left, top, kBarWidth, frame.plot.bottom() - top};
  if (bar.height <= 0) return;
  const AxisMap axis = bar_axis(field, frame, top, bar.bottom());
  Image strip{bar, 1, kColormapSize, nullptr};
  auto pixels = palette(field, theme);
  // The palette starts at the low value: at the bottom unless the range is reversed.
  std::reverse(pixels.begin(), pixels.end());
  strip.pixels = std::make_shared<std::vector<std::uint32_t>>(std::move(pixels));
  canvas.add(std::move(strip));
  for (const Tick& tick : ticks.ticks) {
    if (tick.minor) continue;
    const double y = axis.to_pixel(tick.value);
    canvas.segment({bar.right(), y}, {bar.right() + 3, y}, theme.line, 1);
    const double baseline = std::clamp(y + cap / 2, frame.plot.y + cap, bar.bottom() + cap / 2);
    canvas.label({bar.right() + kBarTextGap, baseline}, tick.label, canvas.numbers(), theme.quiet);
  }
}

}  // namespace aniso::figure
