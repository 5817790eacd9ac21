#pragma once

#include "app/gl/canvas.h"
#include "app/gl/colormap_texture.h"
#include "app/gl/handle.h"
#include "app/gl/plane_view.h"
#include "app/gl/shader_library.h"
#include "core/base/types.h"
#include "core/figure/figure.h"
#include "core/figure/theme.h"

namespace aniso::app::gl {

enum class FieldScale { linear, log10 };
enum class FieldSampling { nearest, bilinear, smooth };

/// How a field is drawn. Sizes in framebuffer pixels.
struct FieldLook {
  figure::Colormap colormap = figure::Colormap::diverging;
  double low = -1, high = 1;  ///< colour range in field units; log10 needs both positive
  FieldScale scale = FieldScale::linear;
  FieldSampling sampling = FieldSampling::bilinear;
  /// Distance between isolines in field units (in decades for log10); 0: none.
  double isoline_spacing = 0;
  double isoline_width = 1;
  double isoline_opacity = 0.35;
  bool boundary = false;  ///< the zero level as a line with a contrasting rim
  double boundary_width = 2.5;
  double rim_width = 1.5;
  double opacity = 1;
  /// Shows field − other instead of field, where another has been set.
  bool difference = false;
  /// Only the isolines and the boundary, in the theme's ink, over what is there.
  bool lines_only = false;
};

/// Draws a scalar on a regular grid through a colormap: NaN and infinities hatched, what lies
/// outside the grid left alone. For a cyclic map values are interpolated on the circle whose
/// period is high − low.
class FieldPainter {
 public:
  explicit FieldPainter(ShaderLibrary& shaders);

  /// @param values  (rows, cols), row 0 at y_low; becomes float32 on the graphics card.
  /// @param extent  centres of the outermost samples; each covers half a cell beyond.
  /// @throws InvalidInput if `values` is empty or wider than the card's textures.
  void set_field(const MatrixRef& values, const PlaneView& extent);
  /// The field to subtract; of the same shape. @throws InvalidInput otherwise.
  void set_other(const MatrixRef& values);
  bool has_field() const { return rows_ > 0; }
  const PlaneView& extent() const { return extent_; }

  /// Into the bound framebuffer, over what is there.
  /// @throws InvalidInput if the range is empty, not finite, or not positive for log10.
  void draw(const FieldLook& look, const PlaneView& view, const figure::Theme& theme, int width,
            int height);
  /// Adds everything that `draw` depends on.
  void add_to(Fingerprint& print, const FieldLook& look, const PlaneView& view,
              const figure::Theme& theme) const;

 private:
  void upload(Texture& texture, const MatrixRef& values);

  const ShaderProgram& program_;
  VertexArray vertices_;
  Texture field_, other_;
  ColormapTexture map_;
  Index rows_ = 0, cols_ = 0;
  PlaneView extent_;
  std::uint64_t version_ = 0;
};

}  // namespace aniso::app::gl
