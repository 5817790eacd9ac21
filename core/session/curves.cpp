#include "core/session/curves.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace aniso::session {
namespace {

constexpr int kTest = 1;  // colour of what is measured on the test set

struct Curve {
  const char* name;
  double MetricsRow::*value;
  int category;
};

class CurvesBuilder {
 public:
  CurvesBuilder(const std::vector<RunCurves>& runs, const CurveOptions& options)
      : runs_(runs), options_(options) {}

  void panel(const char* title, const char* unit, bool may_be_log,
             const std::vector<Curve>& curves) {
    figure::Panel panel;
    panel.title = title;
    panel.x = step_axis();
    panel.y.unit = unit;
    if (may_be_log && options_.log_values) panel.y.scale = figure::Scale::log10;
    for (const RunCurves& run : runs_)
      for (const Curve& curve : curves) {
        figure::Line line = named(run, curve);
        rows(run, [&](const MetricsRow& row) { add(line, row.step, row.*curve.value); });
        if (has_values(line)) panel.lines.push_back(std::move(line));
      }
    keep(std::move(panel));
  }

  void speed_panel() {
    figure::Panel panel;
    panel.title = "Speed";
    panel.x = step_axis();
    panel.y.unit = "steps/s";
    for (const RunCurves& run : runs_) {
      figure::Line line = named(run, {"", nullptr, 2});
      const MetricsRow* before = nullptr;
      rows(run, [&](const MetricsRow& row) {
        if (before != nullptr && row.wall_s > before->wall_s)
          add(line, row.step,
              static_cast<double>(row.step - before->step) / (row.wall_s - before->wall_s));
        before = &row;
      });
      if (has_values(line)) panel.lines.push_back(std::move(line));
    }
    keep(std::move(panel));
  }

  figure::Figure take() {
    if (figure_.panels.empty()) {
      figure_.panels.emplace_back();
      figure_.panels.front().message =
          longest() < 2 ? "No curves yet: they begin with the second row of metrics."
                        : "None of the chosen curves exists for this run.";
    }
    return std::move(figure_);
  }

 private:
  // Alone, a run's curves are told apart by colour; several runs are, and their curves by strength.
  figure::Line named(const RunCurves& run, const Curve& curve) const {
    figure::Line line;
    line.name = curve.name;
    line.style.category = curve.category;
    if (runs_.size() < 2) return line;
    const bool first = curve.category != kTest;
    line.name = first ? run.name : run.name + " " + curve.name;
    line.style.category = run.category;
    line.style.opacity = first ? 1 : 0.5;
    return line;
  }
  template <typename Visit>
  static void rows(const RunCurves& run, Visit visit) {
    run.metrics.for_each([&](const MetricsRow& row) {
      if (row.step >= run.from_step) visit(row);
    });
  }
  std::size_t longest() const {
    std::size_t rows = 0;
    for (const RunCurves& run : runs_) rows = std::max(rows, run.metrics.size());
    return rows;
  }
  figure::Axis step_axis() const {
    figure::Axis axis;
    axis.label = "step";
    axis.integer = true;
    if (options_.log_steps) axis.scale = figure::Scale::log10;
    return axis;
  }
  void add(figure::Line& line, Index step, double value) const {
    if (options_.log_steps && step == 0) return;
    line.x.push_back(static_cast<double>(step));
    line.y.push_back(value);
  }
  static bool has_values(const figure::Line& line) {
    int finite = 0;
    for (const double value : line.y) finite += std::isfinite(value) ? 1 : 0;
    return finite > 1;
  }
  void keep(figure::Panel panel) {
    if (panel.lines.empty()) return;
    if (options_.cursor > 0 || (options_.cursor == 0 && !options_.log_steps))
      panel.rules.push_back({.name = "",
                             .at = static_cast<double>(options_.cursor),
                             .vertical = true,
                             .style = {.role = figure::Role::accent, .width = 1.5}});
    figure_.panels.push_back(std::move(panel));
  }

  const std::vector<RunCurves>& runs_;
  const CurveOptions& options_;
  figure::Figure figure_;
};

}  // namespace

figure::Figure curves_figure(const MetricsSnapshot& metrics, const CurveOptions& options) {
  return curves_figure(std::vector<RunCurves>{{"", 0, metrics, 0}}, options);
}

figure::Figure curves_figure(const std::vector<RunCurves>& runs, const CurveOptions& options) {
  CurvesBuilder builder(runs, options);
  if (options.loss)
    builder.panel("Loss", "", true,
                  {{"training", &MetricsRow::loss, 0}, {"test", &MetricsRow::test_loss, kTest}});
  if (options.accuracy)
    builder.panel(
        "Accuracy", "", false,
        {{"training", &MetricsRow::accuracy, 0}, {"test", &MetricsRow::test_accuracy, kTest}});
  if (options.learning_rate)
    builder.panel("Learning rate", "", true, {{"", &MetricsRow::learning_rate, 2}});
  if (options.gradient_norm)
    builder.panel("Gradient norm", "", true, {{"", &MetricsRow::grad_norm, 3}});
  if (options.weight_norm)
    builder.panel("Weight norm", "", true, {{"", &MetricsRow::weight_norm, 6}});
  if (options.speed) builder.speed_panel();
  return builder.take();
}

}  // namespace aniso::session
