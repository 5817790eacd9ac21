#include "app/views/point_brush.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>

#include "app/ui/icons.h"
#include "app/ui/widgets.h"
#include "core/base/check.h"
#include "core/base/names.h"
#include "core/base/random.h"
#include "core/session/experiment.h"

namespace aniso::app {
namespace {

using ui::Face;
using ui::TextSize;

constexpr float kSmallest = 2, kLargest = 120;  // of the brush's radius, design pixels
constexpr float kMost = 20;                     // points a dab
constexpr double kCommitSeconds = 0.03, kCommitSecondsPerPoint = 1e-4;

float distance(ImVec2 a, ImVec2 b) { return std::hypot(a.x - b.x, a.y - b.y); }

std::vector<data::DrawnPoint> points_at(const Document& document, const std::string& path) {
  const std::string name = path.substr(path.find('.') + 1);
  return data::drawn_points(document.json()["dataset"][name].get<std::vector<double>>());
}

// A disc in the class's colour; the chosen one has a ring.
bool swatch(int label, bool chosen, const std::string& tip) {
  const float side = ui::control_height();
  ImGui::PushID(label);
  const bool pressed = ImGui::InvisibleButton("class", {side, side});
  ImGui::PopID();
  const ImVec2 low = ImGui::GetItemRectMin();
  const ImVec2 middle{low.x + side / 2, low.y + side / 2};
  ImDrawList* draw = ImGui::GetWindowDrawList();
  if (ImGui::IsItemHovered())
    draw->AddRectFilled(low, ImGui::GetItemRectMax(), ui::color(ui::theme().hover), ui::px(4));
  draw->AddCircleFilled(middle, ui::px(8), ui::color(ui::theme().category(label)), 24);
  if (chosen) draw->AddCircle(middle, ui::px(11), ui::color(ui::theme().text), 24, ui::px(2));
  ui::tooltip(tip);
  return pressed;
}

// Left to right in rows of controls, within the tile.
std::vector<ImVec2> flow(ImVec2 start, float right, const std::vector<float>& widths) {
  const float gap = ui::px(4);
  std::vector<ImVec2> places;
  ImVec2 at = start;
  for (const float width : widths) {
    if (at.x + width > right && at.x > start.x) at = {start.x, at.y + ui::control_height() + gap};
    places.push_back(at);
    at.x += width + gap;
  }
  return places;
}

void small_number(const char* id, float width, float* value, float low, float high,
                  const char* unit, const char* tip) {
  ImGui::SetNextItemWidth(width);
  const ui::Font font(Face::mono, TextSize::quiet);
  ImGui::DragFloat(id, value, (high - low) / 200, low, high, text("%.0f ", unit).c_str(),
                   ImGuiSliderFlags_AlwaysClamp | ImGuiSliderFlags_NoInput);
  ui::tooltip(tip);
}

}  // namespace

// The stored numbers are those before normalisation; the picture shows those after.
struct PointBrush::Mapping {
  const PointBrush& brush;
  Vector mean = Vector::Zero(2), scale = Vector::Ones(2);

