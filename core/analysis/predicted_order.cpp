#include "core/analysis/predicted_order.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "core/base/check.h"
#include "core/geometry/spectra.h"

namespace aniso::analysis {
namespace {

constexpr double kRankTolerance = 1e-10;  // of the largest eigenvalue
constexpr double kRounding = 1e-12;       // of ρ

Vector along(const Matrix& g, const std::vector<Matrix>& moments) {
  Vector values(static_cast<Index>(moments.size()));
  for (Index k = 0; k < values.size(); ++k) {
    const Matrix& m = moments[static_cast<std::size_t>(k)];
    check_shape("loudness: second moment", m, g.rows(), g.rows());
    const double trace = m.trace();
    values[k] = trace > 0 ? g.cwiseProduct(m).sum() / trace : 0;
  }
  return values;
}

std::string two_digits(double value) {
  char out[32];
  std::snprintf(out, sizeof out, "%.2f", std::abs(value));
  return (value < 0 ? "−" : "") + std::string(out);
}

std::string left_out(const Vector& errors) {
  const Index missing = errors.size() - errors.array().isFinite().count();
  if (missing == 0) return "";
  return text("; ", missing, " of ", errors.size(), " have no error and are left out");
}

}  // namespace

Loudness loudness_of(const geometry::GradientMoment& g, const std::vector<Matrix>& moments) {
  const Matrix mean = g.mean();
  Loudness out;
  out.value = along(mean, moments);
  out.null_level = kRankTolerance * geometry::symmetric_eigen(mean).values[0];
  if (g.networks() < 2) return out;
  const Vector even = along(g.half(0), moments), odd = along(g.half(1), moments);
  double sum = 0;
  Index counted = 0;
  for (Index k = 0; k < out.value.size(); ++k) {
    if (out.value[k] <= out.null_level) continue;
    const double error = (even[k] - odd[k]) / (2 * out.value[k]);
    sum += error * error;
    ++counted;
  }
  if (counted > 0) out.relative_error = std::sqrt(sum / static_cast<double>(counted));
  return out;
}

Vector conjectured_places(const Loudness& loudness) {
  const Vector& value = loudness.value;
  check_finite("loudness", value);
  std::vector<Index> order(static_cast<std::size_t>(value.size()));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](Index a, Index b) { return value[a] < value[b]; });
  Vector level(value.size());  // the first of each group stands for all of it
  double first = 0;
  bool is_null = false;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const double v = value[order[i]];
    const bool joins =
        i > 0 && (is_null ? v <= loudness.null_level : v <= first * (1 + loudness.relative_error));
    if (!joins) {
      first = v;
      is_null = v <= loudness.null_level;
    }
    level[order[i]] = first;
  }
  return geometry::average_ranks(level);
}

Vector chosen_places(const std::vector<double>& order, Index count) {
  Vector places = Vector::Zero(count);
  bool is_permutation = static_cast<Index>(order.size()) == count;
  for (std::size_t i = 0; is_permutation && i < order.size(); ++i) {
    const double k = order[i];
    is_permutation = k >= 0 && k < static_cast<double>(count) && k == std::floor(k) &&
                     places[static_cast<Index>(k)] == 0;
    if (is_permutation) places[static_cast<Index>(k)] = static_cast<double>(i + 1);
  }
  ANISO_CHECK(is_permutation, "order: name each of the candidates 0 to ", count - 1,
              " once, the one that you expect to be modelled best first");
  return places;
}

geometry::RankTest order_test(const Vector& places, const Vector& errors) {
  check_size("errors", errors.size(), places.size());
  Vector a(places.size()), b(places.size());
  Index n = 0;
  for (Index k = 0; k < places.size(); ++k) {
    if (!std::isfinite(errors[k])) continue;
    a[n] = places[k];
    b[n++] = errors[k];
  }
  return geometry::rank_test(a.head(n), b.head(n), RandomStream(0, "rank test"));
}

std::string verdict(const Vector& places, const Vector& errors, const std::string& whose) {
  const geometry::RankTest test = order_test(places, errors);
  if (test.rho.status.kind == Status::Kind::undefined)
    return whose + " cannot be judged: " + test.rho.status.reason + ".";
  const double rho = test.rho.value;
  const std::string numbers = "ρ = " + two_digits(rho) + ", where unrelated orders stay within ±" +
                              two_digits(test.band) + " (95 %)" + left_out(errors);
  if (test.band >= 1 - kRounding)
    return whose + " cannot be judged by so few candidates: " + numbers + ".";
  if (std::abs(rho) <= test.band + kRounding)
    return whose + " says nothing about what was measured: " + numbers + ".";
  if (rho > 0) return whose + " held: " + numbers + ".";
  return whose + " was reversed: what it put first was modelled worst. " + numbers + ".";
}

}  // namespace aniso::analysis
