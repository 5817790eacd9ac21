// The spectrum view under the pointer: zoom, read-out, directions.
#include <algorithm>
#include <cmath>

#include "app/ui/widgets.h"
#include "app/views/shown_number.h"
#include "app/views/spectrum_view.h"
#include "core/analysis/registry.h"
#include "core/analysis/spectrum_figure.h"
#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::app {
namespace {

using ui::Face;
using ui::TextSize;

constexpr double kFewest = 3;        // indices that a zoom leaves
constexpr float kSmallestBox = 6;    // pixels: a shorter right drag is a click
constexpr float kReach = 28;         // of the pointer to a line of the history
constexpr float kCardPicture = 104;  // height of a direction's picture

// The group that holds a value; nullptr where groups are not known.
const geometry::EigenGroup* group_of(const std::vector<geometry::EigenGroup>& groups, Index index) {
  for (const auto& group : groups)
    if (index >= group.first && index < group.first + group.count) return &group;
  return nullptr;
}

}  // namespace

void SpectrumView::handle_mouse(Frame& frame, ImVec2 at, ImVec2 size) {
  ImGui::SetCursorScreenPos(at);
  ImGui::InvisibleButton("plot", {std::max(size.x, 1.0f), std::max(size.y, 1.0f)},
                         ImGuiButtonFlags_MouseButtonLeft | ImGuiButtonFlags_MouseButtonRight);
  const bool hovered = ImGui::IsItemHovered(), active = ImGui::IsItemActive();
  const ImVec2 mouse = ImGui::GetMousePos();
  const auto place = hovered ? place_at(mouse) : std::nullopt;
  if (hovered && ImGui::IsMouseDoubleClicked(0)) {
    reset_view();
    frame.keep_drawing = true;
  }
  if (ImGui::IsItemActivated()) dragged_ = false;
  if (active && ImGui::IsMouseDragging(0, ui::px(3))) dragged_ = true;
  if (show() == Show::spectrum) {
    if (hovered || active) zoom(frame, mouse, active);
    drag_box(frame, mouse, hovered);
  }
  if (place && ImGui::IsItemDeactivated() && !dragged_ && ImGui::IsMouseReleased(0)) {
    clicked_ = place;
    menu_direction_ = {direction_of(*place), name_of(*place)};
    ImGui::OpenPopup("direction");
  }
  const auto& shown = clicked_ ? clicked_ : place;
  if (!shown || box_start_) return;
  for (Reading& reading : readings_of(*shown)) frame.readings.push_back(std::move(reading));
  mark(*shown);
  draw_card(frame, *shown);
}

// The wheel zooms along the index about the pointer, a left drag pans; the other axis follows.
void SpectrumView::zoom(Frame& frame, ImVec2 mouse, bool active) {
  const auto* layout = painter_.layout();
  const analysis::Spectrum* now = chosen();
  if (layout == nullptr || layout->panels.front().plot.width <= 0 || now == nullptr) return;
  const figure::AxisMap& x = layout->panels.front().x;
  const double last = static_cast<double>(now->values.size() - 1), pad = 0.5 + 0.01 * last;
  std::pair<double, double> range = range_.value_or(std::pair{-pad, last + pad});
  const double at = x.to_data(painter_.to_figure(mouse).x);
  const float wheel = ImGui::GetIO().MouseWheel;
  if (wheel != 0 && ImGui::IsItemHovered()) {
    const double factor = std::pow(1.25, wheel);
    range = {at + (range.first - at) / factor, at + (range.second - at) / factor};
  }
  if (active && dragged_ && ImGui::IsMouseDown(0)) {
    const double per_unit = (range.second - range.first) / (x.end - x.start);
    const double moved =
        ImGui::GetIO().MouseDelta.x * per_unit /
        static_cast<double>(painter_.to_screen({1, 0}).x - painter_.to_screen({0, 0}).x);
    range = {range.first - moved, range.second - moved};
  }
  const double wide = std::clamp(range.second - range.first, kFewest, last + 2 * pad);
  if (wide != range.second - range.first) {
    const double share = (at - range.first) / (range.second - range.first);
    range.first = at - share * wide;
  }
  range.first = std::clamp(range.first, -pad, std::max(-pad, last + pad - wide));
  range.second = range.first + wide;
  if (range_.value_or(std::pair{-pad, last + pad}) == range) return;
  range_ = range;
  if (wide >= last + 2 * pad) range_.reset();
  frame.keep_drawing = true;
}

