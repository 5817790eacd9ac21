#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "core/analysis/plane_grid.h"
#include "core/analysis/readout.h"
#include "core/base/check.h"
#include "core/base/names.h"
#include "core/theory/slab_ceiling.h"

namespace aniso::analysis {
namespace {

constexpr Index kTile = 512;  // samples between two looks at the stop token
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Matrix on_grid(const nn::Function& network, const Readout& readout, const PlaneGrid& grid,
               const std::stop_token& stop) {
  const auto restricted = on_plane(network, grid);
  Matrix values(grid.side, grid.side);
  for (Index first = 0; first < grid.size(); first += kTile) {
    if (stop.stop_requested()) throw Cancelled{};
    const Index count = std::min(kTile, grid.size() - first);
    values.reshaped<Eigen::RowMajor>().segment(first, count) =
        readout.values(restricted->values(grid.points(first, count)));
  }
  return values;
}

// Share of the test rows whose class the network names: the largest output, or the sign of one.
double test_accuracy(const nn::Function& network, const data::Dataset& data,
                     const std::stop_token& stop) {
  const auto n = static_cast<Index>(data.test.size());
  Index right = 0;
  for (Index first = 0; first < n; first += kTile) {
    if (stop.stop_requested()) throw Cancelled{};
    const Index count = std::min(kTile, n - first);
    const std::vector<Index> rows(data.test.begin() + first, data.test.begin() + first + count);
    const Matrix outputs = network.values(data.x(rows, Eigen::all));
    for (Index i = 0; i < count; ++i) {
      Index best = outputs(i, 0) > 0 ? 1 : 0;
      if (outputs.cols() > 1) outputs.row(i).maxCoeff(&best);
      right += data.labels[rows[static_cast<std::size_t>(i)]] == best ? 1 : 0;
    }
  }
  return static_cast<double>(right) / static_cast<double>(n);
}

// What the slab ceiling is where each class lies on a circle around the plane's origin; empty for
// any other data.
std::optional<double> slab_ceiling(const data::Dataset& data) {
  if (data.classes != 2 || data.size() == 0 || data.shape.dim < 2) return {};
  double low[2] = {INFINITY, INFINITY}, high[2] = {0, 0};
  for (Index i = 0; i < data.size(); ++i) {
    const Vector offset = data.x.row(i).transpose() - data.plane.origin;
    const double radius = std::hypot(offset.dot(data.plane.u), offset.dot(data.plane.v));
    const Index c = data.labels[i];
    low[c] = std::min(low[c], radius);
    high[c] = std::max(high[c], radius);
  }
  constexpr double kRound = 1e-6;
  for (int c = 0; c < 2; ++c)
    if (!(high[c] - low[c] <= kRound * std::max(high[0], high[1]))) return {};
  const double inner = std::min(high[0], high[1]), outer = std::max(high[0], high[1]);
  if (!(outer > 0)) return {};
  return theory::slab_ceiling(inner, outer);
}

/// What the networks trained so far say.
struct Ensemble {
  std::vector<Matrix> fields;
  std::vector<double> accuracies;
};

ScalarSeries accuracy_series(const Input& input, const std::vector<double>& values) {
  ScalarSeries series;
  series.quantity = {"test_accuracy", "test accuracy", "", "network", "test accuracy", {}};
  series.panel = "Test accuracy";
  series.name = "networks";
  const auto n = static_cast<Index>(values.size());
  series.x = Vector::LinSpaced(n, 1, static_cast<double>(n));
  series.y = Eigen::Map<const Vector>(values.data(), n);
  if (!input.data->is_classification())
    series.quantity.status = Status::undefined("a regression has no classes");
  else if (input.data->test.empty())
    series.quantity.status = Status::undefined("there is no test set; set dataset.test_fraction");
  return series;
}

ScalarSeries ceiling_series(double value, Index networks) {
  ScalarSeries series;
  series.quantity = {"slab_ceiling", "slab ceiling", "", "network", "test accuracy", {}};
  series.panel = "Test accuracy";
  series.name = "slab ceiling";
  series.is_theory = true;
  series.x = Vector(2);
  series.x << 0.5, static_cast<double>(networks) + 0.5;
  series.y = Vector::Constant(2, value);
  return series;
}

std::vector<Result> results_of(const Input& input, const PlaneGrid& grid, const Readout& readout,
                               const Matrix& own, const Ensemble& ensemble, double own_accuracy) {
  const auto count = static_cast<double>(ensemble.fields.size());
  Matrix mean = Matrix::Zero(grid.side, grid.side), share = mean;
  for (const Matrix& field : ensemble.fields) {
    mean += field / count;
    share.array() +=
        field.array().isFinite().select((field.array() > 0).cast<double>(), kNaN) / count;
  }
  std::vector<Result> results;
  Field2D of_class = plane_field("share", "share of networks that say class 1", std::move(share),
                                 grid, "an output is not finite on this plane");
  of_class.is_signed = false;
  results.emplace_back(std::move(of_class));
  results.emplace_back(plane_field("mean", "mean " + readout.title, std::move(mean), grid));
  results.emplace_back(plane_field("run", readout.title + " of this run", own, grid));
  for (std::size_t m = 0; m < ensemble.fields.size(); ++m)
    results.emplace_back(plane_field(text("network_", m + 1).c_str(),
                                     text(readout.title, " of network ", m + 1), ensemble.fields[m],
                                     grid));
  results.emplace_back(accuracy_series(input, ensemble.accuracies));
  ScalarSeries run = accuracy_series(input, {own_accuracy});
  run.quantity.id = "run_accuracy";
  run.quantity.title = "test accuracy of this run";
  run.name = "this run";
  results.emplace_back(std::move(run));
  if (const auto ceiling = slab_ceiling(*input.data))
    results.emplace_back(ceiling_series(*ceiling, input.params.integer("networks")));
  return results;
}

std::vector<Result> undefined_results(const Input& input, const std::string& reason) {
  const Index side = input.params.integer("resolution");
  std::vector<Result> results;
  for (const char* id : {"share", "mean", "run"})
    results.emplace_back(undefined_field(id, id, side, reason));
  ScalarSeries accuracy;
  accuracy.quantity = {"test_accuracy", "test accuracy", "", "network", "test accuracy", {}};
  accuracy.quantity.status = Status::undefined(reason);
  results.emplace_back(std::move(accuracy));
  return results;
}

std::vector<Result> run(const Input& input, const std::stop_token& stop,
                        std::vector<std::string>& notes) {
  ANISO_CHECK(input.laboratory != nullptr,
              "ensemble boundaries: other networks than this one cannot be trained here");
  if (const auto reason = no_plane_reason(input); !reason.empty())
    return undefined_results(input, reason);
  const Readout readout = readout_of(input.params, input);
  if (!readout.is_signed)
    return undefined_results(input,
                             "a winning margin has no sign and so no boundary; choose one "
                             "output or the difference of two");
  const PlaneGrid grid = plane_grid(input, notes);
  const bool is_judged = input.data->is_classification() && !input.data->test.empty();
  const auto accuracy_of = [&](const nn::Function& network) {
    return is_judged ? test_accuracy(network, *input.data, stop) : kNaN;
  };
  const Matrix own = on_grid(*input.function, readout, grid, stop);
  const double own_accuracy = accuracy_of(*input.function);
  Ensemble ensemble;
  const Index networks = input.params.integer("networks");
  for (Index m = 0; m < networks; ++m) {
    const auto network = input.laboratory->function(input.laboratory->trained(m, input.step, stop));
    ensemble.fields.push_back(on_grid(*network, readout, grid, stop));
    ensemble.accuracies.push_back(accuracy_of(*network));
    if (input.publish && m + 1 < networks)
      input.publish(results_of(input, grid, readout, own, ensemble, own_accuracy),
                    static_cast<double>(m + 1) / static_cast<double>(networks));
  }
  notes.push_back(text(grouped(networks),
                       " independently trained networks: other initialisations and batches, the "
                       "same data; this run is none of them"));
  return results_of(input, grid, readout, own, ensemble, own_accuracy);
}

ParamSchema params() {
  ParamSchema plane = plane_params();
  for (ParamSpec& spec : plane)
    if (spec.name == "resolution") spec.fallback = 96;
  return joined(joined({integer_param("networks", 8)
                            .range(1, 200)
                            .about("How many networks are trained beside the run.")},
                       plane),
                readout_params());
}

}  // namespace

Analysis ensemble_boundaries() {
  Analysis analysis;
  analysis.id = "ensemble_boundaries";
  analysis.title = "Boundaries of an ensemble";
  analysis.doc =
      "Where independently trained networks draw the line: their decision boundaries on the same "
      "plane, the share of them that say class 1, and how well each one does on the test set. "
      "Where boundaries agree the architecture and the data decide, where they scatter the "
      "initialisation does. A network that is blind to one direction of two circles can reach at "
      "best the slab ceiling.";
  analysis.formula = "{x : r(f(x; θ_m)) = 0},  ceiling 1 − asin(r₁/r₂)/π";
  analysis.source =
      "rotated-plane experiment of Movahedi, Orvieto, Moosavi-Dezfooli (arXiv 2410.12025); same "
      "phenomenon, our set-up";
  analysis.params = params();
  analysis.is_long = true;
  analysis.run = run;
  return analysis;
}

}  // namespace aniso::analysis
