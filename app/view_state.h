#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/base/types.h"
#include "core/session/experiment.h"

namespace aniso::app {

/// How two runs are looked at.
enum class Compare {
  overlaid,      ///< curves and decision boundaries of both in one picture
  difference,    ///< the field is fork − parent
  side_by_side,  ///< a tile for each
};

/// Whose picture a tile shows while two runs are compared.
enum class TileRun { active, parent, fork };

enum class LayoutKind { explore, lecture, figure };

/// What one tile of the stage shows.
struct Tile {
  std::string view;                ///< id in views/registry.h
  Json settings = Json::object();  ///< the view's own, see View::settings
  TileRun run = TileRun::active;   ///< not saved: comparisons come and go
};

/// How the window looks at a run. Nothing in here changes what is learned. Saved with the
/// preferences, copied with the state, and reset by "Reset layout".
struct ViewState {
  LayoutKind layout = LayoutKind::explore;
  std::string theme = "dark";  ///< id in core/figure/theme.h
  double text_scale = 1;       ///< 0.6 … 3, on top of the display's own scale
  std::vector<Tile> tiles;     ///< one to four; see stage.h for their arrangement
  double split_x = 0.58;       ///< share of the stage's width left of the vertical divider
  double split_y = 0.5;        ///< share of its height above the horizontal one
  int active_tile = 0;         ///< the one that the inspector and the number keys speak of
  double left_width = 300;     ///< of the experiment panel, at scale 1
  double right_width = 256;    ///< of the inspector
  Compare compare = Compare::overlaid;
  bool controls_hidden = false;  ///< Tab
  bool brush = false;            ///< the mouse paints where the data are drawn by hand
  double looking_budget = 0.25;  ///< share of one core for analyses
};

/// Field, curves and trajectory, arranged as in the default window.
ViewState default_view_state();

/// The tiles that an experiment asks for (its views' "tiles": [{"view": id, "settings": {…}}, …]);
/// empty where it does not.
/// @throws InvalidInput for an unknown view or settings that it does not take.
std::vector<Tile> tiles_of(const session::Experiment& experiment);

Json to_json(const ViewState& state);
/// @throws InvalidInput naming the key, as the experiment's reader does.
ViewState view_state_from_json(const Json& json);

}  // namespace aniso::app
