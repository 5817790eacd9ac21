#include "app/panels/panel_focus.h"

#include <imgui.h>
// Dear ImGui can show where the keyboard is only from inside.
#include <imgui_internal.h>

#include <array>
#include <cmath>
#include <utility>

#include "app/ui/style.h"

namespace aniso::app {
namespace {

// In reading order; as WindowApp names its windows.
constexpr std::array kPanels = {"experiment", "inspector", "transport", "top bar"};

ImGuiWindow* shown(int index) {
  ImGuiWindow* window = ImGui::FindWindowByName(kPanels[static_cast<std::size_t>(index)]);
  return window != nullptr && window->WasActive ? window : nullptr;
}

}  // namespace

void PanelFocus::advance(int step) {
  constexpr int kCount = static_cast<int>(kPanels.size());
  int next = at_ < 0 ? (step > 0 ? -1 : kCount) : at_;
  for (int tries = 0; tries < kCount; ++tries) {
    next = ((next + step) % kCount + kCount) % kCount;
    if (shown(next) == nullptr) continue;
    at_ = next;
    entered_ = true;
    ImGui::GetIO().ConfigFlags |= ImGuiConfigFlags_NavEnableKeyboard;
    return;
  }
}

void PanelFocus::begin() {
  if (!is_on() || !std::exchange(entered_, false)) return;
  ImGuiWindow* window = shown(at_);
  if (window == nullptr) return leave();
  ImGui::FocusWindow(window);
  ImGui::NavInitWindow(window, false);
  ImGuiContext& context = *ImGui::GetCurrentContext();
  context.NavDisableHighlight = false;
  context.NavDisableMouseHover = true;
}

void PanelFocus::leave() {
  at_ = -1;
  ImGui::GetIO().ConfigFlags &= ~ImGuiConfigFlags_NavEnableKeyboard;
  ImGui::GetCurrentContext()->NavDisableHighlight = true;
  ImGui::FocusWindow(nullptr);
}

bool PanelFocus::escape() {
  if (!is_on() || ImGui::IsAnyItemActive() ||
      ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel))
    return false;
  leave();
  return true;
}

void PanelFocus::draw() {
  if (!is_on()) return;
  for (int button = 0; button < 2; ++button)
    if (ImGui::IsMouseClicked(button)) return leave();
  const ImGuiContext& context = *ImGui::GetCurrentContext();
  const ImGuiWindow* window = context.NavWindow;
  if (window == nullptr || context.NavId == 0 || context.NavDisableHighlight) return;
  const ImRect& inside = window->NavRectRel[context.NavLayer];
  const ImVec2 origin = window->DC.CursorStartPos;
  const float gap = ui::px(2), width = std::max(1.0F, std::round(ui::px(2)));
  const ImVec2 low{origin.x + inside.Min.x - gap, origin.y + inside.Min.y - gap};
  const ImVec2 high{origin.x + inside.Max.x + gap, origin.y + inside.Max.y + gap};
  ImDrawList* draw = ImGui::GetForegroundDrawList();
  draw->PushClipRect(window->ClipRect.Min, window->ClipRect.Max);
  draw->AddRect(low, high, ui::color(ui::theme().focus), ui::px(6), 0, width);
  draw->PopClipRect();
}

}  // namespace aniso::app
