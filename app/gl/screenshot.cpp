#include "app/gl/screenshot.h"

#include <backends/imgui_impl_opengl3.h>

#include <algorithm>

#include "app/gl/handle.h"
#include "core/base/check.h"

namespace aniso::app::gl {

io::Image read_pixels(int x, int y, int width, int height) {
  io::Image image;
  image.width = width;
  image.height = height;
  const std::size_t row = 4 * static_cast<std::size_t>(width);
  image.rgba.resize(row * static_cast<std::size_t>(height));
  glPixelStorei(GL_PACK_ALIGNMENT, 1);
  glReadPixels(x, y, width, height, GL_RGBA, GL_UNSIGNED_BYTE, image.rgba.data());
  for (int top = 0, bottom = height - 1; top < bottom; ++top, --bottom) {
    const auto a = image.rgba.begin() + static_cast<std::ptrdiff_t>(row) * top;
    const auto b = image.rgba.begin() + static_cast<std::ptrdiff_t>(row) * bottom;
    std::swap_ranges(a, a + static_cast<std::ptrdiff_t>(row), b);
  }
  return image;
}

io::Image capture(ImDrawData* data, int width, int height, figure::Rgba background) {
  ANISO_CHECK(data != nullptr && width > 0 && height > 0,
              "A screenshot needs a drawn frame of at least one pixel.");
  GLint previous = 0;
  glGetIntegerv(GL_FRAMEBUFFER_BINDING, &previous);
  const Texture color = Texture::make();
  const Framebuffer framebuffer = Framebuffer::make();
  glBindTexture(GL_TEXTURE_2D, color.id());
  glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, width, height, 0, GL_RGBA, GL_UNSIGNED_BYTE, nullptr);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
  glBindFramebuffer(GL_FRAMEBUFFER, framebuffer.id());
  glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, color.id(), 0);
  const bool complete = glCheckFramebufferStatus(GL_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE;
  io::Image image;
  if (complete) {
    const auto a = static_cast<float>(background.a);
    glViewport(0, 0, width, height);
    glDisable(GL_SCISSOR_TEST);
    // ImGui's blending leaves colours multiplied by their opacity, so it starts from that too.
    glClearColor(static_cast<float>(background.r) * a, static_cast<float>(background.g) * a,
                 static_cast<float>(background.b) * a, a);
    glClear(GL_COLOR_BUFFER_BIT);
    ImGui_ImplOpenGL3_RenderDrawData(data);
    glBindFramebuffer(GL_FRAMEBUFFER, framebuffer.id());
    image = read_pixels(0, 0, width, height);
  }
  glBindFramebuffer(GL_FRAMEBUFFER, static_cast<GLuint>(previous));
  if (!complete)
    throw IoError(text("The graphics driver gave no framebuffer of ", width, " × ", height,
                       " pixels for the screenshot. Try a smaller window."));
  for (std::size_t i = 0; i < image.rgba.size(); i += 4) {
    const unsigned a = image.rgba[i + 3];
    if (a == 0 || a == 255) continue;
    for (std::size_t c = i; c < i + 3; ++c)
      image.rgba[c] = static_cast<std::uint8_t>(std::min(255U, (image.rgba[c] * 255U + a / 2) / a));
  }
  return image;
}

void save_screenshot(const std::filesystem::path& path, const io::Image& image,
                     const std::string& state_json) {
  io::write_png(path, image, {{io::kStateKey, state_json}});
}

}  // namespace aniso::app::gl
