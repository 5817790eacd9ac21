#include "app/views/average_geometry_view.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/ui/widgets.h"
#include "app/views/builtin.h"
#include "app/views/shown_number.h"
#include "core/analysis/registry.h"
#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::app {
namespace {

using ui::Face;
using ui::TextSize;

constexpr const char* kId = "average_geometry";
constexpr float kFooter = 40, kBarHeight = 26;
constexpr float kNumbersWidth = 200, kNumbersHeight = 168;  // of the numbers beside or below
constexpr float kAxisWidth = 38, kAxisHeight = 20;
constexpr float kRightEdge = 14;   // for half of the last column's number
constexpr float kSmallestBox = 6;  // pixels: a shorter right drag is a click

const analysis::Analysis& geometry_analysis() { return analysis::analysis(kId); }

}  // namespace

struct AverageGeometryView::Gpu {
  explicit Gpu(gl::ShaderLibrary& shaders) : field(shaders) {}
  gl::FieldPainter field;
  gl::Canvas canvas;
};

AverageGeometryView::AverageGeometryView() = default;
AverageGeometryView::~AverageGeometryView() = default;

const ParamSchema& AverageGeometryView::settings_schema() const {
  static const ParamSchema schema = joined(
      joined({choice_param("show", "g",
                           {{"g", "Pixels", "G itself: a row and a column for each input."},
                            {"g_dft", "Fourier", "G between Fourier modes, ordered by frequency."},
                            {"change", "Change", "G minus the one that was shown before."},
                            {"diagonal", "Diagonal", "vᵀ G v of each mode, as a curve."}})
                  .about("Which picture of G.")},
             geometry_analysis().params),
      color_range_params());
  return schema;
}

Json AverageGeometryView::analysis_params() const {
  Json params = Json::object();
  for (const ParamSpec& spec : geometry_analysis().params)
    params[spec.name] = settings_.json()[spec.name];
  return params;
}

const analysis::MatrixMap* AverageGeometryView::map(const analysis::ResultsPtr& results) const {
  if (!results) return nullptr;
  const std::string id = shows("g_dft") ? "g_dft" : "g";
  for (const auto& result : results->results)
    if (const auto* found = std::get_if<analysis::MatrixMap>(&result);
        found != nullptr && found->quantity.id == id)
      return found;
  return nullptr;
}

const analysis::ScalarSeries* AverageGeometryView::series(const std::string& id) const {
  if (feed_.results())
    for (const auto& result : feed_.results()->results)
      if (const auto* found = std::get_if<analysis::ScalarSeries>(&result);
          found != nullptr && found->quantity.id == id)
        return found;
  return nullptr;
}

double AverageGeometryView::number(const std::string& id) const {
  const analysis::ScalarSeries* found = series(id);
  if (found == nullptr || found->y.size() == 0 ||
      found->quantity.status.kind == Status::Kind::undefined)
    return std::nan("");
  return found->y[0];
}

std::string AverageGeometryView::subtitle(const Frame& /*frame*/) const {
  if (!feed_.results()) return "";
  std::string out;
  if (shows("change") && earlier())
    out = text("step ", grouped(feed_.results()->step), " minus step ", grouped(earlier()->step));
  for (const auto& note : feed_.results()->notes) out += (out.empty() ? "" : " · ") + note;
  return out;
}

// The finished results before those that are shown.
analysis::ResultsPtr AverageGeometryView::earlier() const {
  return feed_.results() == finished_ ? before_ : finished_;
}

void AverageGeometryView::remember(const Frame& frame) {
  if (run_ != frame.snapshot->run) finished_ = before_ = nullptr;
  run_ = frame.snapshot->run;
  const analysis::ResultsPtr& now = feed_.results();
  if (!now || now == finished_ || now->share < 1) return;
  before_ = std::exchange(finished_, now);
}

