#include "app/views/score_field_view.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <utility>

#include "app/ui/widgets.h"
#include "app/views/arrow_grid.h"
#include "app/views/builtin.h"
#include "app/views/picture_words.h"
#include "app/views/shown_number.h"
#include "app/views/time_slider.h"
#include "core/analysis/registry.h"
#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::app {
namespace {

using ui::Face;
using ui::TextSize;

constexpr float kFooter = 40, kGap = 8;
constexpr double kWithin = 0.8;     // of the vectors are no longer than the longest arrow
constexpr double kDepth = 8;        // nats below the peak where the colours end
constexpr float kArrowRoom = 32;    // at least so far apart
constexpr double kNoContour = 0.4;  // beyond the last one, short of the next

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

const analysis::Analysis& score_analysis() { return analysis::analysis("score_field"); }

ParamSchema own_settings() {
  return {
      choice_param("show", "over",
                   {{"learned", "Learned", "The learned score alone."},
                    {"beside", "Learned beside exact", "Two pictures that move together."},
                    {"over", "Learned over exact", "The exact score as outlined arrows."},
                    {"difference", "Learned − exact", "What is still to be learned."}})
          .about("Which field; the exact score is known for Gaussian data."),
      choice_param("draw", "arrows",
                   {{"arrows", "Arrows", "Length by strength, up to the key's."},
                    {"streaks", "Streaks", "Line-integral convolution along the field."},
                    {"particles", "Particles", "Points that the field carries along."}})
          .about("How the field is drawn."),
      choice_param(
          "background", "auto",
          {{"auto", "Automatic",
            "The excess for the difference, else the density, or where it is not known the size."},
           {"density", "Log density", "Of the noised data, where it is known."},
           {"size", "Size of the learned score", "How strongly it pushes."},
           {"excess", "Excess along the exact score",
            "Positive: pushes too hard towards the data. Negative: too little."},
           {"none", "None", "The plain ground."}})
          .about("What the colours show."),
      bool_param("contours", true)
          .about("Lines at ½, 2, 4½ and 8 nats below the peak of the exact log density: 1 to 4 "
                 "standard deviations of a single Gaussian."),
      integer_param("arrows", 24)
          .range(4, 80)
          .about("About so many arrows along the shorter side, fewer where they would touch."),
      integer_param("particles", 1500)
          .range(16, 20000)
          .when("draw", {"particles"})
          .about("Points that are carried along."),
      bool_param("noised", true)
          .titled("Noise the data")
          .about("Shows the data points through the noise of the chosen time, as the network "
                 "sees them.")};
}

std::string shown_vector(const Eigen::RowVector2d& v) {
  return text("(", shown_number(v[0], 3), ", ", shown_number(v[1], 3), ")");
}

std::string three_decimals(double value) {
  std::array<char, 16> out{};
  std::snprintf(out.data(), out.size(), "%.3f", value);
  return out.data();
}

// √(2 (peak − log p)): 1 at one standard deviation of a single Gaussian, and so on; flat where no
// more contours are wanted.
analysis::Field2D sigmas_of(const analysis::Field2D& density, double peak, int contours) {
  analysis::Field2D out = density;
  out.values = (2 * (peak - density.values.array()).max(0)).sqrt().min(contours + kNoContour);
  return out;
}

}  // namespace

const ParamSchema& ScoreFieldView::settings_schema() const {
  static const ParamSchema schema = joined(
      joined(joined(own_settings(), plane_settings(score_analysis().params)), color_range_params()),
      point_settings());
  return schema;
}

Json ScoreFieldView::analysis_params() const {
  Json params = Json::object();
  for (const ParamSpec& spec : plane_settings(score_analysis().params))
    params[spec.name] = settings_.json()[spec.name];
  stage_.add_region(params);
  return params;
}

std::optional<double> ScoreFieldView::number(const std::string& id) const {
  const auto* series = find<analysis::ScalarSeries>(id);
  if (series == nullptr || !series->quantity.status.is_valid()) return std::nullopt;
  return series->y[0];
}

