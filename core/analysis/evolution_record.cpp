#include "core/analysis/evolution_record.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

#include "core/analysis/registry.h"
#include "core/base/check.h"
#include "core/geometry/evolution.h"

namespace aniso::analysis {
namespace {

using geometry::Estimate;
using geometry::Scalar;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr const char* kPlain = "Direction of the change of G";
constexpr const char* kCrossed = "The same without estimation noise";

// A curve before its values are known.
struct Curve {
  const char* id;
  const char* title;
  const char* panel;
  const char* name;
  const char* unit = "";
};
constexpr Curve kCosines[] = {
    {"cos_gsg", "cosine of −Δ and G S G", kPlain, "G S G"},
    {"cos_s", "cosine of −Δ and S", kPlain, "S"},
    {"cos_ksg", "cosine of −Δ and K S G + G S K", kPlain, "K S G + G S K"}};
constexpr Curve kCrossedCosines[] = {
    {"cos_gsg_crossed", "cosine of −Δ and G S G", kCrossed, "G S G"},
    {"cos_s_crossed", "cosine of −Δ and S", kCrossed, "S"},
    {"cos_ksg_crossed", "cosine of −Δ and K S G + G S K", kCrossed, "K S G + G S K"}};
constexpr Curve kVelocity = {"velocity", "velocity", "Velocity, 1 − cos(G_t, G_{t+1})", "velocity"};
constexpr Curve kSimilarity = {"cos_g0", "cosine", "Similarity to the start, cos(G_t, G_0)",
                               "cos(G_t, G_0)"};
constexpr Curve kTrace = {"trace", "tr G", "Trace of G", "tr G", "(output unit / input unit)²"};
constexpr Curve kRatio = {"participation_ratio", "participation ratio",
                          "Participation ratio, (tr G)²/tr G²", "participation ratio"};
constexpr Curve kMotion = {"weight_motion", "relative weight motion",
                           "Weight motion, ‖θ − θ_0‖/‖θ_0‖", "‖θ − θ_0‖/‖θ_0‖"};

ScalarSeries empty_series(const Curve& curve) {
  ScalarSeries series;
  series.quantity.id = curve.id;
  series.quantity.title = curve.title;
  series.quantity.unit = curve.unit;
  series.quantity.x_label = "step";
  series.quantity.y_label = curve.title;
  series.panel = curve.panel;
  series.name = curve.name;
  return series;
}

// Estimates at steps as a series with ± one standard error.
ScalarSeries series_of(const Curve& curve, const std::vector<Index>& steps,
                       const std::vector<Estimate>& estimates) {
  ScalarSeries series = empty_series(curve);
  const auto n = static_cast<Index>(steps.size());
  series.x = series.y = series.low = series.high = Vector::Constant(n, kNaN);
  Index known = 0;
  bool has_errors = false;
  std::string reason = "there are no checkpoints to compare";
  for (Index i = 0; i < n; ++i) {
    const Estimate& estimate = estimates[static_cast<std::size_t>(i)];
    series.x[i] = static_cast<double>(steps[static_cast<std::size_t>(i)]);
    if (!estimate.value.status.is_valid()) {
      reason = estimate.value.status.reason;
      continue;
    }
    ++known;
    has_errors |= std::isfinite(estimate.error);
    const double error = std::isfinite(estimate.error) ? estimate.error : 0;
    series.y[i] = estimate.value.value;
    series.low[i] = series.y[i] - error;
    series.high[i] = series.y[i] + error;
  }
  if (!has_errors) series.low = series.high = Vector();
  if (known == 0)
    series.quantity.status = Status::undefined(reason);
  else if (known < n)
    series.quantity.status = Status::partial(known, n);
  return series;
}

// Means over groups with one of them left out.
class Means {
 public:
  explicit Means(std::vector<Matrix> groups) : groups_(std::move(groups)) {
    sum_ = Matrix::Zero(groups_[0].rows(), groups_[0].cols());
    for (const Matrix& g : groups_) sum_ += g;
  }
  Matrix without(Index left_out) const {
    const auto n = static_cast<double>(groups_.size());
    if (left_out < 0) return sum_ / n;
    return (sum_ - groups_[static_cast<std::size_t>(left_out)]) / (n - 1);
  }
  Index count() const { return static_cast<Index>(groups_.size()); }

