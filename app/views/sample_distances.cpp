#include "app/views/sample_distances.h"

#include <algorithm>
#include <vector>

#include "app/ui/widgets.h"
#include "app/views/shown_number.h"
#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::app {
namespace {

using ui::Face;
using ui::TextSize;

// Sliced W2 on a bar from 0 to beyond 1, with what it can be judged by.
void draw_gauge(double value, double floor, ImVec2 at, float width) {
  const double end = std::clamp(1.1 * value, 1.25, 2.5);  // the marks come first
  const auto place = [&](double v) { return at.x + width * static_cast<float>(v / end); };
  ImDrawList* draw = ImGui::GetWindowDrawList();
  const float thick = ui::px(4), y = at.y + ui::px(7);
  const figure::Theme& theme = ui::theme();
  draw->AddRectFilled({at.x, y}, {at.x + width, y + thick}, ui::color(theme.line), thick / 2);
  draw->AddRectFilled({at.x, y}, {place(std::min(value, end)), y + thick}, ui::color(theme.accent),
                      thick / 2);
  const auto mark = [&](double v) {
    const float x = place(v);
    draw->AddRectFilled({x - ui::px(0.75f), y - ui::px(4)},
                        {x + ui::px(0.75f), y + thick + ui::px(4)}, ui::color(theme.text));
  };
  mark(floor);
  mark(1);
  const auto say = [&](float x, const std::string& words) {
    ui::draw_text({x, y + thick + ui::px(5)}, Face::regular, TextSize::quiet,
                  ui::color(theme.quiet), words);
  };
  const auto wide = [](const std::string& words) {
    return ui::text_extent(Face::regular, TextSize::quiet, words).x;
  };
  const std::string low = "floor " + shown_number(floor, 2), high = "1 = collapse to 0";
  const float high_x =
      std::max(at.x, std::min(place(1) - wide(high) / 2, at.x + width - wide(high)));
  say(high_x, high);
  if (place(floor) + wide(low) + ui::px(12) < high_x) say(place(floor), low);
}

}  // namespace

std::optional<double> sample_distance(const analysis::Results* finished, const std::string& id) {
  if (!finished) return std::nullopt;
  for (const auto& result : finished->results)
    if (const auto* series = std::get_if<analysis::ScalarSeries>(&result);
        series && series->quantity.id == id && series->quantity.status.is_valid())
      return series->y[0];
  return std::nullopt;
}

void draw_sample_distances(const analysis::Results* finished, float width) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const auto sliced = sample_distance(finished, "sliced_w2");
  if (!sliced) {
    ui::draw_text(at, Face::regular, TextSize::quiet, ui::color(ui::theme().quiet),
                  "Distances are there when the first samples are done.");
    return;
  }
  const std::string name = "sliced W2 ", value = shown_number(*sliced, 3);
  const float label = ui::text_extent(Face::regular, TextSize::quiet, name).x;
  const float digits = std::max(ui::text_extent(Face::mono, TextSize::body, "0.0000").x,
                                ui::text_extent(Face::mono, TextSize::body, value).x);
  const figure::Theme& theme = ui::theme();
  ui::draw_text({at.x, at.y + ui::px(1)}, Face::regular, TextSize::quiet, ui::color(theme.quiet),
                name);
  ui::draw_text({at.x + label, at.y}, Face::mono, TextSize::body, ui::color(theme.text), value);
  const std::string step = "of step " + grouped(finished->step);
  ui::draw_text({at.x, at.y + ui::px(18)}, Face::regular, TextSize::quiet, ui::color(theme.quiet),
                step);
  const auto said = [&](const char* words, const char* id) {
    const auto found = sample_distance(finished, id);
    return text(words, found ? shown_number(*found, 3) : "–");
  };
  const std::vector<std::string> others = {
      said("max-sliced ", "max_sliced_w2") + said(" · Bures ", "gaussian_w2"),
      said("size ", "relative_size") + " of the data's"};
  float widest = 0;
  for (const std::string& line : others)
    widest = std::max(widest, ui::text_extent(Face::regular, TextSize::quiet, line).x);
  const float left = label + digits + ui::px(16);
  const bool has_others = width - left - widest > ui::px(150);
  const float gauge = width - left - (has_others ? widest + ui::px(24) : 0);
  if (gauge >= ui::px(100)) {
    const double floor = sample_distance(finished, "sliced_w2_floor").value_or(0);
    draw_gauge(*sliced, floor, {at.x + left, at.y}, gauge);
  }
  if (!has_others) return;
  float y = at.y + ui::px(1);
  for (const std::string& line : others) {
    ui::draw_text({at.x + width - widest, y}, Face::regular, TextSize::quiet, ui::color(theme.text),
                  line);
    y += ui::px(17);
  }
}

}  // namespace aniso::app
