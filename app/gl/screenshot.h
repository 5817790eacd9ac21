#pragma once

#include <imgui.h>

#include <filesystem>
#include <string>

#include "core/figure/color.h"
#include "core/io/png.h"

namespace aniso::app::gl {

/// Draws ImGui's data once more, offscreen, and reads it back: works for hidden and covered
/// windows too, whose own pixels are undefined. After ImGui::Render.
/// @param background  its opacity 0 gives the clean transparent picture, straight alpha.
/// @throws IoError if the offscreen framebuffer cannot be made.
io::Image capture(ImDrawData* data, int width, int height, figure::Rgba background);

/// Reads a rectangle of the bound framebuffer, top row first. Opacity as it is there.
io::Image read_pixels(int x, int y, int width, int height);

/// PNG that carries the program's state, to be opened like a session.
/// @throws IoError if the file cannot be written.
void save_screenshot(const std::filesystem::path& path, const io::Image& image,
                     const std::string& state_json);

}  // namespace aniso::app::gl
