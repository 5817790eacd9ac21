#include "app/views/field_view.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <utility>

#include "app/ui/widgets.h"
#include "app/views/builtin.h"
#include "core/analysis/registry.h"
#include "core/base/check.h"
#include "core/base/names.h"
#include "core/data/shown_rows.h"
#include "core/figure/contour.h"
#include "core/figure/ticks.h"

namespace aniso::app {
namespace {

using ui::Face;
using ui::TextSize;

constexpr float kFooter = 40;
constexpr float kSmallestBox = 6;  // pixels: a shorter right drag is a click
constexpr double kMargin = 1.1;    // of the picture around the data

const analysis::Analysis& field_analysis() { return analysis::analysis("field"); }

// The analysis's own parameters without those that zoom and pan set.
ParamSchema asked_params() {
  ParamSchema schema;
  for (const ParamSpec& spec : field_analysis().params)
    if (spec.name != "centre" && spec.name != "half_extent" && spec.name != "gradient_norm")
      schema.push_back(spec);
  return schema;
}

std::string shown_number(double value) {
  if (!std::isfinite(value)) return "undefined";
  std::array<char, 32> out{};
  std::snprintf(out.data(), out.size(), "%.4g", value);
  std::string words = out.data();
  if (words.front() == '-') words.replace(0, 1, "−");
  return words;
}

const analysis::Field2D* first_field(const AnalysisFeed& feed) {
  if (!feed.results()) return nullptr;
  for (const auto& result : feed.results()->results)
    if (const auto* found = std::get_if<analysis::Field2D>(&result)) return found;
  return nullptr;
}

bool same_grid(const analysis::Field2D& a, const analysis::Field2D& b) {
  return a.values.rows() == b.values.rows() && a.values.cols() == b.values.cols() &&
         a.x_low == b.x_low && a.x_high == b.x_high && a.y_low == b.y_low && a.y_high == b.y_high &&
         a.plane.has_value() == b.plane.has_value() &&
         (!a.plane || (a.plane->u == b.plane->u && a.plane->v == b.plane->v &&
                       a.plane->origin == b.plane->origin));
}

bool is_usable(const analysis::Field2D* field) {
  return field != nullptr && field->quantity.status.kind != Status::Kind::undefined;
}

// The zero level in the plane's coordinates.
std::vector<Matrix> boundary_of(const analysis::Field2D& field) {
  const double dx = (field.x_high - field.x_low) / static_cast<double>(field.values.cols() - 1);
  const double dy = (field.y_high - field.y_low) / static_cast<double>(field.values.rows() - 1);
  std::vector<Matrix> lines;
  for (const figure::Isoline& line : figure::isolines(field.values, 0)) {
    const auto count = static_cast<Index>(line.points.size());
    Matrix points(count + (line.closed ? 1 : 0), 2);
    for (Index i = 0; i < points.rows(); ++i) {
      const figure::Point& p = line.points[static_cast<std::size_t>(i % count)];
      points.row(i) << field.x_low + dx * p.x, field.y_low + dy * p.y;
    }
    lines.push_back(std::move(points));
  }
  return lines;
}

// Between the grid's samples; NaN outside and where a neighbour is undefined.
double sample(const analysis::Field2D& field, double x, double y) {
  const Matrix& v = field.values;
  const double column =
      (x - field.x_low) / (field.x_high - field.x_low) * static_cast<double>(v.cols() - 1);
  const double row =
      (y - field.y_low) / (field.y_high - field.y_low) * static_cast<double>(v.rows() - 1);
  if (!(column >= 0 && row >= 0 && column <= static_cast<double>(v.cols() - 1) &&
        row <= static_cast<double>(v.rows() - 1)))
    return std::numeric_limits<double>::quiet_NaN();
  const Index i = std::min(static_cast<Index>(row), v.rows() - 2);
  const Index j = std::min(static_cast<Index>(column), v.cols() - 2);
  const double a = row - static_cast<double>(i), b = column - static_cast<double>(j);
  return (1 - a) * ((1 - b) * v(i, j) + b * v(i, j + 1)) +
         a * ((1 - b) * v(i + 1, j) + b * v(i + 1, j + 1));
}

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

}  // namespace

struct FieldView::Gpu {
  explicit Gpu(gl::ShaderLibrary& shaders) : field(shaders), points(shaders) {}
  gl::FieldPainter field;
  gl::PointPainter points;
  gl::Canvas canvas;
};

FieldView::FieldView() = default;
FieldView::~FieldView() = default;

const ParamSchema& FieldView::settings_schema() const {
  static const ParamSchema schema = joined(
      joined(asked_params(), color_range_params()),
      {integer_param("isolines", 12).range(0, 60).about("About how many isolines; 0 for none."),
       bool_param("boundary", true).about("The zero level as a line: the decision boundary."),
       integer_param("points", 1500)
           .titled("Data points")
           .range(0, 50000)
           .about("At most so many rows of the dataset, evenly spaced, training and test alike."),
       real_param("point_size", 6).range(1, 24).in("px").about("Diameter of a point."),
       choice_param("sampling", "bilinear",
                    {{"smooth", "Smooth", "Cubic between the samples."},
                     {"bilinear", "Bilinear", "Straight between the samples."},
                     {"nearest", "Samples", "Each sample as a square: what was computed."}})
           .about("How the picture continues between the computed samples.")});
  return schema;
}

Json FieldView::analysis_params() const {
  Json params = Json::object();
  for (const ParamSpec& spec : asked_params()) params[spec.name] = settings_.json()[spec.name];
  params["gradient_norm"] = true;
  if (asked_) {
    params["centre"] = {(asked_->x_low + asked_->x_high) / 2, (asked_->y_low + asked_->y_high) / 2};
    params["half_extent"] = {asked_->width() / 2, asked_->height() / 2};
  }
  return params;
}

const analysis::Field2D* FieldView::own_field() const { return first_field(feed_); }
const analysis::Field2D* FieldView::other_field() const { return first_field(other_feed_); }
const analysis::Field2D* FieldView::field() const {
  return difference_ ? &*difference_ : own_field();
}

std::string FieldView::subtitle(const Frame& /*frame*/) const {
  const analysis::Field2D* now = field();
  if (now == nullptr) return "";
  return text(now->quantity.title, " on the plane of ", now->quantity.x_label, " and ",
              now->quantity.y_label);
}

void FieldView::reset_view() {
  moved_ = false;
  asked_.reset();
}

figure::Figure FieldView::figure(const Frame& frame) const {
  ANISO_CHECK(feed_.results() != nullptr, "no field has been computed yet; let it train a step");
  const auto& resolved = frame.snapshot->resolved;
  analysis::Results shown = *feed_.results();
  if (difference_) shown.results = {*difference_};
  figure::Figure figure =
      analysis::figure_of(field_analysis(), shown, resolved ? resolved->data.get() : nullptr);
  figure.panels.resize(1);  // the gradient norm is for the probe
  figure.columns = 1;
  if (auto& panel = figure.panels.front(); panel.field) {
    const bool is_signed = field()->is_signed;
    panel.field->colormap = colormap_of(settings_, is_signed);
    panel.field->low = range_.low;
    panel.field->high = range_.high;
    panel.field->logarithmic = range_.logarithmic;
    panel.field->zero_contour = settings_.boolean("boundary") && is_signed && !range_.logarithmic &&
                                boundaries_.empty() && !difference_;
    if (settings_.boolean("boundary")) add_boundaries(panel);
    panel.field->contours.clear();
    const double step =
        round_step(range_.high - range_.low, static_cast<int>(settings_.integer("isolines")));
    if (step > 0 && !range_.logarithmic)
      for (double level = std::ceil(range_.low / step) * step; level <= range_.high; level += step)
        panel.field->contours.push_back(level);
    panel.x.low = plane_.x_low;
    panel.x.high = plane_.x_high;
    panel.y.low = plane_.y_low;
    panel.y.high = plane_.y_high;
  }
  return figure;
}

void FieldView::add_boundaries(figure::Panel& panel) const {
  for (const Boundary& boundary : boundaries_) {
    figure::Line line;
    line.name = boundary.name;
    line.style.category = boundary.category;
    line.style.width = 2.5;
    for (const Matrix& piece : boundary.lines) {
      for (Index i = 0; i < piece.rows(); ++i) {
        line.x.push_back(piece(i, 0));
        line.y.push_back(piece(i, 1));
      }
      line.x.push_back(std::numeric_limits<double>::quiet_NaN());  // a new piece begins
      line.y.push_back(std::numeric_limits<double>::quiet_NaN());
    }
    panel.lines.push_back(std::move(line));
  }
}

void FieldView::take_results(Frame& frame) {
  const bool compares = frame.snapshot->other && frame.view_state.compare != Compare::side_by_side;
  if (compares) {
    ask_both(frame);
  } else {
    feed_.update(frame, tag(), "field", analysis_params());
    other_feed_.drop(frame, tag() + "/other");
  }
  const bool was_difference = difference_.has_value();
  compare(frame);
  const analysis::Field2D* now = field();
  if (now == nullptr || now->quantity.status.kind == Status::Kind::undefined) return;
  // Points follow their data at once, the field when it has been computed.
  const auto& resolved = frame.snapshot->resolved;
  if (now->plane && resolved && now->plane->u.size() == resolved->data->shape.dim)
    update_points(frame, *now->plane);
  const void* what = difference_ ? compared_[0] : feed_.results().get();
  if (what == shown_results_ && was_difference == difference_.has_value() &&
      what_other_ == (difference_ ? compared_[1] : nullptr))
    return;
  shown_results_ = what;
  what_other_ = difference_ ? compared_[1] : nullptr;
  gpu_->field.set_field(now->values, {now->x_low, now->x_high, now->y_low, now->y_high});
}

// Both runs are asked at once, so that both answers are of one step.
void FieldView::ask_both(Frame& frame) {
  const std::string other_tag = tag() + "/other";
  const session::SnapshotPtr& other = frame.snapshot->other;
  feed_.take(frame, frame.snapshot, tag(), "field");
  other_feed_.take(frame, other, other_tag, "field");
  if (frame.analyses.is_busy(tag()) || frame.analyses.is_busy(other_tag)) return;
  const Json params = analysis_params();
  feed_.ask(frame, frame.snapshot, tag(), "field", params);
  other_feed_.ask(frame, other, other_tag, "field", params);
}

// Brings difference and boundaries up to date where both answers are there.
void FieldView::compare(const Frame& frame) {
  const analysis::Field2D *own = own_field(), *other = other_field();
  const Compare how = frame.view_state.compare;
  const session::SnapshotPtr& with = frame.snapshot->other;
  if (!with || how == Compare::side_by_side || !is_usable(own) || !is_usable(other) ||
      !same_grid(*own, *other)) {
    if (!with || how != compared_how_) {
      difference_.reset();
      boundaries_.clear();
      compared_how_.reset();
    }
    return;
  }
  const void* now[2] = {feed_.results().get(), other_feed_.results().get()};
  if (how == compared_how_ && now[0] == compared_[0] && now[1] == compared_[1]) return;
  // While it trains, one answer comes before the other: the pair before is shown until both are in.
  const bool same_moment = feed_.results()->step == other_feed_.results()->step;
  if (!same_moment && how == compared_how_ && frame.snapshot->step == with->step) return;
  compared_[0] = now[0];
  compared_[1] = now[1];
  compared_how_ = how;
  difference_.reset();
  boundaries_.clear();
  const ComparedRuns runs = compared_runs(frame.snapshot);
  const bool own_is_fork = frame.snapshot->run == runs.fork->run;
  const analysis::Field2D& fork = own_is_fork ? *own : *other;
  const analysis::Field2D& parent = own_is_fork ? *other : *own;
  if (how == Compare::difference) {
    difference_ = fork;
    difference_->values = fork.values - parent.values;
    difference_->is_signed = true;
    difference_->quantity.title =
        text(fork.quantity.title, ", ", run_name(*runs.fork), " − ", run_name(*runs.parent));
  }
  if (fork.is_signed) {
    boundaries_ = {
        {run_name(*runs.parent), run_category(*runs.parent, runs.fork.get()), boundary_of(parent)},
        {run_name(*runs.fork), run_category(*runs.fork, runs.parent.get()), boundary_of(fork)}};
  }
}

void FieldView::draw_boundaries(ImVec2 at, ImVec2 size) const {
  ImDrawList* draw = ImGui::GetWindowDrawList();
  draw->PushClipRect(at, {at.x + size.x, at.y + size.y}, true);
  std::vector<ImVec2> path;
  const auto stroke = [&](ImU32 ink, float width) {
    draw->AddPolyline(path.data(), static_cast<int>(path.size()), ink, 0, width);
  };
  for (const Boundary& boundary : boundaries_)
    for (const Matrix& line : boundary.lines) {
      path.clear();
      for (Index i = 0; i < line.rows(); ++i)
        path.push_back({at.x + static_cast<float>(plane_.px_of(line(i, 0), size.x)),
                        at.y + static_cast<float>(plane_.py_of(line(i, 1), size.y))});
      stroke(ui::color(ui::theme().rim), ui::px(5.5f));
      stroke(ui::color(ui::theme().category(boundary.category)), ui::px(3));
    }
  draw->PopClipRect();
}

// Projects the data onto the plane; only when one of them changed, since it costs n·D.
void FieldView::update_points(const Frame& frame, const data::Plane& plane) {
  const auto& data = frame.snapshot->resolved->data;
  const Index most = settings_.integer("points");
  if (data.get() == shown_data_ && most == shown_points_ && plane.u == shown_plane_.u &&
      plane.v == shown_plane_.v && plane.origin == shown_plane_.origin)
    return;
  shown_data_ = data.get();
  shown_points_ = most;
  shown_plane_ = plane;
  Matrix all(data->size(), 2);
  all.col(0) = (data->x * plane.u).array() - plane.origin.dot(plane.u);
  all.col(1) = (data->x * plane.v).array() - plane.origin.dot(plane.v);
  home_ = home_of(all, plane);

  const auto rows = data::shown_rows(data->size(), most);
  const auto count = static_cast<Index>(rows.size());
  Matrix points(count, 2);
  std::vector<std::int32_t> classes(static_cast<std::size_t>(count), 0);
  for (Index k = 0; k < count; ++k) {
    const Index row = rows[static_cast<std::size_t>(k)];
    points.row(k) = all.row(row);
    if (data->is_classification()) classes[static_cast<std::size_t>(k)] = data->labels[row];
  }
  gpu_->points.set_points(points, classes);
}

void FieldView::update_plane(float width, float height) {
  if (moved_ || !home_) return;
  plane_ = home_->with_equal_units(width, height);
  asked_ = plane_;  // the next answers fill the tile
}

void FieldView::draw(Frame& frame) {
  if (!gpu_) gpu_ = std::make_unique<Gpu>(frame.shaders);
  take_results(frame);
  const analysis::Field2D* now = field();
  const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
  const ImVec2 size{std::floor(room.x), std::floor(std::max(room.y - ui::px(kFooter), ui::px(40)))};
  if (now == nullptr || !home_) {
    const std::string& why = !feed_.error().empty() ? feed_.error()
                             : now != nullptr
                                 ? now->quantity.status.reason
                                 : std::string("Waiting for the first picture of the network.");
    ui::quiet_text(why);
    return;
  }
  const auto asked_before = asked_;
  update_plane(size.x, size.y);
  if (asked_ != asked_before) frame.keep_drawing = true;  // the next frame asks for it
  // Tools are submitted first, so that they take the mouse, and drawn last.
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->ChannelsSplit(2);
  list->ChannelsSetCurrent(1);
  brush_.begin(frame, plane_, shown_plane_, at, size);
  list->ChannelsSetCurrent(0);
  handle_mouse(frame, *now, at, size);
  draw_picture(frame, *now, at, size);
  list->ChannelsSetCurrent(1);
  brush_.draw_marks(frame, settings_.real("point_size"));
  list->ChannelsMerge();
  ImGui::SetCursorScreenPos({at.x, at.y + size.y + ui::px(8)});
  draw_footer(*now, size.x);
}

void FieldView::draw_picture(Frame& frame, const analysis::Field2D& field, ImVec2 at, ImVec2 size) {
  const float ratio = ui::look().pixel_ratio(), scale = ui::px(1) * ratio;
  range_ = color_range(settings_, field.values, field.is_signed);
  gl::FieldLook look;
  look.colormap = colormap_of(settings_, field.is_signed);
  look.low = range_.low;
  look.high = range_.high;
  look.scale = range_.logarithmic ? gl::FieldScale::log10 : gl::FieldScale::linear;
  const std::string sampling = settings_.choice("sampling");
  look.sampling = sampling == "nearest"    ? gl::FieldSampling::nearest
                  : sampling == "bilinear" ? gl::FieldSampling::bilinear
                                           : gl::FieldSampling::smooth;
  const double span =
      range_.logarithmic ? std::log10(range_.high / range_.low) : range_.high - range_.low;
  look.isoline_spacing = round_step(span, static_cast<int>(settings_.integer("isolines")));
  look.isoline_width = scale;
  look.boundary =
      settings_.boolean("boundary") && field.is_signed && boundaries_.empty() && !difference_;
  look.boundary_width = 2.5 * scale;
  look.rim_width = 1.5 * scale;
  gl::PointLook points;
  points.diameter = settings_.real("point_size") * scale;
  points.rim_width = scale;

  const int w = std::max(1, static_cast<int>(size.x * ratio));
  const int h = std::max(1, static_cast<int>(size.y * ratio));
  const figure::Theme& theme = ui::theme();
  gl::Fingerprint print;
  gpu_->field.add_to(print, look, plane_, theme);
  gpu_->points.add_to(print, points, plane_, theme);
  if (gpu_->canvas.begin(w, h, print.value(), theme.background)) {
    gpu_->field.draw(look, plane_, theme, w, h);
    if (settings_.integer("points") > 0) gpu_->points.draw(points, plane_, theme, w, h);
    gpu_->canvas.end();
  }
  gpu_->canvas.show(*ImGui::GetWindowDrawList(), at, size);
  if (settings_.boolean("boundary")) draw_boundaries(at, size);
  if (box_start_) {
    const ImVec2 mouse = ImGui::GetMousePos();
    ImGui::GetWindowDrawList()->AddRectFilled(*box_start_, mouse, ui::color(theme.accent, 0.15));
    ImGui::GetWindowDrawList()->AddRect(*box_start_, mouse, ui::color(theme.accent));
  }
  draw_axes(at, size);
  if (!frame.clean) frame.keep_drawing |= box_start_.has_value();
}

// Ticks along the left and lower edge, over the picture, each number on a thin dark ground.
void FieldView::draw_axes(ImVec2 at, ImVec2 size) const {
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
  const double step =
      round_step(std::min(plane_.width(), plane_.height()), std::clamp(fitting, 1, 6));
  if (step <= 0) return;
  const float tick = ui::px(5), edge = ui::px(28);
  for (double x = std::ceil(plane_.x_low / step) * step; x <= plane_.x_high; x += step) {
    const float px = at.x + static_cast<float>(plane_.px_of(x, size.x));
    draw->AddLine({px, at.y + size.y - tick}, {px, at.y + size.y}, ink);
    if (px > at.x + edge * 1.5f && px < at.x + size.x - edge)
      label({px, at.y + size.y - tick - ui::px(2)}, shown_number(std::abs(x) < step / 2 ? 0 : x),
            0.5f, 1);
  }
  for (double y = std::ceil(plane_.y_low / step) * step; y <= plane_.y_high; y += step) {
    const float py = at.y + static_cast<float>(plane_.py_of(y, size.y));
    draw->AddLine({at.x, py}, {at.x + tick, py}, ink);
    if (py > at.y + ui::px(12) && py < at.y + size.y - edge)
      label({at.x + tick + ui::px(6), py}, shown_number(std::abs(y) < step / 2 ? 0 : y), 0, 0.5f);
  }
}

void FieldView::draw_footer(const analysis::Field2D& field, float width) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const std::string axes =
      text("s along ", field.quantity.x_label, " →   t along ", field.quantity.y_label, " ↑");
  const std::string shown = ui::fitted(Face::regular, TextSize::quiet, axes, width * 0.4f);
  const float left = ui::text_extent(Face::regular, TextSize::quiet, shown).x;
  ui::draw_text(at, Face::regular, TextSize::quiet, ui::color(ui::theme().quiet), shown);
  const float gap = ui::px(24), bar = std::min(width - left - gap, ui::px(420));
  if (bar < ui::px(120)) return;
  ImGui::SetCursorScreenPos({at.x + width - bar, at.y});
  draw_color_bar(range_, colormap_of(settings_, field.is_signed), field.quantity.title, bar);
}

