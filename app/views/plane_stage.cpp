#include "app/views/plane_stage.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <utility>
#include <vector>

#include "app/ui/widgets.h"
#include "core/base/check.h"
#include "core/base/random.h"
#include "core/data/shown_rows.h"

namespace aniso::app {
namespace {

using ui::Face;
using ui::TextSize;

constexpr float kSmallestBox = 6;  // pixels: a shorter right drag is a click
constexpr double kMargin = 1.1;    // of the picture around the data

// The square around all points (n, 2), or that around the origin which the plane asks for: a canvas
// must not move under the brush.
gl::PlaneView home_of(const Matrix& points, const data::Plane& plane) {
  Eigen::RowVector2d low(0, 0), high(0, 0);
  if (points.rows() > 0) {
    low = points.colwise().minCoeff();
    high = points.colwise().maxCoeff();
  }
  Eigen::RowVector2d centre = (low + high) / 2;
  double half = kMargin * (high - low).maxCoeff() / 2;
  if (plane.half_extent > 0) {
    centre.setZero();
    half = plane.half_extent;
  }
  if (!(half > 0)) half = 1;
  return {centre[0] - half, centre[0] + half, centre[1] - half, centre[1] + half};
}

// Between samples, by their share of the way across and up; NaN outside.
double between(const Matrix& v, double across, double up) {
  const double column = across * static_cast<double>(v.cols() - 1);
  const double row = up * static_cast<double>(v.rows() - 1);
  if (!(column >= 0 && row >= 0 && column <= static_cast<double>(v.cols() - 1) &&
        row <= static_cast<double>(v.rows() - 1)))
    return std::numeric_limits<double>::quiet_NaN();
  const Index i = std::min(static_cast<Index>(row), v.rows() - 2);
  const Index j = std::min(static_cast<Index>(column), v.cols() - 2);
  const double a = row - static_cast<double>(i), b = column - static_cast<double>(j);
  return (1 - a) * ((1 - b) * v(i, j) + b * v(i, j + 1)) +
         a * ((1 - b) * v(i + 1, j) + b * v(i + 1, j + 1));
}

// Ticks along the left and lower edge, over the picture, each number on a thin dark ground.
void draw_axes(const gl::PlaneView& view, ImVec2 at, ImVec2 size) {
  ImDrawList* draw = ImGui::GetWindowDrawList();
  const ImU32 ground = ui::color(ui::theme().background, 0.55);
  const ImU32 ink = ui::color(ui::theme().text);
  const auto label = [&](ImVec2 where, const std::string& words, float align_x, float align_y) {
    const ImVec2 extent = ui::text_extent(Face::mono, TextSize::quiet, words);
    const ImVec2 p{std::floor(where.x - extent.x * align_x),
                   std::floor(where.y - extent.y * align_y)};
    draw->AddRectFilled({p.x - ui::px(3), p.y}, {p.x + extent.x + ui::px(3), p.y + extent.y},
                        ground, ui::px(2));
    ui::draw_text(p, Face::mono, TextSize::quiet, ink, words);
  };
  // About six on the shorter side, fewer where their numbers would touch.
  const int fitting = static_cast<int>(std::min(size.x, size.y) / ui::px(44));
  const double step = round_step(std::min(view.width(), view.height()), std::clamp(fitting, 1, 6));
  if (step <= 0) return;
  const float tick = ui::px(5), edge = ui::px(28);
  float taken = at.x;  // by the numbers so far
  for (double x = std::ceil(view.x_low / step) * step; x <= view.x_high; x += step) {
    const float px = at.x + static_cast<float>(view.px_of(x, size.x));
    draw->AddLine({px, at.y + size.y - tick}, {px, at.y + size.y}, ink);
    const std::string number = shown_number(std::abs(x) < step / 2 ? 0 : x);
    const float half = ui::text_extent(Face::mono, TextSize::quiet, number).x / 2 + ui::px(3);
    if (px > at.x + edge * 1.5f && px < at.x + size.x - edge && px - half > taken) {
      label({px, at.y + size.y - tick - ui::px(2)}, number, 0.5f, 1);
      taken = px + half;
    }
  }
  for (double y = std::ceil(view.y_low / step) * step; y <= view.y_high; y += step) {
    const float py = at.y + static_cast<float>(view.py_of(y, size.y));
    // The number stands on its tick: beside it the tick would read as a minus sign.
    if (py <= at.y + ui::px(20) || py >= at.y + size.y - edge) continue;
    const std::string number = shown_number(std::abs(y) < step / 2 ? 0 : y);
    const float width = ui::text_extent(Face::mono, TextSize::quiet, number).x + ui::px(8);
    label({at.x + ui::px(4), py}, number, 0, 1);
    draw->AddLine({at.x, py}, {at.x + width, py}, ink);
  }
}

}  // namespace

std::string shown_number(double value) {
  if (!std::isfinite(value)) return "undefined";
  std::array<char, 32> out{};
  std::snprintf(out.data(), out.size(), "%.4g", value);
  std::string words = out.data();
  if (words.front() == '-') words.replace(0, 1, "−");
  return words;
}

double value_at(const analysis::Field2D& field, double x, double y) {
  return between(field.values, (x - field.x_low) / (field.x_high - field.x_low),
                 (y - field.y_low) / (field.y_high - field.y_low));
}

Eigen::RowVector2d vector_at(const analysis::VectorField2D& field, double x, double y) {
  const double across = (x - field.x_low) / (field.x_high - field.x_low);
  const double up = (y - field.y_low) / (field.y_high - field.y_low);
  return {between(field.x, across, up), between(field.y, across, up)};
}

ParamSchema plane_settings(const ParamSchema& analysis) {
  ParamSchema schema;
  for (const ParamSpec& spec : analysis)
    if (spec.name != "centre" && spec.name != "half_extent") schema.push_back(spec);
  return schema;
}

ParamSchema point_settings() {
  return {
      integer_param("points", 1500)
          .titled("Data points")
          .range(0, 50000)
          .about("At most so many rows of the dataset, evenly spaced, training and test alike."),
      real_param("point_size", 6).range(1, 24).in("px").about("Diameter of a point.")};
}

void PlaneStage::follow(const Frame& frame, const data::Plane& plane, Index most,
                        const theory::NoiseLevel& level) {
  if (!points_) points_ = std::make_unique<gl::PointPainter>(frame.shaders);
  const auto& data = frame.snapshot->resolved->data;
  if (data.get() == shown_data_ && most == shown_points_ && plane.u == plane_.u &&
      plane.v == plane_.v && plane.origin == plane_.origin && level.signal == shown_level_.signal &&
      level.sigma == shown_level_.sigma)
    return;
  shown_data_ = data.get();
  shown_points_ = most;
  shown_level_ = level;
  plane_ = plane;
  Matrix all(data->size(), 2);
  all.col(0) = (data->x * plane.u).array() - plane.origin.dot(plane.u);
  all.col(1) = (data->x * plane.v).array() - plane.origin.dot(plane.v);
  home_ = home_of(all, plane);

  const auto rows = data::shown_rows(data->size(), most);
  const auto count = static_cast<Index>(rows.size());
  shown_.resize(count, 2);
  shown_classes_.clear();
  for (Index k = 0; k < count; ++k) {
    const Index row = rows[static_cast<std::size_t>(k)];
    shown_.row(k) = all.row(row);
    if (data->is_classification()) shown_classes_.push_back(data->labels[row]);
  }
  if (level.sigma > 0 || level.signal != 1) {
    // Noise is as wide along u and v as along any other direction.
    const Eigen::RowVector2d origin(plane.origin.dot(plane.u), plane.origin.dot(plane.v));
    shown_ = (level.signal * (shown_.rowwise() + origin) +
              level.sigma * RandomStream(0, "shown noise").normals(count, Index{2}))
                 .rowwise() -
             origin;
  }
  points_->set_points(shown_, shown_classes_);
}

void PlaneStage::fit(Frame& frame, ImVec2 size) {
  if (moved_ || !home_) return;
  view_ = home_->with_equal_units(size.x, size.y);
  if (asked_ == view_) return;
  asked_ = view_;             // the next answers fill the tile
  frame.keep_drawing = true;  // the next frame asks for it
}

void PlaneStage::reset() {
  moved_ = false;
  asked_.reset();
}

void PlaneStage::add_region(Json& params) const {
  if (!asked_) return;
  params["centre"] = {(asked_->x_low + asked_->x_high) / 2, (asked_->y_low + asked_->y_high) / 2};
  params["half_extent"] = {asked_->width() / 2, asked_->height() / 2};
}

PlaneStage::Pointer PlaneStage::begin_mouse(ImVec2 at, ImVec2 size) {
  ImGui::SetCursorScreenPos(at);
  ImGui::InvisibleButton("picture", size,
                         ImGuiButtonFlags_MouseButtonLeft | ImGuiButtonFlags_MouseButtonRight);
  Pointer pointer;
  pointer.hovered = ImGui::IsItemHovered();
  pointer.active = ImGui::IsItemActive();
  pointer.px = ImGui::GetIO().MousePos.x - at.x;
  pointer.py = ImGui::GetIO().MousePos.y - at.y;
  pointer.x = view_.x_at(pointer.px, size.x);
  pointer.y = view_.y_at(pointer.py, size.y);
  return pointer;
}

void PlaneStage::end_mouse(Frame& frame, const Pointer& pointer, ImVec2 at, ImVec2 size,
                           bool left_is_taken) {
  const gl::PlaneView before = view_;
  if (pointer.hovered) {
    zoom_by_wheel(pointer);
    if (ImGui::IsMouseDoubleClicked(0) && !left_is_taken) {
      reset();
      frame.keep_drawing = true;
      return;
    }
  }
  const ImVec2 moved = ImGui::GetIO().MouseDelta;
  if (pointer.active && !left_is_taken && ImGui::IsMouseDragging(0, ui::px(3)))
    view_ = view_.panned(moved.x, moved.y, size.x, size.y);
  drag_box(pointer, at, size);
  if (!frame.clean) frame.keep_drawing |= box_start_.has_value();
  if (view_ == before) return;
  moved_ = true;
  asked_ = view_;  // the feed asks for the new region; until then the old samples are shown
  frame.keep_drawing = true;
}

void PlaneStage::zoom_by_wheel(const Pointer& pointer) {
  const float wheel = ImGui::GetIO().MouseWheel;
  if (wheel != 0) view_ = view_.zoomed(std::pow(1.2, wheel), pointer.x, pointer.y);
}

// A box drawn with the right button becomes the picture.
void PlaneStage::drag_box(const Pointer& pointer, ImVec2 at, ImVec2 size) {
  if (pointer.hovered && ImGui::IsMouseClicked(1)) box_start_ = ImGui::GetIO().MousePos;
  if (!box_start_ || ImGui::IsMouseDown(1)) return;
  const ImVec2 start = *std::exchange(box_start_, std::nullopt);
  const double mx = pointer.px, my = pointer.py;
  const double sx = start.x - at.x, sy = start.y - at.y;
  if (std::abs(sx - mx) <= kSmallestBox || std::abs(sy - my) <= kSmallestBox) return;
  const gl::PlaneView box{
      view_.x_at(std::min(sx, mx), size.x), view_.x_at(std::max(sx, mx), size.x),
      view_.y_at(std::max(sy, my), size.y), view_.y_at(std::min(sy, my), size.y)};
  view_ = box.with_equal_units(size.x, size.y);
}

gl::PointLook PlaneStage::point_look(const Params& settings) const {
  const float scale = ui::px(1) * ui::look().pixel_ratio();
  gl::PointLook look;
  look.diameter = settings.real("point_size") * scale;
  look.rim_width = scale;
  return look;
}

void PlaneStage::draw_points(const gl::PointLook& look, const figure::Theme& theme, int width,
                             int height) {
  if (points_ && shown_points_ > 0) points_->draw(look, view_, theme, width, height);
}

void PlaneStage::add_points_to(gl::Fingerprint& print, const gl::PointLook& look,
                               const figure::Theme& theme) const {
  if (points_) points_->add_to(print, look, view_, theme);
}

void PlaneStage::draw_overlay(ImVec2 at, ImVec2 size) const {
  if (box_start_) {
    const ImVec2 mouse = ImGui::GetMousePos();
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->AddRectFilled(*box_start_, mouse, ui::color(ui::theme().accent, 0.15));
    draw->AddRect(*box_start_, mouse, ui::color(ui::theme().accent));
  }
  draw_axes(view_, at, size);
}

void PlaneStage::draw_footer(const analysis::Quantity& quantity, const ColorRange* range,
                             figure::Colormap map, float width) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const std::string axes =
      text("s along ", quantity.x_label, " →   t along ", quantity.y_label, " ↑");
  const std::string shown = ui::fitted(Face::regular, TextSize::quiet, axes, width * 0.4f);
  const float left = ui::text_extent(Face::regular, TextSize::quiet, shown).x;
  ui::draw_text(at, Face::regular, TextSize::quiet, ui::color(ui::theme().quiet), shown);
  const float gap = ui::px(24), bar = std::min(width - left - gap, ui::px(420));
  if (range == nullptr || bar < ui::px(120)) return;
  ImGui::SetCursorScreenPos({at.x + width - bar, at.y});
  draw_color_bar(*range, map, quantity.title, bar);
}

void PlaneStage::limit(figure::Panel& panel) const {
  panel.x.low = view_.x_low;
  panel.x.high = view_.x_high;
  panel.y.low = view_.y_low;
  panel.y.high = view_.y_high;
}

void PlaneStage::add_points(figure::Panel& panel) const {
  if (shown_.rows() == 0) return;
  figure::Points points;
  for (Index k = 0; k < shown_.rows(); ++k) {
    points.x.push_back(shown_(k, 0));
    points.y.push_back(shown_(k, 1));
  }
  points.category.assign(shown_classes_.begin(), shown_classes_.end());
  points.size = 4;
  panel.points.push_back(std::move(points));
}

}  // namespace aniso::app
