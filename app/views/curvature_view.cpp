#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <numbers>

#include "app/gl/canvas.h"
#include "app/gl/ellipse_painter.h"
#include "app/gl/field_painter.h"
#include "app/gl/lic_painter.h"
#include "app/ui/widgets.h"
#include "app/views/analysis_feed.h"
#include "app/views/builtin.h"
#include "app/views/color_range.h"
#include "app/views/height_stage.h"
#include "app/views/level_lines.h"
#include "app/views/picture_words.h"
#include "app/views/plane_stage.h"
#include "core/analysis/registry.h"
#include "core/base/check.h"
#include "core/geometry/gradient_ellipses.h"

namespace aniso::app {
namespace {

constexpr float kFooter = 40;
constexpr double kWithin = 0.98;  // of the values lie between the ends of the colour bar
constexpr Index kEllipsesAcross = 14;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

const analysis::Analysis& curvature_analysis() { return analysis::analysis("curvature"); }

std::vector<Choice> quantity_choices() {
  return {
      {"level_curvature", "Level-set curvature κ", "How level lines bend."},
      {"gradient_norm", "Gradient norm", "How steep the function is."},
      {"hessian_large", "Hessian, larger eigenvalue", "Bend along the one principal direction."},
      {"hessian_small", "Hessian, smaller eigenvalue", "Bend along the other."},
      {"hessian_trace", "Hessian, trace", "The Laplacian on the plane."},
      {"hessian_det", "Hessian, determinant", "Negative at saddles."},
      {"mean_curvature", "Mean curvature", "Of the graph over the plane."},
      {"gaussian_curvature", "Gaussian curvature", "Of the graph over the plane."},
      {"value", "Read-out", "The function itself."}};
}

template <typename Kind>
const Kind* find(const AnalysisFeed& feed, const std::string& id) {
  if (!feed.results()) return nullptr;
  for (const auto& result : feed.results()->results)
    if (const auto* found = std::get_if<Kind>(&result); found && found->quantity.id == id)
      return found;
  return nullptr;
}

bool is_defined(const analysis::Quantity& quantity) {
  return quantity.status.kind != Status::Kind::undefined;
}

ParamSchema in_the_plane(ParamSchema schema) {
  for (ParamSpec& spec : schema) spec.when("show", {"plane"});
  return schema;
}

// The probe's names are as short as its column.
std::string short_name(const analysis::Quantity& quantity) {
  static const std::map<std::string, const char*> names = {
      {"gradient_norm", "|∇g|"},        {"hessian_large", "λ large"},
      {"hessian_small", "λ small"},     {"hessian_det", "det H"},
      {"hessian_trace", "tr H"},        {"level_curvature", "κ"},
      {"mean_curvature", "mean curv."}, {"gaussian_curvature", "Gauss curv."}};
  const auto known = names.find(quantity.id);
  return known == names.end() ? quantity.title : known->second;
}

/// How the network bends on a plane: a scalar as colours, the function's level lines, gradient
/// ellipses and principal directions over it; flat, or as the function's graph in space.
class CurvatureView : public View {
 public:
  void draw(Frame& frame) override;
  figure::Figure figure(const Frame& frame) const override;
  std::string age(const Frame& frame) const override { return feed_.age(frame); }
  std::string subtitle(const Frame& frame) const override;
  void reset_view() override {
    stage_.reset();
    height_.reset();
  }
  const ParamSchema& settings_schema() const override;

 private:
  struct Gpu {  // made on first draw, when there is a context
    explicit Gpu(gl::ShaderLibrary& shaders)
        : field(shaders), lines(shaders), streaks(shaders), ellipses(shaders) {}
    gl::FieldPainter field, lines;
    gl::LicPainter streaks;
    gl::EllipsePainter ellipses;
    gl::Canvas canvas;
  };

  Json analysis_params() const;
  const analysis::Field2D* shown() const {
    return find<analysis::Field2D>(feed_, settings_.choice("quantity"));
  }
  const analysis::Field2D* value() const { return find<analysis::Field2D>(feed_, "value"); }
  bool is_in_space() const { return settings_.choice("show") == "space"; }
  bool shows_streaks() const;
  double level_step() const;
  Matrix ellipses() const;

  void take_results(Frame& frame);
  void draw_plane(Frame& frame, const analysis::Field2D& field, ImVec2 at, ImVec2 size);
  void draw_picture(const analysis::Field2D& field, ImVec2 at, ImVec2 size);
  void draw_space(Frame& frame, const analysis::Field2D& field, ImVec2 at, ImVec2 size);
  void draw_marks(const analysis::Field2D& field, ImVec2 at, ImVec2 size) const;
  void read_out(Frame& frame, double x, double y) const;
  void add_level_lines(figure::Panel& panel) const;
  void add_ellipses(figure::Panel& panel) const;

