#include "core/figure/colormap.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>

#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::figure {
namespace {

struct Anchor {
  double index;  // of 0 … 255
  Rgb color;
};

// Every 15th entry of the published 256-entry tables, plus cividis' one kink. Viridis: Smith and
// van der Walt 2015. Cividis: Nuñez, Anderton, Renslow 2018.
constexpr std::array<Anchor, 18> kViridis = {{
    {0, hex(0x440154)},
    {15, hex(0x481769)},
    {30, hex(0x472A7A)},
    {45, hex(0x433D84)},
    {60, hex(0x3D4E8A)},
    {75, hex(0x355E8D)},
    {90, hex(0x2E6D8E)},
    {105, hex(0x297B8E)},
    {120, hex(0x23898E)},
    {135, hex(0x1F978B)},
    {150, hex(0x21A585)},
    {165, hex(0x2EB37C)},
    {180, hex(0x46C06F)},
    {195, hex(0x65CB5E)},
    {210, hex(0x89D548)},
    {225, hex(0xB0DD2F)},
    {240, hex(0xD8E219)},
    {255, hex(0xFDE725)},
}};
constexpr std::array<Anchor, 22> kCividis = {{
    {0, {0.0000, 0.1351, 0.3048}},   {15, {0.0000, 0.1761, 0.4076}},
    {19, {0.0000, 0.1869, 0.4355}},  {22, {0.0000, 0.1934, 0.4416}},
    {26, {0.0462, 0.2039, 0.4402}},  {30, {0.0875, 0.2149, 0.4373}},
    {45, {0.1805, 0.2562, 0.4273}},  {60, {0.2476, 0.2970, 0.4229}},
    {75, {0.3059, 0.3377, 0.4245}},  {90, {0.3599, 0.3786, 0.4315}},
    {105, {0.4116, 0.4201, 0.4436}}, {120, {0.4616, 0.4624, 0.4620}},
    {127, {0.4851, 0.4825, 0.4704}}, {135, {0.5142, 0.5055, 0.4726}},
    {150, {0.5706, 0.5497, 0.4696}}, {165, {0.6286, 0.5951, 0.4596}},
    {180, {0.6880, 0.6420, 0.4429}}, {195, {0.7488, 0.6905, 0.4184}},
    {210, {0.8111, 0.7408, 0.3852}}, {225, {0.8751, 0.7931, 0.3397}},
    {240, {0.9411, 0.8475, 0.2758}}, {255, {0.9957, 0.9093, 0.2178}},
}};

// Cubic Hermite with the three-point slopes limited so that no channel overshoots (Fritsch and
// Carlson 1980).
double slope(double h0, double d0, double h1, double d1) {
  if (d0 * d1 <= 0) return 0;
  const double w0 = 2 * h1 + h0, w1 = h1 + 2 * h0;
  return (w0 + w1) / (w0 / d0 + w1 / d1);
}

double channel(std::span<const Anchor> a, std::size_t k, double x, double Rgb::*c) {
  const auto width = [&](std::size_t i) { return a[i + 1].index - a[i].index; };
  const auto secant = [&](std::size_t i) { return (a[i + 1].color.*c - a[i].color.*c) / width(i); };
  const std::size_t last = a.size() - 2;
  const double m0 = k == 0 ? secant(0) : slope(width(k - 1), secant(k - 1), width(k), secant(k));
  const double m1 =
      k == last ? secant(last) : slope(width(k), secant(k), width(k + 1), secant(k + 1));
  const double h = width(k), t = (x - a[k].index) / h;
  const double y0 = a[k].color.*c, y1 = a[k + 1].color.*c;
  return y0 + t * (h * m0 +
                   t * ((3 * (y1 - y0) - h * (2 * m0 + m1)) + t * (2 * (y0 - y1) + h * (m0 + m1))));
}

Rgb interpolate(std::span<const Anchor> anchors, double t) {
  const double x = 255 * t;
  std::size_t k = 0;
  while (k + 2 < anchors.size() && anchors[k + 1].index <= x) ++k;
  return {channel(anchors, k, x, &Rgb::r), channel(anchors, k, x, &Rgb::g),
          channel(anchors, k, x, &Rgb::b)};
}

// The wanted colour with just enough chroma removed to stay inside sRGB.
Rgb inside(double lightness, double chroma, double hue) {
  if (in_gamut(from_lch(lightness, chroma, hue))) return from_lch(lightness, chroma, hue);
  double low = 0, high = chroma;
  for (int i = 0; i < 20; ++i) {
    const double middle = 0.5 * (low + high);
    (in_gamut(from_lch(lightness, middle, hue)) ? low : high) = middle;
  }
  return from_lch(lightness, low, hue);
}

Rgb diverging(double t, bool dark) {
  const double s = std::abs(2 * t - 1);  // distance from the centre
  const bool positive = t > 0.5;
  if (dark) {
    // Chroma rises faster than lightness, so that the sign is visible close to zero.
    const double hue = positive ? 64 - 8 * s : 258 + 6 * s;
    return inside(13 + 49 * std::pow(s, 0.85), (positive ? 66 : 48) * std::pow(s, 0.62), hue);
  }
  const double hue = positive ? 68 - 14 * s : 254 + 14 * s;
  return inside(97 - 52 * std::pow(s, 0.95), (positive ? 62 : 44) * std::pow(s, 0.75), hue);
}

Rgb cyclic(double t) {
  return inside(62 - 14 * std::cos(2 * std::numbers::pi * t), 38, 360 * t + 285);
}

Rgb clean(Rgb c) {
  return {std::clamp(c.r, 0.0, 1.0), std::clamp(c.g, 0.0, 1.0), std::clamp(c.b, 0.0, 1.0)};
}

ColormapTable sample(Colormap map, bool dark) {
  ColormapTable out;
  for (int i = 0; i < kColormapSize; ++i)
    out[static_cast<std::size_t>(i)] = at(map, i / (kColormapSize - 1.0), dark);
  return out;
}

}  // namespace

