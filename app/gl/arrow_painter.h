#pragma once

#include "app/gl/canvas.h"
#include "app/gl/handle.h"
#include "app/gl/plane_view.h"
#include "app/gl/shader_library.h"
#include "core/base/types.h"
#include "core/figure/color.h"

namespace aniso::app::gl {

/// How arrows are drawn. Sizes in framebuffer pixels.
struct ArrowLook {
  double pixels_per_value = 20;  ///< length of a vector of 1
  double longest = 30;           ///< longer ones end there
  double width = 2;              ///< of the shaft
  double head = 9;               ///< length of the head; shorter on short arrows
  figure::Rgb fill = {1, 1, 1}, rim = {0, 0, 0};
  double rim_width = 1;
  double opacity = 1;
  /// Only the outline, at this distance around the arrow: a filled one of the same vector fits in.
  /// Below 0 the arrow is filled.
  double gap = -1;
  double line_width = 1.25;  ///< of the outline
};

/// Draws a vector field on a plane as arrows that begin where their vectors belong.
class ArrowPainter {
 public:
  explicit ArrowPainter(ShaderLibrary& shaders);

  /// @param places, vectors  (n, 2). Rows that are not finite are left out.
  /// @throws InvalidInput on other shapes.
  void set_arrows(const MatrixRef& places, const MatrixRef& vectors);
  Index size() const { return size_; }

  /// Into the bound framebuffer, over what is there; a vector of 0 is a dot.
  void draw(const ArrowLook& look, const PlaneView& view, int width, int height);
  void add_to(Fingerprint& print, const ArrowLook& look, const PlaneView& view) const;

 private:
  const ShaderProgram& program_;
  VertexArray vertices_;
  Buffer instances_;
  Index size_ = 0;
  std::uint64_t version_ = 0;
};

}  // namespace aniso::app::gl
