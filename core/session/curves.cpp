#include "core/session/curves.h"

#include <cmath>
#include <utility>

namespace aniso::session {
namespace {

struct Curve {
  const char* name;
  double MetricsRow::*value;
  int category;
};

class CurvesBuilder {
 public:
  CurvesBuilder(const MetricsSnapshot& metrics, const CurveOptions& options)
      : metrics_(metrics), options_(options) {}

  void panel(const char* title, const char* unit, bool may_be_log,
             const std::vector<Curve>& curves) {
    figure::Panel panel;
    panel.title = title;
    panel.x = step_axis();
    panel.y.unit = unit;
    if (may_be_log && options_.log_values) panel.y.scale = figure::Scale::log10;
    for (const Curve& curve : curves) {
      figure::Line line;
      line.name = curve.name;
      line.style.category = curve.category;
      metrics_.for_each([&](const MetricsRow& row) { add(line, row.step, row.*curve.value); });
      if (has_values(line)) panel.lines.push_back(std::move(line));
    }
    keep(std::move(panel));
  }

  void speed_panel() {
    figure::Panel panel;
    panel.title = "Speed";
    panel.x = step_axis();
    panel.y.unit = "steps/s";
    figure::Line line;
    line.style.category = 2;
    const MetricsRow* before = nullptr;
    metrics_.for_each([&](const MetricsRow& row) {
      if (before != nullptr && row.wall_s > before->wall_s)
        add(line, row.step,
            static_cast<double>(row.step - before->step) / (row.wall_s - before->wall_s));
      before = &row;
    });
    if (has_values(line)) panel.lines.push_back(std::move(line));
    keep(std::move(panel));
  }

  figure::Figure take() {
    if (figure_.panels.empty()) {
      figure_.panels.emplace_back();
      figure_.panels.front().message =
          metrics_.size() < 2 ? "No curves yet: they begin with the second row of metrics."
                              : "None of the chosen curves exists for this run.";
    }
    return std::move(figure_);
  }

 private:
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
    if (!panel.lines.empty()) figure_.panels.push_back(std::move(panel));
  }

  const MetricsSnapshot& metrics_;
  const CurveOptions& options_;
  figure::Figure figure_;
};

}  // namespace

figure::Figure curves_figure(const MetricsSnapshot& metrics, const CurveOptions& options) {
  CurvesBuilder builder(metrics, options);
  if (options.loss)
    builder.panel("Loss", "", true,
                  {{"training", &MetricsRow::loss, 0}, {"test", &MetricsRow::test_loss, 1}});
  if (options.accuracy)
    builder.panel(
        "Accuracy", "", false,
        {{"training", &MetricsRow::accuracy, 0}, {"test", &MetricsRow::test_accuracy, 1}});
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
