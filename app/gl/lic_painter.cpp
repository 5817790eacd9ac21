#include "app/gl/lic_painter.h"

#include <cmath>
#include <vector>

#include "app/gl/colormap_texture.h"
#include "app/gl/paint.h"
#include "core/base/check.h"

namespace aniso::app::gl {
namespace {

// As in shaders/lic.frag.
constexpr int kWhole = 0, kCompute = 1, kFinish = 2;

}  // namespace

LicPainter::LicPainter(ShaderLibrary& shaders)
    : program_(shaders.program("lic")), vertices_(VertexArray::make()) {}

void LicPainter::set_directions(const MatrixRef& x, const MatrixRef& y, const PlaneView& extent) {
  ANISO_CHECK(x.size() > 0, "A field of directions without samples cannot be drawn.");
  ANISO_CHECK_SHAPE(y, x.rows(), x.cols());
  std::vector<float> texels;
  texels.reserve(2 * static_cast<std::size_t>(x.size()));
  for (Index r = 0; r < x.rows(); ++r)
    for (Index c = 0; c < x.cols(); ++c) {
      const double a = x(r, c), b = y(r, c), length = std::hypot(a, b);
      const bool has = std::isfinite(length) && length > 0;
      const double cosine = has ? a / length : 0, sine = has ? b / length : 0;
      texels.push_back(static_cast<float>(cosine * cosine - sine * sine));
      texels.push_back(static_cast<float>(2 * cosine * sine));
    }
  rows_ = x.rows();
  cols_ = x.cols();
  extent_ = extent;
  if (!axes_) axes_ = Texture::make();
  glBindTexture(GL_TEXTURE_2D, axes_.id());
  glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
  glTexImage2D(GL_TEXTURE_2D, 0, GL_RG32F, static_cast<GLsizei>(cols_), static_cast<GLsizei>(rows_),
               0, GL_RG, GL_FLOAT, texels.data());
  keep_texels(GL_LINEAR);
  ++version_;
}

void LicPainter::draw(const LicLook& look, const PlaneView& view, int width, int height) {
  if (!has_directions()) return;
  const ShaderProgram& p = program_;
  const int coarse_width = (width + look.coarse - 1) / look.coarse;
  const int coarse_height = (height + look.coarse - 1) / look.coarse;
  if (look.coarse > 1)
    resize(coarse_width, coarse_height);  // may bind a texture: before the others
  bind_texture(p, "axes", 0, axes_.id());
  const double dx = cols_ > 1 ? extent_.width() / static_cast<double>(cols_ - 1) : 1;
  const double dy = rows_ > 1 ? extent_.height() / static_cast<double>(rows_ - 1) : 1;
  const double unit_x = view.width() / width, unit_y = view.height() / height;  // of a pixel
  p.set("grid_at", static_cast<float>((view.x_low - extent_.x_low) / dx),
        static_cast<float>((view.y_low - extent_.y_low) / dy));
  p.set("grid_step", static_cast<float>(unit_x / dx), static_cast<float>(unit_y / dy));
  p.set("pixels_per_unit", static_cast<float>(unit_x > 0 ? 1 / unit_x : 1),
        static_cast<float>(unit_y > 0 ? 1 / unit_y : 1));
  // Whole cells only, and not so many that a float loses count.
  const auto cell_at = [&](double low, double unit) {
    constexpr double kPeriod = 65536;
    return static_cast<float>(std::fmod(std::floor(low / (unit * look.cell)), kPeriod));
  };
  p.set("noise_at", cell_at(view.x_low, unit_x), cell_at(view.y_low, unit_y));
  p.set("cell", static_cast<float>(look.cell));
  p.set("steps", look.steps);
  p.set("contrast", static_cast<float>(look.contrast));
  p.set("opacity", static_cast<float>(look.opacity));
  p.set("coarse", static_cast<float>(look.coarse));
  glBindVertexArray(vertices_.id());
  if (look.coarse > 1) {
    draw_coarse(coarse_width, coarse_height);
    bind_texture(p, "streaks", 1, streaks_.id());
    p.set("stage", kFinish);
  } else {
    bind_texture(p, "streaks", 1, axes_.id());  // not read
    p.set("stage", kWhole);
  }
  glDrawArrays(GL_TRIANGLES, 0, 3);
  glBindVertexArray(0);
}

// The streaks' numbers into a texture of their own; the framebuffer stays as it was.
void LicPainter::draw_coarse(int width, int height) {
  GLint target = 0, viewport[4] = {};
  glGetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &target);
  glGetIntegerv(GL_VIEWPORT, viewport);
  const GLboolean blends = glIsEnabled(GL_BLEND);
  glBindFramebuffer(GL_DRAW_FRAMEBUFFER, target_.id());
  glViewport(0, 0, width, height);
  glDisable(GL_BLEND);
  bind_texture(program_, "streaks", 1, axes_.id());  // not what is drawn into
  program_.set("stage", kCompute);
  glDrawArrays(GL_TRIANGLES, 0, 3);
  if (blends == GL_TRUE) glEnable(GL_BLEND);
  glBindFramebuffer(GL_DRAW_FRAMEBUFFER, static_cast<GLuint>(target));
  glViewport(viewport[0], viewport[1], viewport[2], viewport[3]);
}

void LicPainter::resize(int width, int height) {
  if (streaks_ && width == streaks_width_ && height == streaks_height_) return;
  streaks_width_ = width;
  streaks_height_ = height;
  if (!streaks_) {
    streaks_ = Texture::make();
    target_ = Framebuffer::make();
  }
  GLint target = 0;
  glGetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &target);
  glBindTexture(GL_TEXTURE_2D, streaks_.id());
  glTexImage2D(GL_TEXTURE_2D, 0, GL_RG16F, width, height, 0, GL_RG, GL_FLOAT, nullptr);
  keep_texels(GL_LINEAR);
  glBindFramebuffer(GL_DRAW_FRAMEBUFFER, target_.id());
  glFramebufferTexture2D(GL_DRAW_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, streaks_.id(),
                         0);
  glBindFramebuffer(GL_DRAW_FRAMEBUFFER, static_cast<GLuint>(target));
}

void LicPainter::add_to(Fingerprint& print, const LicLook& look, const PlaneView& view) const {
  print.add(version_).add(program_.version());
  print.add(look.cell).add(look.steps).add(look.contrast).add(look.opacity).add(look.coarse);
  add(print, view);
}

}  // namespace aniso::app::gl
