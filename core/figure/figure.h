#pragma once

#include <array>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "core/base/types.h"

/// A plot as data. Two painters draw it: Cairo to PDF, SVG and PNG (core/figure/cairo_painter.h),
/// and Dear ImGui on the screen (app/gl). What is exported is what is seen.
namespace aniso::figure {

/// Colours by role, never by literal: the theme and the painter turn roles into colours.
enum class Role {
  category,  ///< Okabe–Ito colour number `Style::category`
  text,
  quiet,
  accent,
  zero,     ///< zero lines and decision boundaries
  outline,  ///< thin contrasting rim
};

struct Style {
  Role role = Role::category;
  int category = 0;
  double width = 1.5;   ///< of lines, in points at scale 1
  bool dashed = false;  ///< theory is dashed, measured is solid
  double opacity = 1;
};

enum class Scale { linear, log10 };

struct Axis {
  std::string label;  ///< "step"; may hold subscripts written as in "u_1", see text_run.h
  std::string unit;
  Scale scale = Scale::linear;
  double low = std::numeric_limits<double>::quiet_NaN();  ///< NaN: from the data
  double high = std::numeric_limits<double>::quiet_NaN();
  bool integer = false;  ///< ticks at whole numbers only
};

/// A curve; NaN breaks it.
struct Line {
  std::string name;  ///< label or legend entry; empty for none
  std::vector<double> x;
  std::vector<double> y;
  Style style;
};

/// Uncertainty around a curve.
struct Band {
  std::string name;
  std::vector<double> x;
  std::vector<double> low;
  std::vector<double> high;
  Style style;
};

enum class Marker { circle, square, triangle, diamond };

struct Points {
  std::string name;
  std::vector<double> x;
  std::vector<double> y;
  std::vector<int> category;  ///< one per point for class colours, or empty for `style`
  std::vector<std::string> category_names;  ///< legend entry of category k; empty for none
  Marker marker = Marker::circle;
  double size = 5;  ///< diameter in points
  bool rim = true;
  Style style;
};

/// smooth: bilinear between samples; cells: one square of one colour per sample (matrices).
enum class Interpolation { smooth, cells };

enum class Colormap { viridis, cividis, diverging, cyclic };

/// A scalar field on a regular grid, drawn as an image with optional contours.
struct Field {
  std::string name;  ///< title of the colour bar
  std::string unit;
  Matrix values;  ///< (rows, cols); row 0 at y_low; NaN is drawn as "undefined"
  double x_low = 0, x_high = 1, y_low = 0, y_high = 1;  ///< centres of the outermost samples
  Colormap colormap = Colormap::diverging;
  double low = std::numeric_limits<double>::quiet_NaN();   ///< colour range; NaN: from the data,
  double high = std::numeric_limits<double>::quiet_NaN();  ///< symmetric for diverging maps
  bool logarithmic = false;
  Interpolation interpolation = Interpolation::smooth;
  std::vector<double> contours;  ///< thin isolines at these levels
  bool zero_contour = false;     ///< thick line at 0: the decision boundary
};

/// A horizontal or vertical reference line with its label.
struct Rule {
  std::string name;
  double at = 0;
  bool vertical = false;
  Style style{.role = Role::quiet, .dashed = true};
};

/// One coordinate system with what is drawn in it, in this order.
struct Panel {
  std::string title;
  std::string subtitle;
  Axis x, y;
  bool equal_aspect = false;
  std::optional<Field> field;
  std::vector<Band> bands;
  std::vector<Rule> rules;
  std::vector<Line> lines;
  std::vector<Points> points;
  std::string message;  ///< shown instead of data: an empty or undefined state and what to do
  double weight = 1;    ///< share of the figure's height that its row asks for; the largest counts
};

/// Panels in a grid, filled row by row.
struct Figure {
  std::string title;
  std::string caption;  ///< source, run and step; small print under the figure
  std::vector<Panel> panels;
  int columns = 1;
  bool aligned = false;  ///< plots of one column begin and end at the same x
};

}  // namespace aniso::figure
