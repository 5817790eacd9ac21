#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "core/figure/color.h"
#include "core/figure/figure.h"

namespace aniso::figure {

/// Number of entries of a sampled colormap.
inline constexpr int kColormapSize = 512;
using ColormapTable = std::array<Rgb, kColormapSize>;

/// Colour at t in [0, 1]; t outside saturates, NaN is an error.
///
/// viridis and cividis interpolate the published tables (error below 1.5/255). `diverging` is
/// neutral at 0.5, blue below and orange above, with the same lightness at equal distance from
/// the centre; the centre is dark on dark backgrounds and light on light ones, so that zero
/// recedes in both. `cyclic` closes: at(0) = at(1).
/// @throws InvalidInput if t is NaN.
Rgb at(Colormap map, double t, bool dark = true);

/// The map sampled at i / (kColormapSize − 1): for textures and fast lookups. Any thread.
const ColormapTable& table(Colormap map, bool dark = true);

/// "viridis", "cividis", "diverging", "cyclic", and back.
const std::vector<std::string>& colormap_names();
std::string colormap_name(Colormap map);
/// @throws InvalidInput naming the nearest name.
Colormap colormap(std::string_view name);

}  // namespace aniso::figure
