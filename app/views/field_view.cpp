#include "app/views/field_view.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "app/ui/widgets.h"
#include "app/views/builtin.h"
#include "core/analysis/registry.h"
#include "core/base/check.h"
#include "core/base/names.h"
#include "core/figure/contour.h"
#include "core/figure/ticks.h"

namespace aniso::app {
namespace {

constexpr float kFooter = 40;

const analysis::Analysis& field_analysis() { return analysis::analysis("field"); }

// Without the gradient norm, which is always asked for: the probe shows it.
ParamSchema asked_params() {
  ParamSchema schema = plane_settings(field_analysis().params);
  std::erase_if(schema, [](const ParamSpec& spec) { return spec.name == "gradient_norm"; });
  return schema;
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

}  // namespace

struct FieldView::Gpu {
  explicit Gpu(gl::ShaderLibrary& shaders) : field(shaders) {}
  gl::FieldPainter field;
  gl::Canvas canvas;
};

FieldView::FieldView() = default;
FieldView::~FieldView() = default;

const ParamSchema& FieldView::settings_schema() const {
  static const ParamSchema schema = joined(
      joined(joined(asked_params(), color_range_params()), point_settings()),
      {integer_param("isolines", 12).range(0, 60).about("About how many isolines; 0 for none."),
       bool_param("boundary", true).about("The zero level as a line: the decision boundary."),
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
  stage_.add_region(params);
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

void FieldView::reset_view() { stage_.reset(); }

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
    stage_.limit(panel);
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
    stage_.follow(frame, *now->plane, settings_.integer("points"));
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
        path.push_back({at.x + static_cast<float>(stage_.view().px_of(line(i, 0), size.x)),
                        at.y + static_cast<float>(stage_.view().py_of(line(i, 1), size.y))});
      stroke(ui::color(ui::theme().rim), ui::px(5.5f));
      stroke(ui::color(ui::theme().category(boundary.category)), ui::px(3));
    }
  draw->PopClipRect();
}

void FieldView::draw(Frame& frame) {
  if (!gpu_) gpu_ = std::make_unique<Gpu>(frame.shaders);
  take_results(frame);
  const analysis::Field2D* now = field();
  const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
  const ImVec2 size{std::floor(room.x), std::floor(std::max(room.y - ui::px(kFooter), ui::px(40)))};
  if (now == nullptr || !stage_.is_ready()) {
    const std::string& why = !feed_.error().empty() ? feed_.error()
                             : now != nullptr
                                 ? now->quantity.status.reason
                                 : std::string("Waiting for the first picture of the network.");
    ui::quiet_text(why);
    return;
  }
  stage_.fit(frame, size);
  // Tools are submitted first, so that they take the mouse, and drawn last.
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->ChannelsSplit(2);
  list->ChannelsSetCurrent(1);
  brush_.begin(frame, stage_.view(), stage_.plane(), at, size);
  list->ChannelsSetCurrent(0);
  const PlaneStage::Pointer pointer = stage_.begin_mouse(at, size);
  const bool paints = brush_.use_mouse(frame, pointer.hovered, pointer.active);
  if (pointer.hovered) read_out(frame, *now, pointer.x, pointer.y);
  stage_.end_mouse(frame, pointer, at, size, paints);
  draw_picture(*now, at, size);
  list->ChannelsSetCurrent(1);
  brush_.draw_marks(frame, settings_.real("point_size"));
  list->ChannelsMerge();
  ImGui::SetCursorScreenPos({at.x, at.y + size.y + ui::px(8)});
  PlaneStage::draw_footer(now->quantity, &range_, colormap_of(settings_, now->is_signed), size.x);
}

void FieldView::draw_picture(const analysis::Field2D& field, ImVec2 at, ImVec2 size) {
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
  const gl::PointLook points = stage_.point_look(settings_);

  const int w = std::max(1, static_cast<int>(size.x * ratio));
  const int h = std::max(1, static_cast<int>(size.y * ratio));
  const figure::Theme& theme = ui::theme();
  gl::Fingerprint print;
  gpu_->field.add_to(print, look, stage_.view(), theme);
  stage_.add_points_to(print, points, theme);
  if (gpu_->canvas.begin(w, h, print.value(), theme.background)) {
    gpu_->field.draw(look, stage_.view(), theme, w, h);
    stage_.draw_points(points, theme, w, h);
    gpu_->canvas.end();
  }
  gpu_->canvas.show(*ImGui::GetWindowDrawList(), at, size);
  if (settings_.boolean("boundary")) draw_boundaries(at, size);
  stage_.draw_overlay(at, size);
}

void FieldView::read_out(Frame& frame, const analysis::Field2D& field, double x, double y) const {
  const double value = value_at(field, x, y);
  frame.readings.push_back({"s", shown_number(x), ""});
  frame.readings.push_back({"t", shown_number(y), ""});
  frame.readings.push_back({field.quantity.title, shown_number(value), field.quantity.unit});
  const auto& resolved = frame.snapshot->resolved;
  if (const auto* other = other_field(); other != nullptr && frame.snapshot->other) {
    if (difference_ && own_field() != nullptr)
      frame.readings.push_back({run_name(*frame.snapshot),
                                shown_number(value_at(*own_field(), x, y)), field.quantity.unit});
    frame.readings.push_back({run_name(*frame.snapshot->other),
                              shown_number(value_at(*other, x, y)), field.quantity.unit});
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
          {other->quantity.title, shown_number(value_at(*other, x, y)), other->quantity.unit});
}

ViewType field_view() {
  const analysis::Analysis& analysis = field_analysis();
  return {"field", "Field", analysis.doc, analysis.formula, "output unit", analysis.source, [] {
            return std::make_unique<FieldView>();
          }};
}

}  // namespace aniso::app
