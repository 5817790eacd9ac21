#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <stop_token>

#include "core/session/commands.h"

namespace aniso::session {

/// Commands on their way to a worker. A "set" replaces a queued one of the same tag, unless a
/// command that never coalesces stands between them: order is kept across those. Any thread.
class CommandQueue {
 public:
  void push(Command command);
  /// Whether something is queued: one relaxed atomic read, for the training loop.
  bool has_any() const { return count_.load(std::memory_order_relaxed) > 0; }
  /// Takes everything that is queued, in order.
  std::deque<Command> take();
  /// Waits until something is queued, wake() is called, `until` is reached or `stop` fires.
  void wait(std::stop_token stop, std::chrono::steady_clock::time_point until);
  void wait(std::stop_token stop);
  /// Ends a wait without a command.
  void wake();

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Command> queue_;
  bool woken_ = false;
  std::atomic<std::size_t> count_ = 0;
};

}  // namespace aniso::session
