#include "app/gl/draw_diff.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace aniso::app::gl {
namespace {

// Two boxes are drawn as one where that draws at most this share more: each box costs a pass.
constexpr double kWaste = 0.15;
constexpr std::size_t kMostBoxes = 8;

void version_marker(const ImDrawList* /*list*/, const ImDrawCmd* /*command*/) {}

std::uint64_t mixed(std::uint64_t hash, std::uint64_t value) {
  hash = (hash ^ value) * 0x9E3779B97F4A7C15ULL;
  return hash ^ (hash >> 32U);
}

std::uint64_t bits(float a, float b) {
  std::uint32_t low = 0, high = 0;
  std::memcpy(&low, &a, sizeof low);
  std::memcpy(&high, &b, sizeof high);
  return (std::uint64_t{high} << 32U) | low;
}

std::uint64_t print_of(const ImDrawVert& v) {
  return mixed(mixed(mixed(1, bits(v.pos.x, v.pos.y)), bits(v.uv.x, v.uv.y)), v.col);
}

// Equal sizes make an equal atlas; a new one may come under the old texture's name.
std::uint64_t print_of(const ImFontAtlas& atlas) {
  std::uint64_t print = mixed(3, reinterpret_cast<std::uintptr_t>(atlas.TexID));
  print = mixed(print, static_cast<std::uint64_t>(atlas.TexHeight));
  for (const ImFont* font : atlas.Fonts) print = mixed(print, bits(font->FontSize, font->Ascent));
  return print;
}

// Joins boxes until they are disjoint and few.
void settle(std::vector<PixelBox>& boxes) {
  std::erase_if(boxes, [](const PixelBox& box) { return box.empty(); });
  const auto cost = [&](std::size_t i, std::size_t j) {
    return static_cast<double>(joined(boxes[i], boxes[j]).area() - boxes[i].area() -
                               boxes[j].area());
  };
  const auto join = [&](std::size_t i, std::size_t j) {
    boxes[i] = joined(boxes[i], boxes[j]);
    boxes.erase(boxes.begin() + static_cast<std::ptrdiff_t>(j));
  };
  for (bool found = true; found;) {
    found = false;
    std::size_t best_i = 0, best_j = 0;
    double best = 0;
    for (std::size_t i = 0; i < boxes.size() && !found; ++i)
      for (std::size_t j = i + 1; j < boxes.size() && !found; ++j) {
        const double extra = cost(i, j);
        const auto area = static_cast<double>(boxes[i].area() + boxes[j].area());
        found = !common(boxes[i], boxes[j]).empty() || extra <= kWaste * area;
        if (found || best_j == 0 || extra < best) {
          best = extra;
          best_i = i;
          best_j = j;
        }
      }
    found = found || boxes.size() > kMostBoxes;
    if (found) join(best_i, best_j);
  }
}

}  // namespace

PixelBox joined(const PixelBox& a, const PixelBox& b) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  return {std::min(a.x0, b.x0), std::min(a.y0, b.y0), std::max(a.x1, b.x1), std::max(a.y1, b.y1)};
}

PixelBox common(const PixelBox& a, const PixelBox& b) {
  return {std::max(a.x0, b.x0), std::max(a.y0, b.y0), std::min(a.x1, b.x1), std::min(a.y1, b.y1)};
}

std::uint64_t fresh_version() {
  static std::uint64_t last = 0;
  return ++last;
}

void mark_version(ImDrawList& list, std::uint64_t version) {
  list.AddCallback(version_marker, reinterpret_cast<void*>(static_cast<std::uintptr_t>(version)));
}

PixelBox clip_box(const ImDrawData& data, const ImDrawCmd& command) {
  const ImVec2 scale = data.FramebufferScale;
  const auto width = static_cast<int>(data.DisplaySize.x * scale.x);
  const auto height = static_cast<int>(data.DisplaySize.y * scale.y);
  const float x0 = (command.ClipRect.x - data.DisplayPos.x) * scale.x;
  const float y0 = (command.ClipRect.y - data.DisplayPos.y) * scale.y;
  const float x1 = (command.ClipRect.z - data.DisplayPos.x) * scale.x;
  const float y1 = (command.ClipRect.w - data.DisplayPos.y) * scale.y;
  if (x1 <= x0 || y1 <= y0) return {};
  // The back end truncates the lower left corner and the extent.
  const auto left = static_cast<int>(x0);
  const auto bottom = static_cast<int>(static_cast<float>(height) - y1);
  const int top = height - bottom - static_cast<int>(y1 - y0);
  return common({left, top, left + static_cast<int>(x1 - x0), height - bottom},
                {0, 0, width, height});
}

