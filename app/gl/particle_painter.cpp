#include "app/gl/particle_painter.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "app/gl/colormap_texture.h"
#include "app/gl/paint.h"
#include "core/base/check.h"

namespace aniso::app::gl {
namespace {

constexpr double kLongestStep = 1.0 / 30;  // seconds
constexpr int kMostSteps = 8;              // of one `advance`: after a pause they do not race

}  // namespace

ParticlePainter::ParticlePainter(ShaderLibrary& shaders)
    : step_(shaders.program("particles_step")),
      draw_(shaders.program("particles")),
      vertices_(VertexArray::make()) {
  restart(1024);
}

void ParticlePainter::set_field(const MatrixRef& x, const MatrixRef& y, const PlaneView& extent) {
  ANISO_CHECK(x.size() > 0, "A vector field without samples cannot move particles.");
  ANISO_CHECK_SHAPE(y, x.rows(), x.cols());
  std::vector<float> texels;
  texels.reserve(2 * static_cast<std::size_t>(x.size()));
  for (Index r = 0; r < x.rows(); ++r)
    for (Index c = 0; c < x.cols(); ++c) {
      const auto a = static_cast<float>(x(r, c)), b = static_cast<float>(y(r, c));
      const bool has = std::isfinite(a) && std::isfinite(b);
      texels.push_back(has ? a : 0);
      texels.push_back(has ? b : 0);
    }
  rows_ = x.rows();
  cols_ = x.cols();
  extent_ = extent;
  if (!field_) field_ = Texture::make();
  glBindTexture(GL_TEXTURE_2D, field_.id());
  glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
  glTexImage2D(GL_TEXTURE_2D, 0, GL_RG32F, static_cast<GLsizei>(cols_), static_cast<GLsizei>(rows_),
               0, GL_RG, GL_FLOAT, texels.data());
  keep_texels(GL_LINEAR);
  ++version_;
}

void ParticlePainter::restart(Index count) {
  ANISO_CHECK(count >= 1 && count <= 65536, "particles: ", count, " is not 1 … 65,536");
  begun_ = false;
  const auto side = static_cast<Index>(std::lround(std::sqrt(static_cast<double>(count))));
  if (side == side_) return;
  side_ = side;
  GLint previous = 0;
  glGetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &previous);
  for (std::size_t i = 0; i < 2; ++i) {
    if (!states_[i]) {
      states_[i] = Texture::make();
      targets_[i] = Framebuffer::make();
    }
    glBindTexture(GL_TEXTURE_2D, states_[i].id());
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA32F, static_cast<GLsizei>(side),
                 static_cast<GLsizei>(side), 0, GL_RGBA, GL_FLOAT, nullptr);
    keep_texels(GL_NEAREST);
    glBindFramebuffer(GL_DRAW_FRAMEBUFFER, targets_[i].id());
    glFramebufferTexture2D(GL_DRAW_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D,
                           states_[i].id(), 0);
  }
  glBindFramebuffer(GL_DRAW_FRAMEBUFFER, static_cast<GLuint>(previous));
}

void ParticlePainter::set_motion(const ShaderProgram& program, const ParticleMotion& motion) const {
  const double dx = cols_ > 1 ? extent_.width() / static_cast<double>(cols_ - 1) : 1;
  const double dy = rows_ > 1 ? extent_.height() / static_cast<double>(rows_ - 1) : 1;
  bind_texture(program, "field", 0, field_.id());
  bind_texture(program, "states", 1, states_[static_cast<std::size_t>(current_)].id());
  program.set("field_low", static_cast<float>(extent_.x_low), static_cast<float>(extent_.y_low));
  program.set("per_sample", static_cast<float>(dx), static_cast<float>(dy));
  program.set("gain", static_cast<float>(motion.gain));
  program.set("fastest", static_cast<float>(motion.fastest));
  program.set("life", static_cast<float>(motion.life));
}

void ParticlePainter::step(double dt, bool begin, const ParticleMotion& motion,
                           const PlaneView& view) {
  set_motion(step_, motion);
  step_.set("low", static_cast<float>(view.x_low), static_cast<float>(view.y_low));
  step_.set("span", static_cast<float>(view.width()), static_cast<float>(view.height()));
  step_.set("dt", static_cast<float>(dt));
  step_.set("begin", begin ? 1 : 0);
  current_ = 1 - current_;
  glBindFramebuffer(GL_DRAW_FRAMEBUFFER, targets_[static_cast<std::size_t>(current_)].id());
  glDrawArrays(GL_TRIANGLES, 0, 3);
}

void ParticlePainter::advance(double seconds, const ParticleMotion& motion, const PlaneView& view) {
  if (!has_field()) return;
  GLint target = 0, viewport[4] = {};
  glGetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &target);
  glGetIntegerv(GL_VIEWPORT, viewport);
  glViewport(0, 0, static_cast<GLsizei>(side_), static_cast<GLsizei>(side_));
  glDisable(GL_SCISSOR_TEST);
  glDisable(GL_DEPTH_TEST);
  glDisable(GL_CULL_FACE);
  glDisable(GL_BLEND);  // states are numbers, not colours
  glBindVertexArray(vertices_.id());
  if (!begun_) step(0, true, motion, view);
  begun_ = true;
  const int steps = std::clamp(static_cast<int>(std::ceil(seconds / kLongestStep)), 0, kMostSteps);
  for (int i = 0; i < steps; ++i)
    step(std::min(seconds / steps, kLongestStep), false, motion, view);
  glBindVertexArray(0);
  glBindFramebuffer(GL_DRAW_FRAMEBUFFER, static_cast<GLuint>(target));
  glViewport(viewport[0], viewport[1], viewport[2], viewport[3]);
  ++version_;
}

void ParticlePainter::draw(const ParticleLook& look, const ParticleMotion& motion,
                           const PlaneView& view, int width, int height) {
  if (!begun_) return;
  const ShaderProgram& p = draw_;
  set_motion(p, motion);
  p.set("low", static_cast<float>(view.x_low), static_cast<float>(view.y_low));
  p.set("span", static_cast<float>(view.width()), static_cast<float>(view.height()));
  p.set("picture_size", static_cast<float>(width), static_cast<float>(height));
  p.set("width", static_cast<float>(look.width));
  p.set("tail", static_cast<float>(look.tail));
  p.set("opacity", static_cast<float>(look.opacity));
  p.set("rim_width", static_cast<float>(look.rim_width));
  set_color(p, "ink", look.ink);
  set_color(p, "rim_color", look.rim);
  glBindVertexArray(vertices_.id());
  glDrawArraysInstanced(GL_TRIANGLE_STRIP, 0, 4, static_cast<GLsizei>(size()));
  glBindVertexArray(0);
}

void ParticlePainter::add_to(Fingerprint& print, const ParticleLook& look,
                             const PlaneView& view) const {
  print.add(version_).add(draw_.version()).add(step_.version()).add(begun_).add(size());
  print.add(look.width).add(look.tail).add(look.ink).add(look.opacity);
  print.add(look.rim).add(look.rim_width);
  add(print, view);
}

Matrix ParticlePainter::states() const {
  std::vector<float> values(4 * static_cast<std::size_t>(size()));
  glBindTexture(GL_TEXTURE_2D, states_[static_cast<std::size_t>(current_)].id());
  glPixelStorei(GL_PACK_ALIGNMENT, 4);
  glGetTexImage(GL_TEXTURE_2D, 0, GL_RGBA, GL_FLOAT, values.data());
  return Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, 4, Eigen::RowMajor>>(values.data(),
                                                                                    size(), 4)
      .cast<double>();
}

}  // namespace aniso::app::gl
