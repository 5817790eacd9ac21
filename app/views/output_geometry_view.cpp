#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "app/ui/icons.h"
#include "app/ui/widgets.h"
#include "app/views/analysis_feed.h"
#include "app/views/builtin.h"
#include "app/views/direction_gallery.h"
#include "app/views/direction_menu.h"
#include "app/views/result_history.h"
#include "app/views/score_spectrum.h"
#include "app/views/shown_number.h"
#include "app/views/spectrum_parts.h"
#include "core/analysis/registry.h"
#include "core/analysis/spectrum_figure.h"
#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::app {
namespace {

using ui::Face;
using ui::TextSize;

constexpr const char* kId = "output_geometry";
constexpr float kBarHeight = 28;
constexpr float kLeastPlot = 180;  // above the pictures, design pixels
constexpr float kGalleryGap = 10;
constexpr float kSmallPicture = 64, kLargePicture = 96;
constexpr float kRoomForLarge = 520;  // of the tile's content
constexpr Index kMostPictures = 12;

const analysis::Analysis& output_analysis() { return analysis::analysis(kId); }

/// Score anisotropy directions: the spectrum of the average output geometry from its smallest value
/// up, what its values can be judged by, and the directions as pictures.
class OutputGeometryView : public View {
 public:
  void draw(Frame& frame) override;
  figure::Figure figure(const Frame& frame) const override;
  std::string age(const Frame& frame) const override { return feed_.age(frame); }
  std::string subtitle(const Frame& frame) const override;
  void reset_view() override { zoom_.reset(); }
  const ParamSchema& settings_schema() const override;

 private:
  bool over_time() const { return settings_.choice("show") == "time"; }
  Json analysis_params() const;
  const analysis::Spectrum* falling() const;
  bool is_defined() const;
  void take_results(const Frame& frame);
  Index selected() const;
  std::string name_of(Index index) const { return text("SAD ", grouped(index + 1)); }
  Vector direction_of(Index index) const;
  figure::Figure content() const;
  void update_figure(ImVec2 size);

  void draw_bar(Frame& frame);
  void select(Frame& frame, Index index) const;
  void draw_plot(Frame& frame, ImVec2 at, ImVec2 size);
  std::optional<Index> draw_gallery(Frame& frame, const InputShape& shape, float picture);
  void read_out(Frame& frame, Index index) const;
  void mark(Index index) const;
  void draw_card(const Frame& frame, Index index);
  void open_menu(const Frame& frame, Index index);

  AnalysisFeed feed_;
  ResultHistory history_;
  analysis::ResultsPtr taken_;
  analysis::Spectrum rising_;  ///< of `taken_`, without directions

  ui::FigurePainter painter_;
  figure::Figure figure_;
  std::uint64_t version_ = 0;
  const void* drawn_ = nullptr;
  Json drawn_settings_;
  int drawn_fit_ = -1;
  Index drawn_step_ = -1;
  IndexZoom zoom_;
  std::optional<IndexZoom::Range> drawn_range_;

