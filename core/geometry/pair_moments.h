#pragma once

#include <vector>

#include "core/base/types.h"
#include "core/geometry/evolution.h"

namespace aniso::geometry {

/// The moment G(x) = E[g(x) g(x)ᵀ] of input gradients at single points against the average G over
/// probes, from networks that are drawn one after the other. No D×D matrix is formed, and nothing
/// is biased by the number of networks: with independent networks i ≠ j,
///   tr G(x)² = E (g_i(x)·g_j(x))²,  tr G(x) G = E (g_i(x)·g_j(p))²,  tr G² = E (g_i(p)·g_j(q))²,
/// p and q probes of i and of j, and each expectation is estimated by the mean over all pairs of
/// different networks (a U-statistic). A plain moment would count a network against itself as well
/// and make every G look broad and similar. Errors are jackknifed over networks.
class PairMoments {
 public:
  /// @param points  P ≥ 1. @param dim  D ≥ 1. @throws InvalidInput.
  PairMoments(Index points, Index dim);

  /// Adds networks: of each its gradients at the points (P, D) and at its n ≥ 1 probes (n, D), n
  /// the same for all. @throws InvalidInput if shapes do not fit or an entry is not finite.
  /// Cost O(k M D (P (1 + n) + n²)) for k networks on top of M.
  void add(const std::vector<Matrix>& at_points, const std::vector<Matrix>& at_probes);

  Index networks() const { return networks_; }
  Index points() const { return static_cast<Index>(at_point_.size()); }
  /// (P) tr G(x) G / √(tr G(x)² tr G²): may exceed 1 by chance. Undefined where a trace is not
  /// positive, or with fewer than two networks. @throws InvalidInput for an unknown point.
  Estimate cosine(Index point) const;
  /// tr G(x) / tr G; undefined where tr G is 0.
  Estimate trace_ratio(Index point) const;

 private:
  struct Point {
    Matrix gradients;  // (M, D)
    Vector own;        // (M) Σ_{j≠i} (g_i(x)·g_j(x))²
    Vector mixed;      // (M) Σ_{j≠i} of both orders, mean over probes
    Vector trace;      // (M) |g_i(x)|²
  };
  void add_own(Point& point, Index first) const;
  void add_mixed(Point& point, Index first) const;

  Index dim_;
  Index probes_ = 0;
  Index networks_ = 0;
  std::vector<Point> at_point_;
  Matrix probe_gradients_;  // (M n, D)
  Vector average_;          // (M) Σ_{j≠i}, mean over both's probes
  Vector average_trace_;    // (M)
};

}  // namespace aniso::geometry
