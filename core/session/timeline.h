#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <vector>

#include "core/session/schedule.h"
#include "core/training/trainer.h"

namespace aniso::session {

/// A trainer's state with the settings in force when it was taken.
struct StoredState : training::TrainerState {
  std::size_t settings = 0;  ///< index in the run's SettingsHistory
};

/// Trainer states at chosen steps within a memory cap. The first and the newest are always kept
/// (two states may exceed a very small cap); the others are thinned evenly in their order, so that
/// the geometric spacing stays. Owned by one thread; states are shared.
class Timeline {
 public:
  using StatePtr = std::shared_ptr<const StoredState>;

  /// @param states  in order of steps: those of an earlier sitting, or of the run forked from.
  explicit Timeline(std::size_t cap_bytes, std::vector<StatePtr> states = {});

  /// Whether the schedule wants a state at this step.
  bool is_due(Index step) const { return cap_bytes_ > 0 && schedule_.is_due(step); }
  /// First step at which is_due; the largest Index where nothing is stored at all.
  Index next_due() const {
    return cap_bytes_ > 0 ? schedule_.next() : std::numeric_limits<Index>::max();
  }
  /// Stores a state; steps must grow. @throws InvalidInput otherwise.
  void add(training::TrainerState state, std::size_t settings = 0);
  /// Another cap; thins at once where it is lower.
  void set_cap(std::size_t bytes);

  const std::vector<StatePtr>& states() const { return states_; }
  std::vector<Index> steps() const;
  /// The states at or before `step`.
  std::vector<StatePtr> states_until(Index step) const;
  std::size_t bytes() const { return bytes_; }
  std::size_t cap_bytes() const { return cap_bytes_; }
  /// The newest state at or before `step`, or nullptr.
  StatePtr at_or_before(Index step) const;

 private:
  void thin();
  void fit();

  std::size_t cap_bytes_;
  std::size_t bytes_ = 0;
  GrowingSchedule schedule_{1.01};
  std::vector<StatePtr> states_;
};

/// Memory that a state takes.
std::size_t bytes_of(const training::TrainerState& state);

/// Memory of the states of both, those that they share counted once.
std::size_t bytes_of_both(const Timeline& a, const Timeline& b);

}  // namespace aniso::session
