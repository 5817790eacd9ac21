#include "app/ui/figure_painter.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <variant>
#include <vector>

#include "app/gl/draw_diff.h"
#include "app/ui/style.h"
#include "core/base/check.h"

namespace aniso::app::ui {
namespace {

Face face_of(figure::Face face) {
  switch (face) {
    case figure::Face::words:
      return Face::regular;
    case figure::Face::strong:
      return Face::semibold;
    case figure::Face::numbers:
      return Face::mono;
  }
  throw InvalidInput("Unknown typeface.");
}

ImFont* font_for(Fonts& fonts, figure::Font font, double text_size) {
  return fonts.get(face_of(font.face), static_cast<float>(font.size / text_size));
}

/// Corners of a marker around the origin, of the same area as a circle of that radius.
std::vector<ImVec2> marker_shape(figure::Marker marker, float radius) {
  int corners = 4;
  double reach = 1.2533, turn = 0;  // √(π/2)
  if (marker == figure::Marker::square) turn = std::numbers::pi / 4;
  if (marker == figure::Marker::triangle) {
    corners = 3;
    reach = 1.5551;  // √(4π / (3√3))
  }
  std::vector<ImVec2> out;
  for (int k = 0; k < corners; ++k) {
    const double angle = turn + 2 * std::numbers::pi * k / corners;
    out.emplace_back(static_cast<float>(reach * std::sin(angle)) * radius,
                     static_cast<float>(-reach * std::cos(angle)) * radius);
  }
  return out;
}

/// The parts of a path that are drawn when it is dashed.
std::vector<std::vector<ImVec2>> dashes(const std::vector<ImVec2>& path, float on, float off) {
  std::vector<std::vector<ImVec2>> out;
  bool drawing = true;
  float left = on;
  if (!path.empty()) out.push_back({path.front()});
  for (std::size_t i = 1; i < path.size(); ++i) {
    ImVec2 from = path[i - 1];
    const ImVec2 to = path[i];
    float rest = std::hypot(to.x - from.x, to.y - from.y);
    while (rest > left) {
      const float t = left / rest;
      from = {from.x + t * (to.x - from.x), from.y + t * (to.y - from.y)};
      rest -= left;
      if (drawing) out.back().push_back(from);
      drawing = !drawing;
      left = drawing ? on : off;
      if (drawing) out.push_back({from});
    }
    left -= rest;
    if (drawing) out.back().push_back(to);
  }
  return out;
}

struct Edge {
  ImVec2 a, b;  // a.x < b.x
  float y(float x) const { return a.y + (x - a.x) / (b.x - a.x) * (b.y - a.y); }
};

std::vector<Edge> edges_of(const std::vector<ImVec2>& polygon) {
  std::vector<Edge> out;
  for (std::size_t i = 0; i < polygon.size(); ++i) {
    ImVec2 a = polygon[i], b = polygon[(i + 1) % polygon.size()];
    if (a.x == b.x) continue;
    if (a.x > b.x) std::swap(a, b);
    out.push_back({a, b});
  }
  std::sort(out.begin(), out.end(), [](const Edge& p, const Edge& q) { return p.a.x < q.a.x; });
  return out;
}

void fill_quad(ImDrawList& list, ImVec2 a, ImVec2 b, ImVec2 c, ImVec2 d, ImU32 color) {
  list.PrimReserve(6, 4);
  const ImVec2 white = ImGui::GetFontTexUvWhitePixel();
  list.PrimQuadUV(a, b, c, d, white, white, white, white, color);
}

/// Fills any polygon by slabs between neighbouring corners: Dear ImGui fills convex ones only.
void fill_polygon(ImDrawList& list, const std::vector<ImVec2>& polygon, ImU32 color) {
  const std::vector<Edge> edges = edges_of(polygon);
  std::vector<float> stops;
  for (const ImVec2& p : polygon) stops.push_back(p.x);
  std::sort(stops.begin(), stops.end());
  stops.erase(std::unique(stops.begin(), stops.end()), stops.end());
  std::vector<const Edge*> active;
  std::size_t next = 0;
  for (std::size_t s = 0; s + 1 < stops.size(); ++s) {
    const float left = stops[s], right = stops[s + 1], middle = 0.5F * (left + right);
    std::erase_if(active, [&](const Edge* e) { return e->b.x <= left; });
    while (next < edges.size() && edges[next].a.x <= left) active.push_back(&edges[next++]);
    std::sort(active.begin(), active.end(),
              [&](const Edge* p, const Edge* q) { return p->y(middle) < q->y(middle); });
    for (std::size_t i = 0; i + 1 < active.size(); i += 2)
      fill_quad(list, {left, active[i]->y(left)}, {right, active[i]->y(right)},
                {right, active[i + 1]->y(right)}, {left, active[i + 1]->y(left)}, color);
  }
}

}  // namespace

double ScreenMeasurer::width(std::string_view utf8, figure::Font font) const {
  const ImFont* used = font_for(fonts_, font, text_size_);
  const ImVec2 extent =
      used->CalcTextSizeA(used->FontSize, 1e9F, 0, utf8.data(), utf8.data() + utf8.size(), nullptr);
  return extent.x / pixels_per_point_;
}

void FigurePainter::place(const figure::Figure& figure, const Key& key) {
  const ScreenMeasurer measurer(look().fonts(), key.text_size, key.scale * key.pixel_ratio);
  figure::LayoutOptions options;
  options.theme = key.theme;
  options.text_scale = key.text_size;
  options.pixels_per_point = key.scale * key.pixel_ratio;
  options.background = false;
  list_ = figure::layout(figure, key.width / key.scale, key.height / key.scale, measurer, options);
  upload_images();
  key_ = key;
  laid_out_ = true;
  ++layouts_;
}

void FigurePainter::upload_images() {
  textures_.clear();
  pictures_ = gl::fresh_version();
  for (const figure::Primitive& item : list_.items) {
    const auto* image = std::get_if<figure::Image>(&item);
    if (image == nullptr) continue;
    gl::Texture texture = gl::Texture::make();
    glBindTexture(GL_TEXTURE_2D, texture.id());
    glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, image->width, image->height, 0, GL_BGRA,
                 GL_UNSIGNED_INT_8_8_8_8_REV, image->pixels->data());
    for (const GLenum filter : {GL_TEXTURE_MIN_FILTER, GL_TEXTURE_MAG_FILTER})
      glTexParameteri(GL_TEXTURE_2D, filter, GL_NEAREST);
    textures_[image] = std::move(texture);
  }
}

