#include "app/gl/surface_painter.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "app/gl/paint.h"
#include "core/base/check.h"

namespace aniso::app::gl {
namespace {

// Grid lines 0 … count−2 by falling distance of their cells from `at`.
std::vector<Index> far_first(Index count, double at) {
  std::vector<Index> order(static_cast<std::size_t>(count - 1));
  std::iota(order.begin(), order.end(), Index{0});
  const auto away = [at](Index k) { return std::abs(static_cast<double>(k) + 0.5 - at); };
  std::sort(order.begin(), order.end(), [&](Index a, Index b) { return away(a) > away(b); });
  return order;
}

}  // namespace

SurfacePainter::SurfacePainter(ShaderLibrary& shaders)
    : program_(shaders.program("surface")),
      array_(VertexArray::make()),
      vertices_(Buffer::make()),
      cells_(Buffer::make()) {
  glBindVertexArray(array_.id());
  glBindBuffer(GL_ARRAY_BUFFER, vertices_.id());
  glBindBuffer(GL_ELEMENT_ARRAY_BUFFER, cells_.id());
  const int sizes[] = {3, 3, 2, 1};
  std::size_t offset = 0;
  for (GLuint i = 0; i < 4; ++i) {
    glEnableVertexAttribArray(i);
    glVertexAttribPointer(i, sizes[i], GL_FLOAT, GL_FALSE, sizeof(Vertex),
                          reinterpret_cast<const void*>(offset));
    offset += static_cast<std::size_t>(sizes[i]) * sizeof(float);
  }
  static_assert(sizeof(Vertex) == 9 * sizeof(float));
  glBindVertexArray(0);
}

void SurfacePainter::set_surface(const MatrixRef& height, const MatrixRef& scalar, double aspect) {
  ANISO_CHECK(height.rows() >= 2 && height.cols() >= 2,
              "A surface needs two samples a side at least.");
  ANISO_CHECK_SHAPE(scalar, height.rows(), height.cols());
  rows_ = height.rows();
  cols_ = height.cols();
  half_x_ = aspect >= 1 ? 1 : aspect;
  half_y_ = aspect >= 1 ? 1 / aspect : 1;
  lowest_ = std::numeric_limits<double>::infinity();
  highest_ = -lowest_;
  for (const double z : height.reshaped())
    if (std::isfinite(z)) {
      lowest_ = std::min(lowest_, z);
      highest_ = std::max(highest_, z);
    }
  if (!(lowest_ < highest_)) {
    const double middle = std::isfinite(lowest_) ? lowest_ : 0;
    lowest_ = middle - 1;
    highest_ = middle + 1;
  }
  const double unit = 2 * kHeight / (highest_ - lowest_), middle = 0.5 * (lowest_ + highest_);
  const double dx = 2 * half_x_ / static_cast<double>(cols_ - 1);
  const double dy = 2 * half_y_ / static_cast<double>(rows_ - 1);
  corners_.resize(static_cast<std::size_t>(height.size()));
  for (Index r = 0; r < rows_; ++r)
    for (Index c = 0; c < cols_; ++c) {
      const auto z = [&](Index row, Index column) {
        return unit * height(std::clamp<Index>(row, 0, rows_ - 1),
                             std::clamp<Index>(column, 0, cols_ - 1));
      };
      const double span_x = c == 0 || c == cols_ - 1 ? dx : 2 * dx;
      const double span_y = r == 0 || r == rows_ - 1 ? dy : 2 * dy;
      Eigen::Vector3d normal((z(r, c - 1) - z(r, c + 1)) / span_x,
                             (z(r - 1, c) - z(r + 1, c)) / span_y, 1);
      normal = normal.allFinite() ? normal.normalized() : Eigen::Vector3d::UnitZ();
      const bool defined = std::isfinite(scalar(r, c));
      Vertex& v = corners_[static_cast<std::size_t>(r * cols_ + c)];
      v.position[0] = static_cast<float>(-half_x_ + dx * static_cast<double>(c));
      v.position[1] = static_cast<float>(-half_y_ + dy * static_cast<double>(r));
      v.position[2] = static_cast<float>(unit * (height(r, c) - middle));
      for (int k = 0; k < 3; ++k) v.normal[k] = static_cast<float>(normal[k]);
      v.shown[0] = defined ? static_cast<float>(scalar(r, c)) : 0;
      v.shown[1] = defined ? 1 : 0;
      v.height = static_cast<float>(height(r, c));
    }
  glBindBuffer(GL_ARRAY_BUFFER, vertices_.id());
  glBufferData(GL_ARRAY_BUFFER, static_cast<GLsizeiptr>(corners_.size() * sizeof(Vertex)),
               corners_.data(), GL_DYNAMIC_DRAW);
  ++version_;
}

Eigen::Vector3d SurfacePainter::place(Index row, Index column) const {
  const Vertex& v = corners_[static_cast<std::size_t>(row * cols_ + column)];
  return {v.position[0], v.position[1], v.position[2]};
}

// A ray from the eye moves away from it along both axes of the grid, so that cells whose column is
// farther, and among those whose row is farther, can hide none of the others.
void SurfacePainter::order_cells(const OrbitCamera& camera) {
  const Eigen::Vector3d eye = camera.eye();
  const auto columns =
      far_first(cols_, (eye.x() + half_x_) / (2 * half_x_) * static_cast<double>(cols_ - 1));
  const auto rows =
      far_first(rows_, (eye.y() + half_y_) / (2 * half_y_) * static_cast<double>(rows_ - 1));
  std::vector<GLuint> order;
  order.reserve(6 * columns.size() * rows.size());
  for (const Index c : columns)
    for (const Index r : rows) {
      const auto a = static_cast<GLuint>(r * cols_ + c), above = a + static_cast<GLuint>(cols_);
      const GLuint corner[4] = {a, a + 1, above, above + 1};
      if (std::any_of(corner, corner + 4,
                      [&](GLuint k) { return !std::isfinite(corners_[k].position[2]); }))
        continue;
      order.insert(order.end(), {a, a + 1, above, a + 1, above + 1, above});
    }
  indices_ = static_cast<GLsizei>(order.size());
  glBindBuffer(GL_ELEMENT_ARRAY_BUFFER, cells_.id());
  glBufferData(GL_ELEMENT_ARRAY_BUFFER, static_cast<GLsizeiptr>(order.size() * sizeof(GLuint)),
               order.data(), GL_STREAM_DRAW);
}

void SurfacePainter::draw(const SurfaceLook& look, const OrbitCamera& camera,
                          const figure::Theme& theme, int width, int height) {
  if (!has_surface()) return;
  ANISO_CHECK(std::isfinite(look.low) && std::isfinite(look.high) && look.low < look.high,
              "The colour range is ", look.low, " … ", look.high,
              "; it must be finite and its lower end below its upper end.");
  const ShaderProgram& p = program_;
  const Eigen::Matrix4f view = camera.view().cast<float>();
  const Eigen::Matrix4f projection =
      camera.projection(static_cast<double>(width) / height).cast<float>();
  bind_texture(p, "map", 0, map_.use(look.colormap, theme.dark));
  p.set_matrix("view", view.data());
  p.set_matrix("projection", projection.data());
  p.set("range", static_cast<float>(look.low), static_cast<float>(look.high));
  p.set("levels", static_cast<float>(look.levels));
  p.set("line_width", static_cast<float>(look.line_width));
  p.set("boundary_width", static_cast<float>(look.boundary_width));
  set_color(p, "boundary_color", theme.boundary);
  set_color(p, "undefined_color", theme.undefined);
  glBindVertexArray(array_.id());
  order_cells(camera);
  glDrawElements(GL_TRIANGLES, indices_, GL_UNSIGNED_INT, nullptr);
  glBindVertexArray(0);
}

void SurfacePainter::add_to(Fingerprint& print, const SurfaceLook& look, const OrbitCamera& camera,
                            const figure::Theme& theme) const {
  print.add(version_).add(program_.version()).add(theme.id).add(look.colormap);
  print.add(look.low).add(look.high).add(look.levels).add(look.line_width);
  print.add(look.boundary_width);
  for (int k = 0; k < 3; ++k) print.add(camera.target[k]);
  print.add(camera.distance).add(camera.yaw).add(camera.pitch).add(camera.field_of_view);
}

}  // namespace aniso::app::gl
