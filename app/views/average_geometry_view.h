#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/gl/canvas.h"
#include "app/gl/field_painter.h"
#include "app/gl/plane_view.h"
#include "app/ui/figure_painter.h"
#include "app/views/analysis_feed.h"
#include "app/views/color_range.h"
#include "app/views/view.h"

namespace aniso::app {

/// The average geometry as a matrix, in pixels or in the Fourier basis, its change since the one
/// before, or its Fourier diagonal; beside it the numbers that say how far it can be trusted.
class AverageGeometryView : public View {
 public:
  AverageGeometryView();
  ~AverageGeometryView() override;
  void draw(Frame& frame) override;
  figure::Figure figure(const Frame& frame) const override;
  std::string age(const Frame& frame) const override { return feed_.age(frame); }
  std::string subtitle(const Frame& frame) const override;
  void reset_view() override { view_.reset(); }
  const ParamSchema& settings_schema() const override;

 private:
  struct Gpu;  // made on first draw, when there is a context

  Json analysis_params() const;
  bool shows(const char* what) const { return settings_.choice("show") == what; }
  const analysis::MatrixMap* map(const analysis::ResultsPtr& results) const;
  const analysis::ScalarSeries* series(const std::string& id) const;
  double number(const std::string& id) const;
  void remember(const Frame& frame);
  void update_matrix();
  analysis::ResultsPtr earlier() const;

  void draw_bar(Frame& frame);
  void draw_matrix(Frame& frame, ImVec2 at, ImVec2 room);
  void draw_picture(ImVec2 at, float side);
  void draw_axes(ImVec2 at, float side) const;
  void draw_curve(Frame& frame, ImVec2 at, ImVec2 size);
  void draw_numbers(const Frame& frame, ImVec2 at, ImVec2 size) const;
  std::string numbers_in_a_line() const;
  void handle_mouse(Frame& frame, ImVec2 at, float side);
  void drag_box(double mx, double my, ImVec2 at, float side, bool hovered);
  void read_out(Frame& frame, double x, double y) const;
  gl::PlaneView home() const;
  figure::Figure curve() const;

  std::unique_ptr<Gpu> gpu_;
  AnalysisFeed feed_;
  analysis::ResultsPtr finished_, before_;  ///< the two newest finished ones of this run
  std::uint64_t run_ = 0;
  Matrix shown_;           ///< (D, D) what is drawn; empty for none
  std::string undefined_;  ///< why there is none
  const void* made_from_[2] = {nullptr, nullptr};
  std::string made_for_;
  std::uint64_t shown_version_ = 0, ranged_version_ = 0;
  Json ranged_settings_;
  ColorRange range_;
  std::optional<gl::PlaneView> view_;  ///< what was zoomed to; none for all
  std::optional<ImVec2> box_start_;

  ui::FigurePainter painter_;
  figure::Figure curve_;
  std::uint64_t curve_version_ = 0;
  const void* curve_from_ = nullptr;
  Json curve_settings_;
};

}  // namespace aniso::app
