#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "app/views/analysis_feed.h"
#include "app/views/color_range.h"
#include "app/views/plane_stage.h"
#include "app/views/score_pane.h"
#include "app/views/view.h"

namespace aniso::app {

/// The score that a network has learned on a plane, against the exact one where that is known:
/// arrows, streaks or particles over the log density, at a place between data and noise that a
/// slider under the picture chooses.
class ScoreFieldView : public View {
 public:
  void draw(Frame& frame) override;
  figure::Figure figure(const Frame& frame) const override;
  std::string age(const Frame& frame) const override { return feed_.age(frame); }
  std::string subtitle(const Frame& frame) const override;
  void reset_view() override { stage_.reset(); }
  const ParamSchema& settings_schema() const override;

 private:
  static constexpr int kContours = 4;  ///< at k²/2 nats below the peak, k = 1 …
  enum class Shown { learned, beside, over, difference };

  template <typename Kind>
  const Kind* find(const std::string& id) const {
    if (!taken_) return nullptr;
    for (const auto& result : taken_->results)
      if (const auto* found = std::get_if<Kind>(&result); found && found->quantity.id == id)
        return found;
    return nullptr;
  }
  std::optional<double> number(const std::string& id) const;
  bool knows_exact() const { return find<analysis::VectorField2D>("exact") != nullptr; }
  /// What is shown: what was chosen, or the learned field alone where nothing else is known.
  Shown shown() const;
  bool has_arrows() const { return settings_.choice("draw") == "arrows" || shown() == Shown::over; }
  int panes() const { return shown() == Shown::beside ? 2 : 1; }
  const analysis::Field2D* background() const;
  ScorePicture picture(int pane) const;
  std::string name_of(int pane) const;
  Json analysis_params() const;

  void take_results(Frame& frame);
  void follow_data(const Frame& frame);
  void draw_panes(Frame& frame, ImVec2 at, ImVec2 size);
  void draw_key(int pane, ImVec2 at, ImVec2 size) const;
  void draw_marks(int pane, ImVec2 at, ImVec2 size) const;
  void draw_probe(int pane, ImVec2 at, ImVec2 size) const;
  void draw_slider(Frame& frame, float width);
  void draw_footer(float width) const;
  /// The Fisher divergence in words that fit.
  std::string divergence(float width) const;
  void read_out(Frame& frame, double x, double y) const;
  ScoreLook look() const;
  void add_arrows(figure::Panel& panel, const analysis::VectorField2D& field,
                  const figure::Style& style) const;

  std::array<std::unique_ptr<ScorePane>, 2> panes_;  // made on first draw
  AnalysisFeed feed_;
  PlaneStage stage_;
  ColorRange range_;
  double longest_ = 1;                       // vector whose arrow is the longest
  std::optional<analysis::Field2D> sigmas_;  // contours: √(2 (peak − log p))
  std::optional<Eigen::RowVector2d> probe_;  // under the pointer, in the plane
  int mouse_pane_ = 0;                       // the one that the mouse was in last
  ImVec2 pane_size_{1, 1};                   // as last drawn
  analysis::ResultsPtr taken_;               // what is shown, and what the panes hold …
  Json taken_settings_;                      // … under these settings
};

}  // namespace aniso::app
