#pragma once

#include <algorithm>
#include <stop_token>
#include <string>
#include <vector>

#include "core/analysis/result.h"
#include "core/base/types.h"

namespace aniso::analysis {

/// What is known of an ensemble at a list of checkpoints, kept as moments of a few groups of
/// networks: network m belongs to group m mod g. Groups count alike, also where one has a network
/// more than another.
class EvolutionRecord {
 public:
  /// @param steps  T of them, ascending. @param groups  g ≥ 1. @param dim  D.
  EvolutionRecord(std::vector<Index> steps, Index groups, Index dim);

  /// One network at all checkpoints: its gradients (n, D) and its relative weight motion at each,
  /// and its kernels (D, D) at all but the last, or none.
  void add(const std::vector<Matrix>& gradients, const std::vector<Matrix>& kernels,
           const std::vector<double>& motion);

  const std::vector<Index>& steps() const { return steps_; }
  Index networks() const { return networks_; }
  /// Groups that hold a network.
  Index groups() const { return std::min(networks_, static_cast<Index>(groups_.size())); }
  /// G of each group at a checkpoint.
  std::vector<Matrix> geometry(std::size_t checkpoint) const;
  /// K of each group; empty where networks came without.
  std::vector<Matrix> kernels(std::size_t checkpoint) const;
  /// (groups) mean relative weight motion.
  Vector motion(std::size_t checkpoint) const;

 private:
  struct Group {
    double networks = 0;
    std::vector<Matrix> geometry;  // sums of networks' G
    std::vector<Matrix> kernels;
    std::vector<double> motion;
  };
  std::vector<Index> steps_;
  std::vector<Group> groups_;
  Index networks_ = 0;
  bool has_kernels_ = false;
};

/// The results of a record against the step; what belongs to a change stands at its end:
/// - `cos_gsg`, `cos_s`, `cos_ksg`: cosines of −Δ with G S G, S and K S G + G S K, G and K at the
///   earlier checkpoint, in one panel; `cos_gsg_crossed`, … in another where there is an ensemble;
/// - `velocity` 1 − cos(G_t, G_{t+1}); `cos_g0` cos(G_t, G_0); `trace`; `participation_ratio`;
///   `weight_motion` ‖θ − θ_0‖/‖θ_0‖.
/// Bands are ± one jackknife standard error.
/// @param s  (D, D). @param no_kernel  why there is no K; empty where there is one.
/// @param is_ensemble  whether crossed estimates make sense.
/// @throws Cancelled when `stop` fires; looked at once a checkpoint.
/// Cost: change_cosines for each checkpoint but the first.
std::vector<Result> evolution_results(const EvolutionRecord& record, const MatrixRef& s,
                                      const std::string& no_kernel, bool is_ensemble,
                                      const std::stop_token& stop);

/// The same ids, all undefined for this reason.
std::vector<Result> undefined_evolution(const std::string& reason, bool is_ensemble);

/// `count` steps or fewer from 0 to `total`, evenly spaced in the logarithm from 1 on, both ends
/// included. @param count  ≥ 2.
std::vector<Index> logarithmic_steps(Index total, Index count);
/// Numbers of those of the ascending `steps` that are spread evenly in the logarithm of one plus
/// the step, first and last included. @param count  ≥ 2, at most so many.
std::vector<std::size_t> thinned_evenly(const std::vector<Index>& steps, Index count);

}  // namespace aniso::analysis
