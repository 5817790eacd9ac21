#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/figure/color.h"
#include "core/figure/figure.h"

/// What a figure looks like: positioned, coloured primitives in drawing order. Both painters draw
/// this list and decide nothing themselves. Coordinates are points at scale 1 (pixels on a screen
/// of ordinary density), x to the right, y down, origin at the top left.
namespace aniso::figure {

struct Point {
  double x = 0, y = 0;
  bool operator==(const Point&) const = default;
};

struct Rect {
  double x = 0, y = 0, width = 0, height = 0;
  double right() const { return x + width; }
  double bottom() const { return y + height; }
  bool contains(Point p) const { return p.x >= x && p.x <= right() && p.y >= y && p.y <= bottom(); }
};

/// words: Inter; strong: Inter semi-bold; numbers: JetBrains Mono.
enum class Face { words, strong, numbers };

struct Font {
  Face face = Face::words;
  double size = 12;
  bool operator==(const Font&) const = default;
};

struct Fill {
  Rect rect;
  Rgba color;
};

struct Polyline {
  std::vector<Point> points;
  Rgba color;
  double width = 1;
  bool dashed = false;  ///< kDashOn on, kDashOff off, both times max(width, 1)
  bool closed = false;
};
inline constexpr double kDashOn = 4, kDashOff = 3;

/// A simple polygon, filled.
struct Polygon {
  std::vector<Point> points;
  Rgba color;
};

/// Equal markers at many places.
struct Markers {
  std::vector<Point> points;
  std::vector<Rgba> colors;  ///< one per point, or one for all
  Marker marker = Marker::circle;
  double size = 5;  ///< diameter of a circle; other shapes have the same area
  double rim = 0;   ///< width of the rim outside the shape; 0 for none
  Rgba rim_color;
};

/// Text on one line from `at`: left end of the baseline.
struct Text {
  Point at;
  std::string text;  ///< UTF-8, no markup
  Font font;
  Rgba color;
};

/// What a label says as a whole ("10−3"), its parts being Text primitives: for search, titles of
/// SVG files and screen readers. Draws nothing.
struct Label {
  std::string text;
};

/// Pixels, row 0 at the top, stretched over `rect`. Every painter shows hard pixel edges: smooth
/// fields were interpolated as values, before they became colours.
struct Image {
  Rect rect;
  int width = 0, height = 0;
  std::shared_ptr<const std::vector<std::uint32_t>> pixels;  ///< 0xAARRGGBB, premultiplied
};

/// Until the matching Unclip nothing is drawn outside `rect`. Never nested.
struct Clip {
  Rect rect;
};
struct Unclip {};

using Primitive = std::variant<Fill, Polyline, Polygon, Markers, Text, Label, Image, Clip, Unclip>;

/// One axis as it came out: maps data to pixels and back, for probes, zoom and pan.
struct AxisMap {
  Scale scale = Scale::linear;
  double low = 0, high = 1;            ///< data at the start and end
  double start = 0, end = 1;           ///< pixels
  double to_pixel(double data) const;  ///< NaN where a logarithm is undefined
  double to_data(double pixel) const;
};

/// Where a panel's data went.
struct PanelFrame {
  Rect area;  ///< all of the panel
  Rect plot;  ///< inside the axes; empty (width 0) when a message is shown instead
  AxisMap x, y;
  double value_low = 0, value_high = 0;  ///< colour range of the field
};

struct DisplayList {
  double width = 0, height = 0;
  std::vector<Primitive> items;
  std::vector<PanelFrame> panels;  ///< one per panel of the figure
};

}  // namespace aniso::figure
