#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "app/panels/panels.h"
#include "app/ui/widgets.h"
#include "core/base/check.h"
#include "core/base/names.h"
#include "core/figure/text_run.h"

namespace aniso::app {
namespace {

void under_cursor(const Frame& frame, float& height) {
  ui::heading("Under the cursor");
  const float top = ImGui::GetCursorPosY();
  if (frame.readings.empty()) {
    ui::quiet_text("Point at a picture to read its numbers.");
  } else {
    for (const Reading& reading : frame.readings)
      ui::reading(reading.name, reading.value, reading.unit);
  }
  height = std::max(height, ImGui::GetCursorPosY() - top);
  ImGui::SetCursorPosY(top + height);
  ui::space(12);
}

void run_figures(const Frame& frame) {
  const session::Snapshot& now = *frame.snapshot;
  ui::heading("Run");
  ui::reading("state", session::state_title(now.state));
  if (now.resolved) ui::reading("parameters", grouped(now.resolved->plan().trained_count()));
  ui::reading("steps/s", now.steps_per_s > 0 ? grouped(std::llround(now.steps_per_s)) : "–");
  ui::reading("of headless",
              frame.headless_ratio > 0
                  ? text(std::lround(100 * std::min(frame.headless_ratio, 1.0)), " %")
                  : "–");
  ui::tooltip(
      "Steps per second with this window over steps per second while it draws nothing; "
      "measured once a run at full speed.");
  ui::reading("frame", text(std::round(frame.frame_ms * 10) / 10), "ms");
  ui::reading("engine", now.engine.empty() ? "–" : now.engine);
  ui::reading("stored steps", grouped(static_cast<long long>(now.stored_steps.size())));
  ui::reading("timeline",
              text(std::round(10 * static_cast<double>(now.stored_bytes) / (1u << 20)) / 10),
              "MiB");
  ui::tooltip("Memory of the stored states of all runs; --memory-limit sets the most.");
  if (!now.bitwise) ui::quiet_text("This device does not repeat a run bit by bit.");
  ui::space(12);
}

}  // namespace

void Inspector::draw(Frame& frame, const ViewType& type, View& view) {
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ui::px(8, 4));
  if (const std::string of = text(frame.view_state.active_tile, " ", type.id, " ", ui::px(1));
      of != readings_of_) {
    readings_of_ = of;
    readings_height_ = 0;
  }
  under_cursor(frame, readings_height_);

  ui::heading(type.title);
  const Json values = view.settings().json();
  for (const ParamSpec& spec : view.settings_schema()) {
    if (!is_shown(spec, values)) continue;
    const ParamEdit edit = widgets_.draw(
        spec, values[spec.name], {.problem = spec.name == failed_name_ ? failed_message_ : ""});
    if (!edit.value) continue;
    Json next = values;
    next[spec.name] = *edit.value;
    try {
      view.set_settings(next);
      frame.view_state.tiles[static_cast<std::size_t>(frame.view_state.active_tile)].settings =
          view.settings().json();
      failed_name_.clear();
    } catch (const Error& error) {
      failed_name_ = spec.name;
      failed_message_ = error.what();
    }
    frame.keep_drawing = true;
  }
  ui::space(12);

  ui::heading("What is this?");
  ui::quiet_text(type.doc);
  if (!type.formula.empty()) {
    ui::space(6);
    const ui::Font font(ui::Face::mono, ui::TextSize::body);
    ImGui::PushTextWrapPos(0);
    ImGui::TextUnformatted(figure::plain_text(type.formula).c_str());
    ImGui::PopTextWrapPos();
  }
  if (!type.unit.empty()) ui::quiet_text("Unit: " + type.unit);
  if (!type.source.empty()) ui::quiet_text("Source: " + type.source);
  ui::space(12);

  if (const std::string& watch = frame.document.experiment().watch; !watch.empty()) {
    ui::heading("Watch");
    ui::quiet_text(watch);
    ui::space(12);
  }
  run_figures(frame);
  ImGui::PopStyleVar();
}

}  // namespace aniso::app
