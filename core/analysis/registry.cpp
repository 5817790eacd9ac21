#include "core/analysis/registry.h"

#include <chrono>
#include <utility>

#include "core/base/check.h"
#include "core/base/names.h"

// One line per analysis, in menu order: <id>.cpp defines the maker <id>().
#define ANISO_ANALYSES(ANALYSIS) \
  ANALYSIS(field)                \
  ANALYSIS(curvature)            \
  ANALYSIS(weight_spectra)       \
  ANALYSIS(trajectory)           \
  ANALYSIS(average_geometry)     \
  ANALYSIS(evolution)            \
  ANALYSIS(local_geometry)       \
  ANALYSIS(ensemble_boundaries)  \
  ANALYSIS(sweep)                \
  ANALYSIS(output_geometry)      \
  ANALYSIS(score_field)          \
  ANALYSIS(score_jacobian)       \
  ANALYSIS(samples)              \
  ANALYSIS(linear_theorem)       \
  ANALYSIS(prediction)           \
  ANALYSIS(basis_errors)

namespace aniso::analysis {

#define ANISO_DECLARE(id) Analysis id();
ANISO_ANALYSES(ANISO_DECLARE)

const std::vector<Analysis>& analyses() {
#define ANISO_MAKE(id) id(),
  static const std::vector<Analysis> all = {ANISO_ANALYSES(ANISO_MAKE)};
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

bool can_look_at(const Analysis& analysis, bool has_time) {
  return analysis.networks == Networks::all || (analysis.networks == Networks::score) == has_time;
}

ResultsPtr evaluate(const Analysis& analysis, Input input, std::stop_token stop,
                    const PartialSink& on_partial) {
  using Clock = std::chrono::steady_clock;
  ANISO_CHECK(input.function != nullptr && input.plan != nullptr, "analysis '", analysis.id,
              "': needs a network");
  ANISO_CHECK(can_look_at(analysis, input.plan->has_time), "'", analysis.title, "' looks at ",
              input.plan->has_time ? "networks of x alone, and a score network takes a time as well"
                                   : "score networks, which the objective 'score_matching' trains",
              "; choose another view");
  std::vector<std::string> notes;
  const auto start = Clock::now();
  const auto packed = [&](std::vector<Result> results, double share) {
    auto packet = std::make_shared<Results>();
    packet->analysis = analysis.id;
    packet->run = input.run;
    packet->step = input.step;
    packet->results = std::move(results);
    packet->notes = notes;
    if (input.plan->has_running_statistics())
      packet->notes.push_back("batch normalisation uses its running statistics");
    packet->share = share;
    packet->elapsed_ms = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
    return packet;
  };
  if (on_partial)
    input.publish = [&](std::vector<Result> results, double share) {
      on_partial(packed(std::move(results), share));
    };
  auto results = analysis.run(input, std::move(stop), notes);
  return packed(std::move(results), 1);
}

}  // namespace aniso::analysis