void FigurePainter::draw(ImDrawList& list, const figure::Figure& figure, std::uint64_t version,
                         ImVec2 at, ImVec2 size) {
  Look& now = look();
  constexpr float kLeast = 8;
  if (size.x < kLeast || size.y < kLeast) return;
  Key key{version,
          size.x,
          size.y,
          now.content_scale(),
          static_cast<float>(now.text_size()),
          now.pixel_ratio(),
          now.fonts().builds(),
          &now.theme()};
  if (!laid_out_ || !(key == key_)) place(figure, key);
  scale_ = key.scale;
  at_ = at;
  for (const figure::Primitive& item : list_.items)
    std::visit([&](const auto& shape) { paint(list, shape); }, item);
}

ImVec2 FigurePainter::to_screen(figure::Point p) const {
  return {at_.x + static_cast<float>(p.x) * scale_, at_.y + static_cast<float>(p.y) * scale_};
}

figure::Point FigurePainter::to_figure(ImVec2 screen) const {
  return {(screen.x - at_.x) / scale_, (screen.y - at_.y) / scale_};
}

int FigurePainter::panel_at(ImVec2 screen) const {
  if (!laid_out_) return -1;
  const figure::Point p = to_figure(screen);
  for (std::size_t i = 0; i < list_.panels.size(); ++i)
    if (list_.panels[i].plot.width > 0 && list_.panels[i].plot.contains(p))
      return static_cast<int>(i);
  return -1;
}

float FigurePainter::snapped(float at, float width) const {
  // Odd widths in pixels are centred on pixels, even ones between them.
  const float ratio = key_.pixel_ratio;
  const float half = std::lround(width * ratio) % 2 == 1 ? 0.5F : 0.0F;
  return (std::round(at * ratio - half) + half) / ratio;
}

void FigurePainter::paint(ImDrawList& list, const figure::Fill& item) const {
  const ImVec2 a = to_screen({item.rect.x, item.rect.y});
  const ImVec2 b = to_screen({item.rect.right(), item.rect.bottom()});
  list.AddRectFilled(a, b, color(item.color));
}

