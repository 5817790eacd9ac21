#include "app/gl/arrow_painter.h"

#include <algorithm>
#include <vector>

#include "app/gl/paint.h"
#include "core/base/check.h"

namespace aniso::app::gl {

ArrowPainter::ArrowPainter(ShaderLibrary& shaders)
    : program_(shaders.program("arrows")),
      vertices_(VertexArray::make()),
      instances_(Buffer::make()) {
  glBindVertexArray(vertices_.id());
  glBindBuffer(GL_ARRAY_BUFFER, instances_.id());
  constexpr GLsizei kStride = 4 * sizeof(float);
  for (GLuint i = 0; i < 2; ++i) {
    glEnableVertexAttribArray(i);
    glVertexAttribPointer(i, 2, GL_FLOAT, GL_FALSE, kStride,
                          reinterpret_cast<const void*>(i * 2 * sizeof(float)));
    glVertexAttribDivisor(i, 1);
  }
  glBindVertexArray(0);
}

void ArrowPainter::set_arrows(const MatrixRef& places, const MatrixRef& vectors) {
  ANISO_CHECK_SHAPE(places, -1, 2);
  ANISO_CHECK_SHAPE(vectors, places.rows(), 2);
  std::vector<float> data;
  data.reserve(4 * static_cast<std::size_t>(places.rows()));
  for (Index i = 0; i < places.rows(); ++i) {
    if (!places.row(i).allFinite() || !vectors.row(i).allFinite()) continue;
    for (const double value : {places(i, 0), places(i, 1), vectors(i, 0), vectors(i, 1)})
      data.push_back(static_cast<float>(value));
  }
  size_ = static_cast<Index>(data.size() / 4);
  glBindBuffer(GL_ARRAY_BUFFER, instances_.id());
  glBufferData(GL_ARRAY_BUFFER, static_cast<GLsizeiptr>(data.size() * sizeof(float)), data.data(),
               GL_DYNAMIC_DRAW);
  ++version_;
}

void ArrowPainter::draw(const ArrowLook& look, const PlaneView& view, int width, int height) {
  if (size_ == 0) return;
  const ShaderProgram& p = program_;
  p.set("low", static_cast<float>(view.x_low), static_cast<float>(view.y_low));
  p.set("span", static_cast<float>(view.width()), static_cast<float>(view.height()));
  p.set("picture_size", static_cast<float>(width), static_cast<float>(height));
  p.set("pixels_per_value", static_cast<float>(look.pixels_per_value));
  p.set("longest", static_cast<float>(look.longest));
  p.set("width", static_cast<float>(look.width));
  p.set("head", static_cast<float>(look.head));
  p.set("rim_width", static_cast<float>(look.rim_width));
  p.set("gap", static_cast<float>(look.gap));
  p.set("line_width", static_cast<float>(look.line_width));
  const double outline = look.gap < 0 ? 0 : look.gap + 0.5 * look.line_width;
  p.set("reach", static_cast<float>(outline + look.rim_width));
  p.set("opacity", static_cast<float>(look.opacity));
  set_color(p, "fill_color", look.fill);
  set_color(p, "rim_color", look.rim);
  glBindVertexArray(vertices_.id());
  glDrawArraysInstanced(GL_TRIANGLE_STRIP, 0, 4, static_cast<GLsizei>(size_));
  glBindVertexArray(0);
}

void ArrowPainter::add_to(Fingerprint& print, const ArrowLook& look, const PlaneView& view) const {
  print.add(version_).add(program_.version());
  print.add(look.pixels_per_value).add(look.longest).add(look.width).add(look.head);
  print.add(look.fill).add(look.rim).add(look.rim_width).add(look.opacity);
  print.add(look.gap).add(look.line_width);
  add(print, view);
}

}  // namespace aniso::app::gl
