#include <cmath>
#include <memory>
#include <optional>

#include "app/ui/figure_painter.h"
#include "app/ui/widgets.h"
#include "app/views/analysis_feed.h"
#include "app/views/basis_errors_picture.h"
#include "app/views/builtin.h"
#include "app/views/direction_menu.h"
#include "app/views/prediction_picture.h"
#include "app/views/shown_number.h"
#include "app/views/spectrum_parts.h"
#include "core/analysis/registry.h"
#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::app {
namespace {

constexpr const char* kId = "basis_errors";
constexpr float kBarHeight = 28;
constexpr float kTwoMaps = 480;       // of a tile with both maps side by side, design pixels
constexpr float kRoomForWords = 360;  // of one that repeats the conjecture
constexpr float kStacked = 620;       // of one with both below one another

const analysis::Analysis& basis_analysis() { return analysis::analysis(kId); }

/// How well data along each element of a basis are modelled, beside how loud fresh networks are
/// along it.
class BasisErrorsView : public View {
 public:
  void draw(Frame& frame) override;
  figure::Figure figure(const Frame& frame) const override;
  std::string age(const Frame& frame) const override {
    return feed_.results() && feed_.results()->share < 1 ? feed_.age(frame) : "";
  }
  std::string subtitle(const Frame& frame) const override;
  const ParamSchema& settings_schema() const override;

 private:
  bool shows_maps() const { return settings_.choice("show") == "maps"; }
  Json analysis_params() const;
  figure::Figure content() const;
  void update_figure(ImVec2 size);
  void draw_bar(Frame& frame);
  void draw_words() const;
  void point_at(Frame& frame);
  std::optional<std::pair<Index, Index>> cell_at(ImVec2 mouse) const;
  std::string progress() const;

  AnalysisFeed feed_;
  analysis::ResultsPtr taken_;
  BasisErrors errors_;
  ui::FigurePainter painter_;
  figure::Figure figure_;
  std::uint64_t version_ = 0;
  const void* drawn_ = nullptr;
  Json drawn_settings_;
  int drawn_fit_ = -1;
  std::unique_ptr<DirectionPicture> card_;
  NamedDirection menu_direction_;
};

const ParamSchema& BasisErrorsView::settings_schema() const {
  static const ParamSchema schema = joined(
      {choice_param("show", "maps",
                    {{"maps", "Maps", "Error and loudness of each element, at its place."},
                     {"scatter", "Error against loudness", "A point for each element."}})
           .about("Which picture."),
       choice_param("colors", "linear", {{"linear", "Linear", ""}, {"log", "Logarithmic", ""}})
           .titled("Error colours")
           .when("show", {"maps"})
           .about("Scale of the error's colours; the loudness, which spans decades, is always "
                  "logarithmic.")},
      basis_analysis().params);
  return schema;
}

Json BasisErrorsView::analysis_params() const {
  Json params = Json::object();
  for (const ParamSpec& spec : basis_analysis().params)
    params[spec.name] = settings_.json()[spec.name];
  return params;
}

std::string BasisErrorsView::progress() const {
  return text(grouped(errors_.elements()), " elements, ", grouped(errors_.trained()), " trained");
}

std::string BasisErrorsView::subtitle(const Frame& /*frame*/) const {
  if (!taken_) return "";
  std::string out = taken_->share < 1 ? "" : progress();  // said below until then
  for (const std::string& remark : errors_.remarks) out += (out.empty() ? "" : " · ") + remark;
  return out;
}

figure::Figure BasisErrorsView::content() const {
  figure::Figure figure;
  if (shows_maps()) {
    figure.panels = {basis_panel(errors_, BasisMap::error, settings_.choice("colors") == "log"),
                     basis_panel(errors_, BasisMap::loudness, true)};
    figure.columns = 2;
  } else {
    figure.panels = {basis_scatter(errors_)};
  }
  return figure;
}

figure::Figure BasisErrorsView::figure(const Frame& /*frame*/) const {
  ANISO_CHECK(taken_ != nullptr, "no element has been trained yet");
  figure::Figure figure = content();
  figure.title = basis_analysis().title;
  figure.caption = errors_.verdict.empty() ? progress() : errors_.verdict;
  figure.caption += text(" · ", kLoudnessConjecture, " · ", basis_analysis().source);
  return figure;
}

void BasisErrorsView::update_figure(ImVec2 size) {
  const float width = size.x / ui::look().scale(), height = size.y / ui::look().scale();
  const int fit = (width >= kTwoMaps ? 1 : 0) | (height >= kStacked ? 2 : 0) |
                  (width < 360 || height < 260 ? 4 : 0);
  if (drawn_ == taken_.get() && drawn_fit_ == fit && drawn_settings_ == settings_.json()) return;
  drawn_ = taken_.get();
  drawn_fit_ = fit;
  drawn_settings_ = settings_.json();
  figure_ = content();
  if ((fit & 1) == 0) figure_.columns = 1;
  if (shows_maps() && (fit & 3) == 0) figure_.panels.resize(1);
  if ((fit & 4) != 0)
    for (figure::Panel& panel : figure_.panels) {
      panel.x.label.clear();
      panel.y.label.clear();
    }
  ++version_;
}

void BasisErrorsView::draw(Frame& frame) {
  if (!card_) card_ = std::make_unique<DirectionPicture>(frame.shaders);
  feed_.update(frame, tag(), kId, analysis_params());
  if (taken_ != feed_.results()) {
    taken_ = feed_.results();
    errors_ = taken_ ? basis_errors_of(*taken_) : BasisErrors{};
  }
  draw_bar(frame);
  if (!taken_) {
    ui::quiet_text(!feed_.error().empty()
                       ? feed_.error()
                       : std::string("Training the first elements side by side; the map fills as "
                                     "they are done. Fewer training steps are faster."));
    return;
  }
  draw_words();
  const ImVec2 at = ImGui::GetCursorScreenPos(), size = ImGui::GetContentRegionAvail();
  if (size.x <= 0 || size.y <= 0) return;
  update_figure(size);
  painter_.draw(*ImGui::GetWindowDrawList(), figure_, version_, at, size);
  ImGui::SetCursorScreenPos(at);
  ImGui::InvisibleButton("plots", size);
  if (shows_maps()) point_at(frame);
  draw_direction_menu(frame, "direction", menu_direction_);
}

void BasisErrorsView::draw_bar(Frame& frame) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  Json change;
  for (const Choice& choice : find_param(settings_schema(), "show")->choices)
    if (ui::tab(choice.title, settings_.choice("show") == choice.id)) change["show"] = choice.id;
  if (!change.is_null()) frame.settings_requests.push_back({kId, tag(), change});
  ImGui::SetCursorScreenPos({at.x, at.y + ui::px(kBarHeight)});
  if (taken_ && taken_->share < 1)
    ui::thin_progress({at.x, at.y + ui::px(kBarHeight - 3)}, width, taken_->share);
}

