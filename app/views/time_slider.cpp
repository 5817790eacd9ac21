#include "app/views/time_slider.h"

#include <algorithm>
#include <cmath>

#include "app/ui/widgets.h"

namespace aniso::app {
namespace {

using ui::Face;
using ui::TextSize;

constexpr float kHeight = 24;
constexpr float kShortestTrack = 64;  // before the words at its ends give way

}  // namespace

Index NoiseTimes::step_of(double time) const {
  const auto last = static_cast<double>(steps - 1);
  return static_cast<Index>(std::lround(std::clamp(time, 0.0, 1.0) * last));
}

double NoiseTimes::time_of(Index step) const {
  return static_cast<double>(std::clamp<Index>(step, 0, steps - 1)) /
         static_cast<double>(std::max<Index>(steps - 1, 1));
}

float time_slider_height() { return ui::px(kHeight); }

std::optional<double> draw_time_slider(const NoiseTimes& times, double time,
                                       const std::string& words, const std::string& longest,
                                       float width) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float height = time_slider_height(), middle = std::floor(at.y + height / 2);
  const float gap = ui::px(12), radius = ui::px(6);
  const auto width_of = [](Face face, const std::string& s) {
    return ui::text_extent(face, TextSize::quiet, s).x;
  };
  const auto write = [&](Face face, float x, figure::Rgb ink, const std::string& s) {
    const float tall = ui::text_extent(face, TextSize::quiet, s).y;
    ui::draw_text({std::floor(x), std::floor(middle - tall / 2)}, face, TextSize::quiet,
                  ui::color(ink), s);
  };
  const float data = width_of(Face::regular, "data"), noise = width_of(Face::regular, "noise");
  const float said = std::max(width_of(Face::mono, words), width_of(Face::mono, longest));
  float left = at.x + data + gap, right = at.x + width - said - 2 * gap - noise - gap;
  const bool has_ends = right - left >= ui::px(kShortestTrack);
  if (!has_ends) {
    left = at.x + radius;
    right = at.x + width - said - gap - radius;
  }
  if (right - left < 2 * radius) return std::nullopt;

  ImGui::SetCursorScreenPos({left - radius, at.y});
  ImGui::InvisibleButton("noise time", {right - left + 2 * radius, height});
  const bool active = ImGui::IsItemActive(), hovered = ImGui::IsItemHovered();
  if (hovered || active) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
  const ImGuiIO& io = ImGui::GetIO();
  double next = time;
  if (active)
    next = times.time_of(times.step_of((io.MousePos.x - left) / (right - left)));
  else if (hovered && io.MouseWheel != 0)
    next = times.moved(time, (io.MouseWheel > 0 ? 1 : -1) * (io.KeyShift ? 10 : 1));

  const figure::Theme& theme = ui::theme();
  if (has_ends) {
    write(Face::regular, at.x, theme.quiet, "data");
    write(Face::regular, right + gap, theme.quiet, "noise");
  }
  write(Face::mono, at.x + width - said, theme.text, words);
  ImDrawList* draw = ImGui::GetWindowDrawList();
  const float x = left + static_cast<float>(std::clamp(next, 0.0, 1.0)) * (right - left);
  const float thick = ui::px(2);
  draw->AddRectFilled({left, middle - thick}, {right, middle + thick}, ui::color(theme.line),
                      thick);
  draw->AddRectFilled({left, middle - thick}, {x, middle + thick}, ui::color(theme.accent), thick);
  draw->AddCircleFilled({x, middle}, hovered || active ? radius : radius - ui::px(1),
                        ui::color(theme.accent));
  draw->AddCircle({x, middle}, hovered || active ? radius : radius - ui::px(1),
                  ui::color(theme.background), 0, ui::px(1.5f));
  ImGui::SetCursorScreenPos({at.x, at.y + height});
  return next == time ? std::nullopt : std::optional<double>(next);
}

}  // namespace aniso::app
