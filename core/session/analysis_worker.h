#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "core/session/looking.h"
#include "core/session/snapshot.h"

namespace aniso::session {

/// One question to the analysis worker.
struct AnalysisRequest {
  std::string tag;       ///< who asks; the newest request of a tag wins
  std::string analysis;  ///< id
  Json params = Json::object();
  SnapshotPtr snapshot;  ///< carries the parameters to look at
};

/// Its answer: results, or why there are none. While an analysis sharpens its results, there is an
/// answer for each look in between (`results->share` below 1).
struct AnalysisOutcome {
  std::string tag;
  std::string analysis;
  analysis::ResultsPtr results;  ///< nullptr on error
  std::string error;
  std::uint64_t run = 0;
  Index step = 0;
  double elapsed_ms = 0;
};
using OutcomePtr = std::shared_ptr<const AnalysisOutcome>;

struct AnalysisOptions {
  FunctionOptions function;   ///< how networks are evaluated
  bool native_dtype = false;  ///< in the run's own element type instead: for live pictures
  double budget = 0.25;       ///< share of one core's time spent looking, in (0, 1]
  int threads = 1;
};

/// Threads that look at networks: one for live pictures and one for what takes seconds, so that
/// those never wait for this. A request replaces a queued one of its tag. A running one of
/// its tag is cancelled when the question changed (analysis, parameters or run); when only the
/// step is newer it may finish first, so that frequent refreshes never starve the answer. Tags that
/// wait with the very same question share its answer.
class AnalysisWorker {
 public:
  explicit AnalysisWorker(Engines engines, AnalysisOptions options = {});
  ~AnalysisWorker();
  AnalysisWorker(const AnalysisWorker&) = delete;
  AnalysisWorker& operator=(const AnalysisWorker&) = delete;

  void request(AnalysisRequest request);
  /// Drops a tag: queued and running requests, and the last answer.
  void cancel(const std::string& tag);
  /// Whether a request of this tag is queued or running.
  bool is_busy(const std::string& tag) const;
  /// Whether any request is queued or running.
  bool is_busy() const;
  /// The tag's newest answer, or nullptr.
  OutcomePtr latest(const std::string& tag) const;
  /// Grows with each answer.
  std::uint64_t version() const { return version_.load(); }
  /// @throws InvalidInput unless 0 < share ≤ 1.
  void set_budget(double share);
  double budget() const { return budget_.load(); }

 private:
  using SteadyClock = std::chrono::steady_clock;
  struct Running {
    std::string tag, analysis;
    Json params;
    std::uint64_t run = 0;
    std::stop_source stop;
  };
  /// What one of the threads does.
  struct Lane {
    std::deque<AnalysisRequest> queue = {};
    std::optional<Running> running = {};
  };
  Lane& lane_of(const AnalysisRequest& request);
  void work(Lane& lane, std::stop_token stop);
  OutcomePtr answer(const AnalysisRequest& request, const OutcomePtr& previous,
                    Laboratory& laboratory, std::stop_source cancelled, std::stop_token stop,
                    SteadyClock::time_point& working_since);
  void publish(const AnalysisRequest& request, const AnalysisOutcome& outcome, bool is_final,
               const std::stop_source& cancelled);
  void rest(const std::function<bool()>& is_over, double seconds);

  Engines engines_;
  AnalysisOptions options_;
  std::atomic<double> budget_;
  mutable std::mutex mutex_;  // guards the queues and the table of answers, never an evaluation
  std::condition_variable_any changed_;
  std::array<Lane, 2> lanes_;  // live, long
  std::map<std::string, OutcomePtr> answers_;
  std::atomic<std::uint64_t> version_ = 0;
  std::array<std::jthread, 2> threads_;  // last: everything above outlives them
};

}  // namespace aniso::session
