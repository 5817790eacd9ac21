#pragma once

#include <imgui.h>

#include <string>
#include <vector>

/// Words over a picture, each line on a ground of its own. The picture is at `at`, `size`.
namespace aniso::app {

/// What the marks mean, at the upper left corner. The picture comes first: a fifth of it at most.
void draw_legend(const std::vector<std::string>& lines, ImVec2 at, ImVec2 size);

/// Why there is nothing to see and what to do, on a card in the middle.
void draw_reason(const std::string& words, ImVec2 at, ImVec2 size);

/// One line on a ground from its upper left corner, no wider than `width`. @return  its extent.
ImVec2 draw_label(const std::string& words, ImVec2 at, float width);

}  // namespace aniso::app
