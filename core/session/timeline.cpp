#include "core/session/timeline.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"

namespace aniso::session {
namespace {

std::vector<Timeline::StatePtr>::const_iterator first_after(
    const std::vector<Timeline::StatePtr>& states, Index step) {
  return std::upper_bound(
      states.begin(), states.end(), step,
      [](Index wanted, const Timeline::StatePtr& state) { return wanted < state->step; });
}

}  // namespace

std::size_t bytes_of(const training::TrainerState& state) {
  Index numbers = state.parameters.size();
  for (const auto& slot : state.optimizer) numbers += slot.size();
  return sizeof(state) + static_cast<std::size_t>(numbers) * sizeof(double);
}

Timeline::Timeline(std::size_t cap_bytes, std::vector<StatePtr> states)
    : cap_bytes_(cap_bytes), states_(std::move(states)) {
  for (const auto& state : states_) bytes_ += bytes_of(*state);
  if (!states_.empty()) schedule_.stored(states_.back()->step);
  fit();
}

void Timeline::set_cap(std::size_t bytes) {
  cap_bytes_ = bytes;
  fit();
}

void Timeline::fit() {
  while (bytes_ > cap_bytes_ && states_.size() > 2) thin();
}

void Timeline::add(training::TrainerState state, std::size_t settings) {
  ANISO_CHECK(states_.empty() || state.step > states_.back()->step, "timeline: step ", state.step,
              " does not follow step ", states_.back()->step);
  schedule_.stored(state.step);
  bytes_ += bytes_of(state);
  states_.push_back(std::make_shared<const StoredState>(StoredState{std::move(state), settings}));
  fit();
}

void Timeline::thin() {
  std::vector<StatePtr> kept;
  const std::size_t last = states_.size() - 1;
  for (std::size_t i = 0; i <= last; ++i)
    if (i == last || (i % 2 == 0 && (i + 1 != last || i == 0))) kept.push_back(states_[i]);
  states_ = std::move(kept);
  bytes_ = 0;
  for (const auto& state : states_) bytes_ += bytes_of(*state);
  schedule_.thin();
}

std::vector<Index> Timeline::steps() const {
  std::vector<Index> steps;
  for (const auto& state : states_) steps.push_back(state->step);
  return steps;
}

std::vector<Timeline::StatePtr> Timeline::states_until(Index step) const {
  return {states_.begin(), first_after(states_, step)};
}

Timeline::StatePtr Timeline::at_or_before(Index step) const {
  const auto after = first_after(states_, step);
  return after == states_.begin() ? nullptr : *std::prev(after);
}

std::size_t bytes_of_both(const Timeline& a, const Timeline& b) {
  std::size_t bytes = a.bytes();
  for (const auto& state : b.states())
    if (a.at_or_before(state->step) != state) bytes += bytes_of(*state);
  return bytes;
}

}  // namespace aniso::session
