#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "app/ui/figure_painter.h"
#include "app/ui/widgets.h"
#include "app/views/analysis_feed.h"
#include "app/views/builtin.h"
#include "app/views/direction_gallery.h"
#include "app/views/prediction_picture.h"
#include "app/views/score_spectrum.h"
#include "app/views/shown_number.h"
#include "app/views/spectrum_parts.h"
#include "core/analysis/registry.h"
#include "core/base/check.h"
#include "core/base/names.h"
#include "core/figure/layout_series.h"

namespace aniso::app {
namespace {

using ui::Face;
using ui::TextSize;

constexpr const char* kId = "prediction";
constexpr double kOutcomeWeight =
    1.5;                           // of the plot that matters at the end, where they are stacked
constexpr float kWide = 640;       // of a tile with two plots side by side, design pixels
constexpr float kLeastPlot = 200;  // height of a plot above the pictures
constexpr float kSmallPicture = 48, kPicture = 72;
constexpr std::array<float, 4> kPictures = {72, 104, 144, 192};
constexpr double kLettersShare = 0.8;  // of a plot's height, at most, for letters at its curves
constexpr float kReach = 40;           // of the pointer to a point
constexpr float kLowPlot = 180;        // below it a plot goes without names
constexpr float kRoomForWords = 420;   // of a tile that says more than the first verdict
constexpr float kFooter = 96;          // buttons and what is conjectured

const analysis::Analysis& prediction_analysis() { return analysis::analysis(kId); }

void body_text(const std::string& words, Face face = Face::regular) {
  const ui::Font font(face, TextSize::body);
  ImGui::PushTextWrapPos(0);
  ImGui::TextUnformatted(words.c_str());
  ImGui::PopTextWrapPos();
}

// The next button beside the one before, or below it where there is no room.
void beside(const std::string& label) {
  const float wanted = ui::text_extent(Face::regular, TextSize::body, label).x + ui::px(32);
  const float right = ImGui::GetWindowPos().x + ImGui::GetWindowContentRegionMax().x;
  if (ImGui::GetItemRectMax().x + ui::px(8) + wanted <= right) ImGui::SameLine(0, ui::px(8));
}

ImU32 letter_ink(Index category) {
  return ui::color(ui::theme().category(static_cast<int>(category)));
}

/// Predict, then watch: candidates are put in order by the viewer, then trained side by side, then
/// held against that order.
class PredictionView : public View {
 public:
  void draw(Frame& frame) override;
  figure::Figure figure(const Frame& frame) const override;
  std::string age(const Frame& frame) const override {
    return is_predicting() || is_done() ? "" : feed_.age(frame);
  }
  std::string subtitle(const Frame& frame) const override;
  const ParamSchema& settings_schema() const override;

 private:
  bool is_predicting() const { return settings_.choice("stage") == "look"; }
  bool is_conjecture() const;
  bool is_stale() const { return feed_.results() == stale_; }
  bool is_done() const { return !is_stale() && feed_.results() && feed_.results()->share >= 1; }
  bool is_complete() const;
  std::vector<Index> order() const;
  Json analysis_params() const;
  void take_results();
  void set(Frame& frame, const Json& settings) const {
    frame.settings_requests.push_back({kId, tag(), settings});
  }

  void draw_predict(Frame& frame);
  void draw_choices(Frame& frame);
  void draw_outcome(Frame& frame);
  void draw_words(Frame& frame);
  void draw_plots(Frame& frame, ImVec2 at, ImVec2 size);
  void draw_letters(const figure::PanelFrame& plot) const;
  void draw_curve_letters(const PredictionGroup& group, const figure::PanelFrame& plot) const;
  // The last of all, or the only one that is kept in a small tile once it is done.
  bool is_order_panel(std::size_t panel) const {
    return panel + 1 == figure_.panels.size() && (panel > 0 || keeps_order_);
  }
  void read_out(Frame& frame);
  void draw_group_tabs();
  const PredictionGroup& shown_group() const;
  std::vector<DirectionGallery::Item> items() const;
  std::string place_of(Index candidate) const;
  figure::Figure content(bool legend) const;
  void update_figure(ImVec2 size);