ScoreFieldView::Shown ScoreFieldView::shown() const {
  const std::string choice = settings_.choice("show");
  if (choice == "learned" || !knows_exact()) return Shown::learned;
  return choice == "beside" ? Shown::beside : choice == "over" ? Shown::over : Shown::difference;
}

const analysis::Field2D* ScoreFieldView::background() const {
  std::string choice = settings_.choice("background");
  if (choice == "none") return nullptr;
  if (choice == "auto")
    choice = shown() == Shown::difference ? "excess" : knows_exact() ? "density" : "size";
  return find<analysis::Field2D>(choice == "density" ? "log_density" : choice);
}

ScorePicture ScoreFieldView::picture(int pane) const {
  ScorePicture out;
  const Shown what = shown();
  const bool is_exact = what == Shown::beside && pane == 1;
  out.vectors = find<analysis::VectorField2D>(is_exact                    ? "exact"
                                              : what == Shown::difference ? "difference"
                                                                          : "learned");
  if (what == Shown::over) out.under = find<analysis::VectorField2D>("exact");
  out.background = background();
  if (settings_.boolean("contours") && sigmas_) out.contours = &*sigmas_;
  return out;
}

std::string ScoreFieldView::name_of(int pane) const {
  switch (shown()) {
    case Shown::learned:
      return "learned";
    case Shown::beside:
      return pane == 0 ? "learned" : "exact";
    case Shown::over: {
      const std::string style = settings_.choice("draw");
      return text(style == "arrows" ? "filled" : style, ": learned · outlined: exact");
    }
    case Shown::difference:
      return "learned − exact";
  }
  return "";
}

std::string ScoreFieldView::subtitle(const Frame& /*frame*/) const {
  const auto* learned = find<analysis::VectorField2D>("learned");
  if (learned == nullptr) return "";
  return text("on the plane of ", learned->quantity.x_label, " and ", learned->quantity.y_label);
}

void ScoreFieldView::take_results(Frame& frame) {
  // One question at a time: a slider that is dragged must not keep cancelling its own answer.
  feed_.take(frame, frame.snapshot, tag(), score_analysis().id);
  if (!frame.analyses.is_busy(tag()))
    feed_.ask(frame, frame.snapshot, tag(), score_analysis().id, analysis_params());
  else
    frame.redraw_at_s = std::min(frame.redraw_at_s, frame.time_s + 0.03);
  // Until a new run has answered the last one's picture stays.
  const bool is_new = feed_.results() && feed_.results() != taken_;
  if (is_new) taken_ = feed_.results();
  follow_data(frame);
  if (!taken_ || (!is_new && taken_settings_ == settings_.json())) return;
  taken_settings_ = settings_.json();
  sigmas_.reset();
  const auto* density = find<analysis::Field2D>("log_density");
  const auto peak = number("peak_log_density");
  if (density != nullptr && peak) sigmas_ = sigmas_of(*density, *peak, kContours);
  // The exact score sets the scale, so that arrows do not rescale while it is learned.
  const bool differs = shown() == Shown::difference;
  const auto* scale = find<analysis::VectorField2D>(differs         ? "difference"
                                                    : knows_exact() ? "exact"
                                                                    : "learned");
  // So do the places where there are data: far away any score is strong and no network has learned.
  Matrix counted;
  if (sigmas_) counted = (sigmas_->values.array() < kContours).cast<double>();
  longest_ = round_length(*scale, kWithin, counted);
  if (const auto* field = background(); field != nullptr) {
    Matrix values = field->values;
    if (sigmas_) values = (counted.array() > 0).select(values, kNaN);
    range_ = robust_color_range(settings_, values, field->is_signed, 0.98);
    if (field == density && peak && settings_.choice("range") == "auto")
      range_ = {*peak - kDepth, *peak};
  }
  for (int i = 0; i < panes(); ++i) {
    auto& pane = panes_[static_cast<std::size_t>(i)];
    if (!pane) pane = std::make_unique<ScorePane>(frame.shaders);
    pane->set(picture(i));
  }
}

