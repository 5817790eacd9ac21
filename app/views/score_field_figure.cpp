// The score field as a figure for export.
#include <algorithm>
#include <limits>
#include <utility>

#include "app/views/arrow_grid.h"
#include "app/views/level_lines.h"
#include "app/views/score_field_view.h"
#include "app/views/shown_number.h"
#include "core/analysis/registry.h"
#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::app {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

}  // namespace

// Arrows as on the screen, as lines of a figure.
void ScoreFieldView::add_arrows(figure::Panel& panel, const analysis::VectorField2D& field,
                                const figure::Style& style) const {
  const gl::PlaneView& view = stage_.view();
  const Matrix places = arrow_places(view, look().across);
  const Matrix vectors = vectors_at(field, places);
  const double longest = ScorePane::longest_arrow(view, look().across, pane_size_) * view.width() /
                         static_cast<double>(pane_size_.x);
  figure::Line line;
  line.style = style;
  const auto to = [&](const Eigen::RowVector2d& p) {
    line.x.push_back(p[0]);
    line.y.push_back(p[1]);
  };
  for (Index i = 0; i < places.rows(); ++i) {
    const double size = vectors.row(i).norm();
    if (!(size > 0)) continue;
    const Eigen::RowVector2d along = vectors.row(i) / size, across(-along[1], along[0]);
    const double length = std::min(size / longest_, 1.0) * longest, head = 0.4 * length;
    const Eigen::RowVector2d tail = places.row(i), tip = tail + length * along;
    to(tail);
    to(tip);
    to(tip - head * along + 0.45 * head * across);
    to(tip);
    to(tip - head * along - 0.45 * head * across);
    to({kNaN, kNaN});
  }
  panel.lines.push_back(std::move(line));
}

figure::Figure ScoreFieldView::figure(const Frame& /*frame*/) const {
  ANISO_CHECK(taken_ != nullptr, "no score has been computed yet; let it train a step");
  figure::Figure figure;
  for (int i = 0; i < panes(); ++i) {
    const ScorePicture shows = picture(i);
    analysis::Results one = *taken_;
    if (shows.background != nullptr)
      one.results = {*shows.background};
    else
      one.results = {*shows.vectors};
    // The numbers go on into the caption.
    for (const auto& result : taken_->results)
      if (std::holds_alternative<analysis::ScalarSeries>(result) &&
          analysis::quantity_of(result).id != "peak_log_density")
        one.results.push_back(result);
    figure::Figure whole = analysis::figure_of(analysis::analysis("score_field"), one, nullptr);
    if (i == 0) {
      figure = whole;
      figure.panels.clear();
    }
    figure::Panel panel = whole.panels.front();
    panel.lines.clear();
    panel.title = shows.vectors->quantity.title;
    if (shown() == Shown::over) panel.title = "Learned score (exact score outlined)";
    if (panel.field) {
      panel.field->colormap = colormap_of(settings_, shows.background->is_signed);
      panel.field->low = range_.low;
      panel.field->high = range_.high;
      panel.field->logarithmic = range_.logarithmic;
      panel.field->zero_contour = false;
    }
    if (shows.contours != nullptr)
      for (int k = 1; k <= kContours; ++k)
        trace_level(panel, *shows.contours, k,
                    {.role = figure::Role::text, .width = 0.75, .opacity = 0.55});
    if (shows.under != nullptr)
      add_arrows(panel, *shows.under, {.role = figure::Role::accent, .width = 3});
    add_arrows(panel, *shows.vectors, {.role = figure::Role::text, .width = 1.25});
    stage_.add_points(panel);
    stage_.limit(panel);
    panel.equal_aspect = true;
    figure.panels.push_back(std::move(panel));
  }
  figure.columns = panes();
  figure.caption += text(" · the longest arrows are |s| = ", shown_number(longest_, 3), " or more");
  if (settings_.choice("draw") != "arrows")
    figure.caption += text(" · ", settings_.choice("draw"), " in the window, arrows here");
  return figure;
}

}  // namespace aniso::app
