#pragma once

#include <vector>

#include "core/analysis/result.h"
#include "core/base/params.h"

namespace aniso::app {

/// The spectra of one run's steps as they were seen, without their directions, in order of steps;
/// for analysis::figure_over_time.
class ResultHistory {
 public:
  static constexpr std::size_t kMost = 400;  ///< beyond, every second one but the last is dropped

  void clear() { results_.clear(); }
  /// Puts results in their place in time, or in the place of that step's: looking back fills in
  /// what was not looked at while it trained. Another run or other parameters begin another
  /// history.
  void take(const analysis::Results& newest, const Json& params);
  const std::vector<analysis::ResultsPtr>& results() const { return results_; }

 private:
  std::vector<analysis::ResultsPtr> results_;
  Json params_;
};

}  // namespace aniso::app