// The data points under the noise that they are seen through.
void ScoreFieldView::follow_data(const Frame& frame) {
  const auto& resolved = frame.snapshot->resolved;
  const auto* size = find<analysis::Field2D>("size");
  if (size == nullptr || !size->plane || !resolved || !resolved->diffusion ||
      size->plane->u.size() != resolved->data->shape.dim)
    return;
  const NoiseTimes times{resolved->diffusion->steps()};
  theory::NoiseLevel level;
  if (settings_.boolean("noised"))
    level = resolved->diffusion->schedule.level(times.step_of(settings_.real("time")));
  stage_.follow(frame, *size->plane, settings_.integer("points"), level);
}

ScoreLook ScoreFieldView::look() const {
  ScoreLook out;
  const std::string style = settings_.choice("draw");
  out.style = style == "arrows"    ? FlowStyle::arrows
              : style == "streaks" ? FlowStyle::streaks
                                   : FlowStyle::particles;
  const float room = std::min(pane_size_.x, pane_size_.y) / ui::px(kArrowRoom);
  out.across = std::clamp(static_cast<int>(settings_.integer("arrows")), 1,
                          std::max(1, static_cast<int>(room)));
  out.longest = longest_;
  out.particles = settings_.integer("particles");
  if (const auto* field = background(); field != nullptr) {
    out.field.colormap = colormap_of(settings_, field->is_signed);
    out.field.low = range_.low;
    out.field.high = range_.high;
    out.field.scale = range_.logarithmic ? gl::FieldScale::log10 : gl::FieldScale::linear;
  }
  return out;
}

void ScoreFieldView::draw(Frame& frame) {
  take_results(frame);
  const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
  const float below = time_slider_height() + ui::px(kFooter + 2 * kGap);
  const ImVec2 size{std::floor(room.x), std::floor(std::max(room.y - below, ui::px(40)))};
  if (!taken_ || !stage_.is_ready() || (!feed_.results() && !feed_.error().empty())) {
    ui::quiet_text(!feed_.error().empty() ? feed_.error()
                                          : "Waiting for the first picture of the network.");
    return;
  }
  draw_panes(frame, at, size);
  // What is shown answers an older question then.
  if (!feed_.error().empty()) draw_reason(feed_.error(), at, size);
  ImGui::SetCursorScreenPos({at.x, at.y + size.y + ui::px(kGap)});
  draw_slider(frame, size.x);
  ImGui::SetCursorScreenPos({at.x, at.y + size.y + time_slider_height() + ui::px(2 * kGap)});
  draw_footer(size.x);
}

void ScoreFieldView::draw_panes(Frame& frame, ImVec2 at, ImVec2 size) {
  const int count = panes();
  // Two of them stand where their pictures are largest.
  const bool side_by_side = size.x >= size.y;
  const float gap = count > 1 ? ui::px(kGap) : 0;
  ImVec2 one = size, next{0, 0};
  if (count > 1 && side_by_side) one.x = std::floor((size.x - gap) / 2), next.x = one.x + gap;
  if (count > 1 && !side_by_side) one.y = std::floor((size.y - gap) / 2), next.y = one.y + gap;
  if (one.x < ui::px(40) || one.y < ui::px(40)) return;
  pane_size_ = one;
  stage_.fit(frame, one);
  const auto corner = [&](int pane) {
    const auto k = static_cast<float>(pane);
    return ImVec2{at.x + k * next.x, at.y + k * next.y};
  };
  // A box that began in one pane ends there: the stage hears of one of them in a frame.
  mouse_pane_ = std::min(mouse_pane_, count - 1);
  std::array<PlaneStage::Pointer, 2> pointers;
  for (int i = 0; i < count; ++i) {
    ImGui::PushID(i);
    auto& pointer = pointers[static_cast<std::size_t>(i)] = stage_.begin_mouse(corner(i), one);
    ImGui::PopID();
    const bool holds = pointer.active || (pointer.hovered && !ImGui::IsMouseDown(1));
    if (holds) mouse_pane_ = i;
  }
  const auto& pointer = pointers[static_cast<std::size_t>(mouse_pane_)];
  probe_.reset();
  if (pointer.hovered) {
    probe_.emplace(pointer.x, pointer.y);
    read_out(frame, pointer.x, pointer.y);
  }
  stage_.end_mouse(frame, pointer, corner(mouse_pane_), one, false);
  const ScoreLook style = look();
  const gl::PointLook points = stage_.point_look(settings_);
  for (int i = 0; i < count; ++i) {
    const ImVec2 p = corner(i), end{p.x + one.x, p.y + one.y};
    ImGui::GetWindowDrawList()->PushClipRect(p, end, true);
    panes_[static_cast<std::size_t>(i)]->draw(frame, stage_, style, points, p, one);
    draw_probe(i, p, one);
    stage_.draw_overlay(p, one);
    draw_marks(i, p, one);
    draw_key(i, p, one);
    ImGui::GetWindowDrawList()->PopClipRect();
  }
}

