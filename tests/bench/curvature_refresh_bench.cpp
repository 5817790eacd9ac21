// How often the curvature of a network is refreshed beside its own training, as in the window while
// no frames are drawn: training thread and analysis thread of the session, the two-moons preset
// (MLP 2–64–64–1, tanh), 128 × 128 samples, at several shares of a core for looking.
// Usage: bench_curvature_refresh [SECONDS]

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "core/engines/engines.h"
#include "core/session/analysis_worker.h"
#include "core/session/looking.h"
#include "core/session/training_worker.h"

namespace aniso {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

const Json kExperiment = {
    {"schema", 1},
    {"dataset", {{"id", "two_moons"}, {"n", 1000}, {"noise", 0.1}}},
    {"architecture", {{"id", "mlp"}, {"hidden", {64, 64}}, {"activation", "tanh"}}},
    {"objective", {{"id", "logistic"}}},
    {"optimizer", {{"id", "adam"}, {"learning_rate", 0.003}}},
    {"training", {{"steps", 1000000000}, {"batch_size", 128}, {"log_every", 1000}}}};

struct Rates {
  double refreshes = 0, steps = 0, milliseconds = 0;
};

// `budget` 0: nobody looks.
Rates measure(session::TrainingWorker& training, double budget, double seconds) {
  session::AnalysisOptions options;
  options.native_dtype = true;
  options.budget = budget > 0 ? budget : 1;
  session::AnalysisWorker looking(engines::engines(), options);
  const auto start = Clock::now();
  const Index first_step = training.latest()->step;
  std::vector<double> cost;
  session::OutcomePtr seen;
  Index asked = -1;
  while (seconds_since(start) < seconds) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (budget <= 0) continue;
    const auto now = training.latest();
    if (!now->parameters || now->parameters->step != now->step) training.request_parameters();
    if (const auto newest = looking.latest("tile"); newest && newest != seen) {
      seen = newest;
      if (!newest->error.empty()) std::printf("error: %s\n", newest->error.c_str());
      if (newest->results && newest->results->share == 1)
        cost.push_back(newest->results->elapsed_ms);
    }
    if (now->parameters && now->parameters->step > asked && !looking.is_busy("tile")) {
      asked = now->parameters->step;
      looking.request({"tile", "curvature", Json::object(), now});
    }
  }
  const double elapsed = seconds_since(start);
  Rates rates;
  rates.refreshes = static_cast<double>(cost.size()) / elapsed;
  rates.steps = static_cast<double>(training.latest()->step - first_step) / elapsed;
  if (!cost.empty()) {
    std::nth_element(cost.begin(), cost.begin() + static_cast<std::ptrdiff_t>(cost.size() / 2),
                     cost.end());
    rates.milliseconds = cost[cost.size() / 2];
  }
  return rates;
}

// Processor time of one picture, which other programs distort less.
double processor_ms(const session::Snapshot& now) {
  engines::engines().set_thread_count(1);
  const auto resolved = now.resolved;
  const auto seconds = [] {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
  };
  session::FunctionOptions options;
  options.dtype = resolved->spec.dtype;
  const session::Look at{resolved, &now.parameters->values, now.probes, now.run, now.step};
  double best = 1e9;
  for (int i = 0; i < 20; ++i) {
    const double start = seconds();
    session::look(engines::engines(), session::chosen_analysis("curvature"), at, options);
    best = std::min(best, 1000 * (seconds() - start));
  }
  return best;
}

int run(double seconds) {
  session::TrainingWorker training(engines::engines());
  training.send(session::SetExperiment{kExperiment});
  training.send(session::SetSpeed{0});
  training.send(session::Play{});
  while (training.latest()->step < 1000) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  training.request_parameters();
  while (!training.latest()->parameters) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  std::printf("processor time of a picture: %.2f ms\n", processor_ms(*training.latest()));
  std::printf("%-8s %12s %14s %12s\n", "budget", "refreshes/s", "ms a picture", "steps/s");
  for (const double budget : {0.0, 0.25, 0.5, 0.75, 1.0}) {
    const Rates rates = measure(training, budget, seconds);
    std::printf("%-8.2f %12.1f %14.2f %12.0f\n", budget, rates.refreshes, rates.milliseconds,
                rates.steps);
  }
  return 0;
}

}  // namespace
}  // namespace aniso

int main(int argc, char** argv) { return aniso::run(argc > 1 ? std::atof(argv[1]) : 5); }