 private:
  std::vector<Matrix> groups_;
  Matrix sum_;
};

Scalar participation(const Matrix& g) {
  // (Σλ)²/Σλ² = (tr G)²/‖G‖²: no eigenvalues are needed. Scaled, so that squares do not vanish.
  const double largest = g.cwiseAbs().maxCoeff();
  if (!(largest > 0)) return {kNaN, Status::undefined("G is zero")};
  const Matrix unit = g / largest;
  return {std::pow(unit.trace(), 2) / unit.squaredNorm(), {}};
}

Estimate undefined_estimate(const std::string& reason) {
  return {{kNaN, Status::undefined(reason)}};
}

}  // namespace

EvolutionRecord::EvolutionRecord(std::vector<Index> steps, Index groups, Index dim)
    : steps_(std::move(steps)) {
  ANISO_CHECK(!steps_.empty() && groups >= 1 && dim >= 1,
              "evolution: needs a checkpoint, a group and an input");
  Group empty;
  empty.geometry.assign(steps_.size(), Matrix::Zero(dim, dim));
  empty.motion.assign(steps_.size(), 0);
  groups_.assign(static_cast<std::size_t>(groups), empty);
}

void EvolutionRecord::add(const std::vector<Matrix>& gradients, const std::vector<Matrix>& kernels,
                          const std::vector<double>& motion) {
  ANISO_CHECK(gradients.size() == steps_.size() && motion.size() == steps_.size() &&
                  (kernels.empty() || kernels.size() + 1 == steps_.size()),
              "evolution: a network's values must be known at every checkpoint");
  Group& group = groups_[static_cast<std::size_t>(networks_) % groups_.size()];
  for (std::size_t t = 0; t < steps_.size(); ++t) {
    group.geometry[t].noalias() +=
        gradients[t].transpose() * gradients[t] / static_cast<double>(gradients[t].rows());
    group.motion[t] += motion[t];
  }
  if (group.kernels.empty())
    group.kernels = kernels;
  else
    for (std::size_t t = 0; t < kernels.size(); ++t) group.kernels[t] += kernels[t];
  has_kernels_ = !kernels.empty();
  ++group.networks;
  ++networks_;
}

std::vector<Matrix> EvolutionRecord::geometry(std::size_t checkpoint) const {
  std::vector<Matrix> out;
  for (const Group& group : groups_)
    if (group.networks > 0) out.emplace_back(group.geometry[checkpoint] / group.networks);
  return out;
}

std::vector<Matrix> EvolutionRecord::kernels(std::size_t checkpoint) const {
  std::vector<Matrix> out;
  if (!has_kernels_) return out;
  for (const Group& group : groups_)
    if (group.networks > 0) out.emplace_back(group.kernels[checkpoint] / group.networks);
  return out;
}

Vector EvolutionRecord::motion(std::size_t checkpoint) const {
  Vector out(groups());
  for (Index j = 0; j < out.size(); ++j) {
    const Group& group = groups_[static_cast<std::size_t>(j)];
    out[j] = group.motion[checkpoint] / group.networks;
  }
  return out;
}

namespace {

void add_changes(const EvolutionRecord& record, const MatrixRef& s, const std::string& no_kernel,
                 bool is_ensemble, const std::stop_token& stop, std::vector<Result>& results) {
  const std::vector<Index> ends(record.steps().begin() + 1, record.steps().end());
  std::vector<Estimate> plain[3], crossed[3];
  std::vector<Matrix> before = record.geometry(0);
  for (std::size_t t = 0; t < ends.size(); ++t) {
    if (stop.stop_requested()) throw Cancelled{};
    std::vector<Matrix> after = record.geometry(t + 1);
    const auto found = geometry::change_cosines(before, after, record.kernels(t), s);
    for (const bool is_crossed : {false, true}) {
      const auto& from = is_crossed ? found.crossed : found.all;
      auto* to = is_crossed ? crossed : plain;
      to[0].push_back(from.gsg);
      to[1].push_back(from.s);
      to[2].push_back(no_kernel.empty() ? from.ksg : undefined_estimate(no_kernel));
    }
    before = std::move(after);
  }
  for (int k = 0; k < 3; ++k) results.emplace_back(series_of(kCosines[k], ends, plain[k]));
  if (is_ensemble)
    for (int k = 0; k < 3; ++k)
      results.emplace_back(series_of(kCrossedCosines[k], ends, crossed[k]));
}

void add_states(const EvolutionRecord& record, std::vector<Result>& results) {
  const auto& steps = record.steps();
  std::vector<Estimate> velocity, similarity, trace, ratio, motion;
  const Means start(record.geometry(0));
  Means before = start;
  const Index groups = start.count();
  for (std::size_t t = 0; t < steps.size(); ++t) {
    Means now(record.geometry(t));
    const auto of = [&](const std::function<Scalar(const Matrix&, Index)>& value) {
      return geometry::jackknife(groups,
                                 [&](Index left) { return value(now.without(left), left); });
    };
    if (t > 0)
      velocity.push_back(of([&](const Matrix& g, Index left) {
        Scalar cosine = geometry::frobenius_cosine(before.without(left), g);
        return Scalar{1 - cosine.value, cosine.status};
      }));
    similarity.push_back(of([&](const Matrix& g, Index left) {
      return geometry::frobenius_cosine(start.without(left), g);
    }));
    trace.push_back(of([](const Matrix& g, Index) { return Scalar{g.trace(), {}}; }));
    ratio.push_back(of([](const Matrix& g, Index) { return participation(g); }));
    const Vector moved = record.motion(t);
    motion.push_back(geometry::jackknife(groups, [&](Index left) -> Scalar {
      if (!moved.allFinite()) return {kNaN, Status::undefined("all weights began at zero")};
      const auto n = static_cast<double>(groups);
      return {left < 0 ? moved.mean() : (moved.sum() - moved[left]) / (n - 1), {}};
    }));
    before = std::move(now);
  }
  results.emplace_back(series_of(kVelocity, {steps.begin() + 1, steps.end()}, velocity));
  results.emplace_back(series_of(kSimilarity, steps, similarity));
  results.emplace_back(series_of(kTrace, steps, trace));
  results.emplace_back(series_of(kRatio, steps, ratio));
  results.emplace_back(series_of(kMotion, steps, motion));
}

}  // namespace

std::vector<Result> evolution_results(const EvolutionRecord& record, const MatrixRef& s,
                                      const std::string& no_kernel, bool is_ensemble,
                                      const std::stop_token& stop) {
  ANISO_CHECK(record.networks() > 0, "evolution: no network has been added");
  std::vector<Result> results;
  add_changes(record, s, no_kernel, is_ensemble, stop, results);
  add_states(record, results);
  return results;
}

std::vector<Result> undefined_evolution(const std::string& reason, bool is_ensemble) {
  std::vector<Result> results;
  const auto add = [&](const Curve& curve) {
    ScalarSeries series = empty_series(curve);
    series.quantity.status = Status::undefined(reason);
    results.emplace_back(std::move(series));
  };
  for (const Curve& curve : kCosines) add(curve);
  if (is_ensemble)
    for (const Curve& curve : kCrossedCosines) add(curve);
  for (const Curve& curve : {kVelocity, kSimilarity, kTrace, kRatio, kMotion}) add(curve);
  return results;
}

std::vector<Index> logarithmic_steps(Index total, Index count) {
  ANISO_CHECK(total >= 0 && count >= 2, "evolution: two checkpoints are needed at least");
  std::vector<Index> steps = {0};
  const double last = std::log(static_cast<double>(std::max<Index>(total, 1)));
  for (Index k = 0; k + 1 < count; ++k) {
    const double share = count == 2 ? 1 : static_cast<double>(k) / static_cast<double>(count - 2);
    const auto step = static_cast<Index>(std::llround(std::exp(share * last)));
    if (step > steps.back() && step <= total) steps.push_back(step);
  }
  return steps;
}

std::vector<std::size_t> thinned_evenly(const std::vector<Index>& steps, Index count) {
  ANISO_CHECK(count >= 2, "evolution: two checkpoints are needed at least");
  std::vector<std::size_t> kept;
  if (steps.empty()) return kept;
  const auto place = [&](std::size_t i) {
    return std::log1p(static_cast<double>(steps[i] - steps.front()));
  };
  const double last = place(steps.size() - 1);
  for (Index k = 0; k < count; ++k) {
    const double target = last * static_cast<double>(k) / static_cast<double>(count - 1);
    std::size_t best = kept.empty() ? 0 : kept.back();
    for (std::size_t i = best; i < steps.size(); ++i)
      if (std::abs(place(i) - target) < std::abs(place(best) - target)) best = i;
    if (kept.empty() || best > kept.back()) kept.push_back(best);
  }
  if (kept.back() + 1 < steps.size()) kept.push_back(steps.size() - 1);
  return kept;
}

}  // namespace aniso::analysis
