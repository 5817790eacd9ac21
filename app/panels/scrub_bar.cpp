#include "app/panels/scrub_bar.h"

#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "app/ui/widgets.h"
#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::app {
namespace {

constexpr float kReach = 5;        // design pixels within which a mark is meant
constexpr float kTickSpacing = 4;  // and between two ticks that can be told apart

/// Steps ↔ pixels.
struct Scale {
  float left = 0, width = 1;
  double last = 1;  // step at the right end
  float x(Index step) const {
    return left + width * static_cast<float>(static_cast<double>(step) / last);
  }
  Index step(float px) const {
    const double share = std::clamp((px - left) / width, 0.0f, 1.0f);
    return static_cast<Index>(std::llround(share * last));
  }
};

const session::TimeMark* mark_at(const session::Snapshot& now, const Scale& scale, float px) {
  if (!now.marks) return nullptr;
  const session::TimeMark* best = nullptr;
  for (const auto& mark : *now.marks)
    if (!mark.text.empty() && mark.step <= now.end_step &&
        std::abs(scale.x(mark.step) - px) <= ui::px(kReach))
      if (best == nullptr ||
          std::abs(scale.x(mark.step) - px) <= std::abs(scale.x(best->step) - px))
        best = &mark;
  return best;
}

// What the pointer means: a mark, the newest step, or the nearest stored state (shown at once).
Index meant_step(const session::Snapshot& now, const Scale& scale, float px) {
  if (px >= scale.x(now.end_step) - ui::px(kReach)) return now.end_step;
  if (const auto* mark = mark_at(now, scale, px)) return mark->step;
  return Scrubber::nearest_stored(now, scale.step(px));
}

void draw_ticks(const session::Snapshot& now, const Scale& scale, float y) {
  ImDrawList* draw = ImGui::GetWindowDrawList();
  const float top = y + ui::px(5), bottom = y + ui::px(9), thin = std::max(1.0f, ui::px(1));
  const ImU32 ink = ui::color(ui::theme().quiet, 0.7);
  float last = -1e9f;
  for (const Index step : now.stored_steps) {
    const float x = std::floor(scale.x(step));
    if (x - last < ui::px(kTickSpacing)) continue;
    last = x;
    draw->AddRectFilled({x, top}, {x + thin, bottom}, ink);
  }
}

void draw_marks(const session::Snapshot& now, const Scale& scale, float y) {
  if (!now.marks) return;
  ImDrawList* draw = ImGui::GetWindowDrawList();
  const float r = ui::px(4), middle = y - ui::px(9);
  float last = -1e9f;
  for (const auto& mark : *now.marks) {
    const float x = scale.x(mark.step);
    if (mark.text.empty() || x - last < 1) continue;
    last = x;
    draw->AddQuadFilled({x - r, middle}, {x, middle - r}, {x + r, middle}, {x, middle + r},
                        ui::color(ui::theme().warning));
  }
}

std::string hint(const Frame& frame, const Scale& scale, float px, bool beyond) {
  const session::Snapshot& now = *frame.snapshot;
  std::string words;
  if (beyond) {
    words = text("step ", grouped(now.end_step), " of ", grouped(static_cast<Index>(scale.last)));
    if (now.steps_per_s > 0 && now.state == session::RunState::running) {
      const double left = (scale.last - static_cast<double>(now.end_step)) / now.steps_per_s;
      words += text(" · ", static_cast<long long>(std::ceil(left)), " s left");
    }
  } else {
    words = text("look at step ", grouped(meant_step(now, scale, px)));
    if (const auto* mark = mark_at(now, scale, px)) words += "\n" + mark->text;
  }
  return words +
         text("\n", grouped(static_cast<long long>(now.stored_steps.size())), " stored steps, ",
              number(std::round(10.0 * static_cast<double>(now.stored_bytes) / (1u << 20)) / 10),
              " MiB");
}

}  // namespace

void draw_scrub_bar(Frame& frame, float width) {
  const session::Snapshot& now = *frame.snapshot;
  const ImVec2 start = ImGui::GetCursorScreenPos();
  const float height = ui::control_height(), y = start.y + height / 2, half = ui::px(2.5f);
  const float pad = ui::px(7);  // the handle stays within
  const double total = static_cast<double>(frame.document.experiment().steps());
  const Scale scale{start.x + pad, std::max(width - 2 * pad, 1.0f),
                    std::max({total, static_cast<double>(now.end_step), 1.0})};
  ImGui::InvisibleButton("scrub", {width, height});
  const bool hovered = ImGui::IsItemHovered(), active = ImGui::IsItemActive();
  const float mouse = ImGui::GetMousePos().x;
  const bool beyond = mouse >= scale.x(now.end_step) - ui::px(kReach);
  if (active && now.resolved && now.end_step > 0) {
    frame.scrubber.look_at(now, meant_step(now, scale, mouse), frame.time_s);
    frame.keep_drawing = true;
  }

  const figure::Theme& theme = ui::theme();
  ImDrawList* draw = ImGui::GetWindowDrawList();
  const Index shown = active ? frame.scrubber.target(now) : now.step;
  const float end = scale.x(now.end_step), at = scale.x(shown);
  draw->AddRectFilled({start.x, y - half}, {start.x + width, y + half}, ui::color(theme.raised),
                      half);
  // Until the shown step in full colour, what was taken after it fainter.
  draw->AddRectFilled({start.x, y - half}, {end, y + half}, ui::color(theme.slider, 0.55), half);
  draw->AddRectFilled({start.x, y - half}, {at, y + half}, ui::color(theme.slider), half);
  draw_ticks(now, scale, y);
  draw_marks(now, scale, y);
  if (shown < now.end_step)
    draw->AddRectFilled({std::floor(end), y - ui::px(7)},
                        {std::floor(end) + std::max(1.0f, ui::px(2)), y + ui::px(7)},
                        ui::color(theme.quiet));
  const float grow = ui::ease(ImGui::GetID("scrub"), hovered || active ? 1.0f : 0.0f);
  draw->AddCircleFilled({at, y}, ui::px(6 + grow), ui::color(theme.accent));
  if (shown < now.end_step) draw->AddCircleFilled({at, y}, ui::px(2.5f), ui::color(theme.panel));
  if (hovered && now.resolved) ui::tooltip(hint(frame, scale, mouse, beyond));
}

}  // namespace aniso::app
