#include <memory>
#include <utility>
#include <vector>

#include "app/views/builtin.h"
#include "app/views/figure_view.h"
#include "core/base/check.h"
#include "core/base/names.h"
#include "core/session/curves.h"
#include "core/training/objectives.h"

namespace aniso::app {
namespace {

/// The run's metrics against the step.
class CurvesView : public FigureView {
 public:
  std::string age(const Frame& frame) const override {
    const auto& metrics = frame.snapshot->metrics;
    return metrics.empty() ? "" : text("step ", grouped(metrics.back().step));
  }
  std::string subtitle(const Frame& frame) const override {
    if (!frame.snapshot->resolved) return "";
    const std::string& id = frame.snapshot->resolved->experiment.objective.id;
    return training::objective(id).title + ", whole training and test sets";
  }
  const ParamSchema& settings_schema() const override {
    static const ParamSchema schema = {
        bool_param("loss", true).about("Mean loss over the whole set."),
        bool_param("accuracy", true).about("Share of correct classes."),
        bool_param("learning_rate", false).about("As scheduled, used by the last step."),
        bool_param("gradient_norm", false).about("Of the last batch, before clipping."),
        bool_param("weight_norm", false).about("Euclidean norm of all parameters."),
        bool_param("speed", false).titled("Steps/s").about("Between two rows of metrics."),
        bool_param("log_values", false)
            .titled("Log values")
            .about("Logarithmic axes for losses, rates and norms."),
        bool_param("log_steps", false).titled("Log steps").about("Logarithmic step axis.")};
    return schema;
  }

 protected:
  void update(Frame& /*frame*/) override {}
  bool is_stale(const Frame& frame) const override {
    const auto& metrics = frame.snapshot->metrics;
    const auto& other = frame.snapshot->other;
    return (other ? other->run : 0) != other_run_ ||
           (other && other->metrics.size() != other_rows_) || frame.snapshot->run != run_ ||
           cursor_of(frame) != cursor_ || metrics.size() != rows_ ||
           (!metrics.empty() && metrics.back().step != last_step_);
  }
  figure::Figure figure_of(const Frame& frame) const override {
    const auto& metrics = frame.snapshot->metrics;
    run_ = frame.snapshot->run;
    cursor_ = cursor_of(frame);
    other_run_ = frame.snapshot->other ? frame.snapshot->other->run : 0;
    other_rows_ = frame.snapshot->other ? frame.snapshot->other->metrics.size() : 0;
    rows_ = metrics.size();
    last_step_ = metrics.empty() ? -1 : metrics.back().step;
    session::CurveOptions options;
    options.loss = settings_.boolean("loss");
    options.accuracy = settings_.boolean("accuracy");
    options.learning_rate = settings_.boolean("learning_rate");
    options.gradient_norm = settings_.boolean("gradient_norm");
    options.weight_norm = settings_.boolean("weight_norm");
    options.speed = settings_.boolean("speed");
    options.log_values = settings_.boolean("log_values");
    options.log_steps = settings_.boolean("log_steps");
    options.cursor = cursor_;
    figure::Figure figure =
        frame.snapshot->other ? both(frame, options) : session::curves_figure(metrics, options);
    figure.columns = figure.panels.size() > 3 ? 2 : 1;
    return figure;
  }

 private:
  // Where the pictures are, unless that is where the curves end.
  static Index cursor_of(const Frame& frame) {
    const session::Snapshot& now = *frame.snapshot;
    const bool is_behind = now.is_behind() || (now.other && now.other->is_behind());
    return is_behind ? now.step : -1;
  }
  static figure::Figure both(const Frame& frame, const session::CurveOptions& options) {
    const ComparedRuns runs = compared_runs(frame.snapshot);
    std::vector<session::RunCurves> curves;
    for (const auto& [run, with] : {std::pair{runs.parent, runs.fork}, {runs.fork, runs.parent}})
      curves.push_back({run_name(*run), run_category(*run, with.get()), run->metrics,
                        run == runs.fork ? run->fork_step : 0});
    return session::curves_figure(curves, options);
  }

  mutable Index cursor_ = -1;
  mutable std::uint64_t other_run_ = 0;
  mutable std::size_t other_rows_ = 0;
  mutable std::uint64_t run_ = 0;  // what figure_of last showed
  mutable std::size_t rows_ = 0;
  mutable Index last_step_ = -1;
};

}  // namespace

ViewType curves_view() {
  return {"curves",
          "Curves",
          "How the run goes: loss and accuracy over the whole training and test sets, learning "
          "rate, norms and speed, each against the training step.",
          "",
          "",
          "measured every log_every steps",
          [] { return std::make_unique<CurvesView>(); }};
}

}  // namespace aniso::app
