#include "app/views/result_history.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace aniso::app {
namespace {

// What is drawn over time, and the numbers of its caption; directions and maps would fill the
// memory.
analysis::ResultsPtr light(const analysis::Results& full) {
  auto out = std::make_shared<analysis::Results>();
  out->analysis = full.analysis;
  out->run = full.run;
  out->step = full.step;
  out->elapsed_ms = full.elapsed_ms;
  out->share = full.share;
  out->notes = full.notes;
  for (const auto& result : full.results) {
    if (const auto* spectrum = std::get_if<analysis::Spectrum>(&result)) {
      analysis::Spectrum kept;
      kept.quantity = spectrum->quantity;
      kept.values = spectrum->values;
      out->results.emplace_back(std::move(kept));
    } else if (const auto* series = std::get_if<analysis::ScalarSeries>(&result);
               series != nullptr && series->x.size() == 1) {
      out->results.emplace_back(*series);
    }
  }
  return out;
}

}  // namespace

void ResultHistory::take(const analysis::Results& newest, const Json& params) {
  if (params != params_ || (!results_.empty() && results_.back()->run != newest.run)) clear();
  params_ = params;
  const auto at = std::lower_bound(
      results_.begin(), results_.end(), newest.step,
      [](const analysis::ResultsPtr& results, Index step) { return results->step < step; });
  if (at != results_.end() && (*at)->step == newest.step)
    *at = light(newest);
  else
    results_.insert(at, light(newest));
  if (results_.size() <= kMost) return;
  std::vector<analysis::ResultsPtr> kept;
  for (std::size_t i = 0; i < results_.size(); ++i)
    if (i % 2 == 0 || i + 1 == results_.size()) kept.push_back(results_[i]);
  results_ = std::move(kept);
}

}  // namespace aniso::app
