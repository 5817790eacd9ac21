#include "app/views/level_lines.h"

#include <utility>

#include "core/figure/contour.h"

namespace aniso::app {

void trace_level(figure::Panel& panel, const analysis::Field2D& field, double level,
                 const figure::Style& style) {
  const double dx = (field.x_high - field.x_low) / static_cast<double>(field.values.cols() - 1);
  const double dy = (field.y_high - field.y_low) / static_cast<double>(field.values.rows() - 1);
  for (const figure::Isoline& piece : figure::isolines(field.values, level)) {
    figure::Line line;
    line.style = style;
    const std::size_t count = piece.points.size();
    for (std::size_t i = 0; i < count + (piece.closed ? 1 : 0); ++i) {
      const figure::Point& p = piece.points[i % count];
      line.x.push_back(field.x_low + dx * p.x);
      line.y.push_back(field.y_low + dy * p.y);
    }
    panel.lines.push_back(std::move(line));
  }
}

}  // namespace aniso::app