// Takes what is to be drawn from the results, once for each of them.
void AverageGeometryView::update_matrix() {
  const analysis::ResultsPtr& now = feed_.results();
  const analysis::ResultsPtr old = shows("change") ? earlier() : nullptr;
  if (made_from_[0] == now.get() && made_from_[1] == old.get() &&
      made_for_ == settings_.choice("show"))
    return;
  made_from_[0] = now.get();
  made_from_[1] = old.get();
  made_for_ = settings_.choice("show");
  ++shown_version_;
  const analysis::MatrixMap* found = map(now);
  undefined_ = found == nullptr ? "This analysis gave no matrix."
               : found->quantity.status.kind == Status::Kind::undefined
                   ? found->quantity.status.reason
                   : "";
  const Index before = shown_.rows();
  shown_.resize(0, 0);
  if (undefined_.empty()) shown_ = found->values;
  if (undefined_.empty() && shows("change")) {
    const analysis::MatrixMap* was = map(old);
    if (was == nullptr || was->values.rows() != shown_.rows() ||
        was->values.cols() != shown_.cols()) {
      undefined_ =
          "There is no earlier one to compare with yet. Let this network train (choose 'This "
          "network' under 'Of'), or change a setting: the next one is shown minus the one before.";
      shown_.resize(0, 0);
    } else {
      shown_ -= was->values;
    }
  }
  if (shown_.size() == 0) return;
  if (shown_.rows() != before) view_.reset();
  const auto last = static_cast<double>(std::max<Index>(shown_.rows() - 1, 1));
  gpu_->field.set_field(shown_.colwise().reverse(), {0, last, 0, last});  // rows from the top
}

// A cell is one unit wide and centred on its number; the first row is on top.
gl::PlaneView AverageGeometryView::home() const {
  const double end = static_cast<double>(shown_.rows()) - 0.5;
  return {-0.5, end, -0.5, end};
}

void AverageGeometryView::draw(Frame& frame) {
  if (!gpu_) gpu_ = std::make_unique<Gpu>(frame.shaders);
  feed_.update(frame, tag(), kId, analysis_params());
  remember(frame);
  draw_bar(frame);
  if (!feed_.results()) {
    ui::quiet_text(!feed_.error().empty()
                       ? feed_.error()
                       : std::string("Waiting for the first networks: their gradients are being "
                                     "averaged."));
    return;
  }
  const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
  if (room.x < ui::px(80) || room.y < ui::px(80)) return;
  if (shows("diagonal"))
    draw_curve(frame, at, room);
  else
    draw_matrix(frame, at, room);
}

void AverageGeometryView::draw_bar(Frame& frame) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  for (const Choice& choice : find_param(settings_schema(), "show")->choices)
    if (ui::tab(choice.title, shows(choice.id.c_str())))
      frame.settings_requests.push_back({kId, tag(), Json{{"show", choice.id}}});
  ImGui::SetCursorScreenPos({at.x, at.y + ui::px(kBarHeight)});
  if (feed_.results() && feed_.results()->share < 1)
    ui::thin_progress({at.x, at.y + ui::px(kBarHeight - 3)}, width, feed_.results()->share);
}

void AverageGeometryView::draw_matrix(Frame& frame, ImVec2 at, ImVec2 room) {
  update_matrix();
  const float axis_x = ui::px(kAxisWidth), axis_y = ui::px(kAxisHeight);
  const float width = room.x - axis_x - ui::px(kRightEdge),
              height = room.y - ui::px(kFooter) - axis_y;
  const float beside = ui::px(kNumbersWidth), below = ui::px(kNumbersHeight);
  const float wide = std::min(width - beside - ui::px(16), height);
  const float high = std::min(width, height - below);
  // The picture comes first: where both would make it small, the numbers are one line.
  const float alone = std::min(width, height - ui::px(20));
  const bool has_room = std::max(wide, high) >= std::max(ui::px(120), 0.65f * alone);
  const bool is_beside = has_room && wide >= high, is_below = has_room && !is_beside;
  const float side = std::floor(std::max(ui::px(40), is_beside ? wide : is_below ? high : alone));
  const ImVec2 picture{std::floor(at.x + axis_x), std::floor(at.y)};
  if (shown_.size() == 0) {
    ui::quiet_text("Undefined: " + undefined_);
  } else {
    if (ranged_version_ != shown_version_ || ranged_settings_ != settings_.json()) {
      range_ = color_range(settings_, shown_, true);  // looks at every entry
      ranged_version_ = shown_version_;
      ranged_settings_ = settings_.json();
    }
    handle_mouse(frame, picture, side);
    draw_picture(picture, side);
    draw_axes(picture, side);
    ImGui::SetCursorScreenPos({at.x, picture.y + side + axis_y + ui::px(6)});
    draw_color_bar(range_, colormap_of(settings_, true),
                   shows("change") ? "change of G" : "(output unit / input unit)²",
                   std::min(is_beside ? room.x - beside - ui::px(16) : room.x, ui::px(460)));
  }
  const float under = picture.y + side + axis_y + ui::px(kFooter);
  if (is_beside)
    draw_numbers(frame, {picture.x + side + ui::px(16), at.y}, {beside, height});
  else if (is_below)
    draw_numbers(frame, {at.x, under + ui::px(4)}, {std::min(width, ui::px(280)), below});
  else
    ui::draw_text({at.x, under}, Face::regular, TextSize::quiet, ui::color(ui::theme().quiet),
                  ui::fitted(Face::regular, TextSize::quiet, numbers_in_a_line(), room.x));
}

