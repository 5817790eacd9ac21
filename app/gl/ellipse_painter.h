#pragma once

#include "app/gl/canvas.h"
#include "app/gl/handle.h"
#include "app/gl/plane_view.h"
#include "app/gl/shader_library.h"
#include "core/base/types.h"
#include "core/figure/theme.h"

namespace aniso::app::gl {

/// Draws ellipses on a plane, such as local averages of ∇g∇gᵀ.
class EllipsePainter {
 public:
  explicit EllipsePainter(ShaderLibrary& shaders);

  /// @param ellipses  (n, 5): centre x, y; half the long axis x, y; half the short axis' length.
  ///                  All in the plane's units. Rows that are not finite are left out.
  /// @throws InvalidInput on another shape.
  void set_ellipses(const MatrixRef& ellipses);
  Index size() const { return size_; }

  /// @param line_width  framebuffer pixels.
  void draw(double line_width, const PlaneView& view, const figure::Theme& theme, int width,
            int height);
  void add_to(Fingerprint& print, double line_width, const PlaneView& view,
              const figure::Theme& theme) const;

 private:
  const ShaderProgram& program_;
  VertexArray vertices_;
  Buffer instances_;
  Index size_ = 0;
  std::uint64_t version_ = 0;
};

}  // namespace aniso::app::gl
