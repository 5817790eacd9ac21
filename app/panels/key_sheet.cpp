#include <imgui.h>

#include <algorithm>
#include <string>
#include <vector>

#include "app/panels/overlays.h"
#include "app/ui/widgets.h"

namespace aniso::app {
namespace {

using ui::Face;
using ui::TextSize;

std::string keys_of(const Action& action) {
  std::string out;
  for (const KeyChord& key : action.keys) out += (out.empty() ? "" : "  ") + key.text();
  return out;
}

void row(const Action& action, float width) {
  const ImVec2 start = ImGui::GetCursorScreenPos();
  const float key_width = width * 0.38f, value_width = width * 0.2f;
  const bool enabled = !action.is_enabled || action.is_enabled();
  const ImU32 words = ui::color(enabled ? ui::theme().text : ui::theme().disabled);
  ui::draw_text(start, Face::mono, TextSize::quiet, ui::color(ui::theme().accent),
                ui::fitted(Face::mono, TextSize::quiet, keys_of(action), key_width - ui::px(8)));
  ui::draw_text({start.x + key_width, start.y - ui::px(1)}, Face::regular, TextSize::body, words,
                ui::fitted(Face::regular, TextSize::body, action.title,
                           width - key_width - (action.value ? value_width : 0)));
  if (action.value) {
    const std::string value = action.value();
    const float extent = ui::text_extent(Face::mono, TextSize::quiet, value).x;
    ui::draw_text({start.x + width - extent, start.y}, Face::mono, TextSize::quiet,
                  ui::color(ui::theme().quiet), value);
  }
  ImGui::Dummy({width, ui::px(22)});
}

}  // namespace

void KeySheet::draw(Frame& frame) {
  if (!is_open) return;
  if (!ui::begin_card("key sheet", 900, 660)) is_open = false;
  {
    const ui::Font font(Face::semibold, TextSize::title);
    ImGui::TextUnformatted("Keys");
  }
  ui::space(8);
  std::vector<std::string> groups;
  for (const Action& action : frame.actions.all())
    if (!action.keys.empty() && (groups.empty() || groups.back() != action.group))
      if (std::find(groups.begin(), groups.end(), action.group) == groups.end())
        groups.push_back(action.group);
  const float column = (ImGui::GetContentRegionAvail().x - ui::px(40)) / 2;
  ImGui::BeginGroup();
  std::size_t rows = 0, done = 0;
  for (const Action& action : frame.actions.all()) rows += action.keys.empty() ? 0 : 1;
  bool second = false;
  for (const std::string& group : groups) {
    if (!second && done * 2 >= rows) {
      ImGui::EndGroup();
      ImGui::SameLine(0, ui::px(40));
      ImGui::BeginGroup();
      second = true;
    }
    ui::heading(group);
    for (const Action& action : frame.actions.all())
      if (action.group == group && !action.keys.empty()) {
        row(action, column);
        ++done;
      }
    ui::space(10);
  }
  ImGui::EndGroup();
  ui::end_card();
}

}  // namespace aniso::app
