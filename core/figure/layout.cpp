#include "core/figure/layout.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"
#include "core/figure/layout_canvas.h"
#include "core/figure/layout_panel.h"

namespace aniso::figure {
namespace {

constexpr double kMargin = 16, kGap = 28;

// Title above, caption below; returns what is left between them.
Rect frame_figure(Canvas& canvas, const Figure& figure, double width, double height) {
  Rect room{kMargin, kMargin, width - 2 * kMargin, height - 2 * kMargin};
  if (room.width <= 0) return room;
  if (!figure.title.empty()) {
    canvas.label({room.x, room.y + canvas.scaled(15)},
                 canvas.elided(figure.title, canvas.title(), room.width), canvas.title(),
                 canvas.theme().text);
    room.y += canvas.scaled(34);
    room.height -= canvas.scaled(34);
  }
  const auto lines = canvas.wrapped(figure.caption, canvas.body(), room.width);
  const double line = canvas.scaled(17);
  const double used = line * static_cast<double>(lines.size());
  double y = room.bottom() - used + canvas.scaled(13);
  for (const std::string& each : lines) {
    canvas.label({room.x, y}, each, canvas.body(), canvas.theme().quiet);
    y += line;
  }
  if (!lines.empty()) room.height -= used + canvas.scaled(10);
  return room;
}

}  // namespace

DisplayList layout(const Figure& figure, double width, double height, const TextMeasurer& measurer,
                   const LayoutOptions& options) {
  const auto usable = [](double v) { return v > 0 && v <= 1e5; };
  ANISO_CHECK(usable(width) && usable(height), "A figure cannot be ", width, " × ", height,
              " points: both must be positive and at most 100,000.");
  ANISO_CHECK(usable(options.text_scale) && usable(options.pixels_per_point),
              "Text scale and resolution must be positive, not ", options.text_scale, " and ",
              options.pixels_per_point, ".");
  ANISO_CHECK(figure.columns >= 1, "A figure needs at least one column, not ", figure.columns, ".");
  DisplayList out;
  out.width = width;
  out.height = height;
  Canvas canvas(out, measurer, options);
  if (options.background) canvas.add(Fill{{0, 0, width, height}, options.theme->background});
  const Rect room = frame_figure(canvas, figure, width, height);
  const auto count = static_cast<int>(figure.panels.size());
  const int columns = std::min(figure.columns, std::max(count, 1));
  const int rows = std::max(1, (count + columns - 1) / columns);
  const double w = (room.width - kGap * (columns - 1)) / columns;
  const double h = (room.height - kGap * (rows - 1)) / rows;
  for (int i = 0; i < count; ++i) {
    const int row = i / columns, column = i % columns;
    const Rect area{std::round(room.x + (w + kGap) * column), std::round(room.y + (h + kGap) * row),
                    std::max(0.0, std::floor(w)), std::max(0.0, std::floor(h))};
    out.panels.push_back(draw_panel(canvas, figure.panels[static_cast<std::size_t>(i)], area));
  }
  return out;
}

}  // namespace aniso::figure
