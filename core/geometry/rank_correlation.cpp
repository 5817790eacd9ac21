#include "core/geometry/rank_correlation.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/base/check.h"

namespace aniso::geometry {
namespace {

constexpr Index kEnumerated = 7;  // 5,040 orders
constexpr double kTie = 1e-12;    // sums of the same products in another order are equal

std::vector<Index> identity(Index n) {
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  return order;
}

// Ranks about their mean with norm 1, or zeros where all are equal.
Vector unit_ranks(const VectorRef& values) {
  Vector ranks = average_ranks(values);
  ranks.array() -= ranks.mean();
  const double norm = ranks.norm();
  return norm > 0 ? Vector(ranks / norm) : ranks;
}

double permuted(const Vector& a, const Vector& b, const std::vector<Index>& order) {
  double sum = 0;
  for (Index i = 0; i < a.size(); ++i) sum += a[i] * b[order[static_cast<std::size_t>(i)]];
  return std::abs(sum);
}

std::vector<double> every_order(const Vector& a, const Vector& b) {
  std::vector<double> out;
  std::vector<Index> order = identity(a.size());
  do out.push_back(permuted(a, b, order));
  while (std::next_permutation(order.begin(), order.end()));
  return out;
}

std::vector<double> random_orders(const Vector& a, const Vector& b, const RandomStream& stream,
                                  Index count) {
  std::vector<double> out;
  out.reserve(static_cast<std::size_t>(count));
  for (Index k = 0; k < count; ++k)
    out.push_back(
        permuted(a, b, stream.at_step(static_cast<std::uint64_t>(k)).permutation(a.size())));
  return out;
}

}  // namespace

Vector average_ranks(const VectorRef& values) {
  check_finite("average_ranks", values);
  std::vector<Index> order = identity(values.size());
  std::sort(order.begin(), order.end(), [&](Index i, Index j) { return values[i] < values[j]; });
  Vector ranks(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last < order.size() && values[order[last]] == values[order[first]]) ++last;
    // Places first + 1 … last share their mean.
    for (std::size_t k = first; k < last; ++k)
      ranks[order[k]] = 0.5 * static_cast<double>(first + 1 + last);
    first = last;
  }
  return ranks;
}

Scalar spearman(const VectorRef& a, const VectorRef& b) {
  check_size("spearman: second values", b.size(), a.size());
  check_finite("spearman: first values", a);
  check_finite("spearman: second values", b);
  if (a.size() < 3)
    return {.status = Status::undefined(text("ranks need at least 3 pairs, got ", a.size()))};
  const Vector x = unit_ranks(a), y = unit_ranks(b);
  if (!(x.squaredNorm() > 0))
    return {.status = Status::undefined("all values of the first side are equal")};
  if (!(y.squaredNorm() > 0))
    return {.status = Status::undefined("all values of the second side are equal")};
  return {.value = std::clamp(x.dot(y), -1.0, 1.0), .status = {}};
}

RankTest rank_test(const VectorRef& a, const VectorRef& b, const RandomStream& stream,
                   const RankTestOptions& options) {
  ANISO_CHECK(options.permutations >= 1, "rank_test: needs at least one permutation, got ",
              options.permutations);
  ANISO_CHECK(options.level > 0 && options.level < 1, "rank_test: the level must lie in (0, 1), ",
              "got ", options.level);
  RankTest out;
  out.rho = spearman(a, b);
  if (!out.rho.status.is_valid()) return out;
  const Vector x = unit_ranks(a), y = unit_ranks(b);
  out.exact = a.size() <= kEnumerated;
  std::vector<double> null =
      out.exact ? every_order(x, y) : random_orders(x, y, stream, options.permutations);
  const auto count = static_cast<double>(null.size());
  const double observed = std::abs(out.rho.value) - kTie;
  const auto hits = static_cast<double>(
      std::count_if(null.begin(), null.end(), [&](double r) { return r >= observed; }));
  out.p_value = out.exact ? hits / count : (1 + hits) / (1 + count);
  std::sort(null.begin(), null.end());
  const auto within = static_cast<std::size_t>(std::ceil(options.level * count));
  out.band = std::min(1.0, null[std::clamp<std::size_t>(within, 1, null.size()) - 1]);
  return out;
}

}  // namespace aniso::geometry
