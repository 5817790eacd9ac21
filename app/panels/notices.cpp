#include <imgui.h>

#include <algorithm>
#include <string>

#include "app/panels/overlays.h"
#include "app/ui/icons.h"
#include "app/ui/widgets.h"

namespace aniso::app {
namespace {

constexpr std::size_t kMost = 4;
constexpr double kInfoSeconds = 5;

const char* icon_of(Notice::Kind kind) {
  return kind == Notice::Kind::info ? ui::icon::kInfo : ui::icon::kAlert;
}

bool leaves(const Notice& notice) {
  return notice.kind == Notice::Kind::info && notice.button.empty();
}

figure::Rgb color_of(Notice::Kind kind) {
  if (kind == Notice::Kind::error) return ui::theme().error;
  return kind == Notice::Kind::warning ? ui::theme().warning : ui::theme().accent;
}

}  // namespace

void Notices::add(const Notice& notice, double now_s) {
  // The same message again moves to the end instead of piling up.
  std::erase_if(shown_, [&](const Shown& shown) { return shown.notice.text == notice.text; });
  shown_.push_back({notice, now_s});
  while (shown_.size() > kMost) shown_.pop_front();
}

void Notices::draw(Frame& frame, float right, float bottom) {
  std::erase_if(shown_, [&](const Shown& shown) {
    return leaves(shown.notice) && frame.time_s - shown.since_s > kInfoSeconds;
  });
  float y = bottom;
  const float width = ui::px(380);
  for (std::size_t i = shown_.size(); i-- > 0;) {
    const Shown& shown = shown_[i];
    if (leaves(shown.notice))
      frame.redraw_at_s = std::min(frame.redraw_at_s, shown.since_s + kInfoSeconds + 0.01);
    ImGui::SetNextWindowPos({right - width, y}, ImGuiCond_Always, {0, 1});
    ImGui::SetNextWindowSize({width, 0});
    ImGui::PushStyleColor(ImGuiCol_WindowBg, ui::color4(ui::theme().raised));
    ImGui::PushStyleColor(ImGuiCol_Border, ui::color4(ui::theme().line));
    ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, ui::px(6));
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 1.0f);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ui::px(12, 10));
    const std::string id = "notice " + std::to_string(i);
    ImGui::Begin(id.c_str(), nullptr,
                 ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                     ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoFocusOnAppearing |
                     ImGuiWindowFlags_AlwaysAutoResize);
    ImGui::TextColored(ui::color4(color_of(shown.notice.kind)), "%s", icon_of(shown.notice.kind));
    ImGui::SameLine(0, ui::px(8));
    ImGui::PushTextWrapPos(width - ui::px(40));
    ImGui::TextUnformatted(shown.notice.text.c_str());
    ImGui::PopTextWrapPos();
    bool pressed = false;
    if (!shown.notice.button.empty()) {
      ImGui::Dummy(ui::px(0, 4));
      ImGui::SetCursorPosX(ui::px(32));
      pressed = ui::text_button(shown.notice.button, ui::Emphasis::selected);
    }
    const ImVec2 below = ImGui::GetCursorPos();
    ImGui::SetCursorPos({width - ui::px(32), ui::px(8)});
    ImGui::PushStyleColor(ImGuiCol_Button, IM_COL32(0, 0, 0, 0));
    const bool close = ImGui::Button(ui::icon::kClose, ui::px(22, 22));
    ImGui::PopStyleColor();
    ImGui::SetCursorPos(below);
    ImGui::Dummy({1, 0});
    const float height = ImGui::GetWindowHeight();
    ImGui::End();
    ImGui::PopStyleVar(3);
    ImGui::PopStyleColor(2);
    y -= height + ui::px(8);
    if (pressed) shown.notice.press();
    if (close || pressed) {
      shown_.erase(shown_.begin() + static_cast<std::ptrdiff_t>(i));
      frame.keep_drawing = true;
    }
  }
}

}  // namespace aniso::app
