#include "app/views/direction_picture.h"

#include <algorithm>
#include <cmath>

#include "app/ui/style.h"
#include "core/figure/colormap.h"

namespace aniso::app {
namespace {

constexpr float kBarsAspect = 2.6f;  // of a plain vector's picture

// One bar for each entry; where several share a pixel, the longest of each sign is seen.
void draw_bars(const Vector& v, double bound, ImVec2 at, ImVec2 size) {
  ImDrawList* draw = ImGui::GetWindowDrawList();
  const bool dark = ui::theme().dark;
  const ImU32 up = ui::color(figure::at(figure::Colormap::diverging, 0.9, dark));
  const ImU32 down = ui::color(figure::at(figure::Colormap::diverging, 0.1, dark));
  const float zero = at.y + size.y / 2, reach = size.y / 2;
  const float wide = size.x / static_cast<float>(v.size());
  const float gap = wide > ui::px(4) ? ui::px(1) : 0;
  const Index step = std::max<Index>(1, static_cast<Index>(1 / std::max(wide, 1e-6f)));
  for (Index i = 0; i < v.size(); i += step) {
    const auto part = v.segment(i, std::min(step, v.size() - i));
    const float left = at.x + wide * static_cast<float>(i);
    const float right = std::max(left + 1, left + wide * static_cast<float>(step) - gap);
    const auto bar = [&](double value, ImU32 ink) {
      const float end = zero - reach * static_cast<float>(value / bound);
      draw->AddRectFilled({left, std::min(zero, end)}, {right, std::max(zero, end)}, ink);
    };
    if (part.maxCoeff() > 0) bar(part.maxCoeff(), up);
    if (part.minCoeff() < 0) bar(part.minCoeff(), down);
  }
  draw->AddLine({at.x, zero}, {at.x + size.x, zero}, ui::color(ui::theme().zero));
}

}  // namespace

ImVec2 DirectionPicture::extent(const InputShape& shape, float height) {
  if (!shape.is_image()) return {height * kBarsAspect, height};
  const float width =
      height * static_cast<float>(shape.width * shape.channels) / static_cast<float>(shape.height);
  const float most = height * kBarsAspect;
  return width <= most ? ImVec2{width, height} : ImVec2{most, height * most / width};
}

void DirectionPicture::draw(const Vector& direction, const InputShape& shape, ImVec2 at,
                            ImVec2 size) {
  const bool image = is_image(shape, direction.size());
  if (direction.size() != direction_.size() || direction != direction_) {
    direction_ = direction;
    bound_ = direction.size() > 0 ? direction.cwiseAbs().maxCoeff() : 0;
    if (!(bound_ > 0) || !std::isfinite(bound_)) bound_ = 1;
    if (image) {
      const Index h = shape.height, w = shape.width;
      Matrix cells(h, w * shape.channels);
      for (Index c = 0; c < shape.channels; ++c)
        for (Index r = 0; r < h; ++r)  // the picture's first row is the lowest of a field
          cells.row(h - 1 - r).segment(c * w, w) =
              direction.segment((c * h + r) * w, w).transpose();
      painter_.set_field(cells, {0, static_cast<double>(std::max<Index>(cells.cols() - 1, 1)), 0,
                                 static_cast<double>(std::max<Index>(h - 1, 1))});
    }
  }
  if (image)
    draw_image(shape, at, size);
  else if (direction.size() > 0)
    draw_bars(direction, bound_, at, size);
}

void DirectionPicture::draw_image(const InputShape& shape, ImVec2 at, ImVec2 size) {
  const float ratio = ui::look().pixel_ratio();
  const int w = std::max(1, static_cast<int>(size.x * ratio));
  const int h = std::max(1, static_cast<int>(size.y * ratio));
  gl::FieldLook look;
  look.sampling = gl::FieldSampling::nearest;
  look.low = -bound_;
  look.high = bound_;
  const auto columns = static_cast<double>(shape.width * shape.channels);
  const gl::PlaneView view{-0.5, columns - 0.5, -0.5, static_cast<double>(shape.height) - 0.5};
  gl::Fingerprint print;
  painter_.add_to(print, look, view, ui::theme());
  if (canvas_.begin(w, h, print.value(), ui::theme().background)) {
    painter_.draw(look, view, ui::theme(), w, h);
    canvas_.end();
  }
  ImDrawList* draw = ImGui::GetWindowDrawList();
  canvas_.show(*draw, at, size);
  for (Index c = 1; c < shape.channels; ++c) {
    const float x = at.x + size.x * static_cast<float>(c) / static_cast<float>(shape.channels);
    draw->AddRectFilled({x - ui::px(1.5f), at.y}, {x + ui::px(1.5f), at.y + size.y},
                        ui::color(ui::theme().raised));
  }
}

}  // namespace aniso::app