// Which place of the other picture the pointer stands for.
void ScoreFieldView::draw_probe(int pane, ImVec2 at, ImVec2 size) const {
  if (!probe_ || pane == mouse_pane_) return;
  const ImVec2 p{at.x + static_cast<float>(stage_.view().px_of((*probe_)[0], size.x)),
                 at.y + static_cast<float>(stage_.view().py_of((*probe_)[1], size.y))};
  ImDrawList* draw = ImGui::GetWindowDrawList();
  for (const bool rim : {true, false}) {
    const ImU32 ink = ui::color(rim ? ui::theme().rim : ui::theme().boundary);
    const float width = ui::px(rim ? 3.5f : 1.5f), inner = ui::px(4), outer = ui::px(10);
    draw->AddLine({p.x - outer, p.y}, {p.x - inner, p.y}, ink, width);
    draw->AddLine({p.x + inner, p.y}, {p.x + outer, p.y}, ink, width);
    draw->AddLine({p.x, p.y - outer}, {p.x, p.y - inner}, ink, width);
    draw->AddLine({p.x, p.y + inner}, {p.x, p.y + outer}, ink, width);
  }
}

void ScoreFieldView::draw_marks(int pane, ImVec2 at, ImVec2 size) const {
  std::vector<std::string> lines = {name_of(pane)};
  if (!knows_exact() && settings_.choice("show") != "learned")
    lines.emplace_back("exact score not known for these data");
  const float ticks = ui::px(28);
  const float key = has_arrows() ? ui::px(120) : 0;
  draw_legend(lines, {at.x + ticks, at.y}, {size.x - key - ticks, size.y});
}

// How long an arrow is how strong a score, at the upper right corner.
void ScoreFieldView::draw_key(int pane, ImVec2 at, ImVec2 size) const {
  if (pane + 1 < panes()) return;
  const bool differs = shown() == Shown::difference;
  const std::string words = text(differs ? "|Δs| = " : "|s| = ", shown_number(longest_, 3));
  const ImVec2 extent = ui::text_extent(Face::mono, TextSize::quiet, words);
  if (!has_arrows()) return;
  const float arrow = ScorePane::longest_arrow(stage_.view(), look().across, pane_size_);
  const float pad = ui::px(6), width = arrow + extent.x + 3 * pad;
  if (width > size.x / 2) return;
  const ImVec2 p{at.x + size.x - width - ui::px(8), at.y + ui::px(8)};
  const float middle = p.y + extent.y / 2 + ui::px(1);
  ImDrawList* draw = ImGui::GetWindowDrawList();
  draw->AddRectFilled(p, {p.x + width, p.y + extent.y + ui::px(2)},
                      ui::color(ui::theme().background, 0.7), ui::px(2));
  const float head = std::clamp(0.4f * arrow, ui::px(6), ui::px(10));
  const ImU32 ink = ui::color(ui::theme().boundary);
  const ImVec2 tip{p.x + pad + arrow, middle};
  draw->AddLine({p.x + pad, middle}, {tip.x - head, middle}, ink, ui::px(1.75f));
  draw->AddTriangleFilled({tip.x - head, middle - 0.45f * head},
                          {tip.x - head, middle + 0.45f * head}, tip, ink);
  ui::draw_text({tip.x + pad, p.y + ui::px(1)}, Face::mono, TextSize::quiet,
                ui::color(ui::theme().text), words);
}

