#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/gl/canvas.h"
#include "app/gl/field_painter.h"
#include "app/views/analysis_feed.h"
#include "app/views/color_range.h"
#include "app/views/plane_stage.h"
#include "app/views/point_brush.h"
#include "app/views/view.h"

namespace aniso::app {

/// A scalar of the network on a plane through input space, with the data on it.
class FieldView : public View {
 public:
  FieldView();
  ~FieldView() override;

  void draw(Frame& frame) override;
  figure::Figure figure(const Frame& frame) const override;
  std::string age(const Frame& frame) const override { return feed_.age(frame); }
  std::string subtitle(const Frame& frame) const override;
  void reset_view() override;
  const ParamSchema& settings_schema() const override;

 private:
  struct Gpu;  // made on first draw, when there is a context

  Json analysis_params() const;
  /// The run's own field, and what is shown: that, or its difference to the other run's.
  const analysis::Field2D* own_field() const;
  const analysis::Field2D* field() const;
  const analysis::Field2D* other_field() const;
  void ask_both(Frame& frame);
  void compare(const Frame& frame);
  void add_boundaries(figure::Panel& panel) const;
  void draw_boundaries(ImVec2 at, ImVec2 size) const;
  void take_results(Frame& frame);
  void draw_picture(const analysis::Field2D& field, ImVec2 at, ImVec2 size);
  void read_out(Frame& frame, const analysis::Field2D& field, double x, double y) const;

  std::unique_ptr<Gpu> gpu_;
  AnalysisFeed feed_, other_feed_;
  std::optional<analysis::Field2D> difference_;  ///< fork − parent, where that is shown
  /// A decision boundary in the run's colour, where both are shown.
  struct Boundary {
    std::string name;
    int category = 0;
    std::vector<Matrix> lines;  ///< (points, 2) in the plane's coordinates
  };
  std::vector<Boundary> boundaries_;
  const void* compared_[2] = {nullptr, nullptr};  ///< identity of the results that were compared
  std::optional<Compare> compared_how_;
  const void* shown_results_ = nullptr;  ///< identity of what the GPU holds …
  const void* what_other_ = nullptr;     ///< … and of what was subtracted from it
  PlaneStage stage_;
  ColorRange range_;
  PointBrush brush_;
};

}  // namespace aniso::app