  std::unique_ptr<DirectionGallery> gallery_;
  std::unique_ptr<DirectionPicture> card_;
  std::optional<Index> hovered_;  ///< in the last frame
  NamedDirection menu_direction_;
  bool menu_wanted_ = false;
};

const ParamSchema& OutputGeometryView::settings_schema() const {
  static const ParamSchema schema = joined(
      {choice_param("show", "now",
                    {{"now", "Now", "The newest eigenvalues, the smallest first."},
                     {"time", "Over time", "Each eigenvalue against the training step."}})
           .about("One moment, or the whole run."),
       integer_param("selected", 0)
           .titled("Selected SAD")
           .range(0, 4096)
           .about("Counted from the smallest eigenvalue, from 1; 0 for none. A click chooses."),
       bool_param("band", true)
           .titled("Null band")
           .when("show", {"now"})
           .about("What chance alone would give."),
       bool_param("theory", true).when("show", {"now"}).about("The closed form, dashed."),
       bool_param("groups", true)
           .titled("Subspaces")
           .when("show", {"now"})
           .about("A ribbon through eigenvalues that cannot be told apart."),
       bool_param("stability", true)
           .when("show", {"now"})
           .about("Overlap of what two halves of the networks find, below the spectrum."),
       bool_param("pictures", true).about("Directions as images, below.")},
      output_analysis().params);
  return schema;
}

Json OutputGeometryView::analysis_params() const {
  Json params = Json::object();
  for (const ParamSpec& spec : output_analysis().params)
    params[spec.name] = settings_.json()[spec.name];
  return params;
}

const analysis::Spectrum* OutputGeometryView::falling() const {
  if (feed_.results())
    for (const auto& result : feed_.results()->results)
      if (const auto* found = std::get_if<analysis::Spectrum>(&result)) return found;
  return nullptr;
}

bool OutputGeometryView::is_defined() const {
  return taken_ && rising_.quantity.status.kind != Status::Kind::undefined &&
         rising_.values.size() > 0;
}

void OutputGeometryView::take_results(const Frame& /*frame*/) {
  if (!feed_.results()) history_.clear();
  if (taken_ == feed_.results()) return;
  taken_ = feed_.results();
  if (const analysis::Spectrum* found = falling()) {
    rising_ = analysis::rising(*found);
    history_.take(*taken_, analysis_params());
  }
}

// Index from 0, −1 for none; what another input had is no longer there.
Index OutputGeometryView::selected() const {
  const Index number = settings_.integer("selected");
  return number <= rising_.values.size() ? number - 1 : -1;
}

Vector OutputGeometryView::direction_of(Index index) const {
  const analysis::Spectrum* found = falling();
  if (found == nullptr || index >= found->directions.rows()) return {};
  return found->directions.row(found->directions.rows() - 1 - index).transpose();
}

std::string OutputGeometryView::subtitle(const Frame& /*frame*/) const {
  if (!taken_) return "";
  std::string out = "conjecture: data along the first ones are modelled best";
  for (const auto& note : taken_->notes) out += " · " + note;
  return out;
}

figure::Figure OutputGeometryView::content() const {
  if (over_time()) return score_history(output_analysis(), history_.results());
  analysis::SpectrumLook look;
  look.null_band = look.split_null = settings_.boolean("band");
  look.guide = false;
  look.theory = settings_.boolean("theory");
  look.groups = settings_.boolean("groups");
  look.null_space = true;
  if (const auto& range = zoom_.range()) {
    look.low = range->first;
    look.high = range->second;
  }
  figure::Figure figure;
  figure.aligned = true;
  figure.panels = {analysis::spectrum_panel(rising_, look)};
  if (settings_.boolean("stability") && is_defined() && analysis::has_stability(rising_))
    figure.panels.push_back(analysis::stability_panel(rising_, look));
  for (figure::Panel& panel : figure.panels) panel.x.label = "SAD, from the smallest eigenvalue";
  return figure;
}

figure::Figure OutputGeometryView::figure(const Frame& frame) const {
  ANISO_CHECK(taken_ != nullptr, "no output geometry has been computed yet");
  figure::Figure figure = content();
  figure.title = output_analysis().title;
  if (figure.panels.size() > 1) figure.panels.front().x.label.clear();  // said below the strip
  if (settings_.boolean("pictures") && is_defined() && direction_of(0).size() > 0) {
    Matrix directions(0, 0);
    std::vector<std::string> names;
    const auto chosen = directions_to_show(rising_, 8, selected());
    directions.resize(static_cast<Index>(chosen.size()), direction_of(0).size());
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      directions.row(static_cast<Index>(i)) = direction_of(chosen[i]).transpose();
      names.push_back(name_of(chosen[i]));
    }
    const Vector first = direction_of(0);
    figure.panels.push_back(directions_panel(directions, shape_of(frame, first), names));
    figure.panels.back().weight = 0.45;
    figure.aligned = false;
  }
  figure.caption = text("Step ", grouped(taken_->step), " · run ", frame.snapshot->run, " · ",
                        output_analysis().source);
  for (const auto& note : taken_->notes) figure.caption += " · " + note;
  return figure;
}

void OutputGeometryView::update_figure(ImVec2 size) {
  const int fit = spectrum_fit(size);
  if (drawn_ == taken_.get() && drawn_settings_ == settings_.json() &&
      drawn_range_ == zoom_.range() && drawn_fit_ == fit)
    return;
  figure_ = fitted_spectrum(content(), fit);
  drawn_ = taken_.get();
  drawn_settings_ = settings_.json();
  drawn_range_ = zoom_.range();
  drawn_fit_ = fit;
  ++version_;
}

