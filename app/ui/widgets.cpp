#include "app/ui/widgets.h"

#include <algorithm>
#include <cctype>
#include <cmath>

namespace aniso::app::ui {
namespace {

constexpr float kCardRounding = 8;

struct ButtonColors {
  figure::Rgb rest, hover, pressed, text;
};

ButtonColors colors_of(Emphasis emphasis, bool enabled) {
  const figure::Theme& t = theme();
  ButtonColors colors{t.raised, t.hover, t.pressed, t.text};
  if (emphasis == Emphasis::primary) colors = {t.accent, t.accent, t.accent, t.on_accent};
  if (emphasis == Emphasis::selected) colors = {t.slider, t.slider, t.pressed, t.text};
  if (!enabled) colors.text = t.disabled;
  return colors;
}

void push(const ButtonColors& colors) {
  ImGui::PushStyleColor(ImGuiCol_Button, color4(colors.rest));
  ImGui::PushStyleColor(ImGuiCol_ButtonHovered, color4(colors.hover));
  ImGui::PushStyleColor(ImGuiCol_ButtonActive, color4(colors.pressed));
  ImGui::PushStyleColor(ImGuiCol_Text, color4(colors.text));
}

}  // namespace

bool icon_button(const char* id, const char* icon, const std::string& tip, bool enabled,
                 Emphasis emphasis) {
  push(colors_of(emphasis, enabled));
  ImGui::PushID(id);
  bool pressed = false;
  const float side = control_height();  // before the icon's larger font
  {
    const Font font(Face::regular, TextSize::title);
    ImGui::BeginDisabled(!enabled);
    ImGui::PushStyleVar(ImGuiStyleVar_DisabledAlpha, 1.0f);
    // The padding would push an icon that is larger than the rest off the centre.
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {0, 0});
    pressed = ImGui::Button(icon, {side, side});
    ImGui::PopStyleVar(2);
    ImGui::EndDisabled();
  }
  ImGui::PopID();
  ImGui::PopStyleColor(4);
  tooltip(tip);
  return pressed;
}

bool text_button(const std::string& label, Emphasis emphasis, float width) {
  push(colors_of(emphasis, true));
  const bool pressed = ImGui::Button(label.c_str(), {width > 0 ? px(width) : 0, control_height()});
  ImGui::PopStyleColor(4);
  return pressed;
}

