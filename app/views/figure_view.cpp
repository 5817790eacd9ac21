#include "app/views/figure_view.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "app/ui/style.h"
#include "core/base/check.h"

namespace aniso::app {
namespace {

std::string shown(double value) {
  if (!std::isfinite(value)) return "–";
  std::array<char, 32> out{};
  std::snprintf(out.data(), out.size(), "%.4g", value);
  std::string words = out.data();
  if (words.front() == '-') words.replace(0, 1, "−");
  return words;
}

constexpr double kLeastWidth = 180, kLeastHeight = 130;  // of a panel that can be read, points
constexpr double kAmpleHeight = 180;                     // below it the axes go without names

// The sample of a curve next to x.
std::size_t nearest_sample(const std::vector<double>& xs, double x) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < xs.size(); ++i)
    if (std::abs(xs[i] - x) < std::abs(xs[best] - x)) best = i;
  return best;
}

// The sample of a field next to (x, y); NaN outside.
double field_at(const figure::Field& field, double x, double y) {
  const auto place = [](double at, double low, double high, Index count) {
    const double k = (at - low) / (high - low) * static_cast<double>(count - 1);
    return k > -0.5 && k < static_cast<double>(count) - 0.5 ? std::lround(k) : -1;
  };
  const Index column = place(x, field.x_low, field.x_high, field.values.cols());
  const Index row = place(y, field.y_low, field.y_high, field.values.rows());
  return column < 0 || row < 0 ? NAN : field.values(row, column);
}

// The figure without what the tile's header says already, in as many columns as are wide enough,
// and with no more panels than can be read; the last one says how many are left out.
figure::Figure fitted(const figure::Figure& figure, double width, double height) {
  figure::Figure out = figure;
  out.title.clear();
  out.caption.clear();
  const auto count = static_cast<int>(out.panels.size());
  const int rows = std::max(1, static_cast<int>(height / kLeastHeight));
  const int most = std::max(1, static_cast<int>(width / kLeastWidth));
  out.columns = std::clamp((count + rows - 1) / rows, std::min(out.columns, most), most);
  const int room = rows * out.columns;
  if (count > room) {
    out.panels.resize(static_cast<std::size_t>(room));
    out.panels.back().subtitle = text(count - room, " more in a larger tile");
  }
  const int used = (std::min(count, room) + out.columns - 1) / std::max(1, out.columns);
  if (height / std::max(1, used) >= kAmpleHeight) return out;
  for (figure::Panel& panel : out.panels) {  // the numbers under the cursor name both
    panel.x.label.clear();
    panel.y.label.clear();
    if (count <= room) panel.subtitle.clear();
  }
  return out;
}

}  // namespace

void FigureView::draw(Frame& frame) {
  update(frame);
  if (version_ == 0 || is_stale(frame) || drawn_settings_ != settings_.json()) {
    figure_ = figure_of(frame);
    drawn_settings_ = settings_.json();
    ++version_;
  }
  const ImVec2 at = ImGui::GetCursorScreenPos(), size = ImGui::GetContentRegionAvail();
  if (size.x != drawn_size_.x || size.y != drawn_size_.y) {
    drawn_size_ = size;
    ++version_;
  }
  if (version_ != fitted_version_) {
    shown_ = fitted(figure_, size.x / ui::look().scale(), size.y / ui::look().scale());
    fitted_version_ = version_;
  }
  painter_.draw(*ImGui::GetWindowDrawList(), shown_, version_, at, size);
  if (ImGui::IsWindowHovered()) read_out(frame);
}

void FigureView::read_out(Frame& frame) const {
  const ImVec2 mouse = ImGui::GetMousePos();
  const int index = painter_.panel_at(mouse);
  if (index < 0) return;
  const figure::Point p = painter_.to_figure(mouse);
  const figure::PanelFrame& plot = painter_.layout()->panels[static_cast<std::size_t>(index)];
  const figure::Panel& panel = figure_.panels[static_cast<std::size_t>(index)];
  const double x = plot.x.to_data(p.x);
  frame.readings.push_back({panel.x.label, shown(x), panel.x.unit});
  const double y = plot.y.to_data(p.y);
  if (!panel.y.label.empty()) frame.readings.push_back({panel.y.label, shown(y), panel.y.unit});
  for (const figure::Line& line : panel.lines) {
    // The only curve of a panel may go by the panel's name, without its formula.
    const std::string name = line.name.empty() && panel.lines.size() == 1
                                 ? panel.title.substr(0, panel.title.find(','))
                                 : line.name;
    if (!name.empty() && !line.x.empty())
      frame.readings.push_back({name, shown(line.y[nearest_sample(line.x, x)]), panel.y.unit});
  }
  if (panel.field) {
    frame.readings.push_back(
        {panel.field->name, shown(field_at(*panel.field, x, y)), panel.field->unit});
    return;
  }
  for (const figure::Points& points : panel.points)
    if (!points.name.empty() && !points.x.empty())
      frame.readings.push_back(
          {points.name, shown(points.y[nearest_sample(points.x, x)]), panel.y.unit});
}

figure::Figure message_figure(const std::string& message) {
  figure::Figure figure;
  figure.panels.emplace_back();
  figure.panels.front().message = message;
  return figure;
}

}  // namespace aniso::app
