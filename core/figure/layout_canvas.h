#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/figure/layout.h"

/// Private to the layout: what its parts write to.
namespace aniso::figure {

enum class Align { left, centre, right };

/// The display list under construction, with the theme, the text sizes and text placement.
class Canvas {
 public:
  Canvas(DisplayList& out, const TextMeasurer& measurer, const LayoutOptions& options)
      : out_(out), measurer_(measurer), options_(options) {}

  const Theme& theme() const { return *options_.theme; }
  double pixels_per_point() const { return options_.pixels_per_point; }

  /// The one type scale, and lengths that grow with it.
  Font title() const { return {Face::strong, scaled(17)}; }
  Font heading() const { return {Face::strong, scaled(14)}; }
  Font body() const { return {Face::words, scaled(12)}; }
  Font numbers() const { return {Face::numbers, scaled(11)}; }
  double scaled(double length) const { return options_.text_scale * length; }

  template <typename T>
  void add(T&& primitive) {
    out_.items.emplace_back(std::forward<T>(primitive));
  }
  void segment(Point a, Point b, Rgba color, double width, bool dashed = false);

  /// Width of a label with markup.
  double width(std::string_view markup, Font font) const;
  /// Draws a label with markup; `at` is on the baseline.
  void label(Point at, std::string_view markup, Font font, Rgba color, Align align = Align::left);
  /// The label shortened with "…" to fit; empty when not even one letter does.
  std::string elided(std::string_view markup, Font font, double room) const;
  /// Lines of at most `room` points, broken at spaces.
  std::vector<std::string> wrapped(std::string_view text, Font font, double room) const;

  Rgba color(const Style& style) const;
  /// The same colour, moved in lightness until it reads as text.
  Rgba text_color(const Style& style) const;

 private:
  DisplayList& out_;
  const TextMeasurer& measurer_;
  const LayoutOptions& options_;
};

}  // namespace aniso::figure
