#include "app/gl/ellipse_painter.h"

#include <vector>

#include "app/gl/paint.h"
#include "core/base/check.h"

namespace aniso::app::gl {

EllipsePainter::EllipsePainter(ShaderLibrary& shaders)
    : program_(shaders.program("ellipses")),
      vertices_(VertexArray::make()),
      instances_(Buffer::make()) {
  glBindVertexArray(vertices_.id());
  glBindBuffer(GL_ARRAY_BUFFER, instances_.id());
  const int sizes[] = {2, 2, 1};
  std::size_t offset = 0;
  for (GLuint i = 0; i < 3; ++i) {
    glEnableVertexAttribArray(i);
    glVertexAttribPointer(i, sizes[i], GL_FLOAT, GL_FALSE, 5 * sizeof(float),
                          reinterpret_cast<const void*>(offset));
    glVertexAttribDivisor(i, 1);
    offset += static_cast<std::size_t>(sizes[i]) * sizeof(float);
  }
  glBindVertexArray(0);
}

void EllipsePainter::set_ellipses(const MatrixRef& ellipses) {
  ANISO_CHECK_SHAPE(ellipses, -1, 5);
  std::vector<float> data;
  for (Index i = 0; i < ellipses.rows(); ++i) {
    if (!ellipses.row(i).allFinite()) continue;
    for (Index k = 0; k < 5; ++k) data.push_back(static_cast<float>(ellipses(i, k)));
  }
  size_ = static_cast<Index>(data.size() / 5);
  glBindBuffer(GL_ARRAY_BUFFER, instances_.id());
  glBufferData(GL_ARRAY_BUFFER, static_cast<GLsizeiptr>(data.size() * sizeof(float)), data.data(),
               GL_DYNAMIC_DRAW);
  ++version_;
}

void EllipsePainter::draw(double line_width, const PlaneView& view, const figure::Theme& theme,
                          int width, int height) {
  if (size_ == 0) return;
  const ShaderProgram& p = program_;
  p.set("low", static_cast<float>(view.x_low), static_cast<float>(view.y_low));
  p.set("span", static_cast<float>(view.width()), static_cast<float>(view.height()));
  p.set("picture_size", static_cast<float>(width), static_cast<float>(height));
  p.set("width", static_cast<float>(line_width));
  set_color(p, "line_color", theme.text);
  set_color(p, "rim_color", theme.background);
  glBindVertexArray(vertices_.id());
  glDrawArraysInstanced(GL_TRIANGLE_STRIP, 0, 4, static_cast<GLsizei>(size_));
  glBindVertexArray(0);
}

void EllipsePainter::add_to(Fingerprint& print, double line_width, const PlaneView& view,
                            const figure::Theme& theme) const {
  print.add(version_).add(program_.version()).add(theme.id).add(line_width);
  add(print, view);
}

}  // namespace aniso::app::gl
