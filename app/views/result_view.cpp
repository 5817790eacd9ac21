#include <algorithm>
#include <memory>

#include "app/views/analysis_feed.h"
#include "app/views/builtin.h"
#include "app/views/figure_view.h"
#include "core/analysis/registry.h"

namespace aniso::app {
namespace {

constexpr std::size_t kHistory = 400;  // results kept for "over time"

/// Any analysis, drawn by the kinds of its results: as it is now, or its spectra over time.
class ResultView : public FigureView {
 public:
  explicit ResultView(const analysis::Analysis& analysis)
      : analysis_(analysis),
        schema_(joined(analysis.params,
                       {choice_param("show", "time",
                                     {{"now", "Now", "The newest values."},
                                      {"time", "Over time", "Each value against the step."}})
                            .about("One moment, or the whole run.")})) {}

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
    if (!history_.empty() && (!newest || newest->run != history_.back()->run)) history_.clear();
    if (!newest || newest == seen_) return;
    seen_ = newest;
    if (params != params_) history_.clear();
    params_ = params;
    // In order of steps: looking back fills in what was not looked at while it trained.
    const auto at = std::lower_bound(
        history_.begin(), history_.end(), newest->step,
        [](const analysis::ResultsPtr& results, Index step) { return results->step < step; });
    if (at != history_.end() && (*at)->step == newest->step)
      *at = newest;
    else
      history_.insert(at, newest);
    thin();
  }
  bool is_stale(const Frame& /*frame*/) const override {
    return drawn_ != feed_.results() || drawn_error_ != feed_.error();
  }
  figure::Figure figure_of(const Frame& frame) const override {
    drawn_ = feed_.results();
    drawn_error_ = feed_.error();
    if (!drawn_)
      return message_figure(drawn_error_.empty() ? "Waiting for the first result." : drawn_error_);
    if (settings_.choice("show") == "time") {
      figure::Figure figure = over_time(frame);
      if (!figure.panels.empty()) return figure;  // no spectra: there is only now
    }
    const auto& resolved = frame.snapshot->resolved;
    return analysis::figure_of(analysis_, *drawn_, resolved ? resolved->data.get() : nullptr);
  }

 private:
  figure::Figure over_time(const Frame& frame) const {
    figure::Figure figure = analysis::figure_over_time(analysis_, history_);
    if (!frame.snapshot->is_behind()) return figure;
    for (auto& panel : figure.panels)
      if (!panel.lines.empty())
        panel.rules.push_back({.name = "",
                               .at = static_cast<double>(drawn_->step),
                               .vertical = true,
                               .style = {.role = figure::Role::accent, .width = 1.5}});
    return figure;
  }

  // Drops every second entry but the last: the history covers the run at half the density.
  void thin() {
    if (history_.size() <= kHistory) return;
    std::vector<analysis::ResultsPtr> kept;
    for (std::size_t i = 0; i < history_.size(); ++i)
      if (i % 2 == 0 || i + 1 == history_.size()) kept.push_back(history_[i]);
    history_ = std::move(kept);
  }

  const analysis::Analysis& analysis_;
  ParamSchema schema_;
  AnalysisFeed feed_;
  Json params_;
  std::vector<analysis::ResultsPtr> history_;
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
