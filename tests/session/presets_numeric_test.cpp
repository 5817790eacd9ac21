#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <map>

#include "core/session/presets.h"
#include "core/session/run_loop.h"
#include "tests/support/explicit_engines.h"

namespace aniso::session {
namespace {

const std::filesystem::path kAssets = std::filesystem::path(ANISO_SOURCE_DIR) / "assets";

bool holds(const Expectation& e, double measured) {
  if (e.op == ">=" || e.op == ">") return measured >= e.value - e.tolerance;
  if (e.op == "<=" || e.op == "<") return measured <= e.value + e.tolerance;
  return std::abs(measured - e.value) <= e.tolerance;
}

class PresetRun : public ::testing::TestWithParam<const char*> {};

TEST_P(PresetRun, KeepsWhatItPromisesForSeveralSeeds) {
  const Engines engines = test::explicit_engines();
  for (const int seed : {0, 1, 2}) {
    Json json = load_preset_json(kAssets, GetParam());
    json["seed"] = seed;
    RunLoop loop(engines, resolve(experiment_from_json(json), engines));
    while (!loop.is_over()) loop.step();
    ASSERT_FALSE(loop.has_diverged()) << loop.cause();
    const MetricsRow& last = loop.metrics().back();
    const std::map<std::string, double> measured = {{"loss", last.loss},
                                                    {"test_loss", last.test_loss},
                                                    {"accuracy", last.accuracy},
                                                    {"test_accuracy", last.test_accuracy},
                                                    {"weight_norm", last.weight_norm}};
    for (const auto& e : loop.resolved()->experiment.expect) {
      if (!measured.contains(e.quantity)) continue;  // a quantity of an analysis
      EXPECT_TRUE(holds(e, measured.at(e.quantity)))
          << "seed " << seed << ": " << e.name << ": " << measured.at(e.quantity);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Shipped, PresetRun,
                         ::testing::Values("rotated-plane-mlp", "moons-mlp", "mixture-mlp",
                                           "deep-linear-balanced", "linear-teacher",
                                           "draw-your-own"));

}  // namespace
}  // namespace aniso::session
