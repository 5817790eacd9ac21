#include "app/gl/line3d_painter.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "app/gl/paint.h"
#include "core/base/check.h"

namespace aniso::app::gl {
namespace {

constexpr double kRim = 1;

void check_colors(const char* name, std::size_t colors, Index points) {
  ANISO_CHECK(colors == 1 || static_cast<Index>(colors) == points, name, " have ", points,
              " points and ", colors, " colours; there must be one colour, or one per point.");
}

const figure::Rgba& color_of(const std::vector<figure::Rgba>& colors, Index i) {
  return colors.size() == 1 ? colors.front() : colors[static_cast<std::size_t>(i)];
}

void store(const figure::Rgba& c, float* out) {
  out[0] = static_cast<float>(c.r);
  out[1] = static_cast<float>(c.g);
  out[2] = static_cast<float>(c.b);
  out[3] = static_cast<float>(c.a);
}

void store(const Matrix& points, Index row, float* out) {
  for (Index k = 0; k < 3; ++k) out[k] = static_cast<float>(points(row, k));
}

}  // namespace

Line3dPainter::Line3dPainter(ShaderLibrary& shaders)
    : program_(shaders.program("line3d")),
      vertices_(VertexArray::make()),
      instances_(Buffer::make()) {
  set({}, {});
  glBindVertexArray(vertices_.id());
  glBindBuffer(GL_ARRAY_BUFFER, instances_.id());
  const int sizes[] = {3, 3, 4, 4, 2};
  std::size_t offset = 0;
  for (GLuint i = 0; i < 5; ++i) {
    glEnableVertexAttribArray(i);
    glVertexAttribPointer(i, sizes[i], GL_FLOAT, GL_FALSE, sizeof(Primitive),
                          reinterpret_cast<const void*>(offset));
    glVertexAttribDivisor(i, 1);
    offset += static_cast<std::size_t>(sizes[i]) * sizeof(float);
  }
  static_assert(sizeof(Primitive) == 16 * sizeof(float));
  glBindVertexArray(0);
}

void Line3dPainter::add_line(const Line3d& line) {
  if (line.points.rows() == 0) return;
  ANISO_CHECK_SHAPE(line.points, -1, 3);
  check_colors("Lines", line.colors.size(), line.points.rows());
  for (Index i = 0; i < line.points.rows(); ++i) {
    if (!line.points.row(i).allFinite()) continue;
    low_ = low_.cwiseMin(line.points.row(i).transpose());
    high_ = high_.cwiseMax(line.points.row(i).transpose());
    if (i == 0 || !line.points.row(i - 1).allFinite()) continue;
    Primitive p{};
    store(line.points, i - 1, p.a);
    store(line.points, i, p.b);
    store(color_of(line.colors, i - 1), p.color_a);
    store(color_of(line.colors, i), p.color_b);
    p.width = static_cast<float>(line.width);
    primitives_.push_back(p);
  }
}

void Line3dPainter::add_points(const Points3d& points) {
  if (points.points.rows() == 0) return;
  ANISO_CHECK_SHAPE(points.points, -1, 3);
  check_colors("Points", points.colors.size(), points.points.rows());
  for (Index i = 0; i < points.points.rows(); ++i) {
    if (!points.points.row(i).allFinite()) continue;
    low_ = low_.cwiseMin(points.points.row(i).transpose());
    high_ = high_.cwiseMax(points.points.row(i).transpose());
    Primitive p{};
    store(points.points, i, p.a);
    store(points.points, i, p.b);
    store(color_of(points.colors, i), p.color_a);
    store(color_of(points.colors, i), p.color_b);
    p.width = static_cast<float>(points.diameter);
    p.rim = points.rim ? static_cast<float>(kRim) : 0.0F;
    primitives_.push_back(p);
  }
}

void Line3dPainter::set(const std::vector<Line3d>& lines, const std::vector<Points3d>& points) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  primitives_.clear();
  low_.setConstant(kInfinity);
  high_.setConstant(-kInfinity);
  for (const Line3d& line : lines) add_line(line);
  for (const Points3d& some : points) add_points(some);
  if (!low_.allFinite()) {
    low_.setConstant(-1);
    high_.setConstant(1);
  }
  ++version_;
}

void Line3dPainter::sort(const OrbitCamera& camera) {
  const Eigen::RowVector3f towards = camera.view().row(2).head<3>().cast<float>();
  std::vector<std::pair<float, std::size_t>> order(primitives_.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    const Primitive& p = primitives_[i];
    const Eigen::Map<const Eigen::Vector3f> a(p.a), b(p.b);
    // Of two at one depth the later one, such as a point at the end of its line, stays on top.
    order[i] = {towards.dot(a + b), i};
  }
  std::sort(order.begin(), order.end());
  std::vector<Primitive> sorted;
  sorted.reserve(order.size());
  for (const auto& [depth, i] : order) sorted.push_back(primitives_[i]);
  glBindBuffer(GL_ARRAY_BUFFER, instances_.id());
  glBufferData(GL_ARRAY_BUFFER, static_cast<GLsizeiptr>(sorted.size() * sizeof(Primitive)),
               sorted.data(), GL_STREAM_DRAW);
}

void Line3dPainter::draw(const OrbitCamera& camera, const figure::Theme& theme, double depth_cue,
                         int width, int height) {
  if (primitives_.empty()) return;
  sort(camera);
  const Eigen::Matrix4f view = camera.view().cast<float>();
  const Eigen::Matrix4f projection =
      camera.projection(static_cast<double>(width) / height).cast<float>();
  float nearest = std::numeric_limits<float>::infinity(), farthest = -nearest;
  for (const Primitive& p : primitives_)
    for (const float* v : {p.a, p.b}) {
      const float depth = -(view(2, 0) * v[0] + view(2, 1) * v[1] + view(2, 2) * v[2] + view(2, 3));
      nearest = std::min(nearest, depth);
      farthest = std::max(farthest, depth);
    }
  const ShaderProgram& p = program_;
  p.set_matrix("view", view.data());
  p.set_matrix("projection", projection.data());
  p.set("picture_size", static_cast<float>(width), static_cast<float>(height));
  p.set("nearest", static_cast<float>(1e-2 * camera.distance));
  p.set("depth_range", nearest, farthest);
  p.set("depth_cue", static_cast<float>(depth_cue));
  set_color(p, "rim_color", theme.rim);
  set_color(p, "background_color", theme.background);
  glBindVertexArray(vertices_.id());
  glDrawArraysInstanced(GL_TRIANGLE_STRIP, 0, 4, static_cast<GLsizei>(primitives_.size()));
  glBindVertexArray(0);
}

void Line3dPainter::add_to(Fingerprint& print, const OrbitCamera& camera,
                           const figure::Theme& theme, double depth_cue) const {
  print.add(version_).add(program_.version()).add(theme.id).add(depth_cue);
  for (int k = 0; k < 3; ++k) print.add(camera.target[k]);
  print.add(camera.distance).add(camera.yaw).add(camera.pitch).add(camera.field_of_view);
}

}  // namespace aniso::app::gl
