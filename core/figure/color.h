#pragma once

#include <cstdint>

namespace aniso::figure {

/// sRGB colour, each channel in [0, 1].
struct Rgb {
  double r = 0, g = 0, b = 0;
  bool operator==(const Rgb&) const = default;
};

/// sRGB colour with (not premultiplied) opacity.
struct Rgba {
  double r = 0, g = 0, b = 0, a = 1;
  constexpr Rgba() = default;
  constexpr Rgba(double red, double green, double blue, double alpha = 1)
      : r(red), g(green), b(blue), a(alpha) {}
  constexpr Rgba(Rgb c, double alpha = 1) : r(c.r), g(c.g), b(c.b), a(alpha) {}  // NOLINT: intended
  bool operator==(const Rgba&) const = default;
};

/// CIELAB under D65: lightness 0 … 100, green–red, blue–yellow.
struct Lab {
  double L = 0, a = 0, b = 0;
};

/// 0xRRGGBB → colour.
constexpr Rgb hex(std::uint32_t rrggbb) {
  return {((rrggbb >> 16) & 255) / 255.0, ((rrggbb >> 8) & 255) / 255.0, (rrggbb & 255) / 255.0};
}

/// Nearest 8-bit value of a channel; values outside [0, 1] saturate, as every display does.
std::uint8_t to_byte(double channel);

/// Linear-light value of an sRGB channel, and back.
double to_linear(double channel);
double from_linear(double light);

Lab to_lab(Rgb color);
/// May lie outside sRGB: check `in_gamut`.
Rgb from_lab(Lab color);
/// Lightness, chroma, hue in degrees.
Rgb from_lch(double lightness, double chroma, double hue_degrees);
bool in_gamut(Rgb color);

/// CIE 1976 colour difference; about 2.3 is just noticeable.
double difference(Lab a, Lab b);

/// Relative luminance and contrast ratio (1 … 21). Source: WCAG 2.1.
double luminance(Rgb color);
double contrast(Rgb a, Rgb b);

/// (1−t) a + t b in sRGB.
Rgb mix(Rgb a, Rgb b, double t);
Rgba with_alpha(Rgb color, double alpha);

/// `color` with its lightness moved away from `background`, hue kept, until the contrast ratio
/// reaches `ratio`; unchanged when it already does. Black or white when nothing less suffices.
Rgb readable_on(Rgb color, Rgb background, double ratio);

}  // namespace aniso::figure
