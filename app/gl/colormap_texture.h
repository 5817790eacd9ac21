#pragma once

#include <optional>

#include "app/gl/handle.h"
#include "core/figure/figure.h"

namespace aniso::app::gl {

/// A colormap as a texture of one row, made when it is first asked for and when it changes.
class ColormapTexture {
 public:
  /// @param dark  chooses the diverging map with the dark centre.
  GLuint use(figure::Colormap map, bool dark);

 private:
  Texture texture_;
  std::optional<figure::Colormap> map_;
  bool dark_ = true;
};

/// Sets both filters of the bound 2-D texture, and clamps it at its edges.
void keep_texels(GLint filter);

}  // namespace aniso::app::gl
