#include "app/view_state.h"

#include <algorithm>

#include "app/views/view.h"
#include "core/base/check.h"
#include "core/base/params.h"

namespace aniso::app {
namespace {

constexpr std::size_t kMaxTiles = 4;

const std::vector<Choice>& layout_choices() {
  static const std::vector<Choice> choices = {
      {"explore", "Explore", "Everything at hand."},
      {"lecture", "Lecture", "Large type, few controls."},
      {"figure", "Figure", "The stage alone, on a clean ground."}};
  return choices;
}

const std::vector<Choice>& compare_choices() {
  static const std::vector<Choice> choices = {
      {"overlaid", "Overlaid", "Curves and boundaries of both runs in one picture."},
      {"difference", "Difference", "The field is fork minus parent."},
      {"side_by_side", "Side by side", "A tile for each run."}};
  return choices;
}

const ParamSchema& schema() {
  static const ParamSchema params = {
      choice_param("layout", "explore", layout_choices()),
      choice_param("theme", "dark",
                   {{"dark", "Dark", ""}, {"light", "Light", ""}, {"contrast", "Contrast", ""}}),
      choice_param("compare", "overlaid", compare_choices()),
      real_param("text_scale", 1).range(0.6, 3),
      real_param("split_x", 0.58).range(0.15, 0.85),
      real_param("split_y", 0.5).range(0.15, 0.85),
      integer_param("active_tile", 0).range(0, kMaxTiles - 1),
      real_param("left_width", 300).range(200, 600),
      real_param("right_width", 256).range(180, 600),
      bool_param("controls_hidden", false),
      bool_param("brush", false),
      real_param("looking_budget", 0.25).range(0.01, 1).about("Share of one core for analyses."),
  };
  return params;
}

std::vector<Tile> tiles_from_json(const Json& json) {
  ANISO_CHECK(json.is_array() && !json.empty() && json.size() <= kMaxTiles,
              "view_state.tiles: expected a list of one to four tiles");
  std::vector<Tile> tiles;
  for (const Json& entry : json) {
    ANISO_CHECK(entry.is_object() && entry.contains("view") && entry["view"].is_string(),
                "view_state.tiles: each tile needs a 'view'");
    const Json settings = entry.value("settings", Json::object());
    ANISO_CHECK(settings.is_object(), "view_state.tiles: settings must be an object");
    tiles.push_back({entry["view"].get<std::string>(), settings});
  }
  return tiles;
}

}  // namespace

ViewState default_view_state() {
  ViewState state;
  state.tiles = {{"field"}, {"curves"}, {"trajectory"}};
  return state;
}

std::vector<Tile> tiles_of(const session::Experiment& experiment) {
  const auto found = experiment.views.find("tiles");
  if (found == experiment.views.end()) return {};
  std::vector<Tile> tiles = tiles_from_json(*found);
  for (const Tile& tile : tiles)
    (void)validated(view_type(tile.view).make()->settings_schema(), tile.settings,
                    "views.tiles, " + tile.view);
  return tiles;
}

Json to_json(const ViewState& state) {
  Json tiles = Json::array();
  for (const Tile& tile : state.tiles)
    tiles.push_back({{"view", tile.view}, {"settings", tile.settings}});
  return {{"layout", layout_choices()[static_cast<std::size_t>(state.layout)].id},
          {"theme", state.theme},
          {"compare", compare_choices()[static_cast<std::size_t>(state.compare)].id},
          {"text_scale", state.text_scale},
          {"split_x", state.split_x},
          {"split_y", state.split_y},
          {"active_tile", state.active_tile},
          {"left_width", state.left_width},
          {"right_width", state.right_width},
          {"controls_hidden", state.controls_hidden},
          {"brush", state.brush},
          {"looking_budget", state.looking_budget},
          {"tiles", tiles}};
}

ViewState view_state_from_json(const Json& json) {
  const Params params = validated(schema(), json, "view_state", {"tiles"});
  ViewState state = default_view_state();
  const std::string layout = params.choice("layout");
  for (std::size_t i = 0; i < layout_choices().size(); ++i)
    if (layout_choices()[i].id == layout) state.layout = static_cast<LayoutKind>(i);
  const std::string compare = params.choice("compare");
  for (std::size_t i = 0; i < compare_choices().size(); ++i)
    if (compare_choices()[i].id == compare) state.compare = static_cast<Compare>(i);
  state.theme = params.choice("theme");
  state.text_scale = params.real("text_scale");
  state.split_x = params.real("split_x");
  state.split_y = params.real("split_y");
  state.left_width = params.real("left_width");
  state.right_width = params.real("right_width");
  state.controls_hidden = params.boolean("controls_hidden");
  state.brush = params.boolean("brush");
  state.looking_budget = params.real("looking_budget");
  if (json.contains("tiles")) state.tiles = tiles_from_json(json["tiles"]);
  state.active_tile = static_cast<int>(std::min<std::int64_t>(
      params.integer("active_tile"), static_cast<std::int64_t>(state.tiles.size()) - 1));
  return state;
}

}  // namespace aniso::app
