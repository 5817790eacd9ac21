#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "app/views/analysis_feed.h"
#include "app/views/builtin.h"
#include "app/views/figure_view.h"
#include "app/views/level_lines.h"
#include "core/analysis/registry.h"
#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::app {
namespace {

const analysis::Analysis& boundaries_analysis() {
  return analysis::analysis("ensemble_boundaries");
}

/// Decision boundaries of independently trained networks over the share that says class 1, and
/// their accuracies beside it.
class EnsembleBoundariesView : public FigureView {
 public:
  std::string age(const Frame& frame) const override { return feed_.age(frame); }
  std::string subtitle(const Frame& /*frame*/) const override {
    const auto* share = find<analysis::Field2D>("share");
    if (share == nullptr || share->quantity.status.kind == Status::Kind::undefined) return "";
    return text(boundaries().size(), " networks beside this run, on the plane of ",
                share->quantity.x_label, " and ", share->quantity.y_label);
  }
  const ParamSchema& settings_schema() const override {
    static const ParamSchema schema =
        joined(boundaries_analysis().params,
               {bool_param("points", true)
                    .titled("Data points")
                    .about("Rows of the dataset, projected onto the plane."),
                bool_param("accuracies", true)
                    .about("Also the test accuracy of each network, with the slab ceiling where "
                           "the classes are two circles.")});
    return schema;
  }

 protected:
  void update(Frame& frame) override {
    Json params = Json::object();
    for (const ParamSpec& spec : boundaries_analysis().params)
      params[spec.name] = settings_.json()[spec.name];
    feed_.update(frame, tag(), boundaries_analysis().id, params);
  }
  bool is_stale(const Frame& /*frame*/) const override {
    return drawn_ != feed_.results() || drawn_error_ != feed_.error();
  }
  figure::Figure figure_of(const Frame& frame) const override {
    drawn_ = feed_.results();
    drawn_error_ = feed_.error();
    if (!drawn_)
      return message_figure(drawn_error_.empty()
                                ? "Training the first network of the ensemble to this step."
                                : drawn_error_);
    const auto* share = find<analysis::Field2D>("share");
    ANISO_CHECK(share != nullptr, "ensemble boundaries: the results hold no share");
    if (share->quantity.status.kind == Status::Kind::undefined)
      return message_figure("Undefined: " + share->quantity.status.reason);
    analysis::Results shown = *drawn_;
    shown.results = {*share};
    const auto& resolved = frame.snapshot->resolved;
    figure::Figure figure = analysis::figure_of(
        boundaries_analysis(), shown,
        resolved && settings_.boolean("points") ? resolved->data.get() : nullptr);
    add_boundaries(figure.panels.front());
    if (settings_.boolean("accuracies")) add_accuracies(figure);
    figure.columns = static_cast<int>(figure.panels.size());
    return figure;
  }

 private:
  template <typename Kind>
  const Kind* find(const std::string& id) const {
    if (!feed_.results()) return nullptr;
    for (const auto& result : feed_.results()->results)
      if (const auto* found = std::get_if<Kind>(&result);
          found != nullptr && found->quantity.id == id)
        return found;
    return nullptr;
  }
  std::vector<const analysis::Field2D*> boundaries() const {
    std::vector<const analysis::Field2D*> out;
    for (const auto& result : feed_.results()->results)
      if (const auto* field = std::get_if<analysis::Field2D>(&result);
          field != nullptr && field->quantity.id.starts_with("network_"))
        out.push_back(field);
    return out;
  }

  void add_boundaries(figure::Panel& panel) const {
    panel.title.clear();
    if (panel.field) {
      panel.field->name = "share of networks that say class 1";
      // Neutral where half of them do: the diverging map, centred there.
      panel.field->colormap = figure::Colormap::diverging;
      panel.field->low = 0;
      panel.field->high = 1;
    }
    for (const auto* field : boundaries())
      trace_level(panel, *field, 0, {.role = figure::Role::zero, .width = 1.25, .opacity = 0.75});
    if (const auto* run = find<analysis::Field2D>("run"))
      trace_level(panel, *run, 0, {.role = figure::Role::accent, .width = 3});
  }

  // One point a network, the run in front, and the ceiling that blindness to one direction sets.
  void add_accuracies(figure::Figure& figure) const {
    const auto* accuracy = find<analysis::ScalarSeries>("test_accuracy");
    if (accuracy == nullptr) return;
    figure::Panel panel;
    panel.title = "Test accuracy";
    panel.x.label = "network (0: this run)";
    panel.x.integer = true;
    panel.x.low = -0.7;
    panel.x.high = static_cast<double>(settings_.integer("networks")) + 0.7;
    if (!accuracy->quantity.status.is_valid()) {
      panel.message = "Undefined: " + accuracy->quantity.status.reason;
    } else {
      figure::Points networks;
      networks.name = "networks";
      for (Index i = 0; i < accuracy->x.size(); ++i) {
        networks.x.push_back(accuracy->x[i]);
        networks.y.push_back(accuracy->y[i]);
      }
      networks.size = 8;
      networks.style.role = figure::Role::text;
      panel.points.push_back(std::move(networks));
      if (const auto* run = find<analysis::ScalarSeries>("run_accuracy")) {
        figure::Points own;
        own.name = "this run";
        own.x = {0};
        own.y = {run->y[0]};
        own.size = 11;
        own.marker = figure::Marker::diamond;
        own.style.role = figure::Role::accent;
        panel.points.push_back(std::move(own));
      }
      add_ceiling(panel);
    }
    figure.panels.push_back(std::move(panel));
  }

  void add_ceiling(figure::Panel& panel) const {
    double low = 1;
    for (const auto& points : panel.points)
      for (const double y : points.y) low = std::min(low, y);
    if (const auto* ceiling = find<analysis::ScalarSeries>("slab_ceiling")) {
      panel.subtitle = text("slab ceiling ", number(std::round(1000 * ceiling->y[0]) / 1000));
      panel.rules.push_back({.name = "ceiling", .at = ceiling->y[0]});
      low = std::min(low, ceiling->y[0]);
    }
    const double room = std::max(0.02, 0.1 * (1 - low));
    panel.y.low = std::max(0.0, low - room);
    panel.y.high = 1 + 0.3 * room;
  }

  AnalysisFeed feed_;
  mutable analysis::ResultsPtr drawn_;  // what figure_of last showed
  mutable std::string drawn_error_;
};

}  // namespace

ViewType ensemble_boundaries_view() {
  const analysis::Analysis& analysis = boundaries_analysis();
  return {analysis.id,
          analysis.title,
          analysis.doc + " Thin lines are the networks, the thick one is this run.",
          analysis.formula,
          "share",
          analysis.source,
          [] { return std::make_unique<EnsembleBoundariesView>(); }};
}

}  // namespace aniso::app
