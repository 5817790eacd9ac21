#include "app/views/direction_menu.h"

#include <imgui.h>

#include <algorithm>

#include "app/ui/widgets.h"
#include "core/base/check.h"

namespace aniso::app {
namespace {

void say(Frame& frame, Notice::Kind kind, std::string what) {
  frame.notices.push_back({kind, std::move(what)});
  frame.keep_drawing = true;
}

// Quiet text of a width of its own: a popup is as wide as what is in it.
void line(const std::string& words) {
  ImGui::PushStyleColor(ImGuiCol_Text, ui::color4(ui::theme().quiet));
  ImGui::PushTextWrapPos(ImGui::GetCursorPosX() + ui::px(300));
  ImGui::TextUnformatted(words.c_str());
  ImGui::PopTextWrapPos();
  ImGui::PopStyleColor();
}

void make_axis(Frame& frame, const std::string& axis, const NamedDirection& direction) {
  const auto& tiles = frame.view_state.tiles;
  if (std::none_of(tiles.begin(), tiles.end(),
                   [](const Tile& tile) { return tile.view == "field"; })) {
    say(frame, Notice::Kind::warning,
        "No field view is open: show one in a tile (key 1), then choose the direction again.");
    return;
  }
  frame.settings_requests.push_back(
      {"field", "", Json{{axis, direction_as_numbers(direction.values)}}});
  say(frame, Notice::Kind::info,
      text("The field's ", axis, " is ", direction.name, ". Choose 'none' for its ", axis,
           " to go back to the dataset's plane."));
}

void make_dataset_direction(Frame& frame, const ParamSpec& spec, const NamedDirection& direction) {
  if (const auto refused = set_dataset_direction(frame.document, spec.name, direction.values)) {
    say(frame, Notice::Kind::error, *refused);
    return;
  }
  say(frame, Notice::Kind::info,
      text("The dataset's ", spec.title, " is ", direction.name,
           spec.effect == Effect::at_start ? "; it acts when the run is reset (R)." : ".",
           " Ctrl+Z takes it back."));
}

}  // namespace

Json direction_as_numbers(const Vector& direction) {
  Json values = Json::array();
  for (const double v : direction) values.push_back(v);
  return {{"basis", "numbers"}, {"values", std::move(values)}};
}

ParamSchema dataset_directions(const Document& document) {
  ParamSchema out;
  const Json& values = document.json()["dataset"];
  for (const ParamSpec& spec :
       session::schema_of_section("dataset", values["id"].get<std::string>()))
    if (spec.kind == ParamKind::direction && is_shown(spec, values)) out.push_back(spec);
  return out;
}

std::optional<std::string> set_dataset_direction(Document& document, const std::string& param,
                                                 const Vector& direction) {
  return document.edit("dataset." + param, direction_as_numbers(direction), 0);
}

void draw_direction_menu(Frame& frame, const char* id, const NamedDirection& direction) {
  if (!ImGui::BeginPopup(id)) return;
  const auto& resolved = frame.snapshot->resolved;
  const Index inputs = resolved ? resolved->data->shape.dim : 0;
  line(direction.name);
  ui::space(2);
  if (direction.values.size() != inputs) {
    line(direction.values.size() == 0
             ? std::string("This analysis gives values without directions.")
             : text("It has ", direction.values.size(), " entries and the input ", inputs,
                    ": it is no direction of input space."));
    ImGui::EndPopup();
    return;
  }
  for (const char* axis : {"u", "v"})
    if (ImGui::Selectable(text("Make it ", axis, " of the field's plane").c_str()))
      make_axis(frame, axis, direction);
  const ParamSchema params = dataset_directions(frame.document);
  if (params.empty()) {
    ImGui::EndPopup();
    return;
  }
  ui::space(4);
  const bool past = frame.snapshot->is_behind();
  line(past ? "The dataset's directions cannot be changed in the past: fork the run."
            : "Make it a direction of the dataset:");
  ImGui::BeginDisabled(past);
  for (const ParamSpec& spec : params) {
    if (ImGui::Selectable(text("    ", spec.title).c_str()))
      make_dataset_direction(frame, spec, direction);
    ui::tooltip(text(spec.doc, spec.effect == Effect::at_start
                                   ? " Acts when the run is reset."
                                   : " The data change at once, the run goes on."));
  }
  ImGui::EndDisabled();
  ImGui::EndPopup();
}

}  // namespace aniso::app