  AnalysisFeed feed_;
  Json asked_;                  ///< parameters of the newest question
  analysis::ResultsPtr stale_;  ///< what was known when it was asked
  analysis::ResultsPtr taken_;
  bool taken_stale_ = false;
  Prediction prediction_;
  std::size_t group_ = 0;  ///< whose candidates are shown, where several are compared

  ui::FigurePainter painter_;
  figure::Figure figure_;
  std::uint64_t version_ = 0;
  const void* drawn_ = nullptr;
  bool drawn_stale_ = false;
  int drawn_fit_ = -1;
  bool keeps_order_ = false;
  std::unique_ptr<DirectionGallery> gallery_;
};

const ParamSchema& PredictionView::settings_schema() const {
  static const ParamSchema schema = [] {
    ParamSchema out = joined(
        {choice_param("guess", "own",
                      {{"own", "Mine", "The order that is clicked in the picture."},
                       {"conjecture", "The conjecture's", "From the quietest direction up."}})
             .titled("Whose order")
             .about("What the measured errors are held against."),
         bool_param("reveal", false)
             .titled("Loudness")
             .about("How loud fresh networks are along each candidate; hidden until all have a "
                    "place.")},
        prediction_analysis().params);
    for (ParamSpec& spec : out)  // nothing trains before someone has guessed
      if (spec.name == "stage") spec.fallback = "look";
    return out;
  }();
  return schema;
}

bool PredictionView::is_conjecture() const {
  return settings_.choice("guess") == "conjecture" || (!is_predicting() && order().empty());
}

std::vector<Index> PredictionView::order() const {
  std::vector<Index> out;
  for (const double candidate : settings_.reals("order"))
    out.push_back(static_cast<Index>(std::lround(candidate)));
  return out;
}

bool PredictionView::is_complete() const {
  const Index count = prediction_.candidates();
  if (count == 0) return false;
  if (is_conjecture()) return true;
  const auto places = places_in(order(), count);
  return std::find(places.begin(), places.end(), 0) == places.end();
}

// An order that is not complete yet is the view's alone.
Json PredictionView::analysis_params() const {
  Json params = Json::object();
  for (const ParamSpec& spec : prediction_analysis().params)
    params[spec.name] = settings_.json()[spec.name];
  if (is_predicting() || is_conjecture()) params["order"] = Json::array();
  return params;
}

void PredictionView::take_results() {
  if (taken_ == feed_.results() && taken_stale_ == is_stale()) return;
  taken_ = feed_.results();
  taken_stale_ = is_stale();
  prediction_ = taken_ ? prediction_of(*taken_) : Prediction{};
  if (!taken_stale_) return;
  // Candidates stay in sight while the new question is worked on; what was measured does not.
  prediction_.verdicts.clear();
  for (PredictionGroup& group : prediction_.groups) {
    group.error.resize(0);
    group.place.resize(0);
    group.curves.clear();
  }
}

std::string PredictionView::subtitle(const Frame& /*frame*/) const {
  if (is_predicting()) return "1 predict · 2 watch · 3 compare";
  std::string out = is_conjecture() ? "the conjecture's order" : "your order";
  for (std::size_t i = 1; i < prediction_.verdicts.size(); ++i)
    out += " · " + prediction_.verdicts[i];
  for (const std::string& remark : prediction_.remarks) out += " · " + remark;
  return out;
}

const PredictionGroup& PredictionView::shown_group() const {
  return prediction_.groups[std::min(group_, prediction_.groups.size() - 1)];
}

// Empty where it has none.
std::string PredictionView::place_of(Index candidate) const {
  if (is_conjecture()) {
    const Vector& place = shown_group().place;
    return candidate < place.size() ? shown_number(place[candidate], 3) : "";
  }
  const Index place =
      places_in(order(), prediction_.candidates())[static_cast<std::size_t>(candidate)];
  return place > 0 ? text(place) : "";
}

std::vector<DirectionGallery::Item> PredictionView::items() const {
  const PredictionGroup& group = shown_group();
  const bool reveals = settings_.boolean("reveal") && is_complete();
  std::vector<DirectionGallery::Item> out;
  for (Index i = 0; i < group.candidates(); ++i) {
    DirectionGallery::Item item;
    item.direction = group.directions.row(i).transpose();
    item.name = candidate_letter(i);
    item.badge = place_of(i);
    item.color = ui::theme().category(static_cast<int>(i));
    if (!is_predicting() && group.is_measured())
      item.lines.push_back(std::isfinite(group.error[i])
                               ? text("error ", shown_number(group.error[i], 3))
                               : std::string("diverged"));
    if (reveals && i < group.loudness.size())
      item.lines.push_back(text("loud ", shown_number(group.loudness[i], 3)));
    if (is_predicting() && is_conjecture())
      item.tip = "Clear the conjecture's order to give your own.";
    else if (!is_predicting() && static_cast<std::size_t>(i) < group.curves.size())
      item.tip = group.curves[static_cast<std::size_t>(i)].label;
    out.push_back(std::move(item));
  }
  return out;
}

void PredictionView::draw(Frame& frame) {
  if (!gallery_) gallery_ = std::make_unique<DirectionGallery>(frame.shaders);
  const Json params = analysis_params();
  if (params != asked_) {
    stale_ = feed_.results();
    asked_ = params;
  }
  feed_.update(frame, tag(), kId, params);
  take_results();
  if (prediction_.candidates() == 0) {
    if (feed_.error().empty())
      return ui::quiet_text(
          "Preparing the candidates: their data are drawn and fresh networks are asked how loud "
          "they are along each.");
    body_text(feed_.error());
    ui::space(8);
    if (!is_predicting() && ui::text_button("Start over")) set(frame, {{"stage", "look"}});
    return;
  }
  if (is_predicting())
    draw_predict(frame);
  else
    draw_outcome(frame);
}

void PredictionView::draw_predict(Frame& frame) {
  body_text("Which will the network model best? Click them, easiest first.", Face::semibold);
  ui::space(4);
  draw_group_tabs();
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const Vector first = shown_group().directions.row(0).transpose();
  const InputShape shape = shape_of(frame, first);
  const auto shown = items();
  const std::size_t lines = shown.front().lines.size();
  // The largest pictures with which everything is seen at once; else it scrolls.
  const float most = std::max(room.y - ui::px(kFooter), room.y / 2);
  DirectionGallery::Look look{.picture = kSmallPicture, .can_click = !is_conjecture()};
  const auto height = [&] {
    const auto columns = DirectionGallery::columns(shape, look, room.x);
    return DirectionGallery::height(shape, look, (shown.size() + columns - 1) / columns, lines);
  };
  for (const float picture : kPictures) {
    const float before = std::exchange(look.picture, picture);
    if (height() > most) {
      look.picture = before;
      break;
    }
  }
  ImGui::BeginChild("candidates", {room.x, std::min(most, height())}, false);
  const auto answer = gallery_->draw(shown, shape, look, ImGui::GetContentRegionAvail().x);
  ImGui::EndChild();
  if (answer.hovered)
    frame.readings.push_back(
        {"candidate", candidate_letter(static_cast<Index>(*answer.hovered)), ""});
  if (answer.clicked) {
    Json next = Json::array();
    for (const Index i : clicked_order(order(), static_cast<Index>(*answer.clicked)))
      next.push_back(i);
    set(frame, {{"order", std::move(next)}});
  }
  ImGui::BeginChild("choices", ImGui::GetContentRegionAvail(), false);
  ui::space(4);
  draw_choices(frame);
  ImGui::EndChild();
}

void PredictionView::draw_choices(Frame& frame) {
  const bool complete = is_complete();
  ImGui::BeginDisabled(!complete);
  if (ui::text_button("Train and watch", complete ? ui::Emphasis::primary : ui::Emphasis::plain))
    set(frame, {{"stage", "train"}});
  ImGui::EndDisabled();
  if (!complete) {
    const auto places = places_in(order(), prediction_.candidates());
    const auto placed = std::count_if(places.begin(), places.end(), [](Index p) { return p > 0; });
    ui::tooltip(
        text("Give every candidate a place first: ", placed, " of ", places.size(), " have one."));
  }
  const bool known = shown_group().place.size() > 0;
  if (!is_conjecture()) {
    beside("Take the conjecture's order");
    ImGui::BeginDisabled(!known);
    if (ui::text_button("Take the conjecture's order")) set(frame, {{"guess", "conjecture"}});
    ImGui::EndDisabled();
  }
  if (is_conjecture() || !order().empty()) {
    beside("Clear");
    if (ui::text_button("Clear"))
      set(frame, {{"guess", "own"}, {"order", Json::array()}, {"reveal", false}});
  }
  if (complete && shown_group().loudness.size() > 0) {
    const bool shown = settings_.boolean("reveal");
    const std::string label = shown ? "Hide the loudness" : "Show the loudness";
    beside(label);
    if (ui::text_button(label)) set(frame, {{"reveal", !shown}});
    ui::tooltip("tr(G M)/tr M: how loud fresh networks are along the candidate's data.");
  }
  ui::space(2);
  ui::quiet_text(kLoudnessConjecture);
}

void PredictionView::draw_group_tabs() {
  if (prediction_.groups.size() < 2) return;
  for (std::size_t g = 0; g < prediction_.groups.size(); ++g)
    if (ui::tab(prediction_.groups[g].label, g == group_)) group_ = g;
  ImGui::NewLine();
}

void PredictionView::draw_outcome(Frame& frame) {
  draw_words(frame);
  const ImVec2 at = ImGui::GetCursorScreenPos(), size = ImGui::GetContentRegionAvail();
  const Vector first = shown_group().directions.row(0).transpose();
  const InputShape shape = shape_of(frame, first);
  const auto shown = items();
  const float height = size.y > ui::px(480) ? kPicture : kSmallPicture;
  const DirectionGallery::Look look{.picture = height, .can_click = false};
  const float tabs = prediction_.groups.size() > 1 ? ui::px(28) : 0;
  const float below = DirectionGallery::row_height(shape, look, shown.front().lines.size()) + tabs;
  const bool fits = size.y - below >= ui::px(kLeastPlot) &&
                    DirectionGallery::columns(shape, look, size.x) >= shown.size();
  const ImVec2 plots{size.x, fits ? size.y - below - ui::px(8) : size.y};
  draw_plots(frame, at, plots);
  if (!fits) return;
  ImGui::SetCursorScreenPos({at.x, at.y + plots.y + ui::px(8)});
  draw_group_tabs();
  gallery_->draw(shown, shape, look, size.x);
}

// How far it is, or what came of it, with what can be done.
void PredictionView::draw_words(Frame& frame) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const bool done = is_done() && feed_.error().empty();
  const std::string label = done || !feed_.error().empty() ? "Start over" : "Cancel";
  const bool has_room = ImGui::GetContentRegionAvail().y >= ui::px(kRoomForWords);
  const float button = ui::text_extent(Face::regular, TextSize::body, label).x + ui::px(24);
  ImGui::SetCursorScreenPos({at.x + width - button, at.y});
  if (ui::text_button(label)) set(frame, {{"stage", "look"}});
  ui::tooltip(done ? "Back to the candidates; your order stays until you clear it."
                   : "Stops training and goes back to the candidates.");
  ImGui::SetCursorScreenPos(at);
  ImGui::PushTextWrapPos(ImGui::GetCursorPosX() + width - button - ui::px(16));
  if (!feed_.error().empty()) {
    ImGui::TextUnformatted(feed_.error().c_str());
  } else if (!done) {
    const Index models = prediction_.candidates() * static_cast<Index>(prediction_.groups.size());
    const double share = is_stale() || !feed_.results() ? 0 : feed_.results()->share;
    ImGui::TextUnformatted(text("Training ", grouped(models), " models side by side · ",
                                std::lround(100 * share), " %")
                               .c_str());
    const ImVec2 below = ImGui::GetCursorScreenPos();
    ui::thin_progress(below, width - button - ui::px(16), share);
    ImGui::Dummy(ui::px(1, 6));
  } else if (!prediction_.verdicts.empty()) {
    const ui::Font font(Face::semibold, TextSize::body);
    ImGui::TextUnformatted(prediction_.verdicts.front().c_str());
  }
  ImGui::PushStyleColor(ImGuiCol_Text, ui::color4(ui::theme().quiet));
  for (std::size_t i = 1; done && has_room && i < prediction_.verdicts.size(); ++i)
    ImGui::TextUnformatted(prediction_.verdicts[i].c_str());
  // The verdicts say ρ; before them it is that of the errors so far.
  if (!done && has_room && prediction_.is_measured())
    for (const PredictionGroup& group : prediction_.groups)
      ImGui::TextUnformatted(text("so far ", correlation_words(group)).c_str());
  ImGui::PopStyleColor();
  ImGui::PopTextWrapPos();
  const float end = std::max(ImGui::GetCursorScreenPos().y, at.y + ui::control_height());
  ImGui::SetCursorScreenPos({at.x, end + ui::px(4)});
}

figure::Figure PredictionView::content(bool legend) const {
  figure::Figure figure;
  for (const PredictionGroup& group : prediction_.groups)
    figure.panels.push_back(training_panel(group, {.legend = legend}));
  figure.panels.push_back(order_panel(prediction_, {.legend = legend}));
  figure.columns = static_cast<int>(figure.panels.size());
  return figure;
}

// Side by side where the tile is wide, else below one another, else the one that matters now.
void PredictionView::update_figure(ImVec2 size) {
  const float width = size.x / ui::look().scale(), height = size.y / ui::look().scale();
  const bool wide = width >= kWide, high = height >= 2 * kLeastPlot;
  const int fit =
      (wide ? 1 : 0) | (high ? 2 : 0) | (is_done() ? 4 : 0) | (height < kLowPlot ? 8 : 0);
  if (drawn_ == taken_.get() && drawn_stale_ == taken_stale_ && drawn_fit_ == fit) return;
  drawn_ = taken_.get();
  drawn_stale_ = taken_stale_;
  drawn_fit_ = fit;
  figure_ = content(false);
  keeps_order_ = !wide && !high && is_done();
  if (is_done()) figure_.panels.back().weight = kOutcomeWeight;
  if (!wide && !high) {
    const figure::Panel kept = is_done() ? figure_.panels.back() : figure_.panels.front();
    figure_.panels = {kept};
  }
  figure_.columns = wide ? static_cast<int>(figure_.panels.size()) : 1;
  if (height < kLowPlot)  // the verdict says what it is
    for (figure::Panel& panel : figure_.panels) {
      panel.x.label.clear();
      panel.title.clear();
      panel.subtitle.clear();
    }
  ++version_;
}

void PredictionView::draw_plots(Frame& frame, ImVec2 at, ImVec2 size) {
  if (size.x <= 0 || size.y <= 0) return;
  update_figure(size);
  painter_.draw(*ImGui::GetWindowDrawList(), figure_, version_, at, size);
  const auto* layout = painter_.layout();
  if (layout == nullptr) return;
  for (std::size_t p = 0; p < layout->panels.size(); ++p) {
    if (layout->panels[p].plot.width <= 0) continue;
    if (is_order_panel(p))
      draw_letters(layout->panels[p]);
    else
      draw_curve_letters(prediction_.groups[p], layout->panels[p]);
  }
  ImGui::SetCursorScreenPos(at);
  ImGui::InvisibleButton("plots", size);
  if (ImGui::IsItemHovered()) read_out(frame);
}

// Each candidate's letter at its point: above it, or below where another group's lies higher.
void PredictionView::draw_letters(const figure::PanelFrame& plot) const {
  const bool alone = prediction_.groups.size() == 1;
  for (std::size_t g = 0; g < prediction_.groups.size(); ++g) {
    const PredictionGroup& group = prediction_.groups[g];
    const Vector shown = shown_places(group.place);
    for (Index i = 0; i < std::min(group.error.size(), shown.size()); ++i) {
      const figure::Point p{plot.x.to_pixel(shown[i]), plot.y.to_pixel(group.error[i])};
      if (!std::isfinite(p.y) || !plot.plot.contains(p)) continue;
      const bool is_highest = std::none_of(
          prediction_.groups.begin(), prediction_.groups.end(), [&](const PredictionGroup& other) {
            return i < other.error.size() && other.error[i] > group.error[i];
          });
      const std::string letter = candidate_letter(i);
      const ImVec2 extent = ui::text_extent(Face::semibold, TextSize::quiet, letter);
      const ImVec2 at = painter_.to_screen(p);
      const float above = at.y - ui::px(7) - extent.y;
      const bool room = is_highest && above >= painter_.to_screen({0, plot.plot.y}).y;
      ui::draw_text({at.x - extent.x / 2, room ? above : at.y + ui::px(7)}, Face::semibold,
                    TextSize::quiet, letter_ink(alone ? i : static_cast<Index>(g)), letter);
    }
  }
}

// Letters at the ends of the curves, moved apart where they would collide, with a line to the end
// that they belong to.
void PredictionView::draw_curve_letters(const PredictionGroup& group,
                                        const figure::PanelFrame& plot) const {
  struct End {
    Index candidate;
    double x, y;
  };
  std::vector<End> ends;
  for (std::size_t i = 0; i < group.curves.size(); ++i) {
    const ErrorCurve& curve = group.curves[i];
    for (std::size_t j = curve.steps.size(); j-- > 0;) {
      const figure::Point p{plot.x.to_pixel(curve.steps[j]), plot.y.to_pixel(curve.errors[j])};
      if (!std::isfinite(p.y) || !plot.plot.contains({p.x - 1, p.y})) continue;
      ends.push_back({static_cast<Index>(i), p.x, p.y});
      break;
    }
  }
  std::stable_sort(ends.begin(), ends.end(), [](const End& a, const End& b) { return a.y < b.y; });
  const float line = ui::text_extent(Face::semibold, TextSize::quiet, "A").y;
  const double gap =
      painter_.to_figure({0, line}).y - painter_.to_figure({0, 0}).y;  // in figure points
  // Letters far from their curves would mislead; the pointer tells them apart then.
  if (0.9 * gap * static_cast<double>(ends.size()) > kLettersShare * plot.plot.height) return;
  std::vector<double> wished;
  for (const End& end : ends) wished.push_back(end.y);
  const auto placed =
      figure::spread(wished, 0.9 * gap, plot.plot.y + gap / 2, plot.plot.bottom() - gap / 2);
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const std::string letter = candidate_letter(ends[i].candidate);
    const ImVec2 extent = ui::text_extent(Face::semibold, TextSize::quiet, letter);
    const ImVec2 at = painter_.to_screen({ends[i].x, placed[i]});
    const ImVec2 corner{at.x - extent.x - ui::px(8), at.y - extent.y / 2};
    ImGui::GetWindowDrawList()->AddRectFilled(
        {corner.x - ui::px(3), corner.y + ui::px(1)},
        {corner.x + extent.x + ui::px(3), corner.y + extent.y - ui::px(1)},
        ui::color(ui::theme().background, 0.85), ui::px(3));
    const ImU32 ink = letter_ink(ends[i].candidate);
    if (std::abs(placed[i] - ends[i].y) > gap / 4)
      ImGui::GetWindowDrawList()->AddLine(
          {at.x - ui::px(5), at.y}, painter_.to_screen({ends[i].x, ends[i].y}), ink, ui::px(1));
    ui::draw_text(corner, Face::semibold, TextSize::quiet, ink, letter);
  }
}

