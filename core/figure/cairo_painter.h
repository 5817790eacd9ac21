#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/figure/layout.h"

namespace aniso::figure {

enum class Format { pdf, svg, png };

/// "pdf", "svg", "png". @throws InvalidInput naming the nearest.
Format format_of(std::string_view extension);
std::string extension_of(Format format);

struct RenderOptions {
  const Theme* theme = &dark_theme();
  double text_scale = 1;
  double scale = 2;          ///< pixels per point: of a PNG, and of fields inside PDF and SVG
  bool transparent = false;  ///< no background
  std::string state;         ///< the program's state as JSON; travels inside the file
};

/// Draws a figure of width × height points with Cairo.
///
/// PDF: text stays text, state in the keywords. SVG: glyphs are outlines, so all labels are
/// repeated in <title> and <desc>; state in <metadata>. PNG: width·scale × height·scale pixels,
/// state as a text chunk. The same figure gives the same SVG and PNG bytes.
/// @throws InvalidInput for an unusable figure, size or scale; IoError if Cairo fails.
/// Any thread. Cost: tens of milliseconds.
std::vector<std::byte> render(const Figure& figure, Format format, double width, double height,
                              const RenderOptions& options = {});

/// Renders in the format of the extension and writes the file whole or not at all.
/// @throws IoError naming the path.
void write(const Figure& figure, const std::filesystem::path& path, double width, double height,
           const RenderOptions& options = {});

/// A sentence for each font family that is missing on this machine.
const std::vector<std::string>& font_notes();

}  // namespace aniso::figure
