#pragma once

#include <imgui.h>

#include <string>
#include <vector>

#include "app/frame.h"
#include "app/gl/plane_view.h"
#include "core/data/dataset.h"
#include "core/data/drawn_points.h"

namespace aniso::app {

/// Paints the points of a dataset that is drawn by hand: tools over the picture, and the left
/// button on it. A stroke is one step of the document's history; the run takes the points while the
/// stroke goes on. In each frame: `begin`, `use_mouse`, `draw_marks`.
///
/// Which dataset can be painted follows from its declaration: it has a list parameter that is
/// `in_view` (see core/data/drawn_points.h).
class PointBrush {
 public:
  /// Path of that parameter in the document; empty where the chosen dataset has none.
  static std::string target(const Document& document);

  /// Draws the tools; remembers where the picture is.
  /// @param view   part of the plane that fills the picture at `at`, `size` on the screen.
  /// @param plane  of the data shown.
  void begin(Frame& frame, const gl::PlaneView& view, const data::Plane& plane, ImVec2 at,
             ImVec2 size);
  /// Left button paints, with Ctrl or the eraser it erases; with Shift the picture keeps it.
  /// @return whether the brush takes the left button.
  bool use_mouse(Frame& frame, bool hovered, bool active);
  /// The brush's outline, points that the run does not have yet, and what to do where there are
  /// none. @param diameter  of a point, design pixels.
  void draw_marks(Frame& frame, double diameter);

 private:
  struct Mapping;  // screen ↔ the numbers that are stored

  void draw_tools(Frame& frame);
  void start_stroke(const Frame& frame);
  void dab(const Mapping& map, ImVec2 at);
  void erase(const Mapping& map, ImVec2 at);
  void commit(Frame& frame);
  bool can_paint(const Frame& frame) const;

  std::string path_;  ///< of the parameter; empty where nothing can be painted
  gl::PlaneView view_;
  data::Plane plane_;
  ImVec2 at_{}, size_{};

  int label_ = 0;
  bool eraser_ = false;
  float radius_ = 24;  ///< design pixels
  float amount_ = 3;   ///< points a dab

  bool stroke_ = false, dirty_ = false, hovered_ = false, erasing_ = false;
  std::uint64_t strokes_ = 0;
  std::uint64_t draws_ = 0;  ///< of the random stream, within the stroke
  ImVec2 last_dab_{};
  double committed_s_ = 0;
  std::vector<data::DrawnPoint> points_;  ///< as the stroke leaves them
  std::vector<data::DrawnPoint> fresh_;   ///< painted, not yet seen in the run
};

}  // namespace aniso::app
