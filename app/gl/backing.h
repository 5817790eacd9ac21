#pragma once

#include "app/gl/draw_diff.h"
#include "app/gl/handle.h"
#include "core/figure/color.h"

namespace aniso::app::gl {

/// The window's picture, kept from frame to frame: only the parts that changed are drawn again.
/// Where the processor draws, pixels are what a frame costs.
class Backing {
 public:
  /// Draws Dear ImGui's frame over `background` and copies it to the framebuffer that is bound.
  /// @throws IoError if the driver gives no picture of that size.
  void draw(ImDrawData& data, int width, int height, figure::Rgb background);
  /// Draws everything in the next frame. For textures that changed without a word to Dear ImGui.
  void forget() { diff_.forget(); }
  /// Pixels drawn by the last frame, of all.
  double share() const { return share_; }

 private:
  void resize(int width, int height);

  DrawDiff diff_;
  Texture color_;
  Framebuffer framebuffer_;
  int width_ = 0, height_ = 0;
  figure::Rgb background_;
  double share_ = 0;
};

}  // namespace aniso::app::gl
