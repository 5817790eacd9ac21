#pragma once

#include <span>

#include "app/gl/canvas.h"
#include "app/gl/handle.h"
#include "app/gl/plane_view.h"
#include "app/gl/shader_library.h"
#include "core/base/types.h"
#include "core/figure/theme.h"

namespace aniso::app::gl {

/// How points are drawn. Sizes in framebuffer pixels.
struct PointLook {
  double diameter = 6;   ///< without the rim
  double rim_width = 1;  ///< in the theme's rim colour, so that discs stand out from any field
  double opacity = 1;
  bool hollow = false;  ///< a ring of the class colour
};

/// Draws points of a plane as discs in their class colours; 20,000 in one call.
class PointPainter {
 public:
  explicit PointPainter(ShaderLibrary& shaders);

  /// @param points      (n, 2).
  /// @param categories  n of them, or none for category 0; any integer, colours wrap after eight.
  /// @throws InvalidInput on other shapes. Points that are not finite are left out.
  void set_points(const MatrixRef& points, std::span<const std::int32_t> categories);
  Index size() const { return size_; }

  void draw(const PointLook& look, const PlaneView& view, const figure::Theme& theme, int width,
            int height);
  void add_to(Fingerprint& print, const PointLook& look, const PlaneView& view,
              const figure::Theme& theme) const;

 private:
  const ShaderProgram& program_;
  VertexArray vertices_;
  Buffer instances_;
  Index size_ = 0;
  std::uint64_t version_ = 0;
};

}  // namespace aniso::app::gl