void BasisErrorsView::draw_words() const {
  const bool done = taken_->share >= 1;
  {
    const ui::Font font(done ? ui::Face::semibold : ui::Face::regular, ui::TextSize::body);
    ImGui::PushTextWrapPos(0);
    ImGui::TextUnformatted(
        (done && !errors_.verdict.empty() ? errors_.verdict : progress()).c_str());
    ImGui::PopTextWrapPos();
  }
  if (ImGui::GetContentRegionAvail().y >= ui::px(kRoomForWords))
    ui::quiet_text(kLoudnessConjecture);
}

// Row and column of the map under the pointer.
std::optional<std::pair<Index, Index>> BasisErrorsView::cell_at(ImVec2 mouse) const {
  const int panel = painter_.panel_at(mouse);
  if (panel < 0) return {};
  const auto& plot = painter_.layout()->panels[static_cast<std::size_t>(panel)];
  const figure::Point p = painter_.to_figure(mouse);
  const auto col = static_cast<Index>(std::lround(plot.x.to_data(p.x)));
  const auto row = static_cast<Index>(std::lround(plot.y.to_data(p.y)));
  if (row < 0 || col < 0 || row >= errors_.error.rows() || col >= errors_.error.cols()) return {};
  return std::pair{row, col};
}

void BasisErrorsView::point_at(Frame& frame) {
  const auto cell = ImGui::IsItemHovered() ? cell_at(ImGui::GetMousePos()) : std::nullopt;
  if (!cell || !frame.snapshot->resolved) return;
  const auto [row, col] = *cell;
  const std::string basis = settings_.choice("basis");
  const InputShape& shape = frame.snapshot->resolved->data->shape;
  const auto element = element_at(basis, shape, row, col);
  const double error = errors_.error(row, col), loudness = errors_.loudness(row, col);
  if (element) frame.readings.push_back({"element", text(basis, ":", *element), ""});
  frame.readings.push_back({"row, column", text(row, ", ", col), ""});
  frame.readings.push_back(
      {"error", std::isfinite(error) ? shown_number(error, 3) : "not trained", ""});
  frame.readings.push_back({"loudness", shown_number(loudness, 3), ""});
  if (!element) return;
  const Vector direction = element_direction(basis, shape, *element);
  // The cell in both maps.
  for (const auto& plot : painter_.layout()->panels) {
    if (plot.plot.width <= 0) continue;
    const auto r = static_cast<double>(row), c = static_cast<double>(col);
    const ImVec2 a = painter_.to_screen({plot.x.to_pixel(c - 0.5), plot.y.to_pixel(r - 0.5)});
    const ImVec2 b = painter_.to_screen({plot.x.to_pixel(c + 0.5), plot.y.to_pixel(r + 0.5)});
    ImGui::GetWindowDrawList()->AddRect(a, b, ui::color(ui::theme().background), 0, 0, ui::px(4));
    ImGui::GetWindowDrawList()->AddRect(a, b, ui::color(ui::theme().text), 0, 0, ui::px(2));
  }
  if (direction.size() == 0) return;
  ImGui::BeginTooltip();
  const ImVec2 extent = DirectionPicture::extent(shape, ui::px(96));
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::Dummy(extent);
  card_->draw(direction, shape, at, extent);
  ImGui::TextUnformatted(text(basis, ":", *element).c_str());
  ui::quiet_text(text("error ", std::isfinite(error) ? shown_number(error, 3) : "not trained yet"));
  ImGui::EndTooltip();
  if (ImGui::IsMouseReleased(0)) {
    menu_direction_ = {direction, text("element ", *element, " of the basis ", basis)};
    ImGui::OpenPopup("direction");
  }
}

}  // namespace

ViewType basis_errors_view() {
  const analysis::Analysis& analysis = basis_analysis();
  return {analysis.id,
          analysis.title,
          analysis.doc,
          analysis.formula,
          "error / size of the data",
          analysis.source,
          [] { return std::make_unique<BasisErrorsView>(); }};
}

}  // namespace aniso::app