  Mapping(const PointBrush& owner, const data::Dataset& data) : brush(owner) {
    if (data.input_scale.size() != 2) return;
    mean = data.input_mean;
    scale = data.input_scale;
  }
  ImVec2 on_screen(const data::DrawnPoint& point) const {
    const Vector x = (Vector(2) << point.x, point.y).finished();
    const Vector rest = (x - mean).cwiseProduct(scale) - brush.plane_.origin;
    const double s = rest.dot(brush.plane_.u), t = rest.dot(brush.plane_.v);
    return {brush.at_.x + static_cast<float>(brush.view_.px_of(s, brush.size_.x)),
            brush.at_.y + static_cast<float>(brush.view_.py_of(t, brush.size_.y))};
  }
  data::DrawnPoint from_screen(ImVec2 at, int label) const {
    const double s = brush.view_.x_at(at.x - brush.at_.x, brush.size_.x);
    const double t = brush.view_.y_at(at.y - brush.at_.y, brush.size_.y);
    const Vector x = brush.plane_.origin + s * brush.plane_.u + t * brush.plane_.v;
    const Vector raw = x.cwiseQuotient(scale) + mean;
    // Four decimals are finer than a pixel and keep the saved experiment readable.
    const auto rounded = [](double value) { return std::round(value * 1e4) / 1e4; };
    return {rounded(raw[0]), rounded(raw[1]), label};
  }
};

std::string PointBrush::target(const Document& document) {
  const auto& dataset = document.experiment().dataset;
  for (const ParamSpec& spec : session::schema_of_section("dataset", dataset.id))
    if (spec.in_view) return "dataset." + spec.name;
  return "";
}

bool PointBrush::can_paint(const Frame& frame) const {
  const auto& resolved = frame.snapshot->resolved;
  return !path_.empty() && resolved && resolved->data->by_hand && resolved->data->shape.dim == 2 &&
         plane_.u.size() == 2;
}

void PointBrush::begin(Frame& frame, const gl::PlaneView& view, const data::Plane& plane, ImVec2 at,
                       ImVec2 size) {
  const std::string path = target(frame.document);
  if (path != path_) {
    // Who chooses such a dataset wants to paint.
    if (!path.empty()) frame.view_state.brush = true;
    path_ = path;
    stroke_ = false;
    fresh_.clear();
  }
  view_ = view;
  plane_ = plane;
  at_ = at;
  size_ = size;
  if (can_paint(frame) && !frame.clean) draw_tools(frame);
}

void PointBrush::draw_tools(Frame& frame) {
  const Json& dataset = frame.document.json()["dataset"];
  const int classes = dataset.value("classes", 2);
  label_ = std::min(label_, classes - 1);
  bool& on = frame.view_state.brush;
  const float side = ui::control_height(), slider = ui::px(64);
  std::vector<float> widths = {side};
  if (on) {
    widths.resize(static_cast<std::size_t>(classes) + 2, side);  // the classes and the eraser
    widths.insert(widths.end(), {slider, slider, side});
  }
  const ImVec2 start{at_.x + ui::px(8), at_.y + ui::px(8)};
  const auto places = flow(start, at_.x + size_.x - ui::px(8), widths);
  const ImVec2 gap = ui::px(4, 4);
  float right = start.x;
  for (std::size_t i = 0; i < places.size(); ++i) right = std::max(right, places[i].x + widths[i]);
  ImGui::GetWindowDrawList()->AddRectFilled({start.x - gap.x, start.y - gap.y},
                                            {right + gap.x, places.back().y + side + gap.y},
                                            ui::color(ui::theme().panel, 0.92), ui::px(6));
  auto place = places.begin();
  const auto next = [&] { ImGui::SetCursorScreenPos(*place++); };
  const auto loud = [](bool is_on) { return is_on ? ui::Emphasis::selected : ui::Emphasis::plain; };
  next();
  const bool toggled =
      ui::icon_button("brush", ui::icon::kDraw, "Paint points with the mouse  (B)", true, loud(on));
  for (int label = 0; on && label < classes; ++label) {
    next();
    if (!swatch(label, label == label_ && !eraser_,
                text("Paint class ", label, "\nCtrl erases, Shift pans, the wheel zooms")))
      continue;
    label_ = label;
    eraser_ = false;
  }
  if (on) {
    next();
    if (ui::icon_button("eraser", ui::icon::kEraser, "Erase points  (or hold Ctrl)", true,
                        loud(eraser_)))
      eraser_ = !eraser_;
    next();
    small_number("##radius", slider, &radius_, kSmallest, kLargest, "px",
                 "Radius of brush and eraser: drag");
    next();
    small_number("##amount", slider, &amount_, 1, kMost, "pts", "Points painted at a time: drag");
    next();
    const bool any = !dataset[path_.substr(path_.find('.') + 1)].empty();
    if (ui::icon_button("clear", ui::icon::kDelete, "Remove all points  (Ctrl+Z brings them back)",
                        any)) {
      ++strokes_;
      points_.clear();
      fresh_.clear();
      commit(frame);
    }
  }
  if (toggled) on = !on;
}

void PointBrush::start_stroke(const Frame& frame) {
  stroke_ = true;
  dirty_ = false;
  ++strokes_;
  draws_ = 0;
  fresh_.clear();
  points_ = points_at(frame.document, path_);
}

// Points evenly over the brush's disc; a brush as small as a point sets one point.
void PointBrush::dab(const Mapping& map, ImVec2 at) {
  const RandomStream stream(strokes_, "brush");
  const float radius = ui::px(radius_);
  const int count = radius_ <= kSmallest ? 1 : static_cast<int>(std::lround(amount_));
  for (int k = 0; k < count && static_cast<Index>(points_.size()) < data::kMostDrawnPoints; ++k) {
    ImVec2 where = at;
    if (radius_ > kSmallest) {
      const double r = radius * std::sqrt(stream.uniform(draws_++));
      const double phi = 2 * std::numbers::pi * stream.uniform(draws_++);
      where.x += static_cast<float>(r * std::cos(phi));
      where.y += static_cast<float>(r * std::sin(phi));
    }
    points_.push_back(map.from_screen(where, label_));
    fresh_.push_back(points_.back());
    dirty_ = true;
  }
}

void PointBrush::erase(const Mapping& map, ImVec2 at) {
  const float radius = ui::px(radius_);
  const auto gone = [&](const data::DrawnPoint& point) {
    return distance(map.on_screen(point), at) <= radius;
  };
  dirty_ |= std::erase_if(points_, gone) > 0;
  std::erase_if(fresh_, gone);
}

void PointBrush::commit(Frame& frame) {
  dirty_ = false;
  committed_s_ = frame.time_s;
  if (const auto refused = frame.document.edit(path_, Json(data::numbers_of(points_)), strokes_))
    frame.notices.push_back({Notice::Kind::error, *refused});
  const auto state = frame.snapshot->state;
  if (!stroke_ && state == session::RunState::finished)
    frame.notices.push_back(
        {Notice::Kind::info, "The run is finished. Press Space to train on these points."});
}

bool PointBrush::use_mouse(Frame& frame, bool hovered, bool active) {
  hovered_ = hovered && frame.view_state.brush && can_paint(frame);
  const ImGuiIO& io = ImGui::GetIO();
  if (!stroke_ && (!hovered_ || io.KeyShift)) return false;
  const Mapping map(*this, *frame.snapshot->resolved->data);
  const ImVec2 mouse = io.MousePos;
  const bool down = active && ImGui::IsMouseDown(0);
  if (!stroke_) {
    if (!down || !ImGui::IsMouseClicked(0)) return true;
    erasing_ = eraser_ || io.KeyCtrl;
    start_stroke(frame);
    last_dab_ = mouse;
    erasing_ ? erase(map, mouse) : dab(map, mouse);
  } else if (down) {
    // Dabs half a radius apart, wherever the pointer's events happen to lie.
    const float spacing = std::max(ui::px(radius_) / 2, ui::px(4));
    while (distance(mouse, last_dab_) >= spacing) {
      const float part = spacing / distance(mouse, last_dab_);
      last_dab_ = {last_dab_.x + part * (mouse.x - last_dab_.x),
                   last_dab_.y + part * (mouse.y - last_dab_.y)};
      erasing_ ? erase(map, last_dab_) : dab(map, last_dab_);
    }
  }
  if (!down) stroke_ = false;
  const double pause =
      kCommitSeconds + kCommitSecondsPerPoint * static_cast<double>(points_.size());
  if (dirty_ && (!stroke_ || frame.time_s - committed_s_ >= pause)) commit(frame);
  if (!stroke_ && static_cast<Index>(points_.size()) >= data::kMostDrawnPoints)
    frame.notices.push_back(
        {Notice::Kind::warning, text("The canvas holds at most ", grouped(data::kMostDrawnPoints),
                                     " points. Erase some to paint more.")});
  frame.keep_drawing = true;
  return true;
}

void PointBrush::draw_marks(Frame& frame, double diameter) {
  if (!can_paint(frame)) return;
  ImDrawList* draw = ImGui::GetWindowDrawList();
  const auto& resolved = *frame.snapshot->resolved;
  // The run has them once its dataset is the document's.
  if (!stroke_ && resolved.experiment.dataset == frame.document.experiment().dataset)
    fresh_.clear();
  const Mapping map(*this, *resolved.data);
  const float radius = ui::px(static_cast<float>(diameter)) / 2;
  for (const data::DrawnPoint& point : fresh_) {
    const ImVec2 at = map.on_screen(point);
    draw->AddCircleFilled(at, radius + ui::px(1), ui::color(ui::theme().rim), 12);
    draw->AddCircleFilled(at, radius, ui::color(ui::theme().category(point.label)), 12);
  }
  if (!fresh_.empty()) frame.keep_drawing = true;
  if (hovered_ || stroke_) {
    const bool erasing = stroke_ ? erasing_ : eraser_ || ImGui::GetIO().KeyCtrl;
    const figure::Rgb color = erasing ? ui::theme().text : ui::theme().category(label_);
    const float ring = std::max(ui::px(radius_), radius);
    draw->AddCircle(ImGui::GetMousePos(), ring + ui::px(1), ui::color(ui::theme().rim, 0.6), 48,
                    ui::px(3));
    draw->AddCircle(ImGui::GetMousePos(), ring, ui::color(color), 48, ui::px(1.5f));
  }
  if (resolved.data->size() > 0 || stroke_ || !fresh_.empty() || frame.clean) return;
  const std::array<std::string, 2> lines = {
      "Draw points", frame.view_state.brush ? "Pick a class above, then paint here."
                                            : "Press B, pick a class, then paint here."};
  const std::array<TextSize, 2> sizes = {TextSize::title, TextSize::body};
  const std::array<ImVec2, 2> extents = {ui::text_extent(Face::semibold, sizes[0], lines[0]),
                                         ui::text_extent(Face::regular, sizes[1], lines[1])};
  const float wide = std::max(extents[0].x, extents[1].x) / 2 + ui::px(16);
  const ImVec2 middle{at_.x + size_.x / 2, at_.y + size_.y / 2};
  const float top = middle.y - extents[0].y - ui::px(2), bottom = middle.y + ui::px(2);
  draw->AddRectFilled({middle.x - wide, top - ui::px(12)},
                      {middle.x + wide, bottom + extents[1].y + ui::px(12)},
                      ui::color(ui::theme().panel, 0.92), ui::px(6));
  ui::draw_text({std::floor(middle.x - extents[0].x / 2), top}, Face::semibold, sizes[0],
                ui::color(ui::theme().text), lines[0]);
  ui::draw_text({std::floor(middle.x - extents[1].x / 2), bottom}, Face::regular, sizes[1],
                ui::color(ui::theme().quiet), lines[1]);
}

}  // namespace aniso::app
