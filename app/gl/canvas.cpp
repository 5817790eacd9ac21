#include "app/gl/canvas.h"

#include "app/gl/draw_diff.h"
#include "app/gl/screenshot.h"
#include "core/base/check.h"

namespace aniso::app::gl {

Fingerprint& Fingerprint::bytes(const void* data, std::size_t size) {
  const auto* byte = static_cast<const unsigned char*>(data);
  for (std::size_t i = 0; i < size; ++i) hash_ = (hash_ ^ byte[i]) * 1099511628211ULL;
  return *this;
}

bool Canvas::begin(int width, int height, std::uint64_t fingerprint, figure::Rgb background) {
  constexpr int kLargest = 16384;
  ANISO_CHECK(width >= 1 && height >= 1 && width <= kLargest && height <= kLargest, "A picture of ",
              width, " × ", height, " pixels was asked for; sides are 1 … ", kLargest, ".");
  const std::uint64_t print = Fingerprint().add(fingerprint).add(background).value();
  const bool resized = width != width_ || height != height_;
  if (valid_ && !resized && print == fingerprint_) return false;

  glGetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &previous_framebuffer_);
  glGetIntegerv(GL_VIEWPORT, previous_viewport_);
  if (!framebuffer_) {
    framebuffer_ = Framebuffer::make();
    color_ = Texture::make();
  }
  glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_.id());
  if (resized) {
    glBindTexture(GL_TEXTURE_2D, color_.id());
    // Blue first: see Backing.
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, width, height, 0, GL_BGRA, GL_UNSIGNED_INT_8_8_8_8_REV,
                 nullptr);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
    glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, color_.id(), 0);
  }
  width_ = width;
  height_ = height;
  fingerprint_ = print;
  valid_ = true;
  ++drawn_;
  version_ = fresh_version();
  glViewport(0, 0, width, height);
  glDisable(GL_SCISSOR_TEST);
  glDisable(GL_DEPTH_TEST);
  glDisable(GL_CULL_FACE);
  glClearColor(static_cast<float>(background.r), static_cast<float>(background.g),
               static_cast<float>(background.b), 1);
  glClear(GL_COLOR_BUFFER_BIT);
  glEnable(GL_BLEND);
  glBlendEquation(GL_FUNC_ADD);
  glBlendFuncSeparate(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA, GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
  return true;
}

void Canvas::end() {
  glBindFramebuffer(GL_FRAMEBUFFER, static_cast<GLuint>(previous_framebuffer_));
  glViewport(previous_viewport_[0], previous_viewport_[1], previous_viewport_[2],
             previous_viewport_[3]);
}

void Canvas::copy(const Canvas& from) {
  ANISO_CHECK(from.width_ == width_ && from.height_ == height_, "A picture of ", from.width_, " × ",
              from.height_, " pixels does not fit one of ", width_, " × ", height_, ".");
  GLint previous = 0;
  glGetIntegerv(GL_READ_FRAMEBUFFER_BINDING, &previous);
  glBindFramebuffer(GL_READ_FRAMEBUFFER, from.framebuffer_.id());
  glBlitFramebuffer(0, 0, width_, height_, 0, 0, width_, height_, GL_COLOR_BUFFER_BIT, GL_NEAREST);
  glBindFramebuffer(GL_READ_FRAMEBUFFER, static_cast<GLuint>(previous));
}

ImTextureID Canvas::texture() const {
  return reinterpret_cast<ImTextureID>(static_cast<std::uintptr_t>(color_.id()));
}

void Canvas::show(ImDrawList& list, ImVec2 at, ImVec2 size) const {
  mark_version(list, version_);
  // GL's rows go upwards, ImGui's downwards.
  list.AddImage(texture(), at, {at.x + size.x, at.y + size.y}, {0, 1}, {1, 0});
}

io::Image Canvas::read() const {
  GLint previous = 0;
  glGetIntegerv(GL_READ_FRAMEBUFFER_BINDING, &previous);
  glBindFramebuffer(GL_READ_FRAMEBUFFER, framebuffer_.id());
  io::Image image = read_pixels(0, 0, width_, height_);
  glBindFramebuffer(GL_READ_FRAMEBUFFER, static_cast<GLuint>(previous));
  return image;
}

}  // namespace aniso::app::gl