void OutputGeometryView::draw(Frame& frame) {
  if (!gallery_) {
    gallery_ = std::make_unique<DirectionGallery>(frame.shaders);
    card_ = std::make_unique<DirectionPicture>(frame.shaders);
  }
  feed_.update(frame, tag(), kId, analysis_params());
  take_results(frame);
  draw_bar(frame);
  if (!taken_) {
    ui::quiet_text(!feed_.error().empty()
                       ? feed_.error()
                       : std::string("Waiting for the first networks: what they give at the probes "
                                     "is being averaged."));
    return;
  }
  const ImVec2 at = ImGui::GetCursorScreenPos(), size = ImGui::GetContentRegionAvail();
  if (taken_->share < 1) ui::thin_progress({at.x, at.y - ui::px(3)}, size.x, taken_->share);
  const bool wanted = settings_.boolean("pictures") && is_defined() && !over_time();
  const Vector first = wanted ? direction_of(0) : Vector();
  const InputShape shape = shape_of(frame, first);
  const float picture = size.y < ui::px(kRoomForLarge) ? kSmallPicture : kLargePicture;
  const float below =
      DirectionGallery::row_height(shape, {.picture = picture}, 2) + ui::px(kGalleryGap);
  const bool has_gallery = first.size() > 0 && size.y - below >= ui::px(kLeastPlot);
  const ImVec2 plot{size.x, has_gallery ? size.y - below : size.y};
  draw_plot(frame, at, plot);
  std::optional<Index> pointed;
  if (has_gallery) {
    ImGui::SetCursorScreenPos({at.x, at.y + plot.y + ui::px(kGalleryGap)});
    pointed = draw_gallery(frame, shape, picture);
  }
  if (pointed) {
    mark(*pointed);
    read_out(frame, *pointed);
  } else if (hovered_) {
    mark(*hovered_);
    read_out(frame, *hovered_);
    draw_card(frame, *hovered_);
  } else if (selected() >= 0 && is_defined() && !over_time()) {
    mark(selected());
    if (!has_gallery) draw_card(frame, selected());
  }
  if (std::exchange(menu_wanted_, false)) ImGui::OpenPopup("direction");
  draw_direction_menu(frame, "direction", menu_direction_);
}

// What is shown at the left, the selected direction and its neighbours at the right.
void OutputGeometryView::draw_bar(Frame& frame) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  Json change;
  for (const Choice& choice : find_param(settings_schema(), "show")->choices)
    if (ui::tab(choice.title, settings_.choice("show") == choice.id)) change["show"] = choice.id;
  if (!change.is_null()) frame.settings_requests.push_back({kId, tag(), change});
  const Index count = rising_.values.size(), now = selected();
  if (is_defined() && !over_time()) {
    const std::string words =
        now < 0 ? "select a direction" : text(name_of(now), " of ", grouped(count));
    const float button = ui::px(24);
    // As wide as the widest, so that the arrows do not move while one steps through.
    const std::string widest = text(name_of(count - 1), " of ", grouped(count));
    const float room =
        std::max(ui::text_extent(Face::mono, TextSize::quiet, widest).x,
                 ui::text_extent(Face::regular, TextSize::quiet, "select a direction").x);
    const ImVec2 extent =
        ui::text_extent(now < 0 ? Face::regular : Face::mono, TextSize::quiet, words);
    const float left = at.x + width - room - 2 * button - ui::px(12);
    if (left > ImGui::GetCursorScreenPos().x) {
      ImGui::PushStyleColor(ImGuiCol_Button, IM_COL32(0, 0, 0, 0));
      ImGui::PushStyleColor(ImGuiCol_Text, ui::color4(ui::theme().quiet));
      ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {0, 0});
      const auto arrow = [&](const char* icon, float x, Index to, const char* tip) {
        ImGui::SetCursorScreenPos({x, at.y - ui::px(1)});
        ImGui::PushButtonRepeat(true);
        if (ImGui::Button(icon, {button, button}) && to >= 0 && to < count) select(frame, to);
        ImGui::PopButtonRepeat();
        ui::tooltip(tip);
      };
      arrow(ui::icon::kLeft, left, now < 0 ? count - 1 : now - 1,
            "The direction with the next smaller eigenvalue");
      arrow(ui::icon::kRight, at.x + width - button, now < 0 ? 0 : now + 1,
            "The direction with the next larger eigenvalue");
      ImGui::PopStyleVar();
      ImGui::PopStyleColor(2);
      ui::draw_text(
          {left + button + ui::px(6) + (room - extent.x) / 2, at.y + (ui::px(22) - extent.y) / 2},
          now < 0 ? Face::regular : Face::mono, TextSize::quiet,
          ui::color(now < 0 ? ui::theme().quiet : ui::theme().text), words);
    }
  }
  ImGui::SetCursorScreenPos({at.x, at.y + ui::px(kBarHeight)});
}

void OutputGeometryView::select(Frame& frame, Index index) const {
  frame.settings_requests.push_back({kId, tag(), Json{{"selected", index + 1}}});
}

