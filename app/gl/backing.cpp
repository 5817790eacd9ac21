#include "app/gl/backing.h"

#include <backends/imgui_impl_opengl3.h>

#include <vector>

#include "core/base/check.h"

namespace aniso::app::gl {
namespace {

// Dear ImGui's back end clips by each command's own rectangle and nothing else.
void render_within(ImDrawData& data, const PixelBox& box) {
  const ImVec2 scale = data.FramebufferScale;
  std::vector<ImDrawList*> lists;
  std::vector<ImVector<ImDrawCmd>> whole;
  for (int i = 0; i < data.CmdListsCount; ++i) {
    ImDrawList* list = data.CmdLists[i];
    ImVector<ImDrawCmd> inside;
    for (const ImDrawCmd& command : list->CmdBuffer) {
      if (command.UserCallback != nullptr) continue;
      const PixelBox clip = common(clip_box(data, command), box);
      if (clip.empty()) continue;
      inside.push_back(command);
      // A little more than whole pixels, so that truncation leaves them whole.
      constexpr float kLess = 0.01F, kMore = 0.02F;
      const auto x = [&](int px, float extra) {
        return (static_cast<float>(px) + extra) / scale.x + data.DisplayPos.x;
      };
      const auto y = [&](int px, float extra) {
        return (static_cast<float>(px) + extra) / scale.y + data.DisplayPos.y;
      };
      inside.back().ClipRect = {x(clip.x0, kLess), y(clip.y0, -kMore), x(clip.x1, kMore),
                                y(clip.y1, -kLess)};
    }
    if (inside.empty()) continue;
    lists.push_back(list);
    whole.push_back(inside);
    list->CmdBuffer.swap(whole.back());
  }
  ImDrawData part = data;
  part.CmdLists = lists.data();
  part.CmdListsCount = static_cast<int>(lists.size());
  if (!lists.empty()) ImGui_ImplOpenGL3_RenderDrawData(&part);
  for (std::size_t i = 0; i < lists.size(); ++i) lists[i]->CmdBuffer.swap(whole[i]);
}

}  // namespace

void Backing::resize(int width, int height) {
  if (width == width_ && height == height_) return;
  if (!framebuffer_) {
    framebuffer_ = Framebuffer::make();
    color_ = Texture::make();
  }
  // Blue first, as the window's own pixels: software drawing has its fast paths for that order.
  glBindTexture(GL_TEXTURE_2D, color_.id());
  glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, width, height, 0, GL_BGRA, GL_UNSIGNED_INT_8_8_8_8_REV,
               nullptr);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
  GLint previous = 0;
  glGetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &previous);
  glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_.id());
  glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, color_.id(), 0);
  const bool complete = glCheckFramebufferStatus(GL_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE;
  glBindFramebuffer(GL_FRAMEBUFFER, static_cast<GLuint>(previous));
  if (!complete)
    throw IoError(text("The graphics driver gave no picture of ", width, " × ", height,
                       " pixels for the window. Try a smaller window."));
  width_ = width;
  height_ = height;
  forget();
}

void Backing::draw(ImDrawData& data, int width, int height, figure::Rgb background) {
  if (width < 1 || height < 1) return;
  GLint target = 0;
  glGetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &target);
  resize(width, height);
  if (background != background_) forget();
  background_ = background;
  glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_.id());
  glViewport(0, 0, width, height);
  glClearColor(static_cast<float>(background.r), static_cast<float>(background.g),
               static_cast<float>(background.b), 1);
  std::int64_t drawn = 0;
  for (const PixelBox& box : diff_.changed(data)) {
    glEnable(GL_SCISSOR_TEST);
    glScissor(box.x0, height - box.y1, box.x1 - box.x0, box.y1 - box.y0);
    glClear(GL_COLOR_BUFFER_BIT);
    render_within(data, box);
    drawn += box.area();
  }
  share_ = static_cast<double>(drawn) / (static_cast<double>(width) * height);
  glDisable(GL_SCISSOR_TEST);
  glBindFramebuffer(GL_READ_FRAMEBUFFER, framebuffer_.id());
  glBindFramebuffer(GL_DRAW_FRAMEBUFFER, static_cast<GLuint>(target));
  glBlitFramebuffer(0, 0, width, height, 0, 0, width, height, GL_COLOR_BUFFER_BIT, GL_NEAREST);
  glBindFramebuffer(GL_FRAMEBUFFER, static_cast<GLuint>(target));
}

}  // namespace aniso::app::gl
