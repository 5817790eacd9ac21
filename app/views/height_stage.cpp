#include "app/views/height_stage.h"

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "app/ui/widgets.h"
#include "app/views/orbit_mouse.h"
#include "app/views/plane_stage.h"

namespace aniso::app {
namespace {

using ui::Face;
using ui::TextSize;

constexpr double kOutside = 1.08;  // how far beyond the box its labels stand
constexpr Index kPickStride = 2;   // samples between two places that the pointer finds
constexpr double kPickReach = 10;  // design pixels
constexpr float kNarrow = 340;     // design pixels: names of the axes without their ends
constexpr double kTop = gl::SurfacePainter::kHeight;

}  // namespace

struct HeightStage::Gpu {
  explicit Gpu(gl::ShaderLibrary& shaders) : surface(shaders), frame(shaders) {}
  gl::SurfacePainter surface;
  gl::Line3dPainter frame;
  gl::Canvas canvas;
};

void HeightStage::reset() {
  held_ = false;
  camera_ = {};
}

void HeightStage::set(Frame& frame, const analysis::Field2D& height,
                      const analysis::Field2D& scalar) {
  if (!gpu_) gpu_ = std::make_shared<Gpu>(frame.shaders);
  rows_ = height.values.rows();
  cols_ = height.values.cols();
  grid_ = scalar;
  grid_.values.resize(0, 0);
  height_name_ = height.quantity.title;
  const double aspect = (height.x_high - height.x_low) / (height.y_high - height.y_low);
  gpu_->surface.set_surface(height.values, scalar.values, aspect);
}

// The floor's edges and one upright.
void HeightStage::draw_frame(const figure::Theme& theme, float width) {
  const double x = gpu_->surface.half_x(), y = gpu_->surface.half_y();
  if (framed_theme_ == &theme && framed_width_ == width && framed_half_x_ == x &&
      framed_half_y_ == y)
    return;
  framed_theme_ = &theme;
  framed_width_ = width;
  framed_half_x_ = x;
  framed_half_y_ = y;
  gl::Line3d floor, upright;
  floor.points.resize(5, 3);
  floor.points << -x, -y, -kTop, x, -y, -kTop, x, y, -kTop, -x, y, -kTop, -x, -y, -kTop;
  upright.points.resize(2, 3);
  upright.points << -x, y, -kTop, -x, y, kTop;
  for (gl::Line3d* line : {&floor, &upright}) {
    line->colors = {figure::Rgba(theme.quiet, 0.7)};
    line->width = width;
  }
  gpu_->frame.set({floor, upright}, {});
}

std::optional<ImVec2> HeightStage::draw(Frame& frame, const gl::SurfaceLook& look, ImVec2 at,
                                        ImVec2 size) {
  const float ratio = ui::look().pixel_ratio();
  const double x = gpu_->surface.half_x(), y = gpu_->surface.half_y();
  if (!held_) {
    camera_.fit({-x, -y, -kTop}, {x, y, kTop}, size.x / std::max(size.y, 1.0f));
  }
  const OrbitMouse mouse = use_orbit_mouse(frame, camera_, at, size);
  if (mouse.moved) held_ = true;
  if (mouse.fits) reset();
  const figure::Theme& theme = ui::theme();
  draw_frame(theme, ui::px(1) * ratio);
  const int w = std::max(1, static_cast<int>(size.x * ratio));
  const int h = std::max(1, static_cast<int>(size.y * ratio));
  gl::Fingerprint print;
  gpu_->surface.add_to(print, look, camera_, theme);
  gpu_->frame.add_to(print, camera_, theme, 0);
  if (gpu_->canvas.begin(w, h, print.value(), theme.background)) {
    const bool from_above = camera_.eye().z() > -kTop;
    if (from_above) gpu_->frame.draw(camera_, theme, 0, w, h);
    gpu_->surface.draw(look, camera_, theme, w, h);
    if (!from_above) gpu_->frame.draw(camera_, theme, 0, w, h);
    gpu_->canvas.end();
  }
  gpu_->canvas.show(*ImGui::GetWindowDrawList(), at, size);
  label(at, size);
  return mouse.hovered ? pick(mouse.x, mouse.y, size) : std::nullopt;
}

// What the edges mean: names and ends at the floor, heights at the upright.
void HeightStage::label(ImVec2 at, ImVec2 size) const {
  const double x = gpu_->surface.half_x(), y = gpu_->surface.half_y();
  const auto write = [&](Eigen::Vector3d place, const std::string& words, float align) {
    const auto pixel = camera_.project(place, size.x, size.y);
    if (!pixel.visible) return;
    const ImVec2 extent = ui::text_extent(Face::regular, TextSize::quiet, words);
    const float px = std::clamp(static_cast<float>(pixel.x) - align * extent.x, 0.0f,
                                std::max(0.0f, size.x - extent.x));
    const float py = std::clamp(static_cast<float>(pixel.y) + ui::px(3), 0.0f,
                                std::max(0.0f, size.y - extent.y));
    ui::draw_text({at.x + px, at.y + py}, Face::regular, TextSize::quiet,
                  ui::color(ui::theme().quiet), words);
  };
  // Away from the middle, so that the words do not run into the edge.
  const auto write_beside = [&](Eigen::Vector3d place, const std::string& words) {
    const auto pixel = camera_.project(place, size.x, size.y);
    const bool right = pixel.visible && pixel.x > size.x / 2;
    write(place, right ? "  " + words : words + "  ", right ? 0.0f : 1.0f);
  };
  const bool is_narrow = size.x < ui::px(kNarrow);  // the words would lie on each other
  const auto range = [&](const std::string& name, double low, double high) {
    return is_narrow ? name : name + "  " + shown_number(low) + " … " + shown_number(high);
  };
  // On the edges that face the viewer.
  const Eigen::Vector3d eye = camera_.eye();
  const double front_x = eye.x() > 0 ? x : -x, front_y = eye.y() > 0 ? y : -y;
  write_beside({0, kOutside * front_y, -kTop},
               range("s, " + grid_.quantity.x_label, grid_.x_low, grid_.x_high));
  write_beside({kOutside * front_x, 0, -kTop},
               range("t, " + grid_.quantity.y_label, grid_.y_low, grid_.y_high));
  const Eigen::Vector3d upright(-kOutside * x, kOutside * y, 0), top(0, 0, kTop);
  write_beside(upright + top, height_name_ + "  " + shown_number(gpu_->surface.highest()));
  write_beside(upright - top, shown_number(gpu_->surface.lowest()));
}

// The nearest place of the graph within a few pixels of the pointer.
std::optional<ImVec2> HeightStage::pick(float x, float y, ImVec2 size) const {
  const double reach = std::pow(ui::px(static_cast<float>(kPickReach)), 2);
  double depth = std::numeric_limits<double>::infinity();
  std::optional<ImVec2> found;
  const Eigen::Matrix4d to_clip = camera_.projection(size.x / size.y) * camera_.view();
  for (Index r = 0; r < rows_; r += kPickStride)
    for (Index c = 0; c < cols_; c += kPickStride) {
      const Eigen::Vector4d clip = to_clip * gpu_->surface.place(r, c).homogeneous();
      if (!(clip.w() > 0) || clip.w() >= depth) continue;
      const double px = (clip.x() / clip.w() * 0.5 + 0.5) * size.x;
      const double py = (0.5 - clip.y() / clip.w() * 0.5) * size.y;
      if (!(std::pow(px - x, 2) + std::pow(py - y, 2) < reach)) continue;
      depth = clip.w();
      const double u = static_cast<double>(c) / static_cast<double>(cols_ - 1);
      const double v = static_cast<double>(r) / static_cast<double>(rows_ - 1);
      found = ImVec2(static_cast<float>(grid_.x_low + u * (grid_.x_high - grid_.x_low)),
                     static_cast<float>(grid_.y_low + v * (grid_.y_high - grid_.y_low)));
    }
  return found;
}

}  // namespace aniso::app
