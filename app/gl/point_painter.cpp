#include "app/gl/point_painter.h"

#include <cmath>
#include <vector>

#include "app/gl/paint.h"
#include "core/base/check.h"

namespace aniso::app::gl {

PointPainter::PointPainter(ShaderLibrary& shaders)
    : program_(shaders.program("points")),
      vertices_(VertexArray::make()),
      instances_(Buffer::make()) {
  glBindVertexArray(vertices_.id());
  glBindBuffer(GL_ARRAY_BUFFER, instances_.id());
  constexpr GLsizei kStride = 3 * sizeof(float);
  glEnableVertexAttribArray(0);
  glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, kStride, nullptr);
  glVertexAttribDivisor(0, 1);
  glEnableVertexAttribArray(1);
  glVertexAttribPointer(1, 1, GL_FLOAT, GL_FALSE, kStride,
                        reinterpret_cast<const void*>(2 * sizeof(float)));
  glVertexAttribDivisor(1, 1);
  glBindVertexArray(0);
}

void PointPainter::set_points(const MatrixRef& points, std::span<const std::int32_t> categories) {
  ANISO_CHECK_SHAPE(points, -1, 2);
  if (!categories.empty())
    check_size("categories", static_cast<Index>(categories.size()), points.rows());
  std::vector<float> data;
  data.reserve(3 * static_cast<std::size_t>(points.rows()));
  for (Index i = 0; i < points.rows(); ++i) {
    const auto x = static_cast<float>(points(i, 0)), y = static_cast<float>(points(i, 1));
    if (!std::isfinite(x) || !std::isfinite(y)) continue;
    const int category = categories.empty() ? 0 : categories[static_cast<std::size_t>(i)];
    data.insert(data.end(), {x, y, static_cast<float>(((category % 8) + 8) % 8)});
  }
  size_ = static_cast<Index>(data.size() / 3);
  glBindBuffer(GL_ARRAY_BUFFER, instances_.id());
  glBufferData(GL_ARRAY_BUFFER, static_cast<GLsizeiptr>(data.size() * sizeof(float)), data.data(),
               GL_DYNAMIC_DRAW);
  ++version_;
}

void PointPainter::draw(const PointLook& look, const PlaneView& view, const figure::Theme& theme,
                        int width, int height) {
  if (size_ == 0) return;
  const ShaderProgram& p = program_;
  p.set("low", static_cast<float>(view.x_low), static_cast<float>(view.y_low));
  p.set("span", static_cast<float>(view.width()), static_cast<float>(view.height()));
  p.set("picture_size", static_cast<float>(width), static_cast<float>(height));
  p.set("radius", static_cast<float>(0.5 * look.diameter));
  p.set("rim_width", static_cast<float>(look.rim_width));
  p.set("opacity", static_cast<float>(look.opacity));
  p.set("hollow", look.hollow ? 1 : 0);
  set_color(p, "rim_color", theme.rim);
  set_palette(p, "palette", theme);
  glBindVertexArray(vertices_.id());
  glDrawArraysInstanced(GL_TRIANGLE_STRIP, 0, 4, static_cast<GLsizei>(size_));
  glBindVertexArray(0);
}

void PointPainter::add_to(Fingerprint& print, const PointLook& look, const PlaneView& view,
                          const figure::Theme& theme) const {
  print.add(version_).add(program_.version()).add(theme.id);
  print.add(look.diameter).add(look.rim_width).add(look.opacity).add(look.hollow);
  add(print, view);
}

}  // namespace aniso::app::gl
