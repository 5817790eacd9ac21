#include <algorithm>
#include <cmath>
#include <set>

#include "core/figure/layout_series.h"
#include "core/figure/ticks.h"

namespace aniso::figure {
namespace {

constexpr double kSwatch = 16, kSwatchGap = 6, kEntryGap = 18;
constexpr std::size_t kMaxEndLabels = 4;

// Last place where a curve can be seen; false if nowhere.
bool last_visible(const std::vector<double>& x, const std::vector<double>& y,
                  const PanelFrame& frame, EndLabel& label) {
  for (std::size_t i = x.size(); i-- > 0;) {
    const double px = frame.x.to_pixel(x[i]), py = frame.y.to_pixel(y[i]);
    if (!std::isfinite(px) || !std::isfinite(py)) continue;
    if (px < frame.plot.x - 1 || px > frame.plot.right() + 1) continue;
    label.x = x[i];
    label.y = y[i];
    return true;
  }
  return false;
}

std::size_t count_names(const Panel& panel) {
  std::size_t count = 0;
  for (const Line& line : panel.lines) count += !line.name.empty();
  for (const Band& band : panel.bands) count += !band.name.empty();
  for (const Rule& rule : panel.rules) count += !rule.name.empty() && !rule.vertical;
  return count;
}

}  // namespace

std::vector<EndLabel> end_labels(const Panel& panel, const PanelFrame& frame) {
  std::vector<EndLabel> out;
  if (panel.field || count_names(panel) > kMaxEndLabels) return out;
  for (const Line& line : panel.lines) {
    EndLabel label{line.name, 0, 0, line.style};
    if (!line.name.empty() && last_visible(line.x, line.y, frame, label)) out.push_back(label);
  }
  for (const Band& band : panel.bands) {
    EndLabel label{band.name, 0, 0, band.style};
    std::vector<double> middle(band.low.size());
    const bool log = frame.y.scale == Scale::log10;
    for (std::size_t i = 0; i < middle.size(); ++i)
      middle[i] = log ? std::sqrt(band.low[i]) * std::sqrt(band.high[i])
                      : band.low[i] / 2 + band.high[i] / 2;
    if (!band.name.empty() && last_visible(band.x, middle, frame, label)) out.push_back(label);
  }
  for (const Rule& rule : panel.rules)
    if (!rule.vertical && !rule.name.empty())
      out.push_back({rule.name, frame.x.to_data(frame.plot.right()), rule.at, rule.style});
  return out;
}

void draw_end_labels(Canvas& canvas, const std::vector<EndLabel>& labels, const PanelFrame& frame,
                     double margin) {
  if (labels.empty()) return;
  struct Placed {
    const EndLabel* label;
    Point end;
  };
  std::vector<Placed> placed;
  for (const EndLabel& label : labels) {
    const double y = frame.y.to_pixel(label.y);
    placed.push_back(
        {&label, {frame.x.to_pixel(label.x), std::clamp(y, frame.plot.y, frame.plot.bottom())}});
  }
  std::stable_sort(placed.begin(), placed.end(),
                   [](const Placed& a, const Placed& b) { return a.end.y < b.end.y; });
  std::vector<double> wished;
  for (const Placed& p : placed) wished.push_back(p.end.y);
  const Font font = canvas.body();
  const auto at = spread(wished, canvas.scaled(15), frame.plot.y, frame.plot.bottom());
  const double x = frame.plot.right() + 12;
  for (std::size_t i = 0; i < placed.size(); ++i) {
    const Rgba color = canvas.text_color(placed[i].label->style);
    const Point end = placed[i].end;
    // A hairline leads from the curve to a name that had to move or stands far away.
    if (std::abs(at[i] - end.y) > 3 || end.x < frame.plot.right() - 16) {
      const Point from{end.x + 3, end.y}, bend{frame.plot.right() + 2, end.y}, to{x - 3, at[i]};
      std::vector<Point> path = {bend, to};
      if (from.x < bend.x) path.insert(path.begin(), from);
      canvas.add(Polyline{path, {color.r, color.g, color.b, 0.45}, 0.8, false, false});
    }
    const Rgb ink{color.r, color.g, color.b};
    canvas.label({x, at[i] + kCapHeight * font.size / 2},
                 canvas.elided(placed[i].label->name, font, margin - 12), font, ink);
  }
}

std::vector<double> spread(const std::vector<double>& wished, double gap, double low, double high) {
  // Least squares under the gaps is pooling of neighbours: in coordinates with the gaps taken out,
  // positions only have to be non-decreasing (Kruskal's isotonic regression).
  struct Block {
    double sum = 0;
    std::size_t count = 0;
    double mean() const { return sum / static_cast<double>(count); }
  };
  std::vector<Block> blocks;
  for (std::size_t i = 0; i < wished.size(); ++i) {
    blocks.push_back({wished[i] - gap * static_cast<double>(i), 1});
    while (blocks.size() > 1 && blocks[blocks.size() - 2].mean() > blocks.back().mean()) {
      blocks[blocks.size() - 2].sum += blocks.back().sum;
      blocks[blocks.size() - 2].count += blocks.back().count;
      blocks.pop_back();
    }
  }
  std::vector<double> out;
  const double last = std::max(low, high - gap * static_cast<double>(wished.size() - 1));
  for (const Block& block : blocks)
    for (std::size_t i = 0; i < block.count; ++i)
      out.push_back(std::clamp(block.mean(), low, last) + gap * static_cast<double>(out.size()));
  return out;
}

std::vector<LegendEntry> legend_entries(const Panel& panel, bool lines_have_end_labels) {
  std::vector<LegendEntry> out;
  std::set<std::string> seen;
  const auto add = [&](LegendEntry entry) {
    if (!entry.name.empty() && seen.insert(entry.name).second) out.push_back(std::move(entry));
  };
  if (lines_have_end_labels) {
    for (const Line& line : panel.lines) seen.insert(line.name);
  } else {
    for (const Line& line : panel.lines)
      add({LegendEntry::Kind::line, line.name, line.style, Marker::circle});
    for (const Band& band : panel.bands)
      add({LegendEntry::Kind::band, band.name, band.style, Marker::circle});
    for (const Rule& rule : panel.rules)
      if (!rule.vertical) add({LegendEntry::Kind::line, rule.name, rule.style, Marker::circle});
  }
  for (const Points& points : panel.points) {
    if (points.category.empty()) {
      add({LegendEntry::Kind::marker, points.name, points.style, points.marker});
      continue;
    }
    const std::set<int> used(points.category.begin(), points.category.end());
    bool named = false;
    for (const int k : used) {
      if (k < 0 || static_cast<std::size_t>(k) >= points.category_names.size()) continue;
      Style style = points.style;
      style.role = Role::category;
      style.category = k;
      named = true;
      add({LegendEntry::Kind::marker, points.category_names[static_cast<std::size_t>(k)], style,
           points.marker});
    }
    if (!named) add({LegendEntry::Kind::marker, points.name, {.role = Role::quiet}, points.marker});
  }
  return out;
}

namespace {

void swatch(Canvas& canvas, const LegendEntry& entry, Point left) {
  const Rgba color = canvas.color(entry.style);
  switch (entry.kind) {
    case LegendEntry::Kind::line:
      canvas.add(Polyline{
          {left, {left.x + kSwatch, left.y}}, color, entry.style.width, entry.style.dashed, false});
      break;
    case LegendEntry::Kind::band:
      canvas.add(Fill{{left.x, left.y - 5, kSwatch, 10}, {color.r, color.g, color.b, 0.35}});
      break;
    case LegendEntry::Kind::marker:
      canvas.add(Markers{{{left.x + kSwatch / 2, left.y}}, {color}, entry.marker, 7, 0, {}});
      break;
  }
}

}  // namespace

double legend(Canvas& canvas, const std::vector<LegendEntry>& entries, Point at, double width,
              bool draw) {
  if (entries.empty()) return 0;
  const Font font = canvas.body();
  const double row = canvas.scaled(18);
  double x = 0, y = 0;
  for (const LegendEntry& entry : entries) {
    const std::string name = canvas.elided(entry.name, font, width - kSwatch - kSwatchGap);
    const double taken = kSwatch + kSwatchGap + canvas.width(name, font);
    if (x > 0 && x + taken > width) {
      x = 0;
      y += row;
    }
    if (draw) {
      const double middle = at.y + y + row / 2 - 1;
      swatch(canvas, entry, {at.x + x, middle});
      canvas.label({at.x + x + kSwatch + kSwatchGap, middle + kCapHeight * font.size / 2}, name,
                   font, canvas.theme().text);
    }
    x += taken + kEntryGap;
  }
  return y + row;
}

}  // namespace aniso::figure