// A box drawn with the right button: its indices fill the picture.
void SpectrumView::drag_box(Frame& frame, ImVec2 mouse, bool hovered) {
  if (hovered && ImGui::IsMouseClicked(1)) box_start_ = mouse;
  if (!box_start_) return;
  const auto* layout = painter_.layout();
  if (layout == nullptr || layout->panels.empty()) return box_start_.reset();
  const figure::PanelFrame& plot = layout->panels.front();
  const float low = std::min(box_start_->x, mouse.x), high = std::max(box_start_->x, mouse.x);
  if (ImGui::IsMouseDown(1)) {
    const ImVec2 a{low, painter_.to_screen({0, plot.plot.y}).y};
    const ImVec2 b{high, painter_.to_screen({0, plot.plot.bottom()}).y};
    ImGui::GetWindowDrawList()->AddRectFilled(a, b, ui::color(ui::theme().accent, 0.15));
    ImGui::GetWindowDrawList()->AddRect(a, b, ui::color(ui::theme().accent));
    frame.keep_drawing = true;
    return;
  }
  box_start_.reset();
  if (high - low <= ui::px(kSmallestBox)) return;
  const double from = plot.x.to_data(painter_.to_figure({low, 0}).x);
  const double to = plot.x.to_data(painter_.to_figure({high, 0}).x);
  range_ = {from, std::max(to, from + kFewest)};
  frame.keep_drawing = true;
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
  if (const auto* group = group_of(groups, place.index); group != nullptr && group->count > 1)
    out.push_back(
        {"not told apart", text(group->first, " … ", group->first + group->count - 1), ""});
  if (past) {
    if (place.moment > 0)
      out.push_back({"overlap with before",
                     shown_number(history_.paths()[place.path].overlap[place.moment]), ""});
    return out;
  }
  if (analysis::has_stability(now))
    for (std::size_t g = 0; g < groups.size(); ++g)
      if (place.index >= groups[g].first && place.index < groups[g].first + groups[g].count)
        out.push_back({"stability", shown_number(now.stability[static_cast<Index>(g)]), "of 1"});
  if (place.index < now.null_high.size()) {
    out.push_back({"null",
                   text(shown_number(now.null_low[place.index], 3), " … ",
                        shown_number(now.null_high[place.index], 3)),
                   ""});
    const double v = value_of(place);
    out.push_back({"chance",
                   v > now.null_high[place.index]  ? "above"
                   : v < now.null_low[place.index] ? "below"
                                                   : "within",
                   ""});
  }
  if (place.index < now.theory.size())
    out.push_back({"theory", shown_number(now.theory[place.index]), ""});
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
  const double x = plot.x.to_pixel(at), y = plot.y.to_pixel(value_of(place));
  ImDrawList* draw = ImGui::GetWindowDrawList();
  const ImVec2 top = painter_.to_screen({x, plot.plot.y});
  const ImVec2 bottom = painter_.to_screen({x, layout->panels.back().plot.bottom()});
  draw->AddLine(top, bottom, ui::color(ui::theme().text, 0.25), ui::px(1));
  if (!std::isfinite(y) || !plot.plot.contains({x, y})) return;
  const ImVec2 centre = painter_.to_screen({x, y});
  draw->AddCircle(centre, ui::px(7), ui::color(ui::theme().background), 0, ui::px(4));
  draw->AddCircle(centre, ui::px(7), ui::color(ui::theme().text), 0, ui::px(2));
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

// The direction with its numbers, in the corner that a falling spectrum leaves free.
void SpectrumView::draw_card(Frame& frame, const Place& place) {
  const auto& plot = painter_.layout()->panels.front().plot;
  const auto& resolved = frame.snapshot->resolved;
  const Vector direction = direction_of(place);
  const InputShape shape = resolved && resolved->data->shape.dim == direction.size()
                               ? resolved->data->shape
                               : InputShape(direction.size());
  const ImVec2 a = painter_.to_screen({plot.x, plot.y});
  const ImVec2 b = painter_.to_screen({plot.right(), plot.bottom()});
  const ImVec2 picture =
      direction.size() > 0 ? DirectionPicture::extent(shape, ui::px(kCardPicture)) : ImVec2{0, 0};
  std::string title = text(direction.size() > 0 ? "direction " : "value ", place.index, " · ",
                           shown_number(value_of(place)));
  const float pad = ui::px(8);
  if (ui::text_extent(Face::mono, TextSize::quiet, title).x + 2 * pad > b.x - a.x)
    title = text(place.index, " · ", shown_number(value_of(place), 3));
  const ImVec2 words = ui::text_extent(Face::mono, TextSize::quiet, title);
  const ImVec2 size{std::max(picture.x, words.x) + 2 * pad,
                    picture.y + words.y + 2 * pad + (picture.y > 0 ? ui::px(6) : 0)};
  if (size.x > b.x - a.x || size.y > b.y - a.y) return;  // the inspector still has the numbers
  ImVec2 at{b.x - size.x - pad, a.y + pad};
  const ImVec2 mouse = ImGui::GetMousePos();
  if (mouse.x > at.x - 2 * pad && mouse.y < at.y + size.y + 2 * pad)
    at = {a.x + pad, b.y - size.y - pad};
  at = {std::round(at.x), std::round(at.y)};
  ImDrawList* draw = ImGui::GetWindowDrawList();
  draw->AddRectFilled(at, {at.x + size.x, at.y + size.y}, ui::color(ui::theme().raised), ui::px(6));
  draw->AddRect(at, {at.x + size.x, at.y + size.y}, ui::color(ui::theme().line), ui::px(6));
  if (picture.x > 0)
    picture_->draw(direction, shape, {at.x + (size.x - picture.x) / 2, at.y + pad},
                   {std::round(picture.x), std::round(picture.y)});
  ui::draw_text({at.x + pad, at.y + size.y - pad - words.y}, Face::mono, TextSize::quiet,
                ui::color(ui::theme().text), title);
}

}  // namespace aniso::app
