#pragma once

#include <imgui.h>

#include "app/gl/canvas.h"
#include "app/gl/field_painter.h"
#include "core/base/input_shape.h"

namespace aniso::app {

/// A direction of input space as it looks: an image with its channels side by side, or a bar for
/// each entry of a plain vector. Colours are diverging with zero locked in the middle.
class DirectionPicture {
 public:
  explicit DirectionPicture(gl::ShaderLibrary& shaders) : painter_(shaders) {}

  /// Room that a picture `height` high wants, in ImGui units.
  static ImVec2 extent(const InputShape& shape, float height);
  /// Whether it is drawn as an image.
  static bool is_image(const InputShape& shape, Index entries) {
    return shape.is_image() && shape.dim == entries;
  }
  /// Draws into the current window's draw list. @param direction  (D), any scale.
  void draw(const Vector& direction, const InputShape& shape, ImVec2 at, ImVec2 size);

 private:
  void draw_image(const InputShape& shape, ImVec2 at, ImVec2 size);

  gl::FieldPainter painter_;
  gl::Canvas canvas_;
  Vector direction_;
  double bound_ = 1;
};

}  // namespace aniso::app