void FieldView::zoom_by_wheel(double mx, double my, ImVec2 size) {
  const float wheel = ImGui::GetIO().MouseWheel;
  if (wheel == 0) return;
  plane_ = plane_.zoomed(std::pow(1.2, wheel), plane_.x_at(mx, size.x), plane_.y_at(my, size.y));
}

// A box drawn with the right button becomes the picture.
void FieldView::drag_box(double mx, double my, ImVec2 at, ImVec2 size, bool hovered) {
  if (hovered && ImGui::IsMouseClicked(1)) box_start_ = ImGui::GetIO().MousePos;
  if (!box_start_ || ImGui::IsMouseDown(1)) return;
  const ImVec2 start = *std::exchange(box_start_, std::nullopt);
  const double sx = start.x - at.x, sy = start.y - at.y;
  if (std::abs(sx - mx) <= kSmallestBox || std::abs(sy - my) <= kSmallestBox) return;
  const gl::PlaneView box{
      plane_.x_at(std::min(sx, mx), size.x), plane_.x_at(std::max(sx, mx), size.x),
      plane_.y_at(std::max(sy, my), size.y), plane_.y_at(std::min(sy, my), size.y)};
  plane_ = box.with_equal_units(size.x, size.y);
}

void FieldView::handle_mouse(Frame& frame, const analysis::Field2D& field, ImVec2 at, ImVec2 size) {
  ImGui::SetCursorScreenPos(at);
  ImGui::InvisibleButton("picture", size,
                         ImGuiButtonFlags_MouseButtonLeft | ImGuiButtonFlags_MouseButtonRight);
  const bool hovered = ImGui::IsItemHovered(), active = ImGui::IsItemActive();
  const ImGuiIO& io = ImGui::GetIO();
  const double mx = io.MousePos.x - at.x, my = io.MousePos.y - at.y;
  const gl::PlaneView before = plane_;
  const bool paints = brush_.use_mouse(frame, hovered, active);
  if (hovered) {
    read_out(frame, field, plane_.x_at(mx, size.x), plane_.y_at(my, size.y));
    zoom_by_wheel(mx, my, size);
    if (ImGui::IsMouseDoubleClicked(0) && !paints) {
      reset_view();
      frame.keep_drawing = true;
      return;
    }
  }
  if (active && !paints && ImGui::IsMouseDragging(0, ui::px(3)))
    plane_ = plane_.panned(io.MouseDelta.x, io.MouseDelta.y, size.x, size.y);
  drag_box(mx, my, at, size, hovered);
  if (plane_ == before) return;
  moved_ = true;
  asked_ = plane_;  // the feed asks for the new region; until then the old samples are shown
  frame.keep_drawing = true;
}