void FigurePainter::paint(ImDrawList& list, const figure::Polyline& item) const {
  if (item.points.size() < 2) return;
  const float width = std::max(static_cast<float>(item.width) * scale_, 1 / key_.pixel_ratio);
  std::vector<ImVec2> path;
  path.reserve(item.points.size() + 1);
  for (const figure::Point& p : item.points) path.push_back(to_screen(p));
  if (path.size() == 2) {
    if (path[0].y == path[1].y) path[0].y = path[1].y = snapped(path[0].y, width);
    if (path[0].x == path[1].x) path[0].x = path[1].x = snapped(path[0].x, width);
  }
  if (item.closed) path.push_back(path.front());
  const ImU32 ink = color(item.color);
  const auto stroke = [&](const ImVec2* points, std::size_t count) {
    list.AddPolyline(points, static_cast<int>(count), ink, ImDrawFlags_None, width);
  };
  if (item.dashed) {
    const float unit = std::max(width, scale_);
    for (const auto& piece : dashes(path, static_cast<float>(figure::kDashOn) * unit,
                                    static_cast<float>(figure::kDashOff) * unit))
      stroke(piece.data(), piece.size());
    return;
  }
  // In pieces, because ImGui's vertices are counted in 16 bits; they share a point.
  constexpr std::size_t kPiece = 4096;
  for (std::size_t i = 0; i + 1 < path.size(); i += kPiece - 1)
    stroke(path.data() + i, std::min(kPiece, path.size() - i));
}

void FigurePainter::paint(ImDrawList& list, const figure::Polygon& item) const {
  std::vector<ImVec2> corners;
  corners.reserve(item.points.size());
  for (const figure::Point& p : item.points) corners.push_back(to_screen(p));
  fill_polygon(list, corners, color(item.color));
}

void FigurePainter::paint(ImDrawList& list, const figure::Markers& item) const {
  const float radius = 0.5F * static_cast<float>(item.size) * scale_;
  const float rim = static_cast<float>(item.rim) * scale_;
  const ImU32 rim_ink = color(item.rim_color);
  const auto inner = marker_shape(item.marker, radius);
  const auto outer = marker_shape(item.marker, radius + rim);
  const auto shape = [&](ImVec2 at, float r, const std::vector<ImVec2>& corners, ImU32 ink) {
    if (item.marker == figure::Marker::circle) return list.AddCircleFilled(at, r, ink);
    for (const ImVec2& c : corners) list.PathLineTo({at.x + c.x, at.y + c.y});
    list.PathFillConvex(ink);
  };
  for (std::size_t i = 0; i < item.points.size(); ++i) {
    const ImVec2 at = to_screen(item.points[i]);
    if (item.rim > 0) shape(at, radius + rim, outer, rim_ink);
    shape(at, radius, inner, color(item.colors[item.colors.size() == 1 ? 0 : i]));
  }
}

void FigurePainter::paint(ImDrawList& list, const figure::Text& item) const {
  const ImFont* font = font_for(look().fonts(), item.font, key_.text_size);
  const float size = font->FontSize / key_.pixel_ratio;
  ImVec2 at = to_screen(item.at);
  // Glyphs are sharp on whole pixels only.
  at.y = std::round(at.y * key_.pixel_ratio) / key_.pixel_ratio - font->Ascent / key_.pixel_ratio;
  list.AddText(font, size, at, color(item.color), item.text.data(),
               item.text.data() + item.text.size());
}

void FigurePainter::paint(ImDrawList&, const figure::Label&) const {}

void FigurePainter::paint(ImDrawList& list, const figure::Image& item) const {
  const auto texture = static_cast<std::uintptr_t>(textures_.at(&item).id());
  gl::mark_version(list, pictures_);
  list.AddImage(reinterpret_cast<ImTextureID>(texture), to_screen({item.rect.x, item.rect.y}),
                to_screen({item.rect.right(), item.rect.bottom()}));
}

void FigurePainter::paint(ImDrawList& list, const figure::Clip& item) const {
  list.PushClipRect(to_screen({item.rect.x, item.rect.y}),
                    to_screen({item.rect.right(), item.rect.bottom()}), true);
}

void FigurePainter::paint(ImDrawList& list, const figure::Unclip&) const { list.PopClipRect(); }

}  // namespace aniso::app::ui
