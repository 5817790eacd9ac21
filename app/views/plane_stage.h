#pragma once

#include <imgui.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/frame.h"
#include "app/gl/plane_view.h"
#include "app/gl/point_painter.h"
#include "app/views/color_range.h"
#include "core/analysis/result.h"
#include "core/data/dataset.h"
#include "core/theory/noise_schedule.h"

namespace aniso::app {

/// A number as people read it: four digits, a real minus sign, "undefined" for what is not finite.
std::string shown_number(double value);

/// A field between its samples; NaN outside and where a neighbour is undefined.
double value_at(const analysis::Field2D& field, double x, double y);
Eigen::RowVector2d vector_at(const analysis::VectorField2D& field, double x, double y);

/// The parameters of an analysis on a plane without those that zoom and pan set.
ParamSchema plane_settings(const ParamSchema& analysis);
/// Settings of the data points: how many, how large.
ParamSchema point_settings();

/// What every picture of a plane through input space shares: which part of it is shown, zoom and
/// pan, the data on it, axes and footer. In each frame: `follow`, `fit`, `begin_mouse`,
/// `end_mouse`, the picture itself, `draw_overlay`, `draw_footer`.
class PlaneStage {
 public:
  /// Where the pointer is.
  struct Pointer {
    bool hovered = false, active = false;
    double px = 0, py = 0;  ///< from the picture's corner, ImGui units
    double x = 0, y = 0;    ///< in the plane
  };

  /// Follows data and plane; projects only when one of them changed, since that costs n·D.
  /// @param most   data points at most.
  /// @param level  noise through which they are seen, the same for a point at every level.
  void follow(const Frame& frame, const data::Plane& plane, Index most,
              const theory::NoiseLevel& level = {});
  /// Instead, where the picture has points of its own: all that is to be seen.
  void follow(const gl::PlaneView& all) { home_ = all; }
  bool is_ready() const { return home_.has_value(); }
  /// Shows all of the data where the person has not chosen otherwise.
  void fit(Frame& frame, ImVec2 size);
  void reset();

  const gl::PlaneView& view() const { return view_; }
  const data::Plane& plane() const { return plane_; }
  /// Adds `centre` and `half_extent` of what is to be computed next.
  void add_region(Json& params) const;

  Pointer begin_mouse(ImVec2 at, ImVec2 size);
  /// Wheel zooms, left drag pans, right drag boxes, a double click fits.
  /// @param left_is_taken  the left button does something else.
  void end_mouse(Frame& frame, const Pointer& pointer, ImVec2 at, ImVec2 size, bool left_is_taken);

  /// Points into the bound canvas, and their part of its fingerprint.
  gl::PointLook point_look(const Params& settings) const;
  void draw_points(const gl::PointLook& look, const figure::Theme& theme, int width, int height);
  void add_points_to(gl::Fingerprint& print, const gl::PointLook& look,
                     const figure::Theme& theme) const;

  /// The box that is being drawn, and the axes.
  void draw_overlay(ImVec2 at, ImVec2 size) const;
  /// Names of the axes and the colour bar, from the cursor on.
  /// @param range  what the colours mean; nullptr where there are none.
  static void draw_footer(const analysis::Quantity& quantity, const ColorRange* range,
                          figure::Colormap map, float width);
  /// The axes of an exported figure.
  void limit(figure::Panel& panel) const;
  /// The points of an exported figure, as they are seen.
  void add_points(figure::Panel& panel) const;

 private:
  void zoom_by_wheel(const Pointer& pointer);
  void drag_box(const Pointer& pointer, ImVec2 at, ImVec2 size);

  std::unique_ptr<gl::PointPainter> points_;  // made when there is a context
  const void* shown_data_ = nullptr;          // identity of the dataset whose points it holds
  data::Plane plane_;                         // … projected onto this plane
  Index shown_points_ = -1;                   // … at most so many
  theory::NoiseLevel shown_level_;            // … through this noise
  Matrix shown_;                              // (points, 2) where they are
  std::vector<std::int32_t> shown_classes_;   // … and what they belong to; empty for no classes
  std::optional<gl::PlaneView> home_;         // all of the data
  gl::PlaneView view_;                        // what is shown
  bool moved_ = false;                        // the person zoomed or panned
  std::optional<gl::PlaneView> asked_;        // region of the next request
  std::optional<ImVec2> box_start_;           // corner of the box that is being drawn
};

}  // namespace aniso::app