void FieldView::read_out(Frame& frame, const analysis::Field2D& field, double x, double y) const {
  const double value = sample(field, x, y);
  frame.readings.push_back({"s", shown_number(x), ""});
  frame.readings.push_back({"t", shown_number(y), ""});
  frame.readings.push_back({field.quantity.title, shown_number(value), field.quantity.unit});
  const auto& resolved = frame.snapshot->resolved;
  if (const auto* other = other_field(); other != nullptr && frame.snapshot->other) {
    if (difference_ && own_field() != nullptr)
      frame.readings.push_back({run_name(*frame.snapshot), shown_number(sample(*own_field(), x, y)),
                                field.quantity.unit});
    frame.readings.push_back({run_name(*frame.snapshot->other), shown_number(sample(*other, x, y)),
                              field.quantity.unit});
  }
  // What is shown are the log odds of two classes: one logit, or the difference of two.
  const bool log_odds =
      resolved && settings_.choice("readout") == "auto" &&
      (resolved->output_kind == nn::OutputKind::logit ||
       (resolved->output_kind == nn::OutputKind::logits && resolved->data->classes == 2));
  if (log_odds && !difference_) {
    const auto& names = resolved->data->class_names;
    const std::string name = names.size() > 1 ? names[1] : "1";
    frame.readings.push_back({"p(" + name + ")", shown_number(1 / (1 + std::exp(-value))), ""});
  }
  if (!feed_.results()) return;
  for (const auto& result : feed_.results()->results)
    if (const auto* other = std::get_if<analysis::Field2D>(&result); other && other != own_field())
      frame.readings.push_back(
          {other->quantity.title, shown_number(sample(*other, x, y)), other->quantity.unit});
}

ViewType field_view() {
  const analysis::Analysis& analysis = field_analysis();
  return {"field", "Field", analysis.doc, analysis.formula, "output unit", analysis.source, [] {
            return std::make_unique<FieldView>();
          }};
}

}  // namespace aniso::app
