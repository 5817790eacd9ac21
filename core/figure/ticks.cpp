#include "core/figure/ticks.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/check.h"

namespace aniso::figure {
namespace {

constexpr std::array<double, 6> kNice = {1, 5, 2, 2.5, 4, 3};
constexpr double kSimplicity = 0.25, kCoverage = 0.2, kDensity = 0.5, kLegibility = 0.05;

double positive_mod(double a, double b) { return a - b * std::floor(a / b); }

// Whether one of the labels start, start + step, … is exactly zero.
bool hits_zero(double start, double step, double end) {
  const double off = positive_mod(start, step);
  const double slack = 1e-10 * step;
  return (off < slack || step - off < slack) && start <= slack && end >= -slack;
}

double simplicity(std::size_t nice, double skip, double zero) {
  return 1 - static_cast<double>(nice) / (kNice.size() - 1.0) - skip + 1 + zero;
}

double coverage(double low, double high, double first, double last) {
  const double span = 0.1 * (high - low);
  const double a = (high - last) / span, b = (low - first) / span;
  return 1 - 0.5 * (a * a + b * b);
}

double coverage_bound(double range, double span) {
  if (span <= range) return 1;
  const double half = (span - range) / 2 / (0.1 * range);
  return 1 - half * half;
}

double density(double count, double target, double low, double high, double first, double last) {
  const double r = (count - 1) / (last - first);
  const double wanted = (target - 1) / (std::max(last, high) - std::min(first, low));
  return 2 - std::max(r / wanted, wanted / r);
}

double density_bound(double count, double target) {
  return count >= target ? 2 - (count - 1) / (target - 1) : 1;
}

double total(double s, double c, double d) {
  return kSimplicity * s + kCoverage * c + kDensity * d + kLegibility;
}

// The search of Talbot, Lin and Hanrahan: skip, nice step, number of labels, power of ten, start;
// each loop ends where its upper bound falls below the best score.
class Search {
 public:
  Search(double low, double high, double target, bool integer)
      : low_(low), high_(high), target_(target), integer_(integer) {}

  Progression run() {
    best_.score = -2;
    for (double skip = 1; skip < 20; ++skip)
      for (std::size_t nice = 0; nice < kNice.size(); ++nice) {
        const double s = simplicity(nice, skip, 1);
        if (total(s, 1, 1) < best_.score) return best_;
        for (double count = 2; count <= std::max(2.0, std::floor(2 * target_)); ++count) {
          const double d = density_bound(count, target_);
          if (total(s, 1, d) < best_.score) break;
          powers(skip, nice, count, s, d);
        }
      }
    return best_;
  }

 private:
  void powers(double skip, std::size_t nice, double count, double s, double d) {
    const double range = high_ - low_;
    const double delta = range / (count + 1) / (skip * kNice[nice]);
    for (double z = std::ceil(std::log10(delta)); z < 310; ++z) {
      const double step = skip * kNice[nice] * std::pow(10, z);
      if (total(s, coverage_bound(range, step * (count - 1)), d) < best_.score) return;
      if (step * (count - 1) > range * (1 + 1e-9)) return;  // no room inside the range
      if (integer_ && (step < 1 || step != std::floor(step))) continue;
      starts(skip, nice, count, step);
    }
  }

  void starts(double skip, std::size_t nice, double count, double step) {
    const double slack = 1e-9 * (high_ - low_);
    const double unit = step / skip;
    const double first = std::ceil((low_ - slack) / unit);
    const double last = std::floor((high_ + slack - (count - 1) * step) / unit);
    for (double k = first; k <= last; ++k) {
      const double start = k * unit, end = start + (count - 1) * step;
      const double s = simplicity(nice, skip, hits_zero(start, step, end) ? 1 : 0);
      const double score = total(s, coverage(low_, high_, start, end),
                                 density(count, target_, low_, high_, start, end));
      if (score > best_.score) best_ = {start, step, static_cast<int>(count), score};
    }
  }

  double low_, high_, target_;
  bool integer_;
  Progression best_;
};

void check_range(double low, double high, double target) {
  const bool finite = std::abs(low) <= kLargest && std::abs(high) <= kLargest;
  ANISO_CHECK(finite, "An axis needs finite ends, not ", low, " … ", high, ".");
  ANISO_CHECK(target >= 2, "An axis needs room for at least two ticks, not ", target, ".");
}

}  // namespace

Progression wilkinson(double low, double high, double target, bool integer) {
  check_range(low, high, target);
  ANISO_CHECK(low < high, "Ticks need an increasing range, not ", low, " … ", high, ".");
  return Search(low, high, target, integer).run();
}

}  // namespace aniso::figure
