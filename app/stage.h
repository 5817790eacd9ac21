#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/frame.h"
#include "app/stage_layout.h"
#include "app/views/view.h"

namespace aniso::app {

/// The centre of the window: one to four views in resizable tiles, each under a header with its
/// name, what it shows, how old it is, and its export button.
class Stage {
 public:
  /// Draws the tiles into the rectangle (pixels). Call between ImGui's frame begin and end.
  void draw(Frame& frame, const Rect& area);

  /// The active tile's view; its type by `active_type`.
  View& active(const Frame& frame);
  const ViewType& active_type(const Frame& frame) const;
  /// Figure of the active view, for export.
  figure::Figure active_figure(Frame& frame);

  /// Shows this view in the active tile.
  void show(Frame& frame, const std::string& view);
  /// One to four tiles; new ones show what is not shown yet.
  void set_count(Frame& frame, int count);
  void reset_views();
  /// Shows two runs another way: side by side a tile for each beside the curves; the tiles before
  /// it come back after it.
  void compare(Frame& frame, Compare mode);
  /// The view state without what belongs to the present comparison, for keeping.
  ViewState lasting(const ViewState& state) const;
  /// Has every view made anew from the view state's settings in the next frame.
  void renew() { shown_.clear(); }
  /// Makes the views fit the view state (after a load, paste or reset).
  void synchronise(Frame& frame);

  /// Set when a tile's export button was pressed; the application takes it.
  bool take_export_request();

 private:
  void draw_tile(Frame& frame, std::size_t index, const Rect& area);
  void draw_header(Frame& frame, std::size_t index, const Rect& area);
  float draw_run_chip(Frame& frame, std::size_t index, float x, float middle);
  void draw_view_menu(Frame& frame, std::size_t index);
  void drag_dividers(Frame& frame, const Rect& area, const StageLayout& layout);

  void apply_requests(Frame& frame);
  void follow_comparison(Frame& frame);
  session::SnapshotPtr run_of(const Frame& frame, std::size_t index) const;

  std::vector<std::unique_ptr<View>> views_;
  std::vector<std::string> shown_;  ///< id of each view in views_
  bool export_requested_ = false;
  bool compared_ = false;                  ///< two runs, in the last frame
  std::optional<ViewState> before_sides_;  ///< tiles as they were before "side by side"
};

}  // namespace aniso::app
