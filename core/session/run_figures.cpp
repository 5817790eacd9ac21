#include "core/session/run_figures.h"

#include <algorithm>

#include "core/figure/cairo_painter.h"
#include "core/session/curves.h"

namespace aniso::session {
namespace {

constexpr double kPanelWidth = 440, kPanelHeight = 380;  // points, where no size is asked for

}  // namespace

std::vector<NamedFigure> run_figures(const RunLoop& loop, const std::vector<Chosen>& analyses,
                                     const Histories& histories) {
  const CurveOptions all{.learning_rate = true,
                         .gradient_norm = true,
                         .weight_norm = true,
                         .speed = true,
                         .log_values = true};
  std::vector<NamedFigure> out = {{"curves", curves_figure(loop.metrics().snapshot(), all)}};
  out.front().figure.columns = 2;
  for (const auto& chosen : analyses) {
    const auto& history = histories.at(chosen.id);
    if (history.empty()) continue;
    const auto& kind = analysis::analysis(chosen.id);
    out.push_back(
        {chosen.id, analysis::figure_of(kind, history.newest(), loop.resolved()->data.get())});
    auto over_time = analysis::figure_over_time(kind, history.all());
    if (!over_time.panels.empty() && history.all().size() > 1)
      out.push_back({chosen.id + "_over_time", std::move(over_time)});
  }
  return out;
}

std::filesystem::path write_figure(const NamedFigure& named, const std::filesystem::path& folder,
                                   const std::string& format, double width, double height,
                                   const std::string& state) {
  const auto panels = static_cast<int>(named.figure.panels.size());
  const int columns = named.figure.columns, rows = (panels + columns - 1) / columns;
  figure::RenderOptions how;
  how.theme = &figure::light_theme();
  how.state = state;
  auto path = folder / (named.name + "." + format);
  figure::write(named.figure, path, width > 0 ? width : kPanelWidth * std::min(columns, panels),
                height > 0 ? height : kPanelHeight * rows, how);
  return path;
}

}  // namespace aniso::session
