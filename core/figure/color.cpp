#include "core/figure/color.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace aniso::figure {
namespace {

// D65 white, 2° observer.
constexpr double kWhiteX = 0.95047, kWhiteZ = 1.08883;
constexpr double kEpsilon = 216.0 / 24389.0, kKappa = 24389.0 / 27.0;

double lab_curve(double t) { return t > kEpsilon ? std::cbrt(t) : (kKappa * t + 16) / 116; }

double lab_inverse(double f) {
  const double cube = f * f * f;
  return cube > kEpsilon ? cube : (116 * f - 16) / kKappa;
}

}  // namespace

std::uint8_t to_byte(double channel) {
  return static_cast<std::uint8_t>(std::lround(255 * std::clamp(channel, 0.0, 1.0)));
}

double to_linear(double channel) {
  return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

double from_linear(double light) {
  return light <= 0.0031308 ? 12.92 * light : 1.055 * std::pow(light, 1 / 2.4) - 0.055;
}

Lab to_lab(Rgb c) {
  const double r = to_linear(c.r), g = to_linear(c.g), b = to_linear(c.b);
  const double x = lab_curve((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / kWhiteX);
  const double y = lab_curve(0.2126729 * r + 0.7151522 * g + 0.0721750 * b);
  const double z = lab_curve((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / kWhiteZ);
  return {116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

Rgb from_lab(Lab c) {
  const double fy = (c.L + 16) / 116;
  const double x = kWhiteX * lab_inverse(fy + c.a / 500), y = lab_inverse(fy);
  const double z = kWhiteZ * lab_inverse(fy - c.b / 200);
  return {from_linear(3.2404542 * x - 1.5371385 * y - 0.4985314 * z),
          from_linear(-0.9692660 * x + 1.8760108 * y + 0.0415560 * z),
          from_linear(0.0556434 * x - 0.2040259 * y + 1.0572252 * z)};
}

Rgb from_lch(double lightness, double chroma, double hue_degrees) {
  const double h = hue_degrees * std::numbers::pi / 180;
  return from_lab({lightness, chroma * std::cos(h), chroma * std::sin(h)});
}

bool in_gamut(Rgb c) {
  constexpr double slack = 1e-3;  // a quarter of an 8-bit step
  return std::min({c.r, c.g, c.b}) >= -slack && std::max({c.r, c.g, c.b}) <= 1 + slack;
}

double difference(Lab a, Lab b) { return std::hypot(a.L - b.L, a.a - b.a, a.b - b.b); }

double luminance(Rgb c) {
  return 0.2126 * to_linear(c.r) + 0.7152 * to_linear(c.g) + 0.0722 * to_linear(c.b);
}

double contrast(Rgb a, Rgb b) {
  const double la = luminance(a), lb = luminance(b);
  return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

Rgb mix(Rgb a, Rgb b, double t) {
  return {a.r + t * (b.r - a.r), a.g + t * (b.g - a.g), a.b + t * (b.b - a.b)};
}

Rgba with_alpha(Rgb color, double alpha) { return {color, alpha}; }

Rgb readable_on(Rgb color, Rgb background, double ratio) {
  if (contrast(color, background) >= ratio) return color;
  const double step = luminance(background) < 0.18 ? 1 : -1;
  Lab lab = to_lab(color);
  while (lab.L + step > 0 && lab.L + step < 100) {
    lab.L += step;
    // Chroma gives way where the hue does not reach this lightness inside sRGB.
    Lab inside = lab;
    while (!in_gamut(from_lab(inside)) && std::hypot(inside.a, inside.b) > 0.5) {
      inside.a *= 0.97;
      inside.b *= 0.97;
    }
    const Rgb c = from_lab(inside);
    const Rgb clean{std::clamp(c.r, 0.0, 1.0), std::clamp(c.g, 0.0, 1.0),
                    std::clamp(c.b, 0.0, 1.0)};
    if (contrast(clean, background) >= ratio) return clean;
  }
  return step > 0 ? Rgb{1, 1, 1} : Rgb{0, 0, 0};
}

}  // namespace aniso::figure