void AverageGeometryView::draw_picture(ImVec2 at, float side) {
  const int pixels = std::max(1, static_cast<int>(side * ui::look().pixel_ratio()));
  gl::FieldLook look;
  look.colormap = colormap_of(settings_, true);
  look.sampling = gl::FieldSampling::nearest;
  look.low = range_.low;
  look.high = range_.high;
  look.scale = range_.logarithmic ? gl::FieldScale::log10 : gl::FieldScale::linear;
  const gl::PlaneView view = view_.value_or(home());
  const figure::Theme& theme = ui::theme();
  gl::Fingerprint print;
  gpu_->field.add_to(print, look, view, theme);
  if (gpu_->canvas.begin(pixels, pixels, print.value(), theme.background)) {
    gpu_->field.draw(look, view, theme, pixels, pixels);
    gpu_->canvas.end();
  }
  ImDrawList* draw = ImGui::GetWindowDrawList();
  gpu_->canvas.show(*draw, at, {side, side});
  draw->AddRect({at.x - 1, at.y - 1}, {at.x + side + 1, at.y + side + 1},
                ui::color(ui::theme().line));
  if (!box_start_) return;
  const ImVec2 mouse = ImGui::GetMousePos();
  draw->AddRectFilled(*box_start_, mouse, ui::color(theme.accent, 0.15));
  draw->AddRect(*box_start_, mouse, ui::color(theme.accent));
}

// Numbers of rows and columns outside the picture, whole ones only.
void AverageGeometryView::draw_axes(ImVec2 at, float side) const {
  const gl::PlaneView view = view_.value_or(home());
  const double step = std::max(1.0, round_step(view.width(), static_cast<int>(side / ui::px(70))));
  const auto last = static_cast<double>(shown_.rows() - 1);
  ImDrawList* draw = ImGui::GetWindowDrawList();
  const ImU32 ink = ui::color(ui::theme().quiet), mark = ui::color(ui::theme().line);
  for (double x = std::max(0.0, std::ceil(view.x_low / step) * step);
       x <= std::min(last, view.x_high); x += step) {
    const std::string words = grouped(static_cast<long long>(x));
    const ImVec2 extent = ui::text_extent(Face::mono, TextSize::quiet, words);
    const float px = at.x + static_cast<float>(view.px_of(x, side));
    draw->AddLine({px, at.y + side}, {px, at.y + side + ui::px(4)}, mark);
    if (px + extent.x / 2 <= at.x + side + ui::px(8))
      ui::draw_text({px - extent.x / 2, at.y + side + ui::px(5)}, Face::mono, TextSize::quiet, ink,
                    words);
  }
  const double top = last - view.y_high, bottom = last - view.y_low;  // rows, from the top
  for (double y = std::max(0.0, std::ceil(top / step) * step); y <= std::min(last, bottom);
       y += step) {
    const std::string words = grouped(static_cast<long long>(y));
    const ImVec2 extent = ui::text_extent(Face::mono, TextSize::quiet, words);
    const float py = at.y + static_cast<float>(view.py_of(last - y, side));
    draw->AddLine({at.x - ui::px(4), py}, {at.x, py}, mark);
    if (py + extent.y / 2 <= at.y + side)
      ui::draw_text({at.x - ui::px(7) - extent.x, std::max(at.y, py - extent.y / 2)}, Face::mono,
                    TextSize::quiet, ink, words);
  }
}

void AverageGeometryView::draw_curve(Frame& frame, ImVec2 at, ImVec2 size) {
  if (curve_from_ != feed_.results().get() || curve_settings_ != settings_.json()) {
    curve_ = curve();
    curve_from_ = feed_.results().get();
    curve_settings_ = settings_.json();
    ++curve_version_;
  }
  const float side = ui::px(kNumbersWidth), gap = ui::px(16);
  const bool has_room = size.x - side - gap >= ui::px(300);
  const ImVec2 room{has_room ? size.x - side - gap : size.x, size.y};
  painter_.draw(*ImGui::GetWindowDrawList(), curve_, curve_version_, at, room);
  if (has_room) draw_numbers(frame, {at.x + room.x + gap, at.y}, {side, size.y});
  const ImVec2 mouse = ImGui::GetMousePos();
  const analysis::ScalarSeries* energy = series("dft_energy");
  if (!ImGui::IsWindowHovered() || painter_.panel_at(mouse) < 0 || energy == nullptr) return;
  const auto mode = static_cast<Index>(
      std::lround(painter_.layout()->panels[0].x.to_data(painter_.to_figure(mouse).x)));
  if (mode < 0 || mode >= energy->y.size()) return;
  frame.readings.push_back({"mode", grouped(mode), ""});
  frame.readings.push_back({"vᵀ G v", shown_number(energy->y[mode]), ""});
  frame.readings.push_back(
      {"isotropic", shown_number(number("trace") / static_cast<double>(energy->y.size())), ""});
  if (const auto* theory = series("dft_energy_theory"); theory && mode < theory->y.size())
    frame.readings.push_back({"theory", shown_number(theory->y[mode]), ""});
}