void DrawDiff::shapes_of(const ImDrawData& data, const ImDrawList& list, std::vector<Shape>& out) {
  out.clear();
  const ImVec2 scale = data.FramebufferScale;
  const ImTextureID glyphs = ImGui::GetIO().Fonts->TexID;
  std::uint64_t version = 0;
  for (const ImDrawCmd& command : list.CmdBuffer) {
    if (command.UserCallback != nullptr) {
      version = reinterpret_cast<std::uintptr_t>(command.UserCallbackData);
      continue;
    }
    const PixelBox clip = clip_box(data, command);
    if (clip.empty()) continue;
    std::uint64_t state = mixed(2, reinterpret_cast<std::uintptr_t>(command.TextureId));
    if (command.TextureId != glyphs) state = mixed(state, version);
    state = mixed(state, (std::uint64_t(std::uint32_t(clip.x0)) << 32U) | std::uint32_t(clip.y0));
    state = mixed(state, (std::uint64_t(std::uint32_t(clip.x1)) << 32U) | std::uint32_t(clip.y1));
    const ImDrawVert* vertices = list.VtxBuffer.Data + command.VtxOffset;
    const ImDrawIdx* indices = list.IdxBuffer.Data + command.IdxOffset;
    for (unsigned i = 0; i + 2 < command.ElemCount; i += 3) {
      const ImDrawVert &a = vertices[indices[i]], &b = vertices[indices[i + 1]],
                       &c = vertices[indices[i + 2]];
      const float x0 = std::min({a.pos.x, b.pos.x, c.pos.x}) - data.DisplayPos.x;
      const float y0 = std::min({a.pos.y, b.pos.y, c.pos.y}) - data.DisplayPos.y;
      const float x1 = std::max({a.pos.x, b.pos.x, c.pos.x}) - data.DisplayPos.x;
      const float y1 = std::max({a.pos.y, b.pos.y, c.pos.y}) - data.DisplayPos.y;
      const PixelBox box = common(
          {static_cast<int>(std::floor(x0 * scale.x)), static_cast<int>(std::floor(y0 * scale.y)),
           static_cast<int>(std::ceil(x1 * scale.x)), static_cast<int>(std::ceil(y1 * scale.y))},
          clip);
      if (box.empty()) continue;
      out.push_back({mixed(mixed(mixed(state, print_of(a)), print_of(b)), print_of(c)), box});
    }
  }
}

PixelBox DrawDiff::difference(const std::vector<Shape>& before, const std::vector<Shape>& now) {
  const std::size_t least = std::min(before.size(), now.size());
  std::size_t head = 0, tail = 0;
  while (head < least && before[head].print == now[head].print) ++head;
  while (tail < least - head &&
         before[before.size() - 1 - tail].print == now[now.size() - 1 - tail].print)
    ++tail;
  PixelBox box;
  for (const auto* shapes : {&before, &now})
    for (std::size_t i = head; i + tail < shapes->size(); ++i) box = joined(box, (*shapes)[i].box);
  return box;
}

std::vector<PixelBox> DrawDiff::changed(const ImDrawData& data) {
  const auto width = static_cast<int>(data.DisplaySize.x * data.FramebufferScale.x);
  const auto height = static_cast<int>(data.DisplaySize.y * data.FramebufferScale.y);
  const auto count = static_cast<std::size_t>(data.CmdListsCount);
  now_.resize(count);
  const std::uint64_t glyphs = print_of(*ImGui::GetIO().Fonts);
  bool same = known_ && width == width_ && height == height_ && glyphs == glyphs_ &&
              before_.size() == count;
  for (std::size_t i = 0; i < count; ++i) {
    const ImDrawList& list = *data.CmdLists[i];
    now_[i].owner = list._OwnerName == nullptr ? "" : list._OwnerName;
    shapes_of(data, list, now_[i].shapes);
    same = same && before_[i].owner == now_[i].owner;
  }
  std::vector<PixelBox> boxes;
  if (same) {
    for (std::size_t i = 0; i < count; ++i)
      boxes.push_back(difference(before_[i].shapes, now_[i].shapes));
    settle(boxes);
  } else {
    boxes.push_back({0, 0, width, height});
  }
  width_ = width;
  height_ = height;
  glyphs_ = glyphs;
  known_ = true;
  std::swap(before_, now_);
  return boxes;
}

}  // namespace aniso::app::gl
