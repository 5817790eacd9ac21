#include "app/views/score_spectrum.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <set>
#include <utility>

#include "app/views/spectrum_parts.h"
#include "core/analysis/spectrum_figure.h"
#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::app {
namespace {

constexpr Index kMostLines = 16;
constexpr double kTileGap = 0.06;  // between images, of an image's width

// `count` whole numbers from `low` to `high`, both among them, evenly spaced.
std::vector<Index> even(Index low, Index high, Index count) {
  std::set<Index> out;
  for (Index i = 0; i < count; ++i)
    out.insert(count == 1 ? high
                          : low + static_cast<Index>(std::llround(static_cast<double>(high - low) *
                                                                  static_cast<double>(i) /
                                                                  static_cast<double>(count - 1))));
  return {out.begin(), out.end()};
}

// The chosen values alone, rising.
analysis::Spectrum some_of(const analysis::Spectrum& falling, const std::vector<Index>& chosen) {
  analysis::Spectrum out;
  out.quantity = falling.quantity;
  out.values.resize(static_cast<Index>(chosen.size()));
  for (std::size_t i = 0; i < chosen.size(); ++i)
    out.values[static_cast<Index>(i)] = falling.values[falling.values.size() - 1 - chosen[i]];
  return out;
}

// One image in the middle of each unit of x, from 1 on; zeros between them.
figure::Field side_by_side(const Matrix& directions, const InputShape& shape) {
  const Index n = directions.rows(), h = shape.height, w = shape.width * shape.channels;
  const Index gap =
      std::max<Index>(1, static_cast<Index>(std::lround(kTileGap * static_cast<double>(w))));
  figure::Field field;
  field.values = Matrix::Zero(h, n * (w + gap) - gap);
  for (Index k = 0; k < n; ++k) {
    const double largest = directions.row(k).cwiseAbs().maxCoeff();
    for (Index c = 0; c < shape.channels; ++c)
      for (Index r = 0; r < h; ++r)  // the image's first row is on top
        field.values.row(h - 1 - r).segment(k * (w + gap) + c * shape.width, shape.width) =
            directions.row(k).segment((c * h + r) * shape.width, shape.width) /
            (largest > 0 ? largest : 1);
  }
  const double cell = 1 / static_cast<double>(w + gap);
  field.x_low = 0.5 + 0.5 * cell * static_cast<double>(gap + 1);
  field.x_high = field.x_low + cell * static_cast<double>(field.values.cols() - 1);
  field.y_low = 0.5 * cell;
  field.y_high = field.y_low + cell * static_cast<double>(h - 1);
  return field;
}

}  // namespace

std::vector<Index> directions_to_show(const analysis::Spectrum& rising, Index room,
                                      Index selected) {
  const Index count = rising.values.size(), null = analysis::nullity(rising);
  if (count == 0 || room <= 0) return {};
  if (room == 1) return {selected >= 0 ? selected : count - 1};
  std::vector<Index> out;
  if (null == 0 || null == count) {
    out = even(0, count - 1, std::min(room, count));
  } else {
    out = even(null, count - 1, std::min(room - 1, count - null));
    out.insert(out.begin(), 0);
  }
  if (selected < 0 || std::find(out.begin(), out.end(), selected) != out.end()) return out;
  // A direction of the null space stands for it; others take the place of their neighbour, but the
  // ends stay where they can.
  auto place = out.begin();
  if (selected >= null || null == count) {
    const auto first = out.begin() + (out.size() > 2 ? 1 : 0);
    const auto last = out.end() - (out.size() > 2 ? 1 : 0);
    place = std::min_element(first, last, [&](Index a, Index b) {
      return std::abs(a - selected) < std::abs(b - selected);
    });
  }
  *place = selected;
  std::sort(out.begin(), out.end());
  return out;
}

std::string subspace_of(const analysis::Spectrum& rising, Index index) {
  const auto group = group_of(rising.groups, index);
  if (!group || rising.groups[*group].count < 2) return "";
  const Index count = rising.groups[*group].count;
  return rising.values[index] == 0 ? text("null space of ", grouped(count))
                                   : text("one of ", grouped(count), " alike");
}

figure::Figure score_history(const analysis::Analysis& analysis,
                             const std::vector<analysis::ResultsPtr>& history) {
  std::vector<analysis::ResultsPtr> part;
  std::vector<Index> chosen;
  Index count = 0;
  for (const auto& results : history) {
    auto kept = std::make_shared<analysis::Results>(*results);
    for (auto& result : kept->results) {
      auto* spectrum = std::get_if<analysis::Spectrum>(&result);
      if (spectrum == nullptr) continue;
      if (spectrum->values.size() != count) {
        count = spectrum->values.size();
        chosen = even(0, count - 1, std::min(kMostLines, count));
      }
      *spectrum = some_of(*spectrum, chosen);
    }
    part.push_back(std::move(kept));
  }
  figure::Figure figure = analysis::figure_over_time(analysis, part);
  for (figure::Panel& panel : figure.panels) {
    if (!panel.message.empty()) continue;
    const auto lines = panel.lines.size();
    panel.title.clear();
    panel.subtitle = text(lines, " of ", grouped(count), " eigenvalues, by rank");
    bool positive = false;
    for (std::size_t i = 0; i < lines; ++i) {
      figure::Line& line = panel.lines[i];
      const bool named = i == 0 || i + 1 == lines || i == lines / 2;
      if (named && i < chosen.size()) line.name = text("SAD ", chosen[i] + 1);
      // Small ones, which are said to be modelled best, are the strong ones.
      line.style.opacity =
          1 - 0.65 * static_cast<double>(i) / static_cast<double>(std::max<std::size_t>(lines, 2));
      positive |= std::any_of(line.y.begin(), line.y.end(), [](double y) { return y > 0; });
    }
    if (positive) panel.y.scale = figure::Scale::log10;
  }
  return figure;
}

figure::Panel directions_panel(const Matrix& directions, const InputShape& shape,
                               const std::vector<std::string>& names) {
  figure::Panel panel;
  if (directions.rows() == 0) {
    panel.message = "There are no directions.";
    return panel;
  }
  panel.title = "Directions:";
  for (std::size_t i = 0; i < names.size(); ++i) panel.title += (i > 0 ? ", " : " ") + names[i];
  figure::Field field;
  if (shape.is_image() && shape.dim == directions.cols()) {
    field = side_by_side(directions, shape);
    panel.equal_aspect = true;
    panel.x.label = "from left to right";
    panel.x.low = 0.5;
    panel.x.high = static_cast<double>(directions.rows()) + 0.5;
  } else {
    field.values = directions.colwise().reverse();  // the first on top
    field.x_low = 0;
    field.x_high = static_cast<double>(directions.cols() - 1);
    field.y_low = 1;
    field.y_high = static_cast<double>(std::max<Index>(directions.rows(), 2));
    panel.x.label = "input";
  }
  panel.x.integer = panel.y.integer = true;
  field.interpolation = figure::Interpolation::cells;
  field.colormap = figure::Colormap::diverging;
  field.name = "entries";
  panel.field = std::move(field);
  return panel;
}

}  // namespace aniso::app
