#include <imgui.h>

#include <algorithm>
#include <array>
#include <string>

#include "app/panels/panels.h"
#include "app/ui/icons.h"
#include "app/ui/widgets.h"
#include "core/base/check.h"
#include "core/base/names.h"
#include "core/session/settings_history.h"

namespace aniso::app {
namespace {

using ui::Emphasis;
using ui::Face;
using ui::TextSize;

struct Mode {
  Compare mode;
  const char* title;
  const char* action;
};
constexpr std::array<Mode, 3> kModes = {
    {{Compare::side_by_side, "Side by side", "compare_side_by_side"},
     {Compare::overlaid, "Overlaid", "compare_overlaid"},
     {Compare::difference, "Difference", "compare_difference"}}};

// A dot in the run's colour and its name; the run that is worked with stands on a raised ground.
void run_chip(Frame& frame, const session::Snapshot& run, const session::Snapshot& with,
              const std::string& words) {
  const bool active = run.run == frame.active->run;
  const ImVec2 start = ImGui::GetCursorScreenPos();
  const ImVec2 extent = ui::text_extent(Face::regular, TextSize::body, words);
  const float height = ui::control_height(), width = extent.x + ui::px(36);
  if (ImGui::InvisibleButton(run_name(run).c_str(), {width, height}) && !active)
    frame.training.send(session::Activate{run.run});
  ImDrawList* draw = ImGui::GetWindowDrawList();
  if (active || ImGui::IsItemHovered())
    draw->AddRectFilled(start, {start.x + width, start.y + height},
                        ui::color(active ? ui::theme().pressed : ui::theme().hover), ui::px(6));
  const float y = start.y + height / 2;
  draw->AddCircleFilled({start.x + ui::px(14), y}, ui::px(5),
                        ui::color(ui::theme().category(run_category(run, &with))));
  ui::draw_text({start.x + ui::px(26), y - extent.y / 2}, Face::regular, TextSize::body,
                ui::color(active ? ui::theme().text : ui::theme().quiet), words);
  ui::tooltip(active ? text("Settings, reset and the time line are those of ", run_name(run), ".")
                     : text("Work with ", run_name(run), "."));
}

}  // namespace

void ComparisonBar::draw(Frame& frame) {
  if (!frame.active->other) return;
  const ComparedRuns runs = compared_runs(frame.active);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {ui::px(8), 0});
  run_chip(frame, *runs.parent, *runs.fork, "Run " + std::to_string(runs.parent->run));
  ImGui::SameLine();
  run_chip(frame, *runs.fork, *runs.parent,
           text("Run ", runs.fork->run, ", forked at step ", grouped(runs.fork->fork_step)));
  ImGui::SameLine(0, ui::px(16));

  const float tab = 108, height = ui::control_height();
  const float right = ImGui::GetContentRegionAvail().x -
                      static_cast<float>(kModes.size()) * (ui::px(tab) + ui::px(4)) - height -
                      ui::px(8);
  std::string differs = session::describe_changes(*runs.parent->settings, *runs.fork->settings);
  differs = differs.empty() ? "No setting differs yet: both learn the same." : "Fork: " + differs;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const std::string shown = ui::fitted(Face::regular, TextSize::quiet, differs, right - ui::px(16));
  const ImVec2 extent = ui::text_extent(Face::regular, TextSize::quiet, shown);
  ui::draw_text({at.x, at.y + (height - extent.y) / 2}, Face::regular, TextSize::quiet,
                ui::color(ui::theme().quiet), shown);
  ImGui::Dummy({std::max(right - ui::px(8), 1.0f), height});
  for (const Mode& mode : kModes) {
    ImGui::SameLine(0, ui::px(4));
    const bool on = frame.view_state.compare == mode.mode;
    if (ui::text_button(mode.title, on ? Emphasis::selected : Emphasis::plain, tab))
      frame.actions.run(mode.action);
  }
  ImGui::SameLine(0, ui::px(8));
  if (ui::icon_button("close comparison", ui::icon::kClose,
                      text("Close the comparison; ", run_name(*frame.active), " stays")))
    frame.actions.run("close_comparison");
  ImGui::PopStyleVar();
}

}  // namespace aniso::app
