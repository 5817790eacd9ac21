#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/analysis/registry.h"
#include "core/analysis/variants.h"
#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::analysis {
namespace {

struct Measure {
  const char* column;  // of the run's metrics
  const char* title;
  bool is_share;
};
constexpr Measure kMeasures[] = {{"test_accuracy", "test accuracy", true},
                                 {"accuracy", "training accuracy", true},
                                 {"test_loss", "test loss", false},
                                 {"loss", "training loss", false}};

// Final metrics of the runs of one value, one row per repetition.
using Runs = std::vector<VariantMetrics>;

ScalarSeries series_of(const Measure& measure, const std::vector<double>& values,
                       const std::vector<Runs>& runs, const std::string& label) {
  ScalarSeries series;
  series.quantity.id = measure.column;
  series.quantity.title = measure.title;
  series.quantity.x_label = label;
  series.quantity.y_label = measure.is_share ? "accuracy" : "loss";  // shared by two series
  series.panel = measure.is_share ? "Accuracy" : "Loss";
  series.name = measure.title;
  const auto n = static_cast<Index>(runs.size());
  series.x = Eigen::Map<const Vector>(values.data(), n);
  series.y = series.low = series.high =
      Vector::Constant(n, std::numeric_limits<double>::quiet_NaN());
  Index known = 0;
  for (Index i = 0; i < n; ++i) {
    std::vector<double> given;
    for (const auto& run : runs[static_cast<std::size_t>(i)])
      if (const double v = run.at(measure.column); std::isfinite(v)) given.push_back(v);
    if (given.empty()) continue;
    const Eigen::Map<const Vector> all(given.data(), static_cast<Index>(given.size()));
    series.y[i] = all.mean();
    series.low[i] = all.minCoeff();
    series.high[i] = all.maxCoeff();
    ++known;
  }
  if (known == 0)
    series.quantity.status = Status::undefined(text(measure.title, " does not apply to this run"));
  else if (known < n)
    series.quantity.status = Status::partial(known, n);
  if (std::all_of(runs.begin(), runs.end(), [](const Runs& r) { return r.size() < 2; }))
    series.low = series.high = Vector();
  return series;
}

std::vector<Result> results_of(const std::vector<double>& values, const std::vector<Runs>& runs,
                               const std::string& label) {
  std::vector<Result> results;
  for (const auto& measure : kMeasures)
    results.emplace_back(series_of(measure, values, runs, label));
  return results;
}

std::vector<Result> run(const Input& input, const std::stop_token& stop,
                        std::vector<std::string>& notes) {
  ANISO_CHECK(input.laboratory != nullptr, "sweep: other runs cannot be trained here");
  const VariantList list(input.params);
  const Index repeats = input.params.integer("repeats");
  const std::int64_t seed = input.params.integer("seed");
  const auto total = static_cast<double>(list.size()) * static_cast<double>(repeats);
  std::vector<Runs> runs;
  double done = 0;
  for (Index i = 0; i < list.size(); ++i) {
    runs.emplace_back();
    for (Index r = 0; r < repeats; ++r) {
      Variant variant = list.variant(i);
      if (list.path() != "seed")
        variant.changes.insert(variant.changes.begin(), {"seed", Json(seed + r)});
      runs.back().push_back(input.laboratory->outcome(variant, stop));
      if (input.publish && ++done < total)
        input.publish(results_of(list.values(), runs, list.axis()), done / total);
    }
  }
  notes.push_back(text("each value trained ", repeats, repeats == 1 ? " time" : " times",
                       repeats == 1 ? "" : " with other seeds; the band spans lowest and highest"));
  return results_of(list.values(), runs, list.axis());
}

}  // namespace

Analysis sweep() {
  Analysis analysis;
  analysis.id = "sweep";
  analysis.title = "Sweep of a setting";
  analysis.doc =
      "Trains the experiment again for each value of one of its settings and shows where it ends: "
      "accuracy against the angle of a plane, or against the number of the direction that holds "
      "the labels. The run itself is not touched.";
  analysis.formula = "value ↦ accuracy after the last step";
  analysis.source = "our set-up: independent runs of the experiment with one setting changed";
  analysis.params = joined(
      variant_params("dataset.angle", {0, 30, 60, 90}, ""),
      {integer_param("repeats", 1).range(1, 100).about("Runs per value, with different seeds."),
       integer_param("seed", 0).range(0, 1e9).about("Of the first run; the others count on.")});
  analysis.is_long = true;
  analysis.is_step_free = [](const Params&) { return true; };
  analysis.networks = Networks::all;
  analysis.run = run;
  return analysis;
}

}  // namespace aniso::analysis
