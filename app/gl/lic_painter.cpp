#include "app/gl/lic_painter.h"

#include <cmath>
#include <vector>

#include "app/gl/colormap_texture.h"
#include "app/gl/paint.h"
#include "core/base/check.h"

namespace aniso::app::gl {

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
  glBindVertexArray(vertices_.id());
  glDrawArrays(GL_TRIANGLES, 0, 3);
  glBindVertexArray(0);
}

void LicPainter::add_to(Fingerprint& print, const LicLook& look, const PlaneView& view) const {
  print.add(version_).add(program_.version());
  print.add(look.cell).add(look.steps).add(look.contrast).add(look.opacity);
  add(print, view);
}

}  // namespace aniso::app::gl