// The candidate next to the pointer.
void PredictionView::read_out(Frame& frame) {
  const ImVec2 mouse = ImGui::GetMousePos();
  const int index = painter_.panel_at(mouse);
  if (index < 0) return;
  const auto& plot = painter_.layout()->panels[static_cast<std::size_t>(index)];
  const figure::Point at = painter_.to_figure(mouse);
  const bool is_order = is_order_panel(static_cast<std::size_t>(index));
  double best = kReach * kReach;
  std::optional<std::pair<std::size_t, Index>> found;
  const auto consider = [&](std::size_t g, Index i, double x, double y) {
    const double dx = plot.x.to_pixel(x) - at.x, dy = plot.y.to_pixel(y) - at.y;
    if (!(dx * dx + dy * dy < best)) return;
    best = dx * dx + dy * dy;
    found = {g, i};
  };
  for (std::size_t g = 0; g < prediction_.groups.size(); ++g) {
    const PredictionGroup& group = prediction_.groups[g];
    if (!is_order && g != static_cast<std::size_t>(index)) continue;
    const Vector shown = shown_places(group.place);
    for (Index i = 0; i < group.candidates(); ++i) {
      if (is_order && i < group.error.size() && i < group.place.size())
        consider(g, i, shown[i], group.error[i]);
      if (!is_order && static_cast<std::size_t>(i) < group.curves.size()) {
        const ErrorCurve& curve = group.curves[static_cast<std::size_t>(i)];
        for (std::size_t j = 0; j < curve.steps.size(); ++j)
          consider(g, i, curve.steps[j], curve.errors[j]);
      }
    }
  }
  if (!found) return;
  const PredictionGroup& group = prediction_.groups[found->first];
  const Index i = found->second;
  for (const auto& [name, value] : candidate_numbers(group, i))
    frame.readings.push_back({name, value, ""});
}

