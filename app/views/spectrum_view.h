#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/ui/figure_painter.h"
#include "app/views/analysis_feed.h"
#include "app/views/direction_menu.h"
#include "app/views/direction_picture.h"
#include "app/views/spectrum_history.h"
#include "app/views/spectrum_parts.h"
#include "app/views/view.h"

namespace aniso::app {

/// A spectrum of a chosen analysis with what it can be judged by, its history, and the directions
/// behind its values.
class SpectrumView : public View {
 public:
  SpectrumView();
  void draw(Frame& frame) override;
  figure::Figure figure(const Frame& frame) const override;
  std::string age(const Frame& frame) const override { return feed_.age(frame); }
  std::string subtitle(const Frame& frame) const override;
  void reset_view() override;
  /// The view's own settings and, behind them, those of the chosen analysis.
  const ParamSchema& settings_schema() const override { return *schema_; }
  /// Takes over what the newly chosen analysis has in common with the one before.
  void set_settings(const Json& json) override;

 private:
  /// A value under the pointer, or one that was clicked.
  struct Place {
    Index index = 0;         ///< in the spectrum, the largest is 0
    std::size_t moment = 0;  ///< of the history, where that is shown
    std::size_t path = 0;
    bool operator==(const Place&) const = default;
  };
  enum class Show { spectrum, steps, ridges };

  Show show() const;
  Json analysis_params() const;
  std::vector<const analysis::Spectrum*> spectra() const;
  const analysis::Spectrum* chosen() const;
  void take_history(const Frame& frame);
  void update_figure(ImVec2 size);
  figure::Figure content() const;
  std::string empty_reason() const;

  void draw_bar(Frame& frame);
  void handle_mouse(Frame& frame, ImVec2 at, ImVec2 size);
  std::optional<Place> place_at(ImVec2 mouse) const;
  std::optional<Place> value_at(const figure::PanelFrame& plot, figure::Point p) const;
  std::optional<Place> moment_at(const figure::PanelFrame& plot, figure::Point p) const;
  Vector direction_of(const Place& place) const;
  double value_of(const Place& place) const;
  Index step_of(const Place& place) const;
  std::vector<Reading> readings_of(const Place& place) const;
  void mark(const Place& place) const;
  void mark_path(const Place& place, const figure::PanelFrame& plot) const;
  void draw_card(const Frame& frame, const Place& place);
  std::string name_of(const Place& place) const;

  const ParamSchema* schema_;
  AnalysisFeed feed_;
  SpectrumHistory history_;
  const void* history_taken_ = nullptr;  ///< identity of the newest results in it …
  Json history_params_;                  ///< … and what it is a history of
  std::uint64_t history_run_ = 0;
  std::string history_spectrum_;

  ui::FigurePainter painter_;
  figure::Figure figure_;
  std::uint64_t version_ = 0;
  const void* drawn_ = nullptr;  ///< identity of the results in the figure
  std::uint64_t drawn_history_ = 0;
  Json drawn_settings_;
  int drawn_fit_ = -1;
  IndexZoom zoom_;
  std::optional<IndexZoom::Range> drawn_range_;

  std::unique_ptr<DirectionPicture> picture_;
  std::optional<Place> clicked_;
  NamedDirection menu_direction_;  ///< what the menu speaks of
};

}  // namespace aniso::app
