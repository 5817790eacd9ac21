#pragma once

#include <imgui.h>

#include <cstdint>
#include <string>
#include <vector>

namespace aniso::app::gl {

/// Framebuffer pixels, x to the right, y downwards; the upper ends are outside.
struct PixelBox {
  int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  bool empty() const { return x1 <= x0 || y1 <= y0; }
  std::int64_t area() const { return empty() ? 0 : std::int64_t{x1 - x0} * (y1 - y0); }
  bool operator==(const PixelBox&) const = default;
};
PixelBox joined(const PixelBox& a, const PixelBox& b);
PixelBox common(const PixelBox& a, const PixelBox& b);

/// A number for the state of a picture that no other picture had or will have. UI thread.
std::uint64_t fresh_version();

/// Says which version of their pictures the list's following commands show. Dear ImGui's commands
/// name a texture, not what is in it, and names are used again: call this before AddImage.
void mark_version(ImDrawList& list, std::uint64_t version);

/// Pixels that a command may touch: its clip rectangle as Dear ImGui's OpenGL 3 back end rounds it.
PixelBox clip_box(const ImDrawData& data, const ImDrawCmd& command);

/// Compares what Dear ImGui draws with the frame before, triangle by triangle: equal triangles in
/// the same order with the same clipping and textures give the same pixels.
class DrawDiff {
 public:
  /// Disjoint boxes outside of which the picture is that of the last call; all of it at the first
  /// call, after `forget`, and where windows came, went or changed their order.
  /// Cost: one pass over the triangles, about 10 ns each.
  std::vector<PixelBox> changed(const ImDrawData& data);
  void forget() { known_ = false; }

 private:
  struct Shape {
    std::uint64_t print = 0;
    PixelBox box;
  };
  struct List {
    std::string owner;
    std::vector<Shape> shapes;
  };
  static void shapes_of(const ImDrawData& data, const ImDrawList& list, std::vector<Shape>& out);
  static PixelBox difference(const std::vector<Shape>& before, const std::vector<Shape>& now);

  std::vector<List> before_, now_;
  int width_ = 0, height_ = 0;
  std::uint64_t glyphs_ = 0;  // of the font atlas that the last picture was drawn with
  bool known_ = false;
};

}  // namespace aniso::app::gl
