#include "core/geometry/pair_moments.h"

#include <cmath>

#include "core/base/check.h"

namespace aniso::geometry {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

void append(Matrix& to, const Matrix& rows) {
  const Index before = to.rows();
  to.conservativeResize(before + rows.rows(), rows.cols());
  to.bottomRows(rows.rows()) = rows;
}

void extend(Vector& to, Index count) {
  const Index before = to.size();
  to.conservativeResize(count);
  to.tail(count - before).setZero();
}

// Sum over all pairs but those of one network; `rows` counts each pair at both its networks.
double without(const Vector& rows, Index left_out) {
  return rows.sum() / 2 - (left_out < 0 ? 0 : rows[left_out]);
}

double mean_without(const Vector& values, Index left_out) {
  const auto n = static_cast<double>(values.size());
  return left_out < 0 ? values.mean() : (values.sum() - values[left_out]) / (n - 1);
}

}  // namespace

PairMoments::PairMoments(Index points, Index dim) : dim_(dim) {
  ANISO_CHECK(points >= 1 && dim >= 1, "PairMoments: needs points and inputs, got ", points,
              " and ", dim);
  at_point_.resize(static_cast<std::size_t>(points));
  for (auto& point : at_point_) point.gradients.resize(0, dim);
  probe_gradients_.resize(0, dim);
}

// Squared products of the new networks with all, their own excepted.
void PairMoments::add_own(Point& point, Index first) const {
  const Index count = networks_ - first;
  const Matrix squares =
      (point.gradients.bottomRows(count) * point.gradients.transpose()).array().square();
  for (Index i = 0; i < count; ++i)
    for (Index j = 0; j < first + i; ++j) {
      point.own[first + i] += squares(i, j);
      point.own[j] += squares(i, j);
    }
}

void PairMoments::add_mixed(Point& point, Index first) const {
  const Index count = networks_ - first;
  const auto n = static_cast<double>(probes_);
  const auto add = [&](Index at_point, Index at_probes, double square) {
    if (at_point == at_probes) return;
    point.mixed[at_point] += square / n;
    point.mixed[at_probes] += square / n;
  };
  const Matrix new_points =
      (point.gradients.bottomRows(count) * probe_gradients_.transpose()).array().square();
  for (Index i = 0; i < count; ++i)
    for (Index k = 0; k < new_points.cols(); ++k) add(first + i, k / probes_, new_points(i, k));
  if (first == 0) return;
  const Matrix new_probes =
      (point.gradients.topRows(first) * probe_gradients_.bottomRows(count * probes_).transpose())
          .array()
          .square();
  for (Index i = 0; i < first; ++i)
    for (Index k = 0; k < new_probes.cols(); ++k) add(i, first + k / probes_, new_probes(i, k));
}

void PairMoments::add(const std::vector<Matrix>& at_points, const std::vector<Matrix>& at_probes) {
  ANISO_CHECK(at_points.size() == at_probes.size(), "PairMoments: ", at_points.size(),
              " networks have gradients at the points and ", at_probes.size(), " at probes");
  for (std::size_t k = 0; k < at_points.size(); ++k) {
    if (probes_ == 0) probes_ = at_probes[k].rows();
    ANISO_CHECK(at_points[k].rows() == points() && at_points[k].cols() == dim_ &&
                    at_probes[k].rows() == probes_ && probes_ > 0 && at_probes[k].cols() == dim_,
                "PairMoments: a network's gradients must be (", points(), ", ", dim_,
                ") at the points and (", probes_, ", ", dim_, ") at its probes");
    check_finite("PairMoments: gradients", at_points[k]);
    check_finite("PairMoments: gradients at probes", at_probes[k]);
  }
  if (at_points.empty()) return;
  const Index first = networks_, count = static_cast<Index>(at_points.size());
  networks_ += count;
  extend(average_, networks_);
  extend(average_trace_, networks_);
  for (Index k = 0; k < count; ++k) {
    const Matrix& g = at_probes[static_cast<std::size_t>(k)];
    append(probe_gradients_, g);
    average_trace_[first + k] = g.squaredNorm() / static_cast<double>(probes_);
  }
  const Matrix squares =
      (probe_gradients_.bottomRows(count * probes_) * probe_gradients_.transpose())
          .array()
          .square();
  const double share = 1 / static_cast<double>(probes_ * probes_);
  for (Index i = 0; i < count; ++i)
    for (Index j = 0; j < first + i; ++j) {
      const double sum = share * squares.block(i * probes_, j * probes_, probes_, probes_).sum();
      average_[first + i] += sum;
      average_[j] += sum;
    }
  for (Index p = 0; p < points(); ++p) {
    Point& point = at_point_[static_cast<std::size_t>(p)];
    extend(point.own, networks_);
    extend(point.mixed, networks_);
    extend(point.trace, networks_);
    Matrix rows(count, dim_);
    for (Index k = 0; k < count; ++k) rows.row(k) = at_points[static_cast<std::size_t>(k)].row(p);
    append(point.gradients, rows);
    point.trace.tail(count) = rows.rowwise().squaredNorm();
    add_own(point, first);
    add_mixed(point, first);
  }
}

Estimate PairMoments::cosine(Index point) const {
  ANISO_CHECK(point >= 0 && point < points(), "PairMoments: there is no point ", point);
  if (networks_ < 2) return {{kNaN, Status::undefined("two networks are needed at least")}};
  const Point& at = at_point_[static_cast<std::size_t>(point)];
  return jackknife(networks_, [&](Index left_out) -> Scalar {
    // Ordered pairs are twice as many; the mixed sum counts each of them once.
    const double product = without(at.mixed, left_out) / 2;
    const double squares = without(at.own, left_out) * without(average_, left_out);
    if (!(squares > 0)) return {kNaN, Status::undefined("no gradients: a moment is zero")};
    return {product / std::sqrt(squares), {}};
  });
}

Estimate PairMoments::trace_ratio(Index point) const {
  ANISO_CHECK(point >= 0 && point < points(), "PairMoments: there is no point ", point);
  if (networks_ < 1) return {{kNaN, Status::undefined("no network has been added")}};
  const Point& at = at_point_[static_cast<std::size_t>(point)];
  return jackknife(networks_, [&](Index left_out) -> Scalar {
    const double average = mean_without(average_trace_, left_out);
    if (!(average > 0)) return {kNaN, Status::undefined("tr G is zero")};
    return {mean_without(at.trace, left_out) / average, {}};
  });
}

}  // namespace aniso::geometry
