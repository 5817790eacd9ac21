#pragma once

#include "app/gl/canvas.h"
#include "app/gl/handle.h"
#include "app/gl/plane_view.h"
#include "app/gl/shader_library.h"
#include "core/base/types.h"

namespace aniso::app::gl {

/// How streaks are drawn.
struct LicLook {
  double cell = 1.5;  ///< width of a streak, framebuffer pixels
  int steps = 12;     ///< half the length of a streak, in cells
  double contrast = 6;
  double opacity = 0.4;
  /// Framebuffer pixels a side of what is computed at once; the streaks are smooth between them.
  /// 2 takes a quarter of the time.
  int coarse = 1;
};

/// Draws a field of directions without a sign as line-integral convolution: light and dark streaks
/// along it, over what is there. The noise is a function of the place in the plane, so that a
/// picture is the same every time and moves with the plane.
/// Source: Cabral and Leedom 1993, "Imaging vector fields using line integral convolution".
class LicPainter {
 public:
  explicit LicPainter(ShaderLibrary& shaders);

  /// @param x, y    (rows, cols) components; d and −d are the same; zero or not finite: none.
  /// @param extent  centres of the outermost samples.
  /// @throws InvalidInput if the shapes differ or are empty.
  void set_directions(const MatrixRef& x, const MatrixRef& y, const PlaneView& extent);
  bool has_directions() const { return rows_ > 0; }

  /// Into the bound framebuffer. Cost: 2 · steps texture reads a computed pixel.
  void draw(const LicLook& look, const PlaneView& view, int width, int height);
  void add_to(Fingerprint& print, const LicLook& look, const PlaneView& view) const;

 private:
  void draw_coarse(int width, int height);
  void resize(int width, int height);

  const ShaderProgram& program_;
  VertexArray vertices_;
  Texture axes_, streaks_;  // the latter where they are computed coarsely first
  Framebuffer target_;
  int streaks_width_ = 0, streaks_height_ = 0;
  Index rows_ = 0, cols_ = 0;
  PlaneView extent_;
  std::uint64_t version_ = 0;
};

}  // namespace aniso::app::gl