Rgb at(Colormap map, double t, bool dark) {
  ANISO_CHECK(!std::isnan(t), "A colour was asked for the value NaN; draw it as undefined.");
  t = std::clamp(t, 0.0, 1.0);
  switch (map) {
    case Colormap::viridis:
      return interpolate(kViridis, t);
    case Colormap::cividis:
      return interpolate(kCividis, t);
    case Colormap::diverging:
      return clean(diverging(t, dark));
    case Colormap::cyclic:
      return clean(cyclic(t));
  }
  throw InvalidInput("Unknown colormap number.");
}

const ColormapTable& table(Colormap map, bool dark) {
  static const ColormapTable viridis = sample(Colormap::viridis, true);
  static const ColormapTable cividis = sample(Colormap::cividis, true);
  static const ColormapTable dark_centre = sample(Colormap::diverging, true);
  static const ColormapTable light_centre = sample(Colormap::diverging, false);
  static const ColormapTable cyclic_map = sample(Colormap::cyclic, true);
  switch (map) {
    case Colormap::viridis:
      return viridis;
    case Colormap::cividis:
      return cividis;
    case Colormap::diverging:
      return dark ? dark_centre : light_centre;
    case Colormap::cyclic:
      return cyclic_map;
  }
  throw InvalidInput("Unknown colormap number.");
}

const std::vector<std::string>& colormap_names() {
  static const std::vector<std::string> names = {"viridis", "cividis", "diverging", "cyclic"};
  return names;
}

std::string colormap_name(Colormap map) {
  return colormap_names().at(static_cast<std::size_t>(map));
}

Colormap colormap(std::string_view name) {
  const auto& names = colormap_names();
  const auto found = std::find(names.begin(), names.end(), name);
  ANISO_CHECK(found != names.end(), "There is no colormap '", name, "'.", suggestion(name, names));
  return static_cast<Colormap>(found - names.begin());
}

}  // namespace aniso::figure
