#pragma once

#include <imgui.h>

#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#include "app/gl/handle.h"
#include "core/figure/color.h"
#include "core/io/png.h"

namespace aniso::app::gl {

/// Sums up the inputs of a picture; equal inputs, equal value. FNV-1a over the bytes.
class Fingerprint {
 public:
  template <typename T>
  requires(std::is_arithmetic_v<T> || std::is_enum_v<T>) Fingerprint& add(T value) {
    return bytes(&value, sizeof value);
  }
  Fingerprint& add(std::string_view text) {
    return bytes(text.data(), text.size()).add(text.size());
  }
  Fingerprint& add(figure::Rgb c) { return add(c.r).add(c.g).add(c.b); }
  std::uint64_t value() const { return hash_; }

 private:
  Fingerprint& bytes(const void* data, std::size_t size);
  std::uint64_t hash_ = 14695981039346656037ULL;
};

/// An offscreen picture that ImGui shows: painters draw into it only when their inputs changed.
///
///   if (canvas.begin(w, h, fingerprint)) { field.draw(…); points.draw(…); canvas.end(); }
///   canvas.show(*ImGui::GetWindowDrawList(), at, size);
///
/// Sizes are framebuffer pixels: ImGui units × Window::pixel_ratio(). 8 bits a channel.
class Canvas {
 public:
  /// Binds the canvas and clears it with `background` if the size or the fingerprint differ from
  /// those of the last picture. @return whether to draw; then call `end`.
  /// @throws InvalidInput if a side is not 1 … 16384.
  bool begin(int width, int height, std::uint64_t fingerprint, figure::Rgb background);
  /// Restores the framebuffer and viewport from before `begin`.
  void end();
  /// Between the two: takes over another canvas's picture of the same size.
  void copy(const Canvas& from);

  ImTextureID texture() const;
  /// Shows the picture in this rectangle (ImGui units).
  void show(ImDrawList& list, ImVec2 at, ImVec2 size) const;
  int width() const { return width_; }
  int height() const { return height_; }
  /// How many pictures have been drawn.
  std::uint64_t drawn() const { return drawn_; }
  /// Reads the picture back; opaque.
  io::Image read() const;
  /// Draws again at the next `begin` whatever the fingerprint.
  void invalidate() { valid_ = false; }

 private:
  Texture color_;
  Framebuffer framebuffer_;
  int width_ = 0, height_ = 0;
  std::uint64_t fingerprint_ = 0;
  std::uint64_t drawn_ = 0;
  std::uint64_t version_ = 0;  // of what is shown
  bool valid_ = false;
  GLint previous_framebuffer_ = 0;
  GLint previous_viewport_[4] = {};
};

}  // namespace aniso::app::gl
