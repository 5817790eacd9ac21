#pragma once

#include <imgui.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/frame.h"
#include "app/ui/figure_painter.h"
#include "app/views/direction_picture.h"
#include "core/analysis/result.h"

namespace aniso::app {

/// What part of a spectrum's indices is shown: the wheel zooms about the pointer, a left drag pans,
/// a box drawn with the right button fills the picture.
class IndexZoom {
 public:
  using Range = std::pair<double, double>;

  /// None for all indices.
  const std::optional<Range>& range() const { return range_; }
  void reset() { range_.reset(); }
  /// Call right after the invisible button that covers the plot.
  /// @param first, last  indices as numbered. @param can_zoom  false follows clicks and drags only.
  void handle(Frame& frame, const ui::FigurePainter& painter, Index first, Index last,
              bool can_zoom);
  /// Whether the button before was let go on the same place: a click.
  bool clicked() const { return clicked_; }
  bool is_boxing() const { return box_start_.has_value(); }

 private:
  void move(Frame& frame, const ui::FigurePainter& painter, Range all);
  void drag_box(Frame& frame, const ui::FigurePainter& painter, bool hovered);

  std::optional<Range> range_;
  std::optional<ImVec2> box_start_;
  bool dragged_ = false, clicked_ = false;
};

/// What a tile of this size has no room for, as a number to compare; for `fitted_spectrum`.
int spectrum_fit(ImVec2 size);
/// A spectrum with its strip as it fits the tile, without what the tile's header says already.
figure::Figure fitted_spectrum(figure::Figure figure, int fit);

/// Place of the group that holds a value; none where groups are not known.
std::optional<std::size_t> group_of(const std::vector<geometry::EigenGroup>& groups, Index index);

/// What the value can be judged by: stability, null band, chance, closed form; each where known.
/// @param index  in `spectrum`, from 0.
std::vector<Reading> judgements_of(const analysis::Spectrum& spectrum, Index index);

/// A ring around a value of the first panel, and a thin line down to its place in the last one.
void mark_value(const ui::FigurePainter& painter, double x, double y);

/// The data's shape where the direction is one of input space, else a plain vector's.
InputShape shape_of(const Frame& frame, const Vector& direction);

/// Where a card lies, unless the pointer is there: the corner that the values leave free.
enum class Corner { upper_right, upper_left };
/// The line under a card's picture, and a brief one where that is too long.
struct CardTitle {
  std::string full, brief;
};
/// A direction with its numbers on a card over the first panel. @param direction  may be empty.
void draw_direction_card(const ui::FigurePainter& painter, DirectionPicture& picture,
                         const Vector& direction, const InputShape& shape, const CardTitle& titles,
                         Corner corner);

}  // namespace aniso::app
