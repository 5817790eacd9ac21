#include "core/analysis/registry.h"

#include <chrono>
#include <utility>

#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::analysis {

Analysis field();
Analysis weight_spectra();
Analysis trajectory();

const std::vector<Analysis>& analyses() {
  static const std::vector<Analysis> all = {field(), weight_spectra(), trajectory()};
  return all;
}

const Analysis& analysis(std::string_view id) {
  std::vector<std::string> ids;
  for (const auto& candidate : analyses()) {
    if (candidate.id == id) return candidate;
    ids.push_back(candidate.id);
  }
  throw InvalidInput(text("analysis '", id, "' is not known.", suggestion(id, ids)));
}

ResultsPtr evaluate(const Analysis& analysis, const Input& input, std::stop_token stop) {
  using Clock = std::chrono::steady_clock;
  ANISO_CHECK(input.function != nullptr && input.plan != nullptr, "analysis '", analysis.id,
              "': needs a network");
  auto results = std::make_shared<Results>();
  results->analysis = analysis.id;
  results->run = input.run;
  results->step = input.step;
  const auto start = Clock::now();
  results->results = analysis.run(input, std::move(stop), results->notes);
  if (input.plan->has_running_statistics())
    results->notes.push_back("batch normalisation uses its running statistics");
  results->elapsed_ms = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
  return results;
}

}  // namespace aniso::analysis
