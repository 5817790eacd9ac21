// The spectrum view under the pointer: zoom, read-out, directions.
#include <algorithm>
#include <cmath>

#include "app/ui/widgets.h"
#include "app/views/shown_number.h"
#include "app/views/spectrum_view.h"
#include "core/analysis/registry.h"
#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::app {
namespace {

constexpr float kReach = 28;  // of the pointer to a line of the history

}  // namespace

void SpectrumView::handle_mouse(Frame& frame, ImVec2 at, ImVec2 size) {
  ImGui::SetCursorScreenPos(at);
  ImGui::InvisibleButton("plot", {std::max(size.x, 1.0f), std::max(size.y, 1.0f)},
                         ImGuiButtonFlags_MouseButtonLeft | ImGuiButtonFlags_MouseButtonRight);
  const ImVec2 mouse = ImGui::GetMousePos();
  const auto place = ImGui::IsItemHovered() ? place_at(mouse) : std::nullopt;
  zoom_.handle(frame, painter_, 0, chosen()->values.size() - 1, show() == Show::spectrum);
  if (place && zoom_.clicked()) {
    clicked_ = place;
    menu_direction_ = {direction_of(*place), name_of(*place)};
    ImGui::OpenPopup("direction");
  }
  const auto& shown = clicked_ ? clicked_ : place;
  if (!shown || zoom_.is_boxing()) return;
  for (Reading& reading : readings_of(*shown)) frame.readings.push_back(std::move(reading));
  mark(*shown);
  draw_card(frame, *shown);
}

std::optional<SpectrumView::Place> SpectrumView::place_at(ImVec2 mouse) const {
  const int panel = painter_.panel_at(mouse);
  if (panel < 0 || show() == Show::ridges) return std::nullopt;
  const auto& plot = painter_.layout()->panels[static_cast<std::size_t>(panel)];
  const figure::Point p = painter_.to_figure(mouse);
  return show() == Show::steps ? moment_at(plot, p) : value_at(plot, p);
}

std::optional<SpectrumView::Place> SpectrumView::value_at(const figure::PanelFrame& plot,
                                                          figure::Point p) const {
  const auto index = static_cast<Index>(std::lround(plot.x.to_data(p.x)));
  if (index < 0 || index >= chosen()->values.size()) return std::nullopt;
  return Place{index};
}

// The line nearest to the pointer, at its nearest step.
std::optional<SpectrumView::Place> SpectrumView::moment_at(const figure::PanelFrame& plot,
                                                           figure::Point p) const {
  const auto& moments = history_.moments();
  const Index lines = settings_.integer("lines");
  double best = std::pow(kReach, 2);
  std::optional<Place> found;
  for (std::size_t m = 0; m < moments.size(); ++m) {
    const double dx = plot.x.to_pixel(static_cast<double>(moments[m].step)) - p.x;
    if (dx * dx > best) continue;
    for (std::size_t k = 0; k < history_.paths().size(); ++k) {
      const auto& path = history_.paths()[k];
      if (path.place.back() >= lines) continue;
      const Index index = path.place[m];
      const double dy = plot.y.to_pixel(moments[m].values[index]) - p.y;
      if (!(dx * dx + dy * dy < best)) continue;
      best = dx * dx + dy * dy;
      found = Place{index, m, k};
    }
  }
  return found;
}

Vector SpectrumView::direction_of(const Place& place) const {
  if (show() == Show::steps) {
    const auto& directions = history_.moments()[place.moment].directions;
    return place.index < directions.rows()
               ? Vector(directions.row(place.index).cast<double>().transpose())
               : Vector();
  }
  const Matrix& directions = chosen()->directions;
  return place.index < directions.rows() ? Vector(directions.row(place.index).transpose())
                                         : Vector();
}

double SpectrumView::value_of(const Place& place) const {
  return show() == Show::steps ? history_.moments()[place.moment].values[place.index]
                               : chosen()->values[place.index];
}

Index SpectrumView::step_of(const Place& place) const {
  return show() == Show::steps ? history_.moments()[place.moment].step : feed_.results()->step;
}

std::string SpectrumView::name_of(const Place& place) const {
  std::string title = analysis::analysis(settings_.choice("analysis")).title;
  std::string of = chosen()->quantity.title;
  for (std::string* words : {&title, &of})
    if (!words->empty()) (*words)[0] = static_cast<char>(std::tolower((*words)[0]));
  return text("direction ", place.index, " of the ", spectra().size() > 1 ? of : title,
              settings_.json().contains("of") && settings_.json()["of"] == "fresh"
                  ? std::string()
                  : text(" at step ", grouped(step_of(place))));
}

std::vector<Reading> SpectrumView::readings_of(const Place& place) const {
  const analysis::Spectrum& now = *chosen();
  std::vector<Reading> out;
  const bool past = show() == Show::steps;
  const auto& groups = past ? history_.moments()[place.moment].groups : now.groups;
  if (past) out.push_back({"step", grouped(step_of(place)), ""});
  out.push_back({"index", grouped(place.index), ""});
  out.push_back({"value", shown_number(value_of(place)), ""});
  if (const auto g = group_of(groups, place.index); g && groups[*g].count > 1)
    out.push_back({"not told apart",
                   text(groups[*g].first, " … ", groups[*g].first + groups[*g].count - 1), ""});
  if (past) {
    if (place.moment > 0)
      out.push_back({"overlap with before",
                     shown_number(history_.paths()[place.path].overlap[place.moment]), ""});
    return out;
  }
  for (Reading& judgement : judgements_of(now, place.index)) out.push_back(std::move(judgement));
  return out;
}

// A ring around the value, and a thin line down to its place in the strip.
void SpectrumView::mark(const Place& place) const {
  const auto* layout = painter_.layout();
  if (layout == nullptr || layout->panels.front().plot.width <= 0) return;
  const figure::PanelFrame& plot = layout->panels.front();
  if (show() == Show::steps) mark_path(place, plot);
  const double at = show() == Show::steps ? static_cast<double>(step_of(place))
                                          : static_cast<double>(place.index);
  mark_value(painter_, at, value_of(place));
}

void SpectrumView::mark_path(const Place& place, const figure::PanelFrame& plot) const {
  std::vector<ImVec2> line;
  const auto& path = history_.paths()[place.path];
  for (std::size_t m = 0; m < path.place.size(); ++m) {
    const auto& moment = history_.moments()[m];
    const double y = plot.y.to_pixel(moment.values[path.place[m]]);
    if (std::isfinite(y))
      line.push_back(painter_.to_screen({plot.x.to_pixel(static_cast<double>(moment.step)), y}));
  }
  ImGui::GetWindowDrawList()->AddPolyline(line.data(), static_cast<int>(line.size()),
                                          ui::color(ui::theme().text), 0, ui::px(3));
}

void SpectrumView::draw_card(const Frame& frame, const Place& place) {
  const std::string value = shown_number(value_of(place));
  const Vector direction = direction_of(place);
  draw_direction_card(
      painter_, *picture_, direction, shape_of(frame, direction),
      {text(direction.size() > 0 ? "direction " : "value ", place.index, " · ", value),
       text(place.index, " · ", shown_number(value_of(place), 3))},
      Corner::upper_right);
}

}  // namespace aniso::app
