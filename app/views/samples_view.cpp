#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "app/gl/canvas.h"
#include "app/gl/point_painter.h"
#include "app/ui/icons.h"
#include "app/ui/widgets.h"
#include "app/views/analysis_feed.h"
#include "app/views/builtin.h"
#include "app/views/picture_words.h"
#include "app/views/plane_stage.h"
#include "app/views/sample_distances.h"
#include "app/views/sample_flow.h"
#include "app/views/shown_number.h"
#include "app/views/time_slider.h"
#include "core/analysis/registry.h"
#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::app {
namespace {

using ui::Face;
using ui::TextSize;

constexpr float kFooter = 40, kGap = 8, kButton = 28;
constexpr double kHoldSeconds = 1.5;   // finished samples are looked at before newer ones begin
constexpr double kFadeSeconds = 0.3;   // from one flow to the next
constexpr double kViewSeconds = 0.12;  // in which the picture follows points that leave it
constexpr double kWithin = 0.99;       // of the samples lie in the picture
constexpr double kMargin = 1.1;
constexpr Index kMoments = 64;  // of the way that are played

const analysis::Analysis& samples_analysis() { return analysis::analysis("samples"); }

// What the person chooses: the plane follows the mouse, and the moments are the view's.
ParamSchema asked_params() {
  ParamSchema schema = plane_settings(samples_analysis().params);
  std::erase_if(schema, [](const ParamSpec& spec) { return spec.name == "moments"; });
  return schema;
}

gl::PlaneView square(const Eigen::RowVector2d& centre, double half) {
  return {centre[0] - half, centre[0] + half, centre[1] - half, centre[1] + half};
}

// The theme with one colour for all points.
figure::Theme in_color(const figure::Theme& theme, figure::Rgb ink) {
  figure::Theme out = theme;
  out.categories.fill(ink);
  return out;
}

/// What a score network generates: points that flow from noise into the data, played at an even
/// pace, and how far they end from the data.
class SamplesView : public View {
 public:
  void draw(Frame& frame) override;
  figure::Figure figure(const Frame& frame) const override;
  std::string age(const Frame& frame) const override;
  std::string subtitle(const Frame& frame) const override;
  void reset_view() override { stage_.reset(); }
  const ParamSchema& settings_schema() const override {
    static const ParamSchema schema =
        joined(asked_params(),
               {bool_param("data", true).titled("Data points").about("Those to be imitated."),
                real_param("point_size", 6).range(1, 24).in("px").about("Diameter of a point.")});
    return schema;
  }

 private:
  struct Gpu {  // made on first draw, when there is a context
    explicit Gpu(gl::ShaderLibrary& shaders) : data(shaders), now(shaders), before(shaders) {}
    gl::PointPainter data, now, before;
    gl::Canvas canvas;
  };

  Json analysis_params() const;
  std::string warning() const;
  bool wants_next(const Frame& frame, double hold_s) const;
  void take_results(Frame& frame);
  void take_data(const analysis::PointSet& points);
  void begin_flow(const Frame& frame);
  void play(Frame& frame);
  void follow_points(Frame& frame);
  void draw_picture(const Frame& frame, ImVec2 at, ImVec2 size);
  void draw_marks(ImVec2 at, ImVec2 size) const;
  void draw_warning(ImVec2 at) const;
  void draw_transport(Frame& frame, float width);
  void read_out(Frame& frame, double x, double y) const;
  std::string progress(Index steps) const;
  std::string short_progress() const;

