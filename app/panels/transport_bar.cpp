#include <imgui.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "app/panels/panels.h"
#include "app/panels/scrub_bar.h"
#include "app/ui/icons.h"
#include "app/ui/widgets.h"
#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::app {
namespace {

using session::RunState;
using ui::Face;
using ui::TextSize;

struct Speed {
  double steps_per_s;
  const char* title;
};
constexpr std::array<Speed, 6> kSpeeds = {{{0, "Full speed"},
                                           {1000, "1,000 steps/s"},
                                           {100, "100 steps/s"},
                                           {10, "10 steps/s"},
                                           {2, "2 steps/s"},
                                           {0.5, "1 step in 2 s"}}};

figure::Rgb state_color(RunState state) {
  const figure::Theme& theme = ui::theme();
  switch (state) {
    case RunState::running:
      return theme.accent;
    case RunState::finished:
      return theme.good;
    case RunState::diverged:
    case RunState::error:
      return theme.error;
    case RunState::stopping:
      return theme.warning;
    default:
      return theme.quiet;
  }
}

std::string key_hint(const Frame& frame, const char* action) {
  const Action* found = frame.actions.find(action);
  if (found == nullptr) return "";
  return found->keys.empty() ? found->title
                             : found->title + "  (" + found->keys.front().text() + ")";
}

std::string fork_hint(const Frame& frame) {
  return text(key_hint(frame, "fork"), "\nA new run goes on from step ",
              grouped(frame.snapshot->step), "; this one stays to be compared with.");
}

// "step 1,248" in figures of equal width; room for the largest number, so that nothing jumps.
void step_counter(const session::Snapshot& now, float x, float width) {
  const ImVec2 cursor = ImGui::GetCursorScreenPos();
  const float y =
      cursor.y + (ui::control_height() - ui::text_extent(Face::mono, TextSize::body, "0").y) / 2;
  ui::draw_text({x, y}, Face::regular, TextSize::body, ui::color(ui::theme().quiet), "step");
  const std::string number = grouped(now.step);
  const float extent = ui::text_extent(Face::mono, TextSize::body, number).x;
  ui::draw_text({x + width - extent, y}, Face::mono, TextSize::body,
                ui::color(now.is_live() ? ui::theme().text : ui::theme().accent), number);
  ImGui::Dummy({width, ui::control_height()});
  if (!now.is_live()) ui::tooltip(text("The run is at step ", grouped(now.end_step), "."));
}

// Lit while the newest step is shown; otherwise the way back to it.
void live_lamp(Frame& frame, float width) {
  const bool live = frame.snapshot->is_live();
  const ImVec2 start = ImGui::GetCursorScreenPos();
  const float height = ui::control_height(), y = start.y + height / 2;
  if (ImGui::InvisibleButton("live", {width, height}) && !live) frame.actions.run("live");
  const bool hovered = ImGui::IsItemHovered();
  ImDrawList* draw = ImGui::GetWindowDrawList();
  if (!live)
    draw->AddRectFilled(start, {start.x + width, start.y + height},
                        ui::color(hovered ? ui::theme().hover : ui::theme().raised), ui::px(4));
  const ImVec2 dot{start.x + ui::px(12), y};
  if (live)
    draw->AddCircleFilled(dot, ui::px(4), ui::color(ui::theme().accent));
  else
    draw->AddCircle(dot, ui::px(4), ui::color(ui::theme().quiet), 0, ui::px(1.5f));
  const float text_y = y - ui::text_extent(Face::regular, TextSize::body, "Live").y / 2;
  ui::draw_text({start.x + ui::px(24), text_y}, Face::regular, TextSize::body,
                ui::color(live ? ui::theme().quiet : ui::theme().text), "Live");
  ui::tooltip(live ? std::string("The newest step is shown") : key_hint(frame, "live"));
}

void state_lamp(const session::Snapshot& now) {
  const std::string title = session::state_title(now.state);
  const ImVec2 start = ImGui::GetCursorScreenPos();
  const float width = ui::px(92), height = ui::control_height();
  ImGui::InvisibleButton("state", {width, height});
  const float y = start.y + height / 2;
  ImDrawList* draw = ImGui::GetWindowDrawList();
  draw->AddCircleFilled({start.x + ui::px(8), y}, ui::px(4), ui::color(state_color(now.state)));
  const float text_y = y - ui::text_extent(Face::regular, TextSize::body, title).y / 2;
  ui::draw_text({start.x + ui::px(20), text_y}, Face::regular, TextSize::body,
                ui::color(ui::theme().text), title);
  ui::tooltip(now.cause);
}

void speed_menu(Frame& frame) {
  const double limit = frame.snapshot->speed_limit;
  std::string title = limit > 0 ? number(limit) + " steps/s" : kSpeeds[0].title;
  for (const Speed& speed : kSpeeds)
    if (speed.steps_per_s == limit) title = speed.title;
  ImGui::SetNextItemWidth(ui::px(132));
  if (ImGui::BeginCombo("##speed", title.c_str(), ImGuiComboFlags_HeightLargest)) {
    for (const Speed& speed : kSpeeds)
      if (ImGui::Selectable(speed.title, speed.steps_per_s == limit))
        frame.training.send(session::SetSpeed{speed.steps_per_s});
    ImGui::EndCombo();
  }
  ui::tooltip(
      "Upper bound on the step rate: slow enough to watch every step, or as fast as the "
      "machine goes.");
}

std::string rate_text(const Frame& frame) {
  const session::Snapshot& now = *frame.snapshot;
  if (now.state != RunState::running || now.steps_per_s <= 0) return "";
  const double rate = now.steps_per_s;
  return rate >= 100 ? grouped(std::llround(rate)) : aniso::text(std::round(rate * 10) / 10);
}

}  // namespace

