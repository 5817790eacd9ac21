#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "core/figure/color.h"

namespace aniso::figure {

/// Eight colours that colour-blind people can tell apart. The order is ours and fixed, so that a
/// run or class keeps its colour through every view: 0 sky blue and 1 orange agree with the
/// negative and positive ends of the diverging map; neighbours stay distinct under every kind of
/// dichromacy; the neutral one comes last.
/// Source: Okabe and Ito 2008, "Color Universal Design"; their black becomes a grey here.
inline constexpr std::array<Rgb, 8> kOkabeIto = {hex(0x56B4E9), hex(0xE69F00), hex(0x009E73),
                                                 hex(0xCC79A7), hex(0xF0E442), hex(0x0072B2),
                                                 hex(0xD55E00), hex(0xA0A6AE)};

/// Every colour of the program by role. Widgets, views and exported figures take colours from
/// here and from nowhere else.
struct Theme {
  std::string id;     ///< "dark", "light", "contrast"
  std::string title;  ///< as shown in the menu
  bool dark = true;   ///< chooses the diverging colormap with the dark or the light centre

  // Surfaces, from back to front.
  Rgb background, panel, raised, hover, pressed;
  Rgb line;  ///< hairlines between areas, axes
  Rgb grid;  ///< barely visible

  // Text.
  Rgb text, quiet, disabled;

  // Interaction.
  Rgb accent, on_accent;  ///< filled buttons and what is written on them
  Rgb focus;              ///< keyboard focus ring
  Rgb slider;             ///< filled part of a slider or progress bar

  // States.
  Rgb good, warning, error;

  // Data.
  Rgb zero;                       ///< zero lines of axes
  Rgb boundary;                   ///< zero contour of a field: the decision boundary
  Rgb rim;                        ///< thin rim around points
  Rgb undefined;                  ///< hatching where a value is undefined
  std::array<Rgb, 8> categories;  ///< Okabe–Ito, moved in lightness where the background asks

  /// Category number `index`, any integer; wraps around after eight.
  Rgb category(int index) const;
};

const Theme& dark_theme();
const Theme& light_theme();
const Theme& contrast_theme();
/// The three above in menu order.
const std::vector<const Theme*>& themes();
/// @throws InvalidInput naming the nearest id.
const Theme& theme(std::string_view id);

}  // namespace aniso::figure
