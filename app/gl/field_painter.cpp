#include "app/gl/field_painter.h"

#include <cmath>
#include <vector>

#include "app/gl/paint.h"
#include "core/base/check.h"

namespace aniso::app::gl {
namespace {

/// As in shaders/field_sample.glsl: NaN itself is not dependable on every driver.
constexpr float kUndefined = 3.0e38F;

void check_look(const FieldLook& look) {
  ANISO_CHECK(std::isfinite(look.low) && std::isfinite(look.high) && look.low < look.high,
              "The colour range is ", look.low, " … ", look.high,
              "; it must be finite and its lower end below its upper end.");
  ANISO_CHECK(look.scale != FieldScale::log10 || look.low > 0, "The colour range starts at ",
              look.low, "; a logarithmic one must start above zero.");
}

}  // namespace

FieldPainter::FieldPainter(ShaderLibrary& shaders)
    : program_(shaders.program("field")), vertices_(VertexArray::make()) {}

void FieldPainter::upload(Texture& texture, const MatrixRef& values) {
  GLint largest = 0;
  glGetIntegerv(GL_MAX_TEXTURE_SIZE, &largest);
  ANISO_CHECK(values.size() > 0, "A field without samples cannot be drawn.");
  ANISO_CHECK(values.rows() <= largest && values.cols() <= largest, "A field of ", values.rows(),
              " × ", values.cols(), " samples is larger than the graphics card takes (", largest,
              " a side). Choose a coarser grid.");
  std::vector<float> texels(static_cast<std::size_t>(values.size()));
  std::size_t i = 0;
  for (Index r = 0; r < values.rows(); ++r)
    for (Index c = 0; c < values.cols(); ++c, ++i) {
      const auto v = static_cast<float>(values(r, c));
      texels[i] = std::isfinite(v) ? v : kUndefined;
    }
  if (!texture) texture = Texture::make();
  glBindTexture(GL_TEXTURE_2D, texture.id());
  glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
  glTexImage2D(GL_TEXTURE_2D, 0, GL_R32F, static_cast<GLsizei>(values.cols()),
               static_cast<GLsizei>(values.rows()), 0, GL_RED, GL_FLOAT, texels.data());
  keep_texels(GL_NEAREST);
  ++version_;
}

void FieldPainter::set_field(const MatrixRef& values, const PlaneView& extent) {
  upload(field_, values);
  // What is subtracted belongs to the grid before.
  if (rows_ != values.rows() || cols_ != values.cols()) other_.reset();
  rows_ = values.rows();
  cols_ = values.cols();
  extent_ = extent;
}

void FieldPainter::set_other(const MatrixRef& values) {
  ANISO_CHECK_SHAPE(values, rows_, cols_);
  upload(other_, values);
}

void FieldPainter::draw(const FieldLook& look, const PlaneView& view, const figure::Theme& theme,
                        int width, int height) {
  if (!has_field()) return;
  check_look(look);
  const GLuint map = map_.use(look.colormap, theme.dark);  // may bind it: before the others
  const ShaderProgram& p = program_;
  bind_texture(p, "field", 0, field_.id());
  bind_texture(p, "other", 1, other_ ? other_.id() : field_.id());
  bind_texture(p, "map", 2, map);

  // Plane → sample coordinates; a single row or column is as wide as the extent says.
  const double dx = cols_ > 1 ? extent_.width() / static_cast<double>(cols_ - 1)
                              : (extent_.width() > 0 ? extent_.width() : 1.0);
  const double dy = rows_ > 1 ? extent_.height() / static_cast<double>(rows_ - 1)
                              : (extent_.height() > 0 ? extent_.height() : 1.0);
  p.set("grid_at", static_cast<float>((view.x_low - extent_.x_low) / dx),
        static_cast<float>((view.y_low - extent_.y_low) / dy));
  p.set("grid_span", static_cast<float>(view.width() / dx), static_cast<float>(view.height() / dy));
  p.set("picture_size", static_cast<float>(width), static_cast<float>(height));

  const bool logarithmic = look.scale == FieldScale::log10;
  p.set("logarithmic", logarithmic ? 1 : 0);
  p.set("range", static_cast<float>(logarithmic ? std::log10(look.low) : look.low),
        static_cast<float>(logarithmic ? std::log10(look.high) : look.high));
  p.set("sampling", static_cast<int>(look.sampling));
  const bool cyclic = look.colormap == figure::Colormap::cyclic && !logarithmic;
  p.set("period", cyclic ? static_cast<float>(look.high - look.low) : 0.0F);
  p.set("difference", look.difference && other_ ? 1 : 0);
  p.set("isolines", cyclic ? 0.0F : static_cast<float>(look.isoline_spacing));
  p.set("isoline_width", static_cast<float>(look.isoline_width));
  p.set("isoline_opacity", static_cast<float>(look.isoline_opacity));
  p.set("boundary_width", look.boundary ? static_cast<float>(look.boundary_width) : 0.0F);
  p.set("rim_width", static_cast<float>(look.rim_width));
  p.set("opacity", static_cast<float>(look.opacity));
  p.set("lines_only", look.lines_only ? 1 : 0);
  set_color(p, "line_ink", theme.text);
  p.set("hatch", 4.0F * static_cast<float>(look.boundary_width));
  set_color(p, "ink_dark", figure::Rgb{0, 0, 0});
  set_color(p, "ink_light", figure::Rgb{1, 1, 1});
  set_color(p, "boundary_color", theme.boundary);
  set_color(p, "rim_color", theme.rim);
  set_color(p, "undefined_color", theme.undefined);
  set_color(p, "background_color", theme.background);
  glBindVertexArray(vertices_.id());
  glDrawArrays(GL_TRIANGLES, 0, 3);
  glBindVertexArray(0);
}

void FieldPainter::add_to(Fingerprint& print, const FieldLook& look, const PlaneView& view,
                          const figure::Theme& theme) const {
  print.add(version_).add(program_.version()).add(theme.id);
  print.add(look.colormap).add(look.low).add(look.high).add(look.scale).add(look.sampling);
  print.add(look.isoline_spacing).add(look.isoline_width).add(look.isoline_opacity);
  print.add(look.boundary).add(look.boundary_width).add(look.rim_width).add(look.opacity);
  print.add(look.difference).add(look.lines_only);
  add(print, view);
}

}  // namespace aniso::app::gl