void ScoreFieldView::draw_slider(Frame& frame, float width) {
  const auto& resolved = frame.snapshot->resolved;
  if (!resolved || !resolved->diffusion) return;
  const auto& diffusion = resolved->diffusion;
  const NoiseTimes times{diffusion->steps()};
  const double time = settings_.real("time");
  const Index t = times.step_of(time);
  const auto words = [&](Index step) {
    return text("t = ", grouped(step), " of ", grouped(times.steps), " · σ ",
                three_decimals(diffusion->schedule.level(step).sigma));
  };
  if (const auto next = draw_time_slider(times, time, words(t), words(times.steps - 1), width))
    frame.settings_requests.push_back({"score_field", tag(), Json{{"time", *next}}});
}

std::string ScoreFieldView::divergence(float width) const {
  const auto value = number("fisher_divergence"), share = number("relative_fisher_divergence");
  if (!value) return "no exact score to compare with";
  const std::string percent = share ? " · " + shown_number(100 * *share, 2) + " %" : "";
  const std::string number = shown_number(*value, 3);
  std::string words = text("Fisher divergence ", number, percent, share ? " of E|s|²" : "");
  if (ui::text_extent(Face::regular, TextSize::quiet, words).x <= width) return words;
  return text("Fisher ", number, percent);
}

void ScoreFieldView::draw_footer(float width) const {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const auto* learned = find<analysis::VectorField2D>("learned");
  const auto* field = background();
  const float gap = ui::px(24);
  const bool has_bar = field != nullptr && width > ui::px(360);
  const float bar = has_bar ? std::min(0.5f * width, ui::px(420)) : 0;
  const float left = width - bar - (has_bar ? gap : 0);
  float y = at.y;
  const auto line = [&](const std::string& words, figure::Rgb ink) {
    ui::draw_text({at.x, y}, Face::regular, TextSize::quiet, ui::color(ink),
                  ui::fitted(Face::regular, TextSize::quiet, words, left));
    y += ui::text_extent(Face::regular, TextSize::quiet, "0").y + ui::px(2);
  };
  line(divergence(left), ui::theme().text);
  line(
      text("s along ", learned->quantity.x_label, " →   t along ", learned->quantity.y_label, " ↑"),
      ui::theme().quiet);
  if (!has_bar) return;
  ImGui::SetCursorScreenPos({at.x + width - bar, at.y});
  draw_color_bar(range_, colormap_of(settings_, field->is_signed), field->quantity.title, bar);
}

void ScoreFieldView::read_out(Frame& frame, double x, double y) const {
  const auto say = [&](const std::string& name, const std::string& value, const std::string& unit) {
    frame.readings.push_back({name, value, unit});
  };
  say("place", shown_vector({x, y}), "");
  const auto vector = [&](const char* id, const char* name) {
    const auto* field = find<analysis::VectorField2D>(id);
    if (field == nullptr) return;
    const Eigen::RowVector2d v = vector_at(*field, x, y);
    say(name, shown_vector(v), "");
    say(text("|", name, "|"), shown_number(v.norm(), 3), "");
  };
  vector("learned", "learned");
  vector("exact", "exact");
  vector("difference", "difference");
  if (const auto* excess = find<analysis::Field2D>("excess"); excess != nullptr)
    say("excess", shown_number(value_at(*excess, x, y), 3), "");
  if (const auto* density = find<analysis::Field2D>("log_density"); density != nullptr)
    say("log density", shown_number(value_at(*density, x, y), 4), density->quantity.unit);
}

ViewType score_field_view() {
  const analysis::Analysis& analysis = score_analysis();
  return {analysis.id,
          analysis.title,
          analysis.doc +
              " The slider under the picture goes from data to noise: drag it, or turn the "
              "wheel over it (with Shift ten steps).",
          analysis.formula,
          "1/input unit",
          analysis.source,
          [] { return std::make_unique<ScoreFieldView>(); }};
}

}  // namespace aniso::app
