#pragma once

#include <array>

#include "app/gl/canvas.h"
#include "app/gl/plane_view.h"
#include "app/gl/shader_library.h"
#include "core/figure/theme.h"

/// Small things that the painters share.
namespace aniso::app::gl {

inline void set_color(const ShaderProgram& program, const char* uniform, figure::Rgb c) {
  program.set(uniform, static_cast<float>(c.r), static_cast<float>(c.g), static_cast<float>(c.b));
}

inline void set_palette(const ShaderProgram& program, const char* uniform,
                        const figure::Theme& theme) {
  std::array<float, 24> values{};
  for (std::size_t i = 0; i < 8; ++i) {
    values[3 * i] = static_cast<float>(theme.categories[i].r);
    values[3 * i + 1] = static_cast<float>(theme.categories[i].g);
    values[3 * i + 2] = static_cast<float>(theme.categories[i].b);
  }
  program.set_vec3_array(uniform, values.data(), 8);
}

inline Fingerprint& add(Fingerprint& print, const PlaneView& view) {
  return print.add(view.x_low).add(view.x_high).add(view.y_low).add(view.y_high);
}

/// Binds a 2-D texture to a unit, for a sampler uniform.
inline void bind_texture(const ShaderProgram& program, const char* sampler, int unit, GLuint id) {
  program.set(sampler, unit);
  glActiveTexture(GL_TEXTURE0 + static_cast<GLenum>(unit));
  glBindTexture(GL_TEXTURE_2D, id);
  glActiveTexture(GL_TEXTURE0);
}

}  // namespace aniso::app::gl
