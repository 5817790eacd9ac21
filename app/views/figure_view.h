#pragma once

#include "app/ui/figure_painter.h"
#include "app/views/view.h"

namespace aniso::app {

/// Base of views whose picture is a figure: drawn on the screen as it would be exported.
class FigureView : public View {
 public:
  void draw(Frame& frame) final;
  figure::Figure figure(const Frame& frame) const final { return figure_of(frame); }

 protected:
  /// Called in every frame before the figure is asked for.
  virtual void update(Frame& frame) = 0;
  /// Whether the figure changed since the last call of figure_of.
  virtual bool is_stale(const Frame& frame) const = 0;
  /// The figure; one panel with a message where there is nothing to show yet.
  virtual figure::Figure figure_of(const Frame& frame) const = 0;

 private:
  void read_out(Frame& frame) const;

  ui::FigurePainter painter_;
  figure::Figure figure_;  ///< as it is exported
  figure::Figure shown_;   ///< as it fits the tile
  ImVec2 drawn_size_{0, 0};
  std::uint64_t version_ = 0, fitted_version_ = 0;
  Json drawn_settings_;
};

/// A figure that says something instead of showing data.
figure::Figure message_figure(const std::string& message);

}  // namespace aniso::app