void heading(const std::string& title) {
  std::string capitals = title;
  std::transform(capitals.begin(), capitals.end(), capitals.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  const Font font(Face::semibold, TextSize::quiet);
  ImGui::PushStyleColor(ImGuiCol_Text, color4(theme().quiet));
  ImGui::TextUnformatted(capitals.c_str());
  ImGui::PopStyleColor();
  space(2);
}

bool tab(const std::string& label, bool chosen) {
  const ImVec2 extent = text_extent(Face::regular, TextSize::quiet, label);
  const ImVec2 at = ImGui::GetCursorScreenPos(), size{extent.x + px(12), px(22)};
  const bool pressed = ImGui::InvisibleButton(label.c_str(), size);
  const figure::Rgb ink = chosen || ImGui::IsItemHovered() ? theme().text : theme().quiet;
  draw_text({at.x + px(6), at.y + (size.y - extent.y) / 2}, Face::regular, TextSize::quiet,
            color(ink), label);
  if (chosen)
    ImGui::GetWindowDrawList()->AddRectFilled({at.x + px(6), at.y + size.y - px(2)},
                                              {at.x + size.x - px(6), at.y + size.y},
                                              color(theme().accent));
  ImGui::SameLine(0, 0);
  return pressed && !chosen;
}

void thin_progress(ImVec2 at, float width, double share) {
  ImDrawList* draw = ImGui::GetWindowDrawList();
  draw->AddRectFilled(at, {at.x + width, at.y + px(2)}, color(theme().line));
  draw->AddRectFilled(at, {at.x + width * static_cast<float>(share), at.y + px(2)},
                      color(theme().accent));
}

void quiet_text(const std::string& text) {
  ImGui::PushStyleColor(ImGuiCol_Text, color4(theme().quiet));
  ImGui::PushTextWrapPos(0);
  ImGui::TextUnformatted(text.c_str());
  ImGui::PopTextWrapPos();
  ImGui::PopStyleColor();
}

void reading(const std::string& name, const std::string& value, const std::string& unit) {
  const ImVec2 start = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const float height = px(22);
  const float unit_width =
      unit.empty() ? 0 : text_extent(Face::regular, TextSize::quiet, unit).x + px(4);
  const ImVec2 number = text_extent(Face::mono, TextSize::body, value);
  const float y = start.y + (height - number.y) / 2;
  const float room = width - number.x - unit_width - px(8);
  draw_text({start.x, y}, Face::regular, TextSize::body, color(theme().quiet),
            fitted(Face::regular, TextSize::body, name, room));
  draw_text({start.x + width - unit_width - number.x, y}, Face::mono, TextSize::body,
            color(theme().text), value);
  if (!unit.empty())
    draw_text({start.x + width - unit_width + px(4), y + px(1)}, Face::regular, TextSize::quiet,
              color(theme().quiet), unit);
  ImGui::Dummy({width, height});
}

void tooltip(const std::string& text) {
  if (text.empty() || !ImGui::IsItemHovered(ImGuiHoveredFlags_AllowWhenDisabled)) return;
  ImGui::BeginTooltip();
  ImGui::PushTextWrapPos(px(320));
  ImGui::TextUnformatted(text.c_str());
  ImGui::PopTextWrapPos();
  ImGui::EndTooltip();
}

void draw_text(ImVec2 at, Face face, TextSize size, ImU32 col, const std::string& text) {
  const Font font(face, size);
  ImGui::GetWindowDrawList()->AddText(at, col, text.data(), text.data() + text.size());
}

ImVec2 text_extent(Face face, TextSize size, const std::string& text) {
  const Font font(face, size);
  return ImGui::CalcTextSize(text.data(), text.data() + text.size());
}

std::string fitted(Face face, TextSize size, const std::string& text, float width) {
  const Font font(face, size);
  const auto extent = [](const std::string& s) {
    return ImGui::CalcTextSize(s.data(), s.data() + s.size()).x;
  };
  if (extent(text) <= width) return text;
  std::string cut = text;
  while (!cut.empty()) {
    do cut.pop_back();
    while (!cut.empty() && (static_cast<unsigned char>(cut.back()) & 0xC0) == 0x80);
    // A multi-byte character's first byte without its rest is no text.
    if (!cut.empty() && (static_cast<unsigned char>(cut.back()) & 0xC0) == 0xC0) cut.pop_back();
    if (extent(cut + "…") <= width) return cut + "…";
  }
  return "";
}

void hairline() {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::GetWindowDrawList()->AddRectFilled(
      at, {at.x + ImGui::GetContentRegionAvail().x, at.y + std::max(1.0f, px(1))},
      color(theme().line));
  ImGui::Dummy({0, px(1)});
}

void space(float design) { ImGui::Dummy({0, px(design)}); }

bool begin_card(const char* id, float width, float height) {
  const ImVec2 display = ImGui::GetIO().DisplaySize;
  const ImVec2 size{std::min(px(width), display.x - px(32)),
                    std::min(px(height), display.y - px(32))};
  ImGui::SetNextWindowPos({0, 0});
  ImGui::SetNextWindowSize(display);
  ImGui::SetNextWindowFocus();
  ImGui::PushStyleColor(ImGuiCol_WindowBg, color4(theme().background, 0.6));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0.0f);
  ImGui::Begin(id, nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                   ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoScrollWithMouse);
  ImGui::PopStyleVar(2);
  ImGui::PopStyleColor();
  const ImVec2 at{std::floor((display.x - size.x) / 2), std::floor((display.y - size.y) / 3)};
  const ImVec2 mouse = ImGui::GetMousePos();
  const bool inside =
      mouse.x >= at.x && mouse.x < at.x + size.x && mouse.y >= at.y && mouse.y < at.y + size.y;
  const bool beside = ImGui::IsMouseClicked(0) && !inside && !ImGui::IsWindowAppearing();
  ImGui::SetCursorScreenPos(at);
  ImGui::PushStyleColor(ImGuiCol_ChildBg, color4(theme().panel));
  ImGui::PushStyleColor(ImGuiCol_Border, color4(theme().line));
  ImGui::PushStyleVar(ImGuiStyleVar_ChildRounding, px(kCardRounding));
  ImGui::PushStyleVar(ImGuiStyleVar_ChildBorderSize, std::max(1.0f, std::floor(px(1))));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, px(24, 20));
  ImGui::BeginChild("card", size, true, ImGuiWindowFlags_AlwaysUseWindowPadding);
  ImGui::PopStyleVar(3);
  ImGui::PopStyleColor(2);
  return !beside;
}

void end_card() {
  ImGui::EndChild();
  ImGui::End();
}

}  // namespace aniso::app::ui
