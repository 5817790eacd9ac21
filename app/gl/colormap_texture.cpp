#include "app/gl/colormap_texture.h"

#include <vector>

#include "core/figure/colormap.h"

namespace aniso::app::gl {

void keep_texels(GLint filter) {
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, filter);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, filter);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
}

GLuint ColormapTexture::use(figure::Colormap map, bool dark) {
  if (map_ == map && dark_ == dark) return texture_.id();
  std::vector<float> texels;
  texels.reserve(3 * figure::kColormapSize);
  for (const figure::Rgb& c : figure::table(map, dark))
    for (const double channel : {c.r, c.g, c.b}) texels.push_back(static_cast<float>(channel));
  if (!texture_) texture_ = Texture::make();
  glBindTexture(GL_TEXTURE_2D, texture_.id());
  glTexImage2D(GL_TEXTURE_2D, 0, GL_RGB16, figure::kColormapSize, 1, 0, GL_RGB, GL_FLOAT,
               texels.data());
  keep_texels(GL_LINEAR);
  map_ = map;
  dark_ = dark;
  return texture_.id();
}

}  // namespace aniso::app::gl