figure::Figure AverageGeometryView::curve() const {
  analysis::Results part = *feed_.results();
  std::erase_if(part.results, [](const analysis::Result& result) {
    return !std::holds_alternative<analysis::ScalarSeries>(result) ||
           !analysis::quantity_of(result).id.starts_with("dft_energy");
  });
  figure::Figure figure = analysis::figure_of(geometry_analysis(), part, nullptr);
  figure.title.clear();
  figure.caption.clear();
  if (figure.panels.empty()) return figure;
  figure::Panel& panel = figure.panels.front();
  panel.title.clear();
  panel.x.integer = true;
  for (figure::Line& line : panel.lines) {
    if (line.style.dashed) continue;
    // Neighbouring modes differ: each is a point, and the line only leads the eye.
    figure::Points points;
    points.name = line.name;
    points.x = line.x;
    points.y = line.y;
    points.size = line.x.size() > 128 ? 4 : 6;
    points.style = line.style;
    panel.points.push_back(std::move(points));
    line.name.clear();
    line.style.width = 1;
    line.style.opacity = 0.4;
  }
  if (settings_.choice("range") == "log") panel.y.scale = figure::Scale::log10;
  const analysis::ScalarSeries* energy = series("dft_energy");
  if (energy != nullptr && energy->y.size() > 0 && number("trace") > 0)
    panel.rules.push_back({.name = "no preferred mode: tr G / D",
                           .at = number("trace") / static_cast<double>(energy->y.size())});
  return figure;
}

std::string AverageGeometryView::numbers_in_a_line() const {
  const double error = number("error");
  return text("participation ratio ", shown_number(number("participation_ratio"), 3), " · error ",
              std::isnan(error) ? "–" : text(std::round(error * 1000) / 10, " %"), " · tr G ",
              shown_number(number("trace"), 3));
}

void AverageGeometryView::draw_numbers(const Frame& frame, ImVec2 at, ImVec2 size) const {
  ImGui::SetCursorScreenPos(at);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ui::px(8, 4));
  ImGui::BeginChild("numbers", size, false, ImGuiWindowFlags_NoScrollbar);
  const double share = feed_.results()->share;
  const bool one = settings_.choice("of") == "run";
  const auto networks = one ? 1 : settings_.integer("networks");
  const auto done = static_cast<long long>(std::lround(share * static_cast<double>(networks)));
  ui::reading("networks",
              share < 1 ? text(grouped(done), " of ", grouped(networks)) : grouped(networks));
  ui::reading("probes each", grouped(settings_.integer("probes")));
  if (frame.snapshot->resolved)
    ui::reading("inputs D", grouped(frame.snapshot->resolved->data->shape.dim));
  ui::reading("tr G", shown_number(number("trace")));
  ui::tooltip("Mean squared norm of the input gradient.");
  ui::reading("participation ratio", shown_number(number("participation_ratio")));
  ui::tooltip("(tr G)² / tr G²: as many equal eigenvalues have the same spread; D for isotropy.");
  const double error = number("error");
  ui::reading("error", std::isnan(error) ? "–" : text(std::round(error * 1000) / 10),
              std::isnan(error) ? "" : "%");
  ui::tooltip("Relative standard error of G, from its two halves; it falls as 1/√networks.");
  ImGui::EndChild();
  ImGui::PopStyleVar();
}

void AverageGeometryView::drag_box(double mx, double my, ImVec2 at, float side, bool hovered) {
  if (hovered && ImGui::IsMouseClicked(1)) box_start_ = ImGui::GetMousePos();
  if (!box_start_ || ImGui::IsMouseDown(1)) return;
  const ImVec2 start = *std::exchange(box_start_, std::nullopt);
  const double sx = start.x - at.x, sy = start.y - at.y;
  if (std::abs(sx - mx) <= kSmallestBox || std::abs(sy - my) <= kSmallestBox) return;
  const gl::PlaneView view = view_.value_or(home());
  const gl::PlaneView box{view.x_at(std::min(sx, mx), side), view.x_at(std::max(sx, mx), side),
                          view.y_at(std::max(sy, my), side), view.y_at(std::min(sy, my), side)};
  view_ = box.with_equal_units(side, side);
}

