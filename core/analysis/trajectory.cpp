#include <algorithm>
#include <cmath>
#include <utility>

#include "core/analysis/registry.h"
#include "core/base/check.h"
#include "core/base/names.h"
#include "core/geometry/axis_lock.h"
#include "core/geometry/pca.h"

namespace aniso::analysis {
namespace {

constexpr Index kAxes = 3;         // drawn and locked
constexpr double kOutgrown = 1.5;  // ratio of shares at which two axes change places
constexpr Index kShares = 10;      // reported

struct Path {
  Matrix points;  // (m, N·C) predictions over √N, so that distances are root mean squares
  std::vector<Index> steps;
};

// The whole recorded run, whatever step is looked at, so that looking back moves a point along the
// path and not the path. At most `limit` finite records, evenly spaced in their order; first and
// last are kept.
Path collect(const Input& input, Index limit, const std::stop_token& stop,
             std::vector<std::string>& notes) {
  std::vector<const ProbeRecord*> usable;
  if (input.probes != nullptr)
    for (const auto& record : *input.probes)
      if (record->outputs.size() > 0 && record->outputs.allFinite()) usable.push_back(record.get());
  const auto all = static_cast<Index>(usable.size());
  const Index kept = std::min(all, limit);
  if (kept < all)
    notes.push_back(text(grouped(kept), " of ", grouped(all), " recorded predictions are used"));
  Path path;
  if (kept == 0) return path;
  path.points.resize(kept, usable.front()->outputs.size());
  const double scale = 1 / std::sqrt(static_cast<double>(usable.front()->outputs.rows()));
  for (Index k = 0; k < kept; ++k) {
    if (stop.stop_requested()) throw Cancelled{};
    const Index at = kept == 1 ? 0 : k * (all - 1) / (kept - 1);
    const auto& record = *usable[static_cast<std::size_t>(at)];
    const Matrix p = nn::predictions(input.output_kind, record.outputs);
    check_size("predictions of a record", p.size(), path.points.cols());
    path.points.row(k) = scale * p.reshaped<Eigen::RowMajor>().transpose();
    path.steps.push_back(record.step);
  }
  return path;
}

const Trajectory* previous_path(const Input& input) {
  if (input.previous == nullptr || input.previous->run != input.run) return nullptr;
  for (const auto& result : input.previous->results)
    if (const auto* path = std::get_if<Trajectory>(&result))
      if (path->quantity.status.is_valid()) return path;
  return nullptr;
}

// The coordinates of both paths at the steps that they share, one axis per row, centred.
std::pair<Matrix, Matrix> shared_coordinates(const Trajectory& before, const Path& path,
                                             const Matrix& scores) {
  std::vector<Index> rows_before, rows_now;
  for (std::size_t i = 0, j = 0; i < before.steps.size() && j < path.steps.size();) {
    if (before.steps[i] < path.steps[j]) {
      ++i;
    } else if (before.steps[i] > path.steps[j]) {
      ++j;
    } else {
      rows_before.push_back(static_cast<Index>(i++));
      rows_now.push_back(static_cast<Index>(j++));
    }
  }
  Matrix a = before.points(rows_before, Eigen::all).transpose();
  Matrix b = scores(rows_now, Eigen::all).transpose();
  if (a.cols() > 0) {
    a.colwise() -= a.rowwise().mean().eval();
    b.colwise() -= b.rowwise().mean().eval();
  }
  return {std::move(a), std::move(b)};
}

Trajectory empty_path() {
  Trajectory result;
  result.quantity.id = "path";
  result.quantity.title = "Predictions along training";
  result.quantity.unit = "rms";
  result.quantity.x_label = "axis 1";
  result.quantity.y_label = "axis 2";
  result.points = Matrix(0, kAxes);
  result.explained = Vector::Zero(kAxes);
  return result;
}

Spectrum empty_shares() {
  Spectrum result;
  result.quantity.id = "explained";
  result.quantity.title = "Explained share of the variance";
  result.quantity.x_label = "axis";
  result.quantity.y_label = "share";
  return result;
}

// Axes in the order of the frame before, unless one has clearly outgrown the axis ahead of it: near
// a crossing the picture keeps still, and far from it the first axis is the one that explains most.
geometry::AxisLock lock_to(const Trajectory& before, const Path& path, const Matrix& scores,
                           const Vector& shares, std::vector<std::string>& notes) {
  const auto [a, b] = shared_coordinates(before, path, scores);
  auto lock = geometry::lock_axes(a, b);
  const auto outgrown = [&](std::size_t i) {
    return shares(lock.order[i + 1]) > kOutgrown * shares(lock.order[i]);
  };
  for (std::size_t pass = 0; pass + 1 < lock.order.size(); ++pass)
    for (std::size_t i = 0; i + 1 < lock.order.size(); ++i)
      if (outgrown(i)) {
        std::swap(lock.order[i], lock.order[i + 1]);
        std::swap(lock.signs[i], lock.signs[i + 1]);
      }
  if (!std::is_sorted(lock.order.begin(), lock.order.end()))
    notes.push_back("axes keep the order they had before, though their shares have crossed since");
  return lock;
}

// The first three coordinates; zero along axes that the path does not extend into.
void fill(Trajectory& result, const Path& path, const geometry::Pca& pca, const Input& input,
          std::vector<std::string>& notes) {
  const Index axes = std::min(kAxes, pca.scores.cols());
  result.points = Matrix::Zero(pca.scores.rows(), kAxes);
  result.points.leftCols(axes) = pca.scores.leftCols(axes);
  result.explained.head(axes) = pca.shares.head(axes);
  result.steps = path.steps;
  const auto* before = previous_path(input);
  if (before == nullptr) return;
  const Matrix scores = pca.scores.leftCols(axes);
  const auto lock = lock_to(*before, path, scores, pca.shares, notes);
  result.points.leftCols(axes) = geometry::locked_columns(lock, scores);
  for (Index k = 0; k < axes; ++k)
    result.explained(k) = pca.shares(lock.order[static_cast<std::size_t>(k)]);
}

std::vector<Result> run(const Input& input, const std::stop_token& stop,
                        std::vector<std::string>& notes) {
  Trajectory trajectory = empty_path();
  Spectrum explained = empty_shares();
  const Path path = collect(input, input.params.integer("records"), stop, notes);
  Status status;
  if (path.points.rows() < 2) {
    status = Status::undefined("needs the predictions of two or more steps; let it train");
  } else {
    if (stop.stop_requested()) throw Cancelled{};
    const auto pca = geometry::pca(path.points, geometry::Centring::mean, kShares);
    status = pca.status;
    if (pca.status.is_valid()) {
      fill(trajectory, path, pca, input, notes);
      explained.values = pca.shares;
    }
  }
  trajectory.quantity.status = explained.quantity.status = status;
  return {std::move(trajectory), std::move(explained)};
}

}  // namespace

Analysis trajectory() {
  Analysis analysis;
  analysis.id = "trajectory";
  analysis.title = "Trajectory";
  analysis.doc =
      "The network's predictions on a fixed set of probes, step by step, in the first principal "
      "components of the path. Logits count as their softmax probabilities (of class 1 where one "
      "logit decides), outputs of a squared error as they are. Training paths tend to lie close to "
      "a thin ribbon: "
      "a few axes explain nearly everything.";
  analysis.formula =
      "P = [p(x_1) … p(x_N)]/√N per step; P − ⟨P⟩ = U diag(s) Vᵀ; coordinates U diag(s)";
  analysis.source = "principal component analysis, centred; signs kept from update to update";
  analysis.params = {integer_param("records", 512)
                         .range(2, 4096)
                         .in("steps")
                         .about("Most recorded steps that enter; more are thinned evenly.")};
  analysis.by_default = true;
  analysis.networks = Networks::all;
  analysis.run = run;
  return analysis;
}

}  // namespace aniso::analysis
