#include "app/views/direction_gallery.h"

#include <algorithm>
#include <cmath>

#include "app/ui/widgets.h"
#include "core/base/check.h"

namespace aniso::app {
namespace {

using ui::Face;
using ui::TextSize;

constexpr float kNarrowest = 92;  // for the words below a small picture
constexpr float kGap = 12, kNameHeight = 18, kLineHeight = 15, kFrame = 4;

// The picture's size; plain vectors and many channels are wider than high.
ImVec2 picture_size(const InputShape& shape, const DirectionGallery::Look& look) {
  const ImVec2 size = DirectionPicture::extent(shape, ui::px(look.picture));
  return {std::round(size.x), std::round(size.y)};
}

float cell_width(const InputShape& shape, const DirectionGallery::Look& look) {
  return std::max(ui::px(kNarrowest), picture_size(shape, look).x + ui::px(2 * kFrame));
}

}  // namespace

std::size_t DirectionGallery::columns(const InputShape& shape, const Look& look, float width) {
  const float cell = cell_width(shape, look);
  return static_cast<std::size_t>(
      std::max(1.0f, std::floor((width + ui::px(kGap)) / (cell + ui::px(kGap)))));
}

float DirectionGallery::row_height(const InputShape& shape, const Look& look, std::size_t lines) {
  return picture_size(shape, look).y + ui::px(2 * kFrame + kNameHeight) +
         ui::px(kLineHeight) * static_cast<float>(lines);
}

float DirectionGallery::height(const InputShape& shape, const Look& look, std::size_t rows,
                               std::size_t lines) {
  const float row = row_height(shape, look, lines) + ui::px(kGap);
  return std::max(0.0f, static_cast<float>(rows) * row - ui::px(kGap));
}

DirectionGallery::Answer DirectionGallery::draw(const std::vector<Item>& items,
                                                const InputShape& shape, const Look& look,
                                                float width) {
  while (pictures_.size() < items.size())
    pictures_.push_back(std::make_unique<DirectionPicture>(shaders_));
  const ImVec2 start = ImGui::GetCursorScreenPos(), picture = picture_size(shape, look);
  const std::size_t per_row = columns(shape, look, width);
  std::size_t lines = 0;
  for (const Item& item : items) lines = std::max(lines, item.lines.size());
  const ImVec2 cell{cell_width(shape, look), row_height(shape, look, lines)};
  Answer answer;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto below = i / per_row;
    const auto column = static_cast<float>(i % per_row), row = static_cast<float>(below);
    draw_item(items[i], i, shape,
              {std::round(start.x + column * (cell.x + ui::px(kGap))),
               std::round(start.y + row * (cell.y + ui::px(kGap)))},
              cell, picture, look, answer);
  }
  answer.height = height(shape, look, (items.size() + per_row - 1) / per_row, lines);
  ImGui::SetCursorScreenPos(start);
  ImGui::Dummy({width, answer.height});
  return answer;
}

void DirectionGallery::draw_item(const Item& item, std::size_t index, const InputShape& shape,
                                 ImVec2 at, ImVec2 cell, ImVec2 picture, const Look& look,
                                 Answer& answer) {
  ImGui::SetCursorScreenPos(at);
  ImGui::PushID(static_cast<int>(index));
  const bool clicked = ImGui::InvisibleButton("direction", cell);
  ImGui::PopID();
  const bool hovered = ImGui::IsItemHovered();
  if (hovered) answer.hovered = index;
  if (clicked && look.can_click) answer.clicked = index;
  if (hovered && ImGui::IsMouseClicked(1)) answer.right_clicked = index;
  ui::tooltip(item.tip);
  ImDrawList* draw = ImGui::GetWindowDrawList();
  const float frame = ui::px(kFrame);
  const ImVec2 corner{at.x + frame, at.y + frame};
  const ImVec2 end{corner.x + picture.x + frame, corner.y + picture.y + frame};
  if (hovered && look.can_click)
    draw->AddRectFilled(at, end, ui::color(ui::theme().hover), ui::px(4));
  pictures_[index]->draw(item.direction, shape, corner, picture);
  draw->AddRect(corner, {corner.x + picture.x, corner.y + picture.y}, ui::color(ui::theme().line));
  if (item.chosen)
    draw->AddRect({at.x + frame / 2, at.y + frame / 2}, {end.x - frame / 2, end.y - frame / 2},
                  ui::color(ui::theme().accent), ui::px(3), 0, ui::px(2));
  if (!item.badge.empty()) {
    const ImVec2 words = ui::text_extent(Face::semibold, TextSize::body, item.badge);
    const float radius = std::max(ui::px(11), words.x / 2 + ui::px(5));
    const ImVec2 centre{end.x - frame - radius + ui::px(2), at.y + frame + radius - ui::px(2)};
    draw->AddCircleFilled(centre, radius + ui::px(1.5f), ui::color(ui::theme().background));
    draw->AddCircleFilled(centre, radius, ui::color(ui::theme().accent));
    ui::draw_text({centre.x - words.x / 2, centre.y - words.y / 2}, Face::semibold, TextSize::body,
                  ui::color(ui::theme().on_accent), item.badge);
  }
  float x = corner.x, y = end.y + ui::px(1);
  if (item.color) {
    const float radius = ui::px(4);
    draw->AddCircleFilled({x + radius, y + ui::px(8)}, radius, ui::color(*item.color));
    x += 2 * radius + ui::px(5);
  }
  ui::draw_text({x, y}, Face::semibold, TextSize::quiet, ui::color(ui::theme().text),
                ui::fitted(Face::semibold, TextSize::quiet, item.name, at.x + cell.x - x));
  y += ui::px(kNameHeight - 2);
  for (const std::string& line : item.lines) {
    ui::draw_text({corner.x, y}, Face::regular, TextSize::quiet, ui::color(ui::theme().quiet),
                  ui::fitted(Face::regular, TextSize::quiet, line, cell.x - frame));
    y += ui::px(kLineHeight);
  }
}

}  // namespace aniso::app
