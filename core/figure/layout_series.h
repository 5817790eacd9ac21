#pragma once

#include <string>
#include <vector>

#include "core/figure/layout_canvas.h"

/// Private to the layout: curves, bands, points, rules, and what names them.
namespace aniso::figure {

void draw_bands(Canvas& canvas, const Panel& panel, const PanelFrame& frame);
void draw_rules(Canvas& canvas, const Panel& panel, const PanelFrame& frame);
void draw_lines(Canvas& canvas, const Panel& panel, const PanelFrame& frame);
void draw_points(Canvas& canvas, const Panel& panel, const PanelFrame& frame);
/// Names of vertical rules, inside the plot at its top, on as many rows as they need.
void label_vertical_rules(Canvas& canvas, const Panel& panel, const PanelFrame& frame);

/// A name to be written at the end of a curve, band or horizontal rule.
struct EndLabel {
  std::string name;
  double x = 0, y = 0;  ///< data coordinates of the end
  Style style;
};
/// Four or fewer names in all; empty when there are more, or none.
std::vector<EndLabel> end_labels(const Panel& panel, const PanelFrame& frame);
/// Writes them into the margin of width `margin` right of the plot, moved apart.
void draw_end_labels(Canvas& canvas, const std::vector<EndLabel>& labels, const PanelFrame& frame,
                     double margin);

/// The legend: names without an end label.
struct LegendEntry {
  enum class Kind { line, band, marker } kind = Kind::line;
  std::string name;
  Style style;
  Marker marker = Marker::circle;
};
std::vector<LegendEntry> legend_entries(const Panel& panel, bool lines_have_end_labels);
/// Draws rows from `top` downwards within `width`; returns the height used. With `draw` false it
/// only measures.
double legend(Canvas& canvas, const std::vector<LegendEntry>& entries, Point at, double width,
              bool draw);

/// Positions as near as possible (least squares) to the wished ones, in the same order, at least
/// `gap` apart and inside [low, high]. The caller checks that there is room for all.
std::vector<double> spread(const std::vector<double>& wished, double gap, double low, double high);

}  // namespace aniso::figure