figure::Figure PredictionView::figure(const Frame& frame) const {
  ANISO_CHECK(prediction_.candidates() > 0, "the candidates are not known yet");
  figure::Figure figure;
  if (!is_predicting()) figure = content(true);
  std::vector<std::string> names;
  for (Index i = 0; i < prediction_.candidates(); ++i) names.push_back(candidate_letter(i));
  const PredictionGroup& group = shown_group();
  const Vector first = group.directions.row(0).transpose();
  figure.panels.push_back(directions_panel(group.directions, shape_of(frame, first), names));
  figure.panels.back().weight = is_predicting() ? 1 : 0.5;
  figure.title = prediction_analysis().title;
  figure.caption =
      prediction_.verdicts.empty() ? kLoudnessConjecture : prediction_.verdicts.front();
  for (const PredictionGroup& each : prediction_.groups)
    if (is_done() && !is_predicting()) figure.caption += " · " + correlation_words(each);
  figure.caption += " · " + prediction_analysis().source;
  return figure;
}

}  // namespace

ViewType prediction_view() {
  const analysis::Analysis& analysis = prediction_analysis();
  return {analysis.id,
          analysis.title,
          analysis.doc,
          analysis.formula,
          "error / size of the data",
          analysis.source,
          [] { return std::make_unique<PredictionView>(); }};
}

}  // namespace aniso::app
