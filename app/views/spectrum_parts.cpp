#include "app/views/spectrum_parts.h"

#include <algorithm>
#include <cmath>

#include "app/ui/widgets.h"
#include "app/views/shown_number.h"
#include "core/analysis/spectrum_figure.h"
#include "core/base/check.h"

namespace aniso::app {
namespace {

using ui::Face;
using ui::TextSize;

constexpr double kFewest = 3;        // indices that a zoom leaves
constexpr float kSmallestBox = 6;    // pixels: a shorter right drag is a click
constexpr float kCardPicture = 104;  // height of a direction's picture
constexpr float kBelowNames = 40;    // what a null space is called stays in sight

// What a tile has no room for: the strip, the legend, the names of the axes.
enum Fit { kNoStrip = 1, kNoLegend = 2, kNoNames = 4 };

}  // namespace

int spectrum_fit(ImVec2 size) {
  const float width = size.x / ui::look().scale(), height = size.y / ui::look().scale();
  return (height < 360 ? kNoStrip : 0) | (width < 320 || height < 260 ? kNoLegend : 0) |
         (height < 220 ? kNoNames : 0);
}

figure::Figure fitted_spectrum(figure::Figure figure, int fit) {
  if ((fit & kNoStrip) != 0) figure.panels.resize(1);
  if (figure.panels.size() > 1) figure.panels.front().x.label.clear();
  for (figure::Panel& panel : figure.panels) {
    panel.title.clear();
    if ((fit & kNoLegend) != 0) {
      panel.subtitle.clear();
      for (figure::Line& line : panel.lines) line.name.clear();
      for (figure::Band& band : panel.bands) band.name.clear();
      for (figure::Rule& rule : panel.rules)
        if (!rule.vertical) rule.name.clear();
      for (figure::Points& points : panel.points) points.name.clear();
    }
    if ((fit & kNoNames) != 0) {
      panel.x.label.clear();
      panel.y.label.clear();
      panel.y.unit.clear();
    }
  }
  return figure;
}

void IndexZoom::handle(Frame& frame, const ui::FigurePainter& painter, Index first, Index last,
                       bool can_zoom) {
  const bool hovered = ImGui::IsItemHovered(), active = ImGui::IsItemActive();
  if (hovered && ImGui::IsMouseDoubleClicked(0)) {
    reset();
    frame.keep_drawing = true;
  }
  if (ImGui::IsItemActivated()) dragged_ = false;
  if (active && ImGui::IsMouseDragging(0, ui::px(3))) dragged_ = true;
  clicked_ = hovered && ImGui::IsItemDeactivated() && !dragged_ && ImGui::IsMouseReleased(0);
  if (!can_zoom) return;
  const double pad = 0.5 + 0.01 * static_cast<double>(last - first);
  const Range all{static_cast<double>(first) - pad, static_cast<double>(last) + pad};
  if (hovered || active) move(frame, painter, all);
  drag_box(frame, painter, hovered);
}

// The wheel zooms along the index about the pointer, a left drag pans; the other axis follows.
void IndexZoom::move(Frame& frame, const ui::FigurePainter& painter, Range all) {
  const auto* layout = painter.layout();
  if (layout == nullptr || layout->panels.front().plot.width <= 0) return;
  const figure::AxisMap& x = layout->panels.front().x;
  Range range = range_.value_or(all);
  const double at = x.to_data(painter.to_figure(ImGui::GetMousePos()).x);
  const float wheel = ImGui::GetIO().MouseWheel;
  if (wheel != 0 && ImGui::IsItemHovered()) {
    const double factor = std::pow(1.25, wheel);
    range = {at + (range.first - at) / factor, at + (range.second - at) / factor};
  }
  if (ImGui::IsItemActive() && dragged_ && ImGui::IsMouseDown(0)) {
    const double per_unit = (range.second - range.first) / (x.end - x.start);
    const double moved =
        ImGui::GetIO().MouseDelta.x * per_unit /
        static_cast<double>(painter.to_screen({1, 0}).x - painter.to_screen({0, 0}).x);
    range = {range.first - moved, range.second - moved};
  }
  const double most = all.second - all.first;
  const double wide = std::clamp(range.second - range.first, std::min(kFewest, most), most);
  if (wide != range.second - range.first) {
    const double share = (at - range.first) / (range.second - range.first);
    range.first = at - share * wide;
  }
  range.first = std::clamp(range.first, all.first, std::max(all.first, all.second - wide));
  range.second = range.first + wide;
  if (range_.value_or(all) == range) return;
  range_ = range;
  if (wide >= most) range_.reset();
  frame.keep_drawing = true;
}

void IndexZoom::drag_box(Frame& frame, const ui::FigurePainter& painter, bool hovered) {
  const ImVec2 mouse = ImGui::GetMousePos();
  if (hovered && ImGui::IsMouseClicked(1)) box_start_ = mouse;
  if (!box_start_) return;
  const auto* layout = painter.layout();
  if (layout == nullptr || layout->panels.empty()) return box_start_.reset();
  const figure::PanelFrame& plot = layout->panels.front();
  const float low = std::min(box_start_->x, mouse.x), high = std::max(box_start_->x, mouse.x);
  if (ImGui::IsMouseDown(1)) {
    const ImVec2 a{low, painter.to_screen({0, plot.plot.y}).y};
    const ImVec2 b{high, painter.to_screen({0, plot.plot.bottom()}).y};
    ImGui::GetWindowDrawList()->AddRectFilled(a, b, ui::color(ui::theme().accent, 0.15));
    ImGui::GetWindowDrawList()->AddRect(a, b, ui::color(ui::theme().accent));
    frame.keep_drawing = true;
    return;
  }
  box_start_.reset();
  if (high - low <= ui::px(kSmallestBox)) return;
  const double from = plot.x.to_data(painter.to_figure({low, 0}).x);
  const double to = plot.x.to_data(painter.to_figure({high, 0}).x);
  range_ = {from, std::max(to, from + kFewest)};
  frame.keep_drawing = true;
}

std::optional<std::size_t> group_of(const std::vector<geometry::EigenGroup>& groups, Index index) {
  for (std::size_t g = 0; g < groups.size(); ++g)
    if (index >= groups[g].first && index < groups[g].first + groups[g].count) return g;
  return {};
}

std::vector<Reading> judgements_of(const analysis::Spectrum& spectrum, Index index) {
  std::vector<Reading> out;
  if (const auto group = group_of(spectrum.groups, index);
      group && analysis::has_stability(spectrum))
    out.push_back(
        {"stability", shown_number(spectrum.stability[static_cast<Index>(*group)]), "of 1"});
  if (index < spectrum.null_high.size()) {
    const double low = spectrum.null_low[index], high = spectrum.null_high[index];
    const double v = spectrum.values[index];
    out.push_back({"null", text(shown_number(low, 3), " … ", shown_number(high, 3)), ""});
    out.push_back({"chance", v > high ? "above" : v < low ? "below" : "within", ""});
  }
  if (index < spectrum.theory.size())
    out.push_back({"theory", shown_number(spectrum.theory[index]), ""});
  return out;
}

void mark_value(const ui::FigurePainter& painter, double x, double y) {
  const auto* layout = painter.layout();
  if (layout == nullptr || layout->panels.front().plot.width <= 0) return;
  const figure::PanelFrame& plot = layout->panels.front();
  const double px = plot.x.to_pixel(x), py = plot.y.to_pixel(y);
  if (!(px >= plot.plot.x && px <= plot.plot.right())) return;
  ImDrawList* draw = ImGui::GetWindowDrawList();
  draw->AddLine(painter.to_screen({px, plot.plot.y}),
                painter.to_screen({px, layout->panels.back().plot.bottom()}),
                ui::color(ui::theme().text, 0.25), ui::px(1));
  if (!std::isfinite(py) || !plot.plot.contains({px, py})) return;
  const ImVec2 centre = painter.to_screen({px, py});
  draw->AddCircle(centre, ui::px(7), ui::color(ui::theme().background), 0, ui::px(4));
  draw->AddCircle(centre, ui::px(7), ui::color(ui::theme().text), 0, ui::px(2));
}

InputShape shape_of(const Frame& frame, const Vector& direction) {
  const auto& resolved = frame.snapshot->resolved;
  return resolved && resolved->data->shape.dim == direction.size() ? resolved->data->shape
                                                                   : InputShape(direction.size());
}

void draw_direction_card(const ui::FigurePainter& painter, DirectionPicture& picture,
                         const Vector& direction, const InputShape& shape, const CardTitle& titles,
                         Corner corner) {
  const auto& plot = painter.layout()->panels.front().plot;
  const ImVec2 a = painter.to_screen({plot.x, plot.y});
  const ImVec2 b = painter.to_screen({plot.right(), plot.bottom()});
  const ImVec2 room =
      direction.size() > 0 ? DirectionPicture::extent(shape, ui::px(kCardPicture)) : ImVec2{0, 0};
  const float pad = ui::px(8);
  const bool fits =
      ui::text_extent(Face::mono, TextSize::quiet, titles.full).x + 2 * pad <= b.x - a.x;
  const std::string& title = fits ? titles.full : titles.brief;
  const ImVec2 words = ui::text_extent(Face::mono, TextSize::quiet, title);
  const ImVec2 size{std::max(room.x, words.x) + 2 * pad,
                    room.y + words.y + 2 * pad + (room.y > 0 ? ui::px(6) : 0)};
  if (size.x > b.x - a.x || size.y > b.y - a.y) return;  // the inspector still has the numbers
  const bool right = corner == Corner::upper_right;
  const ImVec2 mouse = ImGui::GetMousePos();
  ImVec2 at{right ? b.x - size.x - pad : a.x + pad, a.y + (right ? pad : ui::px(kBelowNames))};
  if (at.y + size.y > b.y) at.y = a.y + pad;
  const bool covered = right ? mouse.x > at.x - 2 * pad : mouse.x < at.x + size.x + 2 * pad;
  if (covered && mouse.y < at.y + size.y + 2 * pad)
    at = {right ? a.x + pad : b.x - size.x - pad, b.y - size.y - pad};
  at = {std::round(at.x), std::round(at.y)};
  ImDrawList* draw = ImGui::GetWindowDrawList();
  draw->AddRectFilled(at, {at.x + size.x, at.y + size.y}, ui::color(ui::theme().raised), ui::px(6));
  draw->AddRect(at, {at.x + size.x, at.y + size.y}, ui::color(ui::theme().line), ui::px(6));
  if (room.x > 0)
    picture.draw(direction, shape, {at.x + (size.x - room.x) / 2, at.y + pad},
                 {std::round(room.x), std::round(room.y)});
  ui::draw_text({at.x + pad, at.y + size.y - pad - words.y}, Face::mono, TextSize::quiet,
                ui::color(ui::theme().text), title);
}

}  // namespace aniso::app