void AverageGeometryView::handle_mouse(Frame& frame, ImVec2 at, float side) {
  ImGui::SetCursorScreenPos(at);
  ImGui::InvisibleButton("matrix", {side, side},
                         ImGuiButtonFlags_MouseButtonLeft | ImGuiButtonFlags_MouseButtonRight);
  const bool hovered = ImGui::IsItemHovered();
  const ImGuiIO& io = ImGui::GetIO();
  const double mx = io.MousePos.x - at.x, my = io.MousePos.y - at.y;
  const gl::PlaneView before = view_.value_or(home());
  gl::PlaneView view = before;
  if (hovered) {
    read_out(frame, view.x_at(mx, side), view.y_at(my, side));
    if (io.MouseWheel != 0)
      view = view.zoomed(std::pow(1.2, io.MouseWheel), view.x_at(mx, side), view.y_at(my, side));
    if (ImGui::IsMouseDoubleClicked(0)) {
      reset_view();
      frame.keep_drawing = true;
      return;
    }
  }
  if (ImGui::IsItemActive() && ImGui::IsMouseDragging(0, ui::px(3)))
    view = view.panned(io.MouseDelta.x, io.MouseDelta.y, side, side);
  if (!(view == before)) view_ = view;
  drag_box(mx, my, at, side, hovered);
  frame.keep_drawing |= box_start_.has_value() || !(view_.value_or(home()) == before);
}

void AverageGeometryView::read_out(Frame& frame, double x, double y) const {
  const auto column = static_cast<Index>(std::lround(x));
  const auto row = shown_.rows() - 1 - static_cast<Index>(std::lround(y));
  if (row < 0 || column < 0 || row >= shown_.rows() || column >= shown_.cols()) return;
  const bool modes = shows("g_dft");
  const auto& resolved = frame.snapshot->resolved;
  const auto place = [&](const char* name, Index index) {
    frame.readings.push_back({name, grouped(index), ""});
    if (!resolved || !resolved->data->shape.is_image() || modes) return;
    const InputShape& shape = resolved->data->shape;
    const Index pixel = index % (shape.height * shape.width);
    frame.readings.push_back(
        {"  pixel",
         text(shape.channels > 1 ? text("channel ", index / (shape.height * shape.width), ", ")
                                 : std::string(),
              "row ", pixel / shape.width, ", column ", pixel % shape.width),
         ""});
  };
  place(modes ? "mode i" : "input i", row);
  place(modes ? "mode j" : "input j", column);
  frame.readings.push_back(
      {shows("change") ? "change of G_ij" : "G_ij", shown_number(shown_(row, column)), ""});
}

figure::Figure AverageGeometryView::figure(const Frame& frame) const {
  ANISO_CHECK(feed_.results() != nullptr, "no average geometry has been computed yet");
  figure::Figure figure;
  if (shows("diagonal")) {
    figure = curve();
  } else {
    ANISO_CHECK(shown_.size() > 0, undefined_.empty() ? "nothing has been drawn yet" : undefined_);
    analysis::Results part = *feed_.results();
    analysis::MatrixMap matrix = *map(feed_.results());
    matrix.values = shown_;
    if (shows("change")) matrix.quantity.title = "Change of G";
    part.results = {std::move(matrix)};
    figure = analysis::figure_of(geometry_analysis(), part, nullptr);
    figure::Panel& panel = figure.panels.front();
    panel.field->colormap = colormap_of(settings_, true);
    panel.field->low = range_.low;
    panel.field->high = range_.high;
    panel.field->logarithmic = range_.logarithmic;
    if (view_) {
      const auto last = static_cast<double>(shown_.rows() - 1);
      panel.x.low = view_->x_low;
      panel.x.high = view_->x_high;
      panel.y.low = last - view_->y_low;
      panel.y.high = last - view_->y_high;
    }
  }
  figure.title = geometry_analysis().title;
  figure.caption = text("Step ", grouped(feed_.results()->step), " · run ", frame.snapshot->run,
                        " · ", numbers_in_a_line(), " · ", geometry_analysis().source);
  for (const auto& note : feed_.results()->notes) figure.caption += " · " + note;
  return figure;
}

ViewType average_geometry_view() {
  const analysis::Analysis& analysis = geometry_analysis();
  return {kId,
          analysis.title,
          analysis.doc,
          analysis.formula,
          "(output unit / input unit)²",
          analysis.source,
          [] { return std::make_unique<AverageGeometryView>(); }};
}

}  // namespace aniso::app
