#include <imgui.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "app/panels/overlays.h"
#include "app/ui/widgets.h"

namespace aniso::app {
namespace {

using ui::Face;
using ui::TextSize;

// The first key, and as many others as fit whole.
std::string keys_of(const Action& action, float room) {
  std::string out;
  for (const KeyChord& key : action.keys) {
    const std::string longer = out.empty() ? key.text() : out + "  " + key.text();
    if (!out.empty() && ui::text_extent(Face::mono, TextSize::quiet, longer).x > room) break;
    out = longer;
  }
  return out;
}

struct Group {
  std::string name;
  std::size_t height = 2;  // in rows; its heading and the space below it take two
  std::size_t column = 0;
};

// In the order of the actions, in two columns that are about equally long.
std::vector<Group> groups_of(const Actions& actions) {
  std::vector<Group> groups;
  for (const Action& action : actions.all()) {
    if (action.keys.empty()) continue;
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const Group& known) { return known.name == action.group; });
    if (group == groups.end()) group = groups.insert(group, Group{action.group});
    ++group->height;
  }
  std::vector<Group*> longest;
  for (Group& group : groups) longest.push_back(&group);
  std::stable_sort(longest.begin(), longest.end(),
                   [](const Group* a, const Group* b) { return a->height > b->height; });
  std::array<std::size_t, 2> filled{};
  for (Group* group : longest) {
    group->column = filled[1] < filled[0] ? 1 : 0;
    filled.at(group->column) += group->height;
  }
  return groups;
}

void row(const Action& action, float width) {
  const ImVec2 start = ImGui::GetCursorScreenPos();
  const float key_width = width * 0.38f, value_width = width * 0.2f;
  const bool enabled = !action.is_enabled || action.is_enabled();
  const ImU32 words = ui::color(enabled ? ui::theme().text : ui::theme().disabled);
  ui::draw_text(start, Face::mono, TextSize::quiet, ui::color(ui::theme().accent),
                keys_of(action, key_width - ui::px(8)));
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
  if (!ui::begin_card("key sheet", 900, 780)) is_open = false;
  {
    const ui::Font font(Face::semibold, TextSize::title);
    ImGui::TextUnformatted("Keys");
  }
  ui::space(8);
  const std::vector<Group> groups = groups_of(frame.actions);
  const float width = (ImGui::GetContentRegionAvail().x - ui::px(40)) / 2;
  for (std::size_t column = 0; column < 2; ++column) {
    if (column == 1) ImGui::SameLine(0, ui::px(40));
    ImGui::BeginGroup();
    for (const Group& group : groups) {
      if (group.column != column) continue;
      ui::heading(group.name);
      for (const Action& action : frame.actions.all())
        if (action.group == group.name && !action.keys.empty()) row(action, width);
      ui::space(10);
    }
    ImGui::EndGroup();
  }
  ui::end_card();
}

}  // namespace aniso::app
