#include "app/views/picture_words.h"

#include <algorithm>
#include <cmath>

#include "app/ui/widgets.h"

namespace aniso::app {
namespace {

using ui::Face;
using ui::TextSize;

float line_height() { return ui::text_extent(Face::regular, TextSize::quiet, "0").y + ui::px(2); }

}  // namespace

ImVec2 draw_label(const std::string& words, ImVec2 at, float width) {
  const std::string shown = ui::fitted(Face::regular, TextSize::quiet, words, width - ui::px(8));
  const ImVec2 extent{ui::text_extent(Face::regular, TextSize::quiet, shown).x + ui::px(8),
                      line_height()};
  ImGui::GetWindowDrawList()->AddRectFilled(at, {at.x + extent.x, at.y + extent.y},
                                            ui::color(ui::theme().background, 0.7), ui::px(2));
  ui::draw_text({at.x + ui::px(4), at.y}, Face::regular, TextSize::quiet,
                ui::color(ui::theme().text), shown);
  return extent;
}

void draw_legend(const std::vector<std::string>& lines, ImVec2 at, ImVec2 size) {
  const float line = line_height();
  const auto fitting = static_cast<std::size_t>(std::max(1.0f, size.y / (5 * line)));
  float y = at.y + ui::px(8);
  for (std::size_t i = 0; i < std::min(lines.size(), fitting); ++i, y += line)
    draw_label(lines[i], {at.x + ui::px(8), y}, size.x - ui::px(16));
}

void draw_reason(const std::string& words, ImVec2 at, ImVec2 size) {
  const float wrap = std::min(ui::px(420), size.x - ui::px(48));
  if (wrap < ui::px(80)) return;
  const ui::Font font(Face::regular, TextSize::body);
  const ImVec2 extent = ImGui::CalcTextSize(words.c_str(), nullptr, false, wrap);
  const ImVec2 p{std::floor(at.x + (size.x - extent.x) / 2),
                 std::floor(at.y + (size.y - extent.y) / 2)};
  const float pad = ui::px(16);
  ImDrawList* draw = ImGui::GetWindowDrawList();
  draw->AddRectFilled({p.x - pad, p.y - pad}, {p.x + extent.x + pad, p.y + extent.y + pad},
                      ui::color(ui::theme().panel, 0.94), ui::px(6));
  draw->AddText(ImGui::GetFont(), ImGui::GetFontSize(), p, ui::color(ui::theme().text),
                words.c_str(), nullptr, wrap);
}

}  // namespace aniso::app