void OutputGeometryView::draw_plot(Frame& frame, ImVec2 at, ImVec2 size) {
  hovered_.reset();
  if (over_time() && settings_.choice("of") == "fresh") {
    ui::quiet_text(
        "Fresh networks are the same at every step. Look at this network instead, and its "
        "eigenvalues are followed while it trains.");
    ui::space(8);
    if (ui::text_button("Look at this network"))
      frame.settings_requests.push_back({kId, tag(), Json{{"of", "run"}}});
    return;
  }
  update_figure(size);
  painter_.draw(*ImGui::GetWindowDrawList(), figure_, version_, at, size);
  ImGui::SetCursorScreenPos(at);
  ImGui::InvisibleButton("plot", {std::max(size.x, 1.0f), std::max(size.y, 1.0f)},
                         ImGuiButtonFlags_MouseButtonLeft | ImGuiButtonFlags_MouseButtonRight);
  const ImVec2 mouse = ImGui::GetMousePos();
  const int panel =
      ImGui::IsItemHovered() && !over_time() && is_defined() ? painter_.panel_at(mouse) : -1;
  if (panel >= 0) {
    const auto& plot = painter_.layout()->panels[static_cast<std::size_t>(panel)];
    const auto index =
        static_cast<Index>(std::lround(plot.x.to_data(painter_.to_figure(mouse).x))) - 1;
    if (index >= 0 && index < rising_.values.size()) hovered_ = index;
  }
  zoom_.handle(frame, painter_, 1, std::max<Index>(rising_.values.size(), 1), !over_time());
  if (hovered_ && zoom_.clicked()) {
    // A second click on the same one takes the choice back.
    select(frame, *hovered_ == selected() ? -1 : *hovered_);
  }
  if (zoom_.is_boxing()) hovered_.reset();
}

std::optional<Index> OutputGeometryView::draw_gallery(Frame& frame, const InputShape& shape,
                                                      float picture) {
  const DirectionGallery::Look look{.picture = picture};
  const float width = ImGui::GetContentRegionAvail().x;
  const auto room = std::min<Index>(
      kMostPictures, static_cast<Index>(DirectionGallery::columns(shape, look, width)));
  const auto chosen = directions_to_show(rising_, room, selected());
  std::vector<DirectionGallery::Item> items;
  for (const Index index : chosen) {
    DirectionGallery::Item item;
    item.direction = direction_of(index);
    item.name = name_of(index);
    item.lines = {shown_number(rising_.values[index], 3), subspace_of(rising_, index)};
    item.chosen = index == selected();
    item.tip =
        item.chosen ? "Click to use this direction." : "Click to select; right click to use.";
    items.push_back(std::move(item));
  }
  const auto answer = gallery_->draw(items, shape, look, width);
  if (answer.clicked) {
    const Index index = chosen[*answer.clicked];
    if (index == selected())
      open_menu(frame, index);
    else
      select(frame, index);
  }
  if (answer.right_clicked) open_menu(frame, chosen[*answer.right_clicked]);
  if (!answer.hovered) return {};
  return chosen[*answer.hovered];
}

void OutputGeometryView::open_menu(const Frame& frame, Index index) {
  (void)frame;
  menu_direction_ = {direction_of(index), text(name_of(index), " of the average output geometry",
                                               settings_.choice("of") == "fresh"
                                                   ? std::string()
                                                   : text(" at step ", grouped(taken_->step)))};
  menu_wanted_ = true;
}

void OutputGeometryView::mark(Index index) const {
  mark_value(painter_, static_cast<double>(index + 1), rising_.values[index]);
}

void OutputGeometryView::draw_card(const Frame& frame, Index index) {
  const auto* layout = painter_.layout();
  if (layout == nullptr || layout->panels.front().plot.width <= 0) return;
  const Vector direction = direction_of(index);
  draw_direction_card(painter_, *card_, direction, shape_of(frame, direction),
                      {text(name_of(index), " · ", shown_number(rising_.values[index])),
                       text(index + 1, " · ", shown_number(rising_.values[index], 3))},
                      Corner::upper_left);
}

void OutputGeometryView::read_out(Frame& frame, Index index) const {
  const Index count = rising_.values.size();
  frame.readings.push_back({"SAD", grouped(index + 1), text("of ", grouped(count))});
  frame.readings.push_back({"eigenvalue", shown_number(rising_.values[index]), ""});
  if (const auto g = group_of(rising_.groups, index); g && rising_.groups[*g].count > 1) {
    const auto& group = rising_.groups[*g];
    frame.readings.push_back({rising_.values[index] == 0 ? "null space" : "not told apart",
                              text(group.first + 1, " … ", group.first + group.count), ""});
  }
  for (Reading& judgement : judgements_of(rising_, index))
    frame.readings.push_back(std::move(judgement));
  // By this number a dataset's direction names it.
  frame.readings.push_back({"as dataset index", grouped(count - 1 - index), ""});
}

}  // namespace

ViewType output_geometry_view() {
  const analysis::Analysis& analysis = output_analysis();
  return {analysis.id,
          analysis.title,
          analysis.doc +
              " Click an eigenvalue or a picture to select it, the arrows lead on to its "
              "neighbours; the wheel zooms along the index.",
          analysis.formula + ",  G vₖ = λₖ vₖ,  λ₁ ≤ λ₂ ≤ …",
          "1 / input unit²",
          analysis.source,
          [] { return std::make_unique<OutputGeometryView>(); }};
}

}  // namespace aniso::app
