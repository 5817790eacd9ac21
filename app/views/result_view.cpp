#include <memory>

#include "app/views/analysis_feed.h"
#include "app/views/builtin.h"
#include "app/views/figure_view.h"
#include "app/views/result_history.h"
#include "core/analysis/registry.h"

namespace aniso::app {
namespace {

/// Any analysis, drawn by the kinds of its results: as it is now, or its spectra over time.
class ResultView : public FigureView {
 public:
  explicit ResultView(const analysis::Analysis& analysis)
      : analysis_(analysis),
        schema_(analysis.gives_spectra
                    ? joined(analysis.params,
                             {choice_param("show", "time",
                                           {{"now", "Now", "The newest values."},
                                            {"time", "Over time", "Each value against the step."}})
                                  .about("One moment, or the whole run.")})
                    : analysis.params) {}

  std::string age(const Frame& frame) const override { return feed_.age(frame); }
  std::string subtitle(const Frame& /*frame*/) const override {
    if (!feed_.results() || feed_.results()->results.empty()) return "";
    return analysis::quantity_of(feed_.results()->results.front()).y_label;
  }
  const ParamSchema& settings_schema() const override { return schema_; }

 protected:
  void update(Frame& frame) override {
    Json params = Json::object();
    for (const ParamSpec& spec : analysis_.params) params[spec.name] = settings_.json()[spec.name];
    feed_.update(frame, tag(), analysis_.id, params);
    const auto& newest = feed_.results();
    if (!newest) history_.clear();
    if (!newest || newest == seen_) return;
    seen_ = newest;
    history_.take(*newest, params);
  }
  bool is_stale(const Frame& /*frame*/) const override {
    return drawn_ != feed_.results() || drawn_error_ != feed_.error();
  }
  figure::Figure figure_of(const Frame& frame) const override {
    drawn_ = feed_.results();
    drawn_error_ = feed_.error();
    if (!drawn_)
      return message_figure(drawn_error_.empty() ? "Waiting for the first result." : drawn_error_);
    if (analysis_.gives_spectra && settings_.choice("show") == "time") return over_time(frame);
    const auto& resolved = frame.snapshot->resolved;
    return analysis::figure_of(analysis_, *drawn_, resolved ? resolved->data.get() : nullptr);
  }

 private:
  figure::Figure over_time(const Frame& frame) const {
    figure::Figure figure = analysis::figure_over_time(analysis_, history_.results());
    if (!frame.snapshot->is_behind()) return figure;
    for (auto& panel : figure.panels)
      if (!panel.lines.empty())
        panel.rules.push_back({.name = "",
                               .at = static_cast<double>(drawn_->step),
                               .vertical = true,
                               .style = {.role = figure::Role::accent, .width = 1.5}});
    return figure;
  }

  const analysis::Analysis& analysis_;
  ParamSchema schema_;
  AnalysisFeed feed_;
  ResultHistory history_;
  analysis::ResultsPtr seen_;           // newest of those in it
  mutable analysis::ResultsPtr drawn_;  // what figure_of last showed
  mutable std::string drawn_error_;
};

}  // namespace

ViewType result_view(const std::string& analysis_id) {
  const analysis::Analysis& analysis = analysis::analysis(analysis_id);
  return {analysis.id,
          analysis.title,
          analysis.doc,
          analysis.formula,
          "",
          analysis.source,
          [&analysis] { return std::make_unique<ResultView>(analysis); }};
}

}  // namespace aniso::app
