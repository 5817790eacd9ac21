#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "core/base/errors.h"
#include "core/session/experiment.h"

namespace aniso::test {

/// Small two-class experiment on moons with a tiny MLP; complete enough for every session test.
inline Json small_experiment(Index steps = 1000) {
  return {{"title", "Small"},
          {"dataset", {{"id", "two_moons"}, {"n", 200}}},
          {"architecture", {{"id", "mlp"}, {"hidden", {8, 8}}}},
          {"objective", "logistic"},
          {"optimizer", {{"id", "sgd"}, {"learning_rate", 0.05}}},
          {"training", {{"steps", steps}, {"batch_size", 16}, {"log_every", 100}}},
          {"seed", 3}};
}

/// small_experiment with one value changed.
inline Json small_experiment_with(std::string_view path, const Json& value, Index steps = 1000) {
  Json json = small_experiment(steps);
  session::set_by_path(json, path, value);
  return json;
}

/// Polls until `condition` holds; false after 20 s.
template <typename Condition>
bool wait_for(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (std::chrono::steady_clock::now() < end) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return condition();
}

/// The message of the error that `act` throws; fails the test when it throws none.
template <typename E = InvalidInput, typename Act>
std::string message_of(Act act) {
  try {
    act();
  } catch (const E& error) {
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

}  // namespace aniso::test
