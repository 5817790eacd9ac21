#include <imgui.h>
#include <imgui_stdlib.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "app/panels/overlays.h"
#include "app/ui/icons.h"
#include "app/ui/widgets.h"

namespace aniso::app {
namespace {

using ui::Face;
using ui::TextSize;

constexpr int kRows = 11;

struct Found {
  const Action* action;
  int score;
};

std::vector<Found> matches(const Actions& actions, const std::string& query) {
  std::vector<Found> found;
  for (const Action& action : actions.all()) {
    if (action.is_enabled && !action.is_enabled()) continue;
    const int score = match_score(query, action.group + ": " + action.title);
    if (score >= 0) found.push_back({&action, score});
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Found& a, const Found& b) { return a.score > b.score; });
  return found;
}

bool row(const Action& action, bool selected) {
  const ImVec2 start = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x, height = ui::px(30);
  ImGui::PushID(action.id.c_str());
  const bool clicked = ImGui::InvisibleButton("row", {width, height});
  const bool hovered = ImGui::IsItemHovered();
  ImGui::PopID();
  if (selected || hovered)
    ImGui::GetWindowDrawList()->AddRectFilled(
        start, {start.x + width, start.y + height},
        ui::color(selected ? ui::theme().slider : ui::theme().hover), ui::px(4));
  const float y = start.y + (height - ui::text_extent(Face::regular, TextSize::body, "M").y) / 2;
  const float group = ui::text_extent(Face::regular, TextSize::body, action.group).x;
  ui::draw_text({start.x + ui::px(10), y}, Face::regular, TextSize::body,
                ui::color(ui::theme().quiet), action.group);
  ui::draw_text({start.x + ui::px(18) + group, y}, Face::regular, TextSize::body,
                ui::color(ui::theme().text), action.title);
  if (!action.keys.empty()) {
    const std::string key = action.keys.front().text();
    const float extent = ui::text_extent(Face::mono, TextSize::quiet, key).x;
    ui::draw_text({start.x + width - extent - ui::px(10), y + ui::px(1)}, Face::mono,
                  TextSize::quiet, ui::color(ui::theme().quiet), key);
  }
  return clicked;
}

}  // namespace

int match_score(const std::string& query, const std::string& title) {
  const auto lower = [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  };
  int score = 0;
  std::size_t at = 0, previous = std::string::npos;
  for (const char wanted : query) {
    if (wanted == ' ') continue;
    while (at < title.size() && lower(title[at]) != lower(wanted)) ++at;
    if (at == title.size()) return -1;
    if (at == 0 || title[at - 1] == ' ') score += 6;
    if (previous != std::string::npos && at == previous + 1) score += 4;
    score += 1;
    previous = at++;
  }
  return score;
}

void CommandPalette::open() {
  open_ = focus_ = true;
  query_.clear();
  selected_ = 0;
}

void CommandPalette::draw(Frame& frame) {
  if (!open_) return;
  bool stay = ui::begin_card("command palette", 560, 452);
  ImGui::SetNextItemWidth(ImGui::GetContentRegionAvail().x);
  if (focus_) ImGui::SetKeyboardFocusHere();
  focus_ = false;
  const bool enter = ImGui::InputTextWithHint("##query", "Type a few letters of a command", &query_,
                                              ImGuiInputTextFlags_EnterReturnsTrue);
  if (ImGui::IsItemEdited()) selected_ = 0;
  ui::space(4);

  const std::vector<Found> found = matches(frame.actions, query_);
  const int count = static_cast<int>(found.size());
  if (ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_DownArrow))) ++selected_;
  if (ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_UpArrow))) --selected_;
  selected_ = std::clamp(selected_, 0, std::max(0, count - 1));
  const int first = std::clamp(selected_ - kRows + 1, 0, std::max(0, count - kRows));
  const Action* chosen = nullptr;
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, ui::px(2)});
  for (int i = first; i < std::min(count, first + kRows); ++i)
    if (row(*found[static_cast<std::size_t>(i)].action, i == selected_))
      chosen = found[static_cast<std::size_t>(i)].action;
  ImGui::PopStyleVar();
  if (count == 0) ui::quiet_text("No command has these letters in this order.");
  if (enter && count > 0) chosen = found[static_cast<std::size_t>(selected_)].action;
  ui::end_card();
  if (!stay || chosen != nullptr) open_ = false;
  if (chosen != nullptr) frame.actions.run(chosen->id);
}

}  // namespace aniso::app
