#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <utility>

#include "core/analysis/geometry_probes.h"
#include "core/base/check.h"
#include "core/base/names.h"
#include "core/data/direction.h"
#include "core/data/shown_rows.h"
#include "core/geometry/pair_moments.h"

namespace aniso::analysis {
namespace {

using Clock = std::chrono::steady_clock;

constexpr Index kTogether = 8;      // networks that are added at once
constexpr double kMostBytes = 2e9;  // of gradients that are kept
constexpr double kShowShare = 0.2;  // of the time, at most, spent on looks on the way

/// Where G(x) is looked at, and what tells the points apart on the axis.
struct Points {
  Matrix x;      // (P, D)
  Vector place;  // (P) ascending
  std::string label;
};

Points along_line(const Input& input) {
  const Index count = input.params.integer("points");
  const InputShape shape =
      input.data != nullptr ? input.data->shape : InputShape(input.plan->inputs);
  const Vector u = data::resolve_direction(input.params.direction("u"), shape, "u");
  Points points;
  points.label = "s";
  points.place = Vector::LinSpaced(count, 0, input.params.real("reach"));
  points.x = points.place * u.transpose();
  return points;
}

Points from_data(const Input& input) {
  ANISO_CHECK(input.data != nullptr && !input.data->train.empty(),
              "where: there are no training inputs; take points along a line");
  const auto& train = input.data->train;
  const auto shown = data::shown_rows(static_cast<Index>(train.size()),
                                      std::max<Index>(1, input.params.integer("points")));
  std::vector<Index> rows;
  for (const Index k : shown) rows.push_back(train[static_cast<std::size_t>(k)]);
  const Vector norms = input.data->x(rows, Eigen::all).rowwise().norm();
  std::vector<Index> order(rows.size());
  std::iota(order.begin(), order.end(), Index{0});
  std::sort(order.begin(), order.end(), [&](Index a, Index b) { return norms[a] < norms[b]; });
  Points points;
  points.label = "‖x‖";
  points.place.resize(static_cast<Index>(rows.size()));
  points.x.resize(points.place.size(), input.plan->inputs);
  for (Index i = 0; i < points.place.size(); ++i) {
    const Index k = order[static_cast<std::size_t>(i)];
    points.place[i] = norms[k];
    points.x.row(i) = input.data->x.row(rows[static_cast<std::size_t>(k)]);
  }
  return points;
}

ScalarSeries series_of(const char* id, const char* title, const Points& points,
                       const std::function<geometry::Estimate(Index point)>& estimate) {
  ScalarSeries series;
  series.quantity = {id, title, "", points.label, title, {}};
  series.x = points.place;
  series.y = series.low = series.high =
      Vector::Constant(points.place.size(), std::numeric_limits<double>::quiet_NaN());
  Index known = 0;
  std::string reason;
  bool has_errors = false;
  for (Index p = 0; p < series.x.size(); ++p) {
    const auto found = estimate(p);
    if (!found.value.status.is_valid()) {
      reason = found.value.status.reason;
      continue;
    }
    ++known;
    series.y[p] = found.value.value;
    const double error = std::isfinite(found.error) ? found.error : 0;
    has_errors |= std::isfinite(found.error);
    series.low[p] = series.y[p] - error;
    series.high[p] = series.y[p] + error;
  }
  if (!has_errors) series.low = series.high = Vector();
  if (known == 0)
    series.quantity.status = Status::undefined(reason);
  else if (known < series.x.size())
    series.quantity.status = Status::partial(known, series.x.size());
  return series;
}

std::vector<Result> results_of(const geometry::PairMoments& moments, const Points& points) {
  std::vector<Result> results;
  results.emplace_back(
      series_of("cosine", "cos(G(x), G)", points, [&](Index p) { return moments.cosine(p); }));
  results.emplace_back(series_of("trace_ratio", "tr G(x) / tr G", points,
                                 [&](Index p) { return moments.trace_ratio(p); }));
  return results;
}

// Network `number` and probes of its own, so that networks are independent in everything.
void draw_one(const Input& input, const ProbeLaw& law, const Vector& readout, const Points& points,
              Index number, std::vector<Matrix>& at_points, std::vector<Matrix>& at_probes) {
  const auto& family = input.laboratory->family();
  const RandomStream stream(static_cast<std::uint64_t>(input.params.integer("seed")),
                            "local geometry");
  const auto index = static_cast<std::uint64_t>(number);
  const Matrix parameters = family.draw(stream.child("networks", index), 1);
  const Matrix probes = law.draw(input.plan->inputs, stream.child("probes", index));
  Matrix x(points.x.rows() + probes.rows(), probes.cols());
  x << points.x, probes;
  const Matrix g = family.input_gradients(parameters, x, readout).front();
  if (!g.allFinite())
    throw NumericalError(text("the input gradients of fresh network ", number,
                              " are not finite; lower the scale of the initialisation"));
  at_points.emplace_back(g.topRows(points.x.rows()));
  at_probes.emplace_back(g.bottomRows(probes.rows()));
}

std::vector<Result> run(const Input& input, const std::stop_token& stop,
                        std::vector<std::string>& notes) {
  ANISO_CHECK(input.laboratory != nullptr, "local geometry: fresh networks cannot be drawn here");
  const GeometryProbes probes(input);
  const Vector readout = geometry_readout(input);
  const Points points =
      input.params.choice("where") == "line" ? along_line(input) : from_data(input);
  const Index networks = input.params.integer("networks");
  const double bytes = 8.0 * static_cast<double>(networks) *
                       static_cast<double>(points.x.rows() + probes.law().count) *
                       static_cast<double>(input.plan->inputs);
  ANISO_CHECK(bytes <= kMostBytes, "networks: the gradients would take ",
              number(std::round(bytes / 1e8) / 10), " GB; use fewer networks, points or probes");
  geometry::PairMoments moments(points.x.rows(), input.plan->inputs);
  Clock::duration cost{};
  auto shown = Clock::now();
  std::vector<Matrix> at_points, at_probes;
  for (Index m = 0; m < networks; ++m) {
    if (stop.stop_requested()) throw Cancelled{};
    draw_one(input, probes.law(), readout, points, m, at_points, at_probes);
    if (m + 1 < networks && static_cast<Index>(at_points.size()) < kTogether) continue;
    moments.add(at_points, at_probes);
    at_points.clear();
    at_probes.clear();
    const auto now = Clock::now();
    if (!input.publish || m + 1 == networks || (now - shown) * kShowShare < cost) continue;
    auto results = results_of(moments, points);
    cost = Clock::now() - now;
    input.publish(std::move(results), static_cast<double>(m + 1) / static_cast<double>(networks));
    shown = Clock::now();
  }
  notes.push_back(text(grouped(networks),
                       " fresh networks; only products of different networks count, so that a "
                       "cosine may exceed 1 by chance; bands are ± one standard error"));
  return results_of(moments, points);
}

ParamSchema params() {
  return joined(
      {choice_param("where", "line",
                    {{"line", "Along a line", "x = s·u, from the origin on."},
                     {"data", "Training inputs", "Rows of the training set, by their length."}})
           .about("At which points G(x) is looked at."),
       direction_param("u", "random:0").when("where", {"line"}).about("Direction of the line."),
       real_param("reach", 4)
           .range(0, 1e6)
           .in("input units")
           .when("where", {"line"})
           .about("How far out the line goes."),
       integer_param("points", 17).range(1, 1000).about("How many points."),
       integer_param("networks", 200).range(2, 100000).about("M, how many fresh networks.")},
      geometry_probe_params(4));
}

}  // namespace

Analysis local_geometry() {
  Analysis analysis;
  analysis.id = "local_geometry";
  analysis.title = "Local geometry";
  analysis.doc =
      "Whether fresh networks prefer the same directions everywhere: the average geometry G(x) at "
      "single points against the average over all probes. A cosine near 1 means that one G "
      "describes the architecture at that distance; a ReLU network without biases has the same G "
      "at every point but the origin, where it has a kink. Biases set a length within which the "
      "geometry differs from that far out.";
  analysis.formula = "cos(G(x), G),  tr G(x)/tr G,  G(x) = E_θ [∇f(x) ∇f(x)ᵀ],  G = E_x G(x)";
  analysis.source =
      "average geometry of Movahedi, Orvieto, Moosavi-Dezfooli (arXiv 2410.12025); the comparison "
      "by pairs of independent networks is ours";
  analysis.params = params();
  analysis.is_long = true;
  analysis.is_step_free = [](const Params&) { return true; };
  analysis.run = run;
  return analysis;
}

}  // namespace aniso::analysis