  std::unique_ptr<Gpu> gpu_;
  AnalysisFeed feed_;
  PlaneStage stage_;
  HeightStage height_;
  ColorRange range_;
  double level_step_ = 0;          // between two level lines; 0 for none
  analysis::ResultsPtr uploaded_;  // what the GPU holds …
  Json uploaded_settings_;         // … under these settings
};

const ParamSchema& CurvatureView::settings_schema() const {
  static const ParamSchema schema = joined(
      joined(joined({choice_param("quantity", "level_curvature", quantity_choices())
                         .about("What the colours show."),
                     choice_param("show", "plane",
                                  {{"plane", "In the plane", "Colours and lines on the plane."},
                                   {"space", "As a surface",
                                    "The function as heights over the plane; drag to turn."}})
                         .about("Flat, or in space."),
                     integer_param("level_lines", 14)
                         .range(0, 60)
                         .about("About how many level lines of the function; 0 for none."),
                     bool_param("boundary", true)
                         .about("The zero level of the function: the decision boundary."),
                     bool_param("directions", false)
                         .titled("Principal directions")
                         .when("show", {"plane"})
                         .about("Streaks along the direction in which the function bends most."),
                     bool_param("ellipses", false)
                         .titled("Gradient ellipses")
                         .when("show", {"plane"})
                         .about("Local averages of ∇g∇gᵀ: long across the level lines.")},
                    color_range_params()),
             in_the_plane(point_settings())),
      plane_settings(curvature_analysis().params));
  return schema;
}

Json CurvatureView::analysis_params() const {
  Json params = Json::object();
  for (const ParamSpec& spec : plane_settings(curvature_analysis().params))
    params[spec.name] = settings_.json()[spec.name];
  stage_.add_region(params);
  return params;
}

std::string CurvatureView::subtitle(const Frame& /*frame*/) const {
  const analysis::Field2D* field = shown();
  if (field == nullptr) return "";
  return text(field->quantity.title, " on the plane of ", field->quantity.x_label, " and ",
              field->quantity.y_label);
}

bool CurvatureView::shows_streaks() const {
  const auto* directions = find<analysis::VectorField2D>(feed_, "principal_direction");
  return settings_.boolean("directions") && directions != nullptr &&
         is_defined(directions->quantity);
}

// Between two level lines of the function, in its own unit; 0 for none.
double CurvatureView::level_step() const {
  const analysis::Field2D* g = value();
  const auto lines = static_cast<int>(settings_.integer("level_lines"));
  if (g == nullptr || lines == 0) return 0;
  const ColorRange span = robust_color_range(
      validated(color_range_params(), Json::object(), "range"), g->values, false, kWithin);
  return round_step(span.high - span.low, lines);
}

Matrix CurvatureView::ellipses() const {
  const auto* gradient = find<analysis::VectorField2D>(feed_, "gradient");
  if (gradient == nullptr || !is_defined(gradient->quantity) || !settings_.boolean("ellipses"))
    return Matrix(0, 5);
  Matrix out =
      geometry::gradient_ellipses(gradient->x, gradient->y, gradient->x_high - gradient->x_low,
                                  gradient->y_high - gradient->y_low, kEllipsesAcross);
  out.col(0).array() += gradient->x_low;
  out.col(1).array() += gradient->y_low;
  return out;
}

void CurvatureView::take_results(Frame& frame) {
  feed_.update(frame, tag(), "curvature", analysis_params());
  const analysis::Field2D *field = shown(), *g = value();
  if (field == nullptr || g == nullptr || !g->plane) return;
  const auto& resolved = frame.snapshot->resolved;
  if (resolved && g->plane->u.size() == resolved->data->shape.dim)
    stage_.follow(frame, *g->plane, settings_.integer("points"));
  if (uploaded_ == feed_.results() && uploaded_settings_ == settings_.json()) return;
  uploaded_ = feed_.results();
  uploaded_settings_ = settings_.json();
  const gl::PlaneView extent{g->x_low, g->x_high, g->y_low, g->y_high};
  range_ = robust_color_range(settings_, field->values, field->is_signed, kWithin);
  level_step_ = level_step();
  if (is_in_space()) {
    analysis::Field2D scalar = *field;
    if (range_.logarithmic)
      scalar.values = (field->values.array() > 0).select(field->values.array().log10(), kNaN);
    height_.set(frame, *g, scalar);
    return;
  }
  gpu_->field.set_field(field->values, extent);
  gpu_->lines.set_field(g->values, extent);
  if (shows_streaks()) {
    const auto* directions = find<analysis::VectorField2D>(feed_, "principal_direction");
    gpu_->streaks.set_directions(directions->x, directions->y, extent);
  }
  gpu_->ellipses.set_ellipses(ellipses());
}

void CurvatureView::draw(Frame& frame) {
  if (!gpu_) gpu_ = std::make_unique<Gpu>(frame.shaders);
  take_results(frame);
  const analysis::Field2D* field = shown();
  const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
  const ImVec2 size{std::floor(room.x), std::floor(std::max(room.y - ui::px(kFooter), ui::px(40)))};
  if (field == nullptr || !stage_.is_ready() || uploaded_ == nullptr) {
    ui::quiet_text(!feed_.error().empty() ? feed_.error()
                   : field != nullptr && !is_defined(field->quantity)
                       ? "Undefined: " + field->quantity.status.reason + "."
                       : "Waiting for the first picture of the network.");
    return;
  }
  if (is_in_space())
    draw_space(frame, *field, at, size);
  else
    draw_plane(frame, *field, at, size);
  if (!is_defined(field->quantity))
    draw_reason("Undefined: " + field->quantity.status.reason + ".", at, size);
  else
    draw_marks(*field, at, size);
  // What is shown answers an older question then.
  if (!feed_.error().empty()) draw_reason("Undefined: " + feed_.error() + ".", at, size);
  ImGui::SetCursorScreenPos({at.x, at.y + size.y + ui::px(8)});
  PlaneStage::draw_footer(field->quantity, is_defined(field->quantity) ? &range_ : nullptr,
                          colormap_of(settings_, field->is_signed), size.x);
}

void CurvatureView::draw_plane(Frame& frame, const analysis::Field2D& field, ImVec2 at,
                               ImVec2 size) {
  stage_.fit(frame, size);
  const PlaneStage::Pointer pointer = stage_.begin_mouse(at, size);
  if (pointer.hovered) read_out(frame, pointer.x, pointer.y);
  stage_.end_mouse(frame, pointer, at, size, false);
  draw_picture(field, at, size);
  stage_.draw_overlay(at, size);
}

void CurvatureView::draw_picture(const analysis::Field2D& field, ImVec2 at, ImVec2 size) {
  const float ratio = ui::look().pixel_ratio(), scale = ui::px(1) * ratio;
  gl::FieldLook look;
  look.colormap = colormap_of(settings_, field.is_signed);
  look.low = range_.low;
  look.high = range_.high;
  look.scale = range_.logarithmic ? gl::FieldScale::log10 : gl::FieldScale::linear;
  look.boundary_width = 2.5 * scale;
  gl::FieldLook lines;
  lines.lines_only = true;
  lines.isoline_spacing = level_step_;
  lines.isoline_width = scale;
  lines.isoline_opacity = 0.5;
  lines.boundary = settings_.boolean("boundary") && value()->is_signed;
  lines.boundary_width = 2.5 * scale;
  lines.rim_width = 1.5 * scale;
  gl::LicLook streaks;
  streaks.cell = 1.5 * scale;
  const bool has_streaks = shows_streaks(), has_ellipses = gpu_->ellipses.size() > 0;
  const gl::PointLook points = stage_.point_look(settings_);
  const double ellipse_width = 1.25 * scale;

  const int w = std::max(1, static_cast<int>(size.x * ratio));
  const int h = std::max(1, static_cast<int>(size.y * ratio));
  const figure::Theme& theme = ui::theme();
  const gl::PlaneView& view = stage_.view();
  gl::Fingerprint print;
  print.add(has_streaks);
  gpu_->field.add_to(print, look, view, theme);
  gpu_->lines.add_to(print, lines, view, theme);
  gpu_->streaks.add_to(print, streaks, view);
  gpu_->ellipses.add_to(print, ellipse_width, view, theme);
  stage_.add_points_to(print, points, theme);
  if (gpu_->canvas.begin(w, h, print.value(), theme.background)) {
    gpu_->field.draw(look, view, theme, w, h);
    if (has_streaks) gpu_->streaks.draw(streaks, view, w, h);
    if (lines.isoline_spacing > 0 || lines.boundary) gpu_->lines.draw(lines, view, theme, w, h);
    stage_.draw_points(points, theme, w, h);
    if (has_ellipses) gpu_->ellipses.draw(ellipse_width, view, theme, w, h);
    gpu_->canvas.end();
  }
  gpu_->canvas.show(*ImGui::GetWindowDrawList(), at, size);
}

void CurvatureView::draw_space(Frame& frame, const analysis::Field2D& field, ImVec2 at,
                               ImVec2 size) {
  const float scale = ui::px(1) * ui::look().pixel_ratio();
  gl::SurfaceLook look;
  look.colormap = colormap_of(settings_, field.is_signed);
  look.low = range_.logarithmic ? std::log10(range_.low) : range_.low;
  look.high = range_.logarithmic ? std::log10(range_.high) : range_.high;
  look.levels = level_step_;
  look.line_width = scale;
  look.boundary_width = settings_.boolean("boundary") && value()->is_signed ? 2.5 * scale : 0;
  if (const auto place = height_.draw(frame, look, at, size)) read_out(frame, place->x, place->y);
}

void CurvatureView::draw_marks(const analysis::Field2D& field, ImVec2 at, ImVec2 size) const {
  std::vector<std::string> lines;
  if (field.quantity.id == "level_curvature")
    lines.emplace_back("κ > 0 bends toward +∇g, κ < 0 away");
  if (field.quantity.status.kind == Status::Kind::partial)
    lines.emplace_back("hatched: undefined, no gradient or not finite");
  if (!is_in_space() && shows_streaks()) lines.emplace_back("streaks: principal direction");
  if (!is_in_space() && gpu_->ellipses.size() > 0)
    lines.emplace_back("ellipses: local average of ∇g∇gᵀ");
  if (settings_.choice("range") == "auto") lines.emplace_back("colours span 98 % of the values");
  draw_legend(lines, at, size);
}

void CurvatureView::read_out(Frame& frame, double x, double y) const {
  frame.readings.push_back({"s", shown_number(x), ""});
  frame.readings.push_back({"t", shown_number(y), ""});
  for (const auto& result : feed_.results()->results)
    if (const auto* field = std::get_if<analysis::Field2D>(&result))
      frame.readings.push_back({short_name(field->quantity), shown_number(value_at(*field, x, y)),
                                field->quantity.unit});
}

figure::Figure CurvatureView::figure(const Frame& frame) const {
  ANISO_CHECK(shown() != nullptr, "no curvature has been computed yet; let it train a step");
  const auto& resolved = frame.snapshot->resolved;
  analysis::Results one = *feed_.results();
  one.results = {*shown()};
  figure::Figure figure =
      analysis::figure_of(curvature_analysis(), one, resolved ? resolved->data.get() : nullptr);
  figure.columns = 1;
  if (is_in_space())
    figure.caption += " · in the window this is a surface in space; here it is the plane";
  if (!is_in_space() && shows_streaks())
    figure.caption += " · the streaks along the principal directions are in the window alone";
  auto& panel = figure.panels.front();
  if (!panel.field) return figure;
  panel.field->colormap = colormap_of(settings_, shown()->is_signed);
  panel.field->low = range_.low;
  panel.field->high = range_.high;
  panel.field->logarithmic = range_.logarithmic;
  panel.field->zero_contour = false;
  panel.field->contours.clear();
  if (settings_.choice("range") == "auto")
    figure.caption += " · colours end where 98 % of the values do";
  if (shown()->quantity.id == "level_curvature")
    figure.caption += " · κ > 0 where level lines bend toward +∇g, κ < 0 where they bend away";
  add_level_lines(panel);
  if (!is_in_space()) {
    add_ellipses(panel);
    stage_.limit(panel);
  }
  return figure;
}

void CurvatureView::add_level_lines(figure::Panel& panel) const {
  const analysis::Field2D& g = *value();
  if (!is_defined(g.quantity)) return;
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const double v : g.values.reshaped())
    if (std::isfinite(v)) {
      low = std::min(low, v);
      high = std::max(high, v);
    }
  if (level_step_ > 0)
    for (double k = std::ceil(low / level_step_); k * level_step_ <= high; ++k)
      trace_level(panel, g, k * level_step_,
                  {.role = figure::Role::text, .width = 0.75, .opacity = 0.5});
  if (settings_.boolean("boundary") && g.is_signed)
    trace_level(panel, g, 0, {.role = figure::Role::zero, .width = 2});
}

void CurvatureView::add_ellipses(figure::Panel& panel) const {
  constexpr int kCorners = 32;
  const Matrix all = ellipses();
  for (Index i = 0; i < all.rows(); ++i) {
    figure::Line line;
    line.style = {.role = figure::Role::text, .width = 1};
    const double ax = all(i, 2), ay = all(i, 3), length = std::hypot(ax, ay);
    for (int k = 0; k <= kCorners; ++k) {
      const double angle = 2 * std::numbers::pi * k / kCorners;
      const double c = std::cos(angle), s = std::sin(angle) * all(i, 4) / length;
      line.x.push_back(all(i, 0) + c * ax - s * ay);
      line.y.push_back(all(i, 1) + c * ay + s * ax);
    }
    panel.lines.push_back(std::move(line));
  }
}

}  // namespace

ViewType curvature_view() {
  const analysis::Analysis& analysis = curvature_analysis();
  return {"curvature",
          "Curvature",
          analysis.doc,
          analysis.formula,
          "1/input unit",
          analysis.source,
          [] { return std::make_unique<CurvatureView>(); }};
}

}  // namespace aniso::app
