#pragma once

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "core/base/latest_value.h"
#include "core/session/command_queue.h"
#include "core/session/run_loop.h"
#include "core/session/snapshot.h"

namespace aniso::session {

struct WorkerOptions {
  RunOptions run;
  double publish_hz = 60;
};

/// A thread that trains. It reads commands between steps, publishes snapshots and waits for
/// nobody. Experiments are resolved on this thread, so that the caller never blocks. No exception
/// leaves the thread: a failure becomes RunState::error with its cause.
class TrainingWorker {
 public:
  explicit TrainingWorker(Engines engines, WorkerOptions options = {});
  /// Stops the thread within one step and joins it.
  ~TrainingWorker();
  TrainingWorker(const TrainingWorker&) = delete;
  TrainingWorker& operator=(const TrainingWorker&) = delete;

  /// Queues a command; never blocks on training.
  void send(Command command);
  /// Whether something that was sent or asked for is not in a snapshot yet. Any thread.
  bool is_busy() const;
  /// Newest snapshot; never null. Any thread.
  SnapshotPtr latest() const { return snapshots_.read(); }
  /// Grows with each published snapshot: poll it to redraw only when something changed.
  std::uint64_t version() const { return snapshots_.version(); }

  /// Asks for a copy of the parameters with the next snapshot (once; ask again when it came).
  void request_parameters();
  /// Asks for a complete copy of the session, for saving; appears in session().
  void request_session();
  /// The newest copy asked for, or nullptr. Its commands hold the log up to its step.
  std::shared_ptr<const SessionState> session() const { return sessions_.read(); }
  std::uint64_t session_version() const { return sessions_.version(); }

 private:
  class Body;
  CommandQueue queue_;
  LatestValue<Snapshot> snapshots_;
  LatestValue<SessionState> sessions_;
  std::atomic<bool> want_parameters_ = false;
  std::atomic<bool> want_session_ = false;
  std::atomic<std::uint64_t> sent_ = 0, answered_ = 0;
  std::jthread thread_;  // last: everything above outlives it
};

}  // namespace aniso::session