void TransportBar::draw(Frame& frame) {
  const session::Snapshot& now = *frame.snapshot;
  const bool runs = now.state == RunState::running;
  const bool over = now.state == RunState::finished || now.state == RunState::diverged ||
                    now.state == RunState::error;
  const float gap = ui::px(8);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {gap, 0});

  const char* icon = runs ? ui::icon::kPause : ui::icon::kPlay;
  const std::string play_tip = !over           ? key_hint(frame, "play_pause")
                               : now.is_live() ? std::string("Train again from step 0")
                                               : key_hint(frame, "live");
  if (ui::icon_button("play", icon, play_tip, true, ui::Emphasis::primary))
    frame.actions.run("play_pause");
  ImGui::SameLine();
  if (ui::icon_button("back", ui::icon::kStepBack, key_hint(frame, "step_back"), now.step > 0))
    frame.actions.run("step_back");
  ImGui::SameLine();
  if (ui::icon_button("step", ui::icon::kStep, key_hint(frame, "step"), !over || !now.is_live()))
    frame.actions.run("step");
  ImGui::SameLine();
  if (ui::icon_button("reset", ui::icon::kReset, key_hint(frame, "reset")))
    frame.actions.run("reset");
  ImGui::SameLine();
  if (ui::icon_button("stop", ui::icon::kStop, key_hint(frame, "stop"), !over))
    frame.actions.run("stop");
  ImGui::SameLine();
  if (ui::icon_button("fork", ui::icon::kFork, fork_hint(frame), now.resolved != nullptr,
                      now.is_live() ? ui::Emphasis::plain : ui::Emphasis::selected))
    frame.actions.run("fork");
  ImGui::SameLine(0, ui::px(16));
  step_counter(now, ImGui::GetCursorScreenPos().x, ui::px(112));
  ImGui::SameLine(0, ui::px(16));

  // What a narrow window has no room for goes: first the rate, then the speed menu.
  const float live = ui::px(64);
  const float room = ImGui::GetContentRegionAvail().x - ui::px(60) - live - gap;
  const bool has_rate = room > ui::px(92 + 132 + 120) + 3 * gap;
  const bool has_speed = room > ui::px(92 + 132) + 2 * gap;
  const float right =
      ui::px(92) + gap + (has_speed ? ui::px(132) + gap : 0) + (has_rate ? ui::px(120) + gap : 0);
  draw_scrub_bar(frame,
                 std::max(ui::px(40), ImGui::GetContentRegionAvail().x - right - live - gap));
  ImGui::SameLine(0, gap);
  live_lamp(frame, live);
  ImGui::SameLine(0, ui::px(12));
  state_lamp(now);
  if (has_speed) {
    ImGui::SameLine();
    speed_menu(frame);
  }
  ImGui::SameLine();

  const std::string rate = has_rate ? rate_text(frame) : "";
  const ImVec2 start = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x, height = ui::control_height();
  if (!rate.empty()) {
    const ImVec2 unit = ui::text_extent(Face::regular, TextSize::quiet, "steps/s");
    const ImVec2 number = ui::text_extent(Face::mono, TextSize::body, rate);
    ui::draw_text({start.x + width - unit.x, start.y + (height - unit.y) / 2}, Face::regular,
                  TextSize::quiet, ui::color(ui::theme().quiet), "steps/s");
    ui::draw_text(
        {start.x + width - unit.x - ui::px(6) - number.x, start.y + (height - number.y) / 2},
        Face::mono, TextSize::body, ui::color(ui::theme().text), rate);
  }
  ImGui::Dummy({std::max(1.0f, width), height});
  ImGui::PopStyleVar();
}

}  // namespace aniso::app
