#pragma once

#include <imgui.h>

#include <memory>
#include <optional>
#include <string>

#include "app/frame.h"
#include "app/gl/canvas.h"
#include "app/gl/line3d_painter.h"
#include "app/gl/orbit_camera.h"
#include "app/gl/surface_painter.h"
#include "core/analysis/result.h"

namespace aniso::app {

/// The graph of a field in space, coloured by another field on the same grid.
class HeightStage {
 public:
  /// Uploads; call when the results changed.
  void set(Frame& frame, const analysis::Field2D& height, const analysis::Field2D& scalar);
  /// Draws into the rectangle and handles the mouse over it.
  /// @return the place under the pointer in the plane's coordinates.
  std::optional<ImVec2> draw(Frame& frame, const gl::SurfaceLook& look, ImVec2 at, ImVec2 size);
  void reset();

 private:
  struct Gpu;
  void draw_frame(const figure::Theme& theme, float width);
  void label(ImVec2 at, ImVec2 size) const;
  std::optional<ImVec2> pick(float x, float y, ImVec2 size) const;

  std::shared_ptr<Gpu> gpu_;
  gl::OrbitCamera camera_;
  bool held_ = false;
  analysis::Field2D grid_;  // its region and names; without values
  Index rows_ = 0, cols_ = 0;
  std::string height_name_;
  const void* framed_theme_ = nullptr;
  float framed_width_ = 0;
  double framed_half_x_ = 0, framed_half_y_ = 0;
};

}  // namespace aniso::app
