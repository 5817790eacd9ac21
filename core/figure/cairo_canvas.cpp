#include "core/figure/cairo_canvas.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

#include "core/figure/cairo_fonts.h"

namespace aniso::figure {
namespace {

void set_color(cairo_t* cairo, const Rgba& c) { cairo_set_source_rgba(cairo, c.r, c.g, c.b, c.a); }

class Pen {
 public:
  Pen(cairo_t* cairo, double pixel_scale) : cairo_(cairo), pixel_scale_(pixel_scale) {}

  void operator()(const Fill& fill) const {
    set_color(cairo_, fill.color);
    cairo_rectangle(cairo_, fill.rect.x, fill.rect.y, fill.rect.width, fill.rect.height);
    cairo_fill(cairo_);
  }

  void operator()(const Polyline& line) const {
    if (line.points.size() < 2) return;
    cairo_new_path(cairo_);  // text leaves its end as the current point
    set_color(cairo_, line.color);
    cairo_set_line_width(cairo_, line.width);
    cairo_set_line_join(cairo_, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_cap(cairo_, line.dashed ? CAIRO_LINE_CAP_BUTT : CAIRO_LINE_CAP_ROUND);
    const double unit = std::max(line.width, 1.0);
    const double dashes[] = {kDashOn * unit, kDashOff * unit};
    cairo_set_dash(cairo_, dashes, line.dashed ? 2 : 0, 0);
    const bool straight = line.points.size() == 2;
    if (straight) cairo_set_line_cap(cairo_, CAIRO_LINE_CAP_BUTT);
    const bool level = straight && line.points[0].y == line.points[1].y;
    const bool upright = straight && line.points[0].x == line.points[1].x;
    for (Point p : line.points) {
      if (level) p.y = snapped(p.y, line.width);
      if (upright) p.x = snapped(p.x, line.width);
      cairo_line_to(cairo_, p.x, p.y);
    }
    if (line.closed) cairo_close_path(cairo_);
    cairo_stroke(cairo_);
  }

  void operator()(const Polygon& polygon) const {
    set_color(cairo_, polygon.color);
    cairo_new_path(cairo_);
    for (const Point& p : polygon.points) cairo_line_to(cairo_, p.x, p.y);
    cairo_close_path(cairo_);
    cairo_fill(cairo_);
  }

  void operator()(const Markers& markers) const {
    cairo_set_dash(cairo_, nullptr, 0, 0);
    for (std::size_t i = 0; i < markers.points.size(); ++i) {
      // The rim is a larger shape below, so that it does not eat into the colour.
      if (markers.rim > 0) {
        set_color(cairo_, markers.rim_color);
        shape(markers.marker, markers.points[i], markers.size / 2 + markers.rim);
        cairo_fill(cairo_);
      }
      set_color(cairo_, markers.colors[markers.colors.size() == 1 ? 0 : i]);
      shape(markers.marker, markers.points[i], markers.size / 2);
      cairo_fill(cairo_);
    }
  }

  void operator()(const Text& text) const {
    set_color(cairo_, text.color);
    cairo_set_font_size(cairo_, text.font.size);
    cairo_move_to(cairo_, text.at.x, text.at.y);
    for (const FontPiece& piece : FontBook::shared().pieces(text.text, text.font.face)) {
      cairo_set_font_face(cairo_, piece.font);
      cairo_show_text(cairo_, piece.text.c_str());
    }
  }

  void operator()(const Label&) const {}

  void operator()(const Image& image) const {
    cairo_surface_t* surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, image.width, image.height);
    if (cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS) {
      const int stride = cairo_image_surface_get_stride(surface);
      unsigned char* bytes = cairo_image_surface_get_data(surface);
      const std::size_t row = static_cast<std::size_t>(image.width) * sizeof(std::uint32_t);
      for (int y = 0; y < image.height; ++y)
        std::memcpy(bytes + static_cast<std::ptrdiff_t>(y) * stride,
                    image.pixels->data() + static_cast<std::ptrdiff_t>(y) * image.width, row);
      cairo_surface_mark_dirty(surface);
      cairo_save(cairo_);
      cairo_translate(cairo_, image.rect.x, image.rect.y);
      cairo_scale(cairo_, image.rect.width / image.width, image.rect.height / image.height);
      cairo_set_source_surface(cairo_, surface, 0, 0);
      cairo_pattern_set_filter(cairo_get_source(cairo_), CAIRO_FILTER_NEAREST);
      cairo_rectangle(cairo_, 0, 0, image.width, image.height);
      cairo_fill(cairo_);
      cairo_restore(cairo_);
    }
    cairo_surface_destroy(surface);
  }

  void operator()(const Clip& clip) const {
    cairo_save(cairo_);
    cairo_rectangle(cairo_, clip.rect.x, clip.rect.y, clip.rect.width, clip.rect.height);
    cairo_clip(cairo_);
  }

  void operator()(const Unclip&) const { cairo_restore(cairo_); }

 private:
  // Odd widths in pixels are centred on pixels, even ones between them.
  double snapped(double at, double width) const {
    if (pixel_scale_ <= 0) return at;
    const double half = std::lround(width * pixel_scale_) % 2 == 1 ? 0.5 : 0;
    return (std::round(at * pixel_scale_ - half) + half) / pixel_scale_;
  }

  void shape(Marker marker, Point at, double radius) const {
    cairo_new_path(cairo_);
    const auto polygon = [&](int corners, double reach, double turn) {
      for (int k = 0; k < corners; ++k) {
        const double angle = turn + 2 * std::numbers::pi * k / corners;
        cairo_line_to(cairo_, at.x + reach * std::sin(angle), at.y - reach * std::cos(angle));
      }
      cairo_close_path(cairo_);
    };
    // Reaches that give each shape the area of the circle.
    switch (marker) {
      case Marker::circle:
        cairo_arc(cairo_, at.x, at.y, radius, 0, 2 * std::numbers::pi);
        return;
      case Marker::square:
        return polygon(4, 1.2533 * radius, std::numbers::pi / 4);
      case Marker::diamond:
        return polygon(4, 1.2533 * radius, 0);
      case Marker::triangle:
        return polygon(3, 1.5551 * radius, 0);
    }
  }

  cairo_t* cairo_;
  double pixel_scale_;
};

}  // namespace

void draw(cairo_t* cairo, const DisplayList& list, double pixel_scale) {
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  cairo_set_font_options(cairo, options);
  cairo_font_options_destroy(options);
  const Pen pen(cairo, pixel_scale);
  for (const Primitive& item : list.items) std::visit(pen, item);
}

}  // namespace aniso::figure
