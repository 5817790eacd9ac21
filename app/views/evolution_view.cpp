#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "app/views/analysis_feed.h"
#include "app/views/builtin.h"
#include "app/views/figure_view.h"
#include "core/analysis/registry.h"
#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::app {
namespace {

const analysis::Analysis& evolution_analysis() { return analysis::analysis("evolution"); }

/// The evolution of the average geometry against the step, with the step that is looked at.
class EvolutionView : public FigureView {
 public:
  std::string age(const Frame& frame) const override { return feed_.age(frame); }
  std::string subtitle(const Frame& /*frame*/) const override {
    if (!feed_.results()) return "";
    return settings_.choice("of") == "ensemble"
               ? text("average over ", grouped(settings_.integer("networks")),
                      " independently trained networks")
               : std::string("this network alone, at its stored steps");
  }
  const ParamSchema& settings_schema() const override {
    static const ParamSchema schema =
        joined(evolution_analysis().params,
               {choice_param("show", "all",
                             {{"all", "Everything", "Directions, velocity, size and weights."},
                              {"directions", "Directions", "The cosines of the change alone."},
                              {"states", "States", "What G and the weights are at each step."}})
                    .about("Which curves."),
                bool_param("log_steps", true)
                    .titled("Log steps")
                    .about("Logarithmic step axis; step 0 is not on it.")});
    return schema;
  }

 protected:
  void update(Frame& frame) override {
    Json params = Json::object();
    for (const ParamSpec& spec : evolution_analysis().params)
      params[spec.name] = settings_.json()[spec.name];
    feed_.update(frame, tag(), evolution_analysis().id, params);
  }
  bool is_stale(const Frame& frame) const override {
    return drawn_ != feed_.results() || drawn_error_ != feed_.error() ||
           drawn_step_ != frame.snapshot->step;
  }
  figure::Figure figure_of(const Frame& frame) const override {
    drawn_ = feed_.results();
    drawn_error_ = feed_.error();
    drawn_step_ = frame.snapshot->step;
    if (!drawn_) return message_figure(waiting());
    if (const auto reason = common_reason()) return message_figure("Undefined: " + *reason);
    figure::Figure figure = analysis::figure_of(evolution_analysis(), *drawn_, nullptr);
    const auto show = settings_.choice("show");
    std::erase_if(figure.panels, [&](const figure::Panel& panel) {
      return show != "all" && (show == "directions") != is_direction(panel);
    });
    for (auto& panel : figure.panels) finish(panel);
    figure.columns = figure.panels.size() > 4 ? 3 : static_cast<int>(figure.panels.size());
    return figure;
  }

 private:
  std::string waiting() const {
    if (!drawn_error_.empty()) return drawn_error_;
    return settings_.choice("of") == "ensemble"
               ? "Training the first network of the ensemble; curves appear when it is done."
               : "Waiting for the first result.";
  }

  // What all curves say where none is defined.
  std::optional<std::string> common_reason() const {
    std::optional<std::string> reason;
    for (const auto& result : drawn_->results) {
      const Status& status = analysis::quantity_of(result).status;
      if (status.kind != Status::Kind::undefined) return {};
      reason = status.reason;
    }
    return reason;
  }

  // Whether a panel holds cosines of the change: by its series, also where some are undefined.
  bool is_direction(const figure::Panel& panel) const {
    return std::any_of(
        drawn_->results.begin(), drawn_->results.end(), [&](const analysis::Result& result) {
          const auto* series = std::get_if<analysis::ScalarSeries>(&result);
          return series != nullptr && series->panel == panel.title &&
                 series->quantity.id.starts_with("cos_") && series->quantity.id != "cos_g0";
        });
  }

  void finish(figure::Panel& panel) const {
    panel.x.integer = true;
    if (is_direction(panel)) {
      panel.y.label = "cosine";
      double lowest = 0, highest = 1;  // beyond 1 by chance, where networks are crossed
      for (const auto& line : panel.lines)
        for (const double y : line.y) {
          if (!std::isfinite(y)) continue;
          lowest = std::min(lowest, y);
          highest = std::max(highest, y);
        }
      panel.y.low = lowest < 0 ? std::min(-1.0, lowest) : 0;
      panel.y.high = highest + 0.03;
      panel.rules.push_back(
          {.name = "", .at = 0, .style = {.role = figure::Role::zero, .width = 1}});
    } else {
      panel.y.label.clear();  // the title says it
      for (auto& line : panel.lines) {
        line.style.role = figure::Role::accent;
        line.name.clear();
      }
      for (auto& band : panel.bands) band.style.role = figure::Role::accent;
    }
    double last = 0;
    for (const auto& line : panel.lines)
      for (const double x : line.x) last = std::max(last, x);
    if (settings_.boolean("log_steps") && last > 0) {
      panel.x.scale = figure::Scale::log10;
      drop_start(panel);
    }
    const auto at = static_cast<double>(drawn_step_);
    if (at <= last && (at > 0 || panel.x.scale == figure::Scale::linear))
      panel.rules.push_back({.name = "",
                             .at = at,
                             .vertical = true,
                             .style = {.role = figure::Role::accent, .width = 1.5}});
  }

  // Step 0 has no logarithm.
  static void drop_start(figure::Panel& panel) {
    const auto drop = [](std::vector<double>& x, auto&... values) {
      if (x.empty() || x.front() > 0) return;
      x.erase(x.begin());
      (values.erase(values.begin()), ...);
    };
    for (auto& line : panel.lines) drop(line.x, line.y);
    for (auto& band : panel.bands) drop(band.x, band.low, band.high);
    for (auto& points : panel.points) drop(points.x, points.y);
  }

  AnalysisFeed feed_;
  mutable analysis::ResultsPtr drawn_;  // what figure_of last showed
  mutable std::string drawn_error_;
  mutable Index drawn_step_ = -1;
};

}  // namespace

ViewType evolution_view() {
  const analysis::Analysis& analysis = evolution_analysis();
  return {analysis.id, analysis.title, analysis.doc, analysis.formula, "", analysis.source, [] {
            return std::make_unique<EvolutionView>();
          }};
}

}  // namespace aniso::app
