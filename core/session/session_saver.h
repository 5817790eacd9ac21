#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "core/base/latest_value.h"
#include "core/session/session_file.h"

namespace aniso::session {

/// What became of one save.
struct SaveOutcome {
  std::filesystem::path folder;
  Index step = 0;     ///< the newest that is in it
  std::string error;  ///< empty when all is well
};

/// A thread that writes session folders, so that neither training nor the window waits for a disk.
/// A save replaces one of the same folder that waits. No exception leaves the thread.
class SessionSaver {
 public:
  SessionSaver();
  /// Finishes what was asked for.
  ~SessionSaver();
  SessionSaver(const SessionSaver&) = delete;
  SessionSaver& operator=(const SessionSaver&) = delete;

  /// @param window  see SessionWriter::save.
  void save(std::shared_ptr<const SessionState> session, std::filesystem::path folder, Json window);
  /// Whether a save waits or is under way.
  bool is_busy() const;
  /// The newest outcome, or nullptr. Any thread.
  std::shared_ptr<const SaveOutcome> latest() const { return outcomes_.read(); }
  std::uint64_t version() const { return outcomes_.version(); }

 private:
  struct Job {
    std::shared_ptr<const SessionState> session;
    std::filesystem::path folder;
    Json window;
  };
  void work(std::stop_token stop);

  mutable std::mutex mutex_;  // guards the queue, never a write
  std::condition_variable_any changed_;
  std::deque<Job> queue_;
  bool writing_ = false;
  LatestValue<SaveOutcome> outcomes_;
  std::jthread thread_;  // last: everything above outlives it
};

}  // namespace aniso::session