  std::unique_ptr<Gpu> gpu_;
  AnalysisFeed feed_;
  PlaneStage stage_;
  SampleFlow flow_;
  Json asked_, answered_;            // parameters of the flow that is awaited, of that shown
  analysis::ResultsPtr seen_;        // newest results that were taken
  analysis::ResultsPtr finished_;    // newest complete ones: the distances
  Matrix data_;                      // (n, 2)
  Eigen::RowVector2d centre_{0, 0};  // of the data …
  double data_half_ = 1;             // … and how far they reach
  double half_ = 0;                  // of the picture, easing
  std::string x_label_, y_label_;
  Matrix points_;       // as shown
  Index outside_ = 0;   // of them, beyond the picture
  double last_s_ = -1;  // time of the last frame
  double done_s_ = -1;  // when the flow arrived
  double fade_s_ = -1;  // when the flow began that replaced another
  bool held_ = false;   // the person chose the moment
  bool playing_ = false;
};

Json SamplesView::analysis_params() const {
  Json params = Json::object();
  for (const ParamSpec& spec : asked_params()) params[spec.name] = settings_.json()[spec.name];
  params["moments"] = kMoments;
  return params;
}

// What the analysis says of samples that have gone wrong; empty where it does not.
std::string SamplesView::warning() const {
  if (!finished_ || finished_ != seen_) return "";
  for (const std::string& note : finished_->notes)
    if (note.starts_with("the samples have ")) return note;
  return "";
}

std::string SamplesView::age(const Frame& frame) const {
  if (!seen_) return "";
  if (seen_->share < 1) return text(std::lround(100 * seen_->share), " % of the way");
  const Index behind = frame.snapshot->step - seen_->step;
  std::string age = text("step ", grouped(seen_->step));
  if (behind > 0) age += text(" · ", grouped(behind), " behind");
  return age + text(" · ", std::lround(seen_->elapsed_ms), " ms");
}

std::string SamplesView::subtitle(const Frame& /*frame*/) const {
  if (x_label_.empty()) return "";
  return text(grouped(points_.rows()), " points on the plane of ", x_label_, " and ", y_label_);
}

// Whether newer samples may replace what is shown: they are drawn while it is still looked at.
bool SamplesView::wants_next(const Frame& frame, double hold_s) const {
  if (flow_.empty() || analysis_params() != asked_ || asked_ != answered_) return true;
  if (seen_ && seen_->run != frame.snapshot->run) return true;
  // A step that was chosen on the time line is answered at once.
  if (seen_ && frame.snapshot->is_behind() && seen_->step != frame.snapshot->step) return true;
  return !held_ && flow_.is_done() && frame.time_s - done_s_ >= hold_s;
}

void SamplesView::take_results(Frame& frame) {
  feed_.take(frame, frame.snapshot, tag(), samples_analysis().id);
  const bool busy = frame.analyses.is_busy(tag());
  if (wants_next(frame, 0) && (!busy || analysis_params() != asked_)) {
    asked_ = analysis_params();
    feed_.ask(frame, frame.snapshot, tag(), samples_analysis().id, asked_);
  }
  if (busy) frame.redraw_at_s = std::min(frame.redraw_at_s, frame.time_s + 0.03);
  const auto& newest = feed_.results();
  if (!newest || newest == seen_) return;
  const bool goes_on = seen_ && seen_->run == newest->run && seen_->step == newest->step &&
                       seen_->share < newest->share;
  if (!goes_on && !wants_next(frame, kHoldSeconds)) return;
  answered_ = asked_;
  seen_ = newest;
  if (!goes_on) begin_flow(frame);
  const analysis::PointSet *points = nullptr, *way = nullptr;
  const analysis::ScalarSeries *way_t = nullptr, *t = nullptr;
  for (const auto& result : newest->results) {
    const std::string& id = analysis::quantity_of(result).id;
    if (id == "points") points = std::get_if<analysis::PointSet>(&result);
    if (id == "way") way = std::get_if<analysis::PointSet>(&result);
    if (id == "way_t") way_t = std::get_if<analysis::ScalarSeries>(&result);
    if (id == "diffusion_step") t = std::get_if<analysis::ScalarSeries>(&result);
  }
  if (points == nullptr) return;
  take_data(*points);
  if (newest->share >= 1) finished_ = newest;
  if (way != nullptr && way_t != nullptr) {
    const Index moments = way_t->x.size(), n = way->points.rows() / moments;
    std::vector<SampleFlow::Moment> all;
    for (Index k = 0; k < moments; ++k)
      all.push_back(
          {way_t->x[k] / way_t->x[moments - 1], way_t->y[k], way->points.middleRows(k * n, n)});
    flow_.replace(std::move(all));
  } else {
    const Index samples = (points->labels.array() == 1).count();
    flow_.add({newest->share, t != nullptr ? t->y[0] : -1, points->points.bottomRows(samples)});
  }
}

void SamplesView::take_data(const analysis::PointSet& points) {
  x_label_ = points.quantity.x_label;
  y_label_ = points.quantity.y_label;
  const Index rows = (points.labels.array() == 0).count();
  const Matrix data = points.points.topRows(rows);
  if (data_.rows() == data.rows() && data_ == data) return;
  data_ = data;
  gpu_->data.set_points(data_, {});
  if (rows == 0) return;
  const Eigen::RowVector2d low = data_.colwise().minCoeff(), high = data_.colwise().maxCoeff();
  centre_ = (low + high) / 2;
  data_half_ = kMargin * std::max((high - low).maxCoeff() / 2, 1e-9);
}

// What was shown fades out under the new flow.
void SamplesView::begin_flow(const Frame& frame) {
  if (points_.rows() > 0) {
    gpu_->before.set_points(points_, {});
    fade_s_ = frame.time_s;
  }
  flow_.clear();
  done_s_ = -1;
  held_ = false;
  playing_ = true;
}

void SamplesView::play(Frame& frame) {
  const double since = last_s_ < 0 ? 0 : std::min(frame.time_s - last_s_, 0.1);
  last_s_ = frame.time_s;
  if (playing_ && !held_) {
    flow_.advance(since);
    if (flow_.is_done()) {
      done_s_ = frame.time_s;
      playing_ = false;
    } else {
      frame.keep_drawing = true;
    }
  }
  // Then newer samples may begin.
  if (!playing_ && !held_ && frame.time_s < done_s_ + kHoldSeconds)
    frame.redraw_at_s = std::min(frame.redraw_at_s, done_s_ + kHoldSeconds);
  if (fade_s_ >= 0) {
    if (frame.time_s - fade_s_ >= kFadeSeconds) fade_s_ = -1;
    frame.keep_drawing = true;
  }
  const Matrix now = flow_.points();
  if (now.rows() != points_.rows() || now != points_) {
    points_ = now;
    gpu_->now.set_points(points_, {});
  }
}

// The picture holds nearly all of the points, however far they go.
void SamplesView::follow_points(Frame& frame) {
  const Matrix away = points_.rowwise() - centre_;
  const double wanted = steady_extent(away, data_half_, kWithin);
  if (half_ <= 0) half_ = wanted;
  if (half_ != wanted) {
    const double share =
        1 - std::exp(-static_cast<double>(ImGui::GetIO().DeltaTime) / (kViewSeconds / 2));
    half_ = std::exp((1 - share) * std::log(half_) + share * std::log(wanted));
    if (std::abs(half_ / wanted - 1) < 1e-3) half_ = wanted;
    frame.keep_drawing = true;
  }
  stage_.follow(square(centre_, half_));
}

void SamplesView::draw(Frame& frame) {
  if (!gpu_) gpu_ = std::make_unique<Gpu>(frame.shaders);
  take_results(frame);
  const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
  const float below = ui::px(kButton + kFooter + 2 * kGap);
  const ImVec2 size{std::floor(room.x), std::floor(std::max(room.y - below, ui::px(40)))};
  if (flow_.empty() && points_.rows() == 0) {
    ui::quiet_text(!feed_.error().empty() ? feed_.error() : "Drawing the first samples.");
    return;
  }
  play(frame);
  follow_points(frame);
  stage_.fit(frame, size);
  const PlaneStage::Pointer pointer = stage_.begin_mouse(at, size);
  if (pointer.hovered) read_out(frame, pointer.x, pointer.y);
  stage_.end_mouse(frame, pointer, at, size, false);
  draw_picture(frame, at, size);
  stage_.draw_overlay(at, size);
  draw_marks(at, size);
  if (!feed_.error().empty()) draw_reason(feed_.error(), at, size);
  ImGui::SetCursorScreenPos({at.x, at.y + size.y + ui::px(kGap)});
  draw_transport(frame, size.x);
  ImGui::SetCursorScreenPos({at.x, at.y + size.y + ui::px(kButton + 2 * kGap)});
  draw_sample_distances(finished_.get(), size.x);
}

void SamplesView::draw_picture(const Frame& frame, ImVec2 at, ImVec2 size) {
  const float ratio = ui::look().pixel_ratio();
  const int w = std::max(1, static_cast<int>(size.x * ratio));
  const int h = std::max(1, static_cast<int>(size.y * ratio));
  const figure::Theme& theme = ui::theme();
  const figure::Theme quiet = in_color(theme, theme.quiet), loud = in_color(theme, theme.accent);
  const gl::PlaneView& view = stage_.view();
  const double fade =
      fade_s_ < 0 ? 1 : std::clamp((frame.time_s - fade_s_) / kFadeSeconds, 0.0, 1.0);
  gl::PointLook data = stage_.point_look(settings_), now = data, before = data;
  data.diameter *= 0.75;
  data.rim_width = 0;
  data.opacity = 0.55;
  now.opacity = fade;
  before.opacity = 1 - fade;
  const bool has_data = settings_.boolean("data"), fades = fade < 1;
  gl::Fingerprint print;
  print.add(has_data).add(fades);
  gpu_->data.add_to(print, data, view, quiet);
  gpu_->now.add_to(print, now, view, loud);
  gpu_->before.add_to(print, before, view, loud);
  if (gpu_->canvas.begin(w, h, print.value(), theme.background)) {
    if (has_data) gpu_->data.draw(data, view, quiet, w, h);
    if (fades) gpu_->before.draw(before, view, loud, w, h);
    gpu_->now.draw(now, view, loud, w, h);
    gpu_->canvas.end();
  }
  gpu_->canvas.show(*ImGui::GetWindowDrawList(), at, size);
  outside_ = ((points_.col(0).array() < view.x_low) || (points_.col(0).array() > view.x_high) ||
              (points_.col(1).array() < view.y_low) || (points_.col(1).array() > view.y_high))
                 .count();
}

void SamplesView::draw_marks(ImVec2 at, ImVec2 size) const {
  if (!warning().empty()) return draw_warning({at.x + ui::px(36), at.y + ui::px(8)});
  const ImVec2 p{at.x + ui::px(36), at.y + ui::px(8)};
  float x = p.x;
  const auto name = [&](figure::Rgb ink, const std::string& words) {
    const ImVec2 extent = draw_label("    " + words, {x, p.y}, at.x + size.x - x);
    ImGui::GetWindowDrawList()->AddCircleFilled({x + ui::px(9), p.y + extent.y / 2}, ui::px(3.5f),
                                                ui::color(ink));
    x += extent.x + ui::px(4);
  };
  name(ui::theme().accent, "samples");
  if (settings_.boolean("data")) name(ui::theme().quiet, "data");
  if (outside_ > 0)
    draw_label(text(grouped(outside_), " of ", grouped(points_.rows()), " are outside"), {x, p.y},
               at.x + size.x - x);
}

void SamplesView::draw_warning(ImVec2 at) const {
  const std::string words = warning();
  const ImVec2 extent = ui::text_extent(Face::semibold, TextSize::body, words);
  const float icon = ui::px(22), pad = ui::px(8), height = extent.y + ui::px(8);
  ImGui::GetWindowDrawList()->AddRectFilled(at, {at.x + icon + extent.x + 2 * pad, at.y + height},
                                            ui::color(ui::theme().raised, 0.95), ui::px(4));
  const ImU32 ink = ui::color(ui::theme().warning);
  ui::draw_text({at.x + pad, at.y + ui::px(4)}, Face::semibold, TextSize::body, ink,
                ui::icon::kAlert);
  ui::draw_text({at.x + pad + icon, at.y + ui::px(4)}, Face::semibold, TextSize::body, ink, words);
}

std::string SamplesView::progress(Index steps) const {
  const Index t = std::max<Index>(static_cast<Index>(std::lround(flow_.t())), 0);
  return text("t = ", grouped(t), " of ", grouped(steps - 1), ", ",
              std::lround(100 * flow_.place()), " % of the way");
}

std::string SamplesView::short_progress() const {
  const Index t = std::max<Index>(static_cast<Index>(std::lround(flow_.t())), 0);
  return text("t = ", grouped(t), ", ", std::lround(100 * flow_.place()), " %");
}

void SamplesView::draw_transport(Frame& frame, float width) {
  const auto& resolved = frame.snapshot->resolved;
  if (!resolved || !resolved->diffusion) return;
  const NoiseTimes times{resolved->diffusion->steps()};
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float button = ui::control_height(), buttons = 2 * button + ui::px(kGap);
  const float slider = width - buttons - ui::px(2 * kGap);
  const double time = std::max(flow_.t(), 0.0) / static_cast<double>(times.steps - 1);
  ImGui::SetCursorScreenPos({at.x, at.y + (button - time_slider_height()) / 2});
  const bool has_room = slider > ui::px(440);
  const std::string words = has_room ? progress(times.steps) : short_progress();
  const std::string last = grouped(times.steps);
  const std::string longest = has_room ? text("t = ", last, " of ", last, ", 100 % of the way")
                                       : text("t = ", last, ", 100 %");
  if (const auto next = draw_time_slider(times, time, words, longest, slider)) {
    const auto t = static_cast<double>(times.step_of(*next));
    flow_.seek_t(t > 0 ? t : -1);
    held_ = true;
    frame.keep_drawing = true;
  }
  ImGui::SetCursorScreenPos({at.x + width - buttons, at.y});
  if (ui::icon_button("replay", ui::icon::kReset, "Play the way from noise again")) {
    flow_.seek(0);
    held_ = false;
    playing_ = true;
    frame.keep_drawing = true;
  }
  ImGui::SetCursorScreenPos({at.x + width - button, at.y});
  if (ui::icon_button("other noise", ui::icon::kRefresh, "Sample again from other noise"))
    frame.settings_requests.push_back(
        {"samples", tag(), Json{{"seed", settings_.integer("seed") + 1}}});
}

void SamplesView::read_out(Frame& frame, double x, double y) const {
  frame.readings.push_back({"s", shown_number(x, 4), ""});
  frame.readings.push_back({"t", shown_number(y, 4), ""});
  const auto say = [&](const char* name, const char* id) {
    if (const auto value = sample_distance(finished_.get(), id))
      frame.readings.push_back({name, shown_number(*value, 4), ""});
  };
  say("sliced W2", "sliced_w2");
  say("its floor", "sliced_w2_floor");
  say("max-sliced W2", "max_sliced_w2");
  say("Bures W2", "gaussian_w2");
  say("relative size", "relative_size");
}

figure::Figure SamplesView::figure(const Frame& frame) const {
  ANISO_CHECK(seen_ != nullptr, "there are no samples yet; let it train a step");
  const auto& resolved = frame.snapshot->resolved;
  const bool knows_steps = resolved && resolved->diffusion;
  analysis::Results kept = finished_ ? *finished_ : *seen_;
  std::erase_if(kept.results, [](const auto& result) {
    const auto& id = analysis::quantity_of(result).id;
    return id == "way" || id == "way_t" || id == "diffusion_step";
  });
  figure::Figure figure = analysis::figure_of(samples_analysis(), kept, nullptr);
  figure.panels.resize(1);
  figure.columns = 1;
  figure::Panel& panel = figure.panels.front();
  panel.title = flow_.is_done() || !knows_steps
                    ? "Samples and data"
                    : "Samples on their way, " + progress(resolved->diffusion->steps());
  panel.points.clear();
  const auto add = [&](const Matrix& places, const char* name, figure::Role role, double size) {
    figure::Points points;
    points.name = name;
    for (Index i = 0; i < places.rows(); ++i) {
      points.x.push_back(places(i, 0));
      points.y.push_back(places(i, 1));
    }
    points.style.role = role;
    points.size = size;
    panel.points.push_back(std::move(points));
  };
  if (settings_.boolean("data")) add(data_, "data", figure::Role::quiet, 3);
  add(points_, "samples", figure::Role::accent, 4);
  panel.equal_aspect = true;
  stage_.limit(panel);
  figure.caption += " · a sliced W2 of 1 is a collapse to 0";
  return figure;
}

}  // namespace

ViewType samples_view() {
  const analysis::Analysis& analysis = samples_analysis();
  return {analysis.id,
          analysis.title,
          analysis.doc + " A sliced distance of 1 is that of samples which are all 0.",
          analysis.formula,
          "",
          analysis.source,
          [] { return std::make_unique<SamplesView>(); }};
}

}  // namespace aniso::app
