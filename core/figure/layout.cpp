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

// Where each panel goes: columns of equal width, rows as high as their panels ask for.
std::vector<Rect> panel_areas(const Figure& figure, const Rect& room) {
  const auto count = figure.panels.size();
  const auto columns =
      std::min(static_cast<std::size_t>(figure.columns), std::max<std::size_t>(count, 1));
  const std::size_t rows = std::max<std::size_t>(1, (count + columns - 1) / columns);
  std::vector<double> weights(rows, 0);
  double total = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double weight = figure.panels[i].weight;
    ANISO_CHECK(weight > 0 && std::isfinite(weight), "The panel '", figure.panels[i].title,
                "' asks for a share of ", weight, " of the height; shares are positive.");
    weights[i / columns] = std::max(weights[i / columns], weight);
  }
  for (const double weight : weights) total += weight;
  const double gaps = kGap * static_cast<double>(rows - 1);
  const double w =
      (room.width - kGap * static_cast<double>(columns - 1)) / static_cast<double>(columns);
  std::vector<Rect> out;
  double y = room.y;
  for (std::size_t i = 0; i < count; ++i) {
    const double h = (room.height - gaps) * weights[i / columns] / total;
    const double x = room.x + (w + kGap) * static_cast<double>(i % columns);
    out.push_back(
        {std::round(x), std::round(y), std::max(0.0, std::floor(w)), std::max(0.0, std::floor(h))});
    if (i % columns + 1 == columns) y += h + kGap;
  }
  return out;
}

// The room beside their plots that lets those of each column lie on top of each other.
std::vector<SideRoom> side_rooms(const Figure& figure, const std::vector<Rect>& areas,
                                 const TextMeasurer& measurer, const LayoutOptions& options) {
  const auto columns = static_cast<std::size_t>(figure.columns);
  std::vector<SideRoom> rooms(columns);
  if (!figure.aligned) return rooms;
  DisplayList unused;
  Canvas canvas(unused, measurer, options);
  for (std::size_t i = 0; i < areas.size(); ++i) {
    const PanelFrame frame = draw_panel(canvas, figure.panels[i], areas[i]);
    if (frame.plot.width <= 0) continue;
    SideRoom& room = rooms[i % columns];
    room.left = std::max(room.left, frame.plot.x - areas[i].x);
    room.right = std::max(room.right, areas[i].right() - frame.plot.right());
  }
  return rooms;
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
  const std::vector<Rect> areas = panel_areas(figure, room);
  const std::vector<SideRoom> rooms = side_rooms(figure, areas, measurer, options);
  for (std::size_t i = 0; i < areas.size(); ++i)
    out.panels.push_back(draw_panel(canvas, figure.panels[i], areas[i],
                                    rooms[i % static_cast<std::size_t>(figure.columns)]));
  return out;
}

}  // namespace aniso::figure
