#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
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

/// Its answer: results, or why there are none.
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

/// A thread that looks at networks. A request replaces a queued one of its tag. A running one of
/// its tag is cancelled when the question changed (analysis, parameters or run); when only the
/// step is newer it may finish first, so that frequent refreshes never starve the answer.
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
  struct Running {
    std::string tag, analysis;
    Json params;
    std::uint64_t run = 0;
    std::stop_source stop;
  };
  void work(std::stop_token stop);
  OutcomePtr answer(const AnalysisRequest& request, const OutcomePtr& previous,
                    std::stop_token cancelled) const;
  void rest(std::stop_token stop, double seconds);

  Engines engines_;
  AnalysisOptions options_;
  std::atomic<double> budget_;
  mutable std::mutex mutex_;  // guards the queue and the table of answers, never an evaluation
  std::condition_variable_any changed_;
  std::deque<AnalysisRequest> queue_;
  std::optional<Running> running_;
  std::map<std::string, OutcomePtr> answers_;
  std::atomic<std::uint64_t> version_ = 0;
  std::jthread thread_;  // last: everything above outlives it
};

}  // namespace aniso::session
