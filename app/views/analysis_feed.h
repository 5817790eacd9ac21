#pragma once

#include <string>

#include "app/frame.h"

namespace aniso::app {

/// Keeps one analysis of the run up to date for a view: asks again when the run has moved on or
/// the question changed, never more than one question at a time.
class AnalysisFeed {
 public:
  /// Call in every frame. @param params  of the analysis, already validated.
  void update(Frame& frame, const std::string& tag, const std::string& analysis,
              const Json& params);
  /// The same for another run than the frame's.
  void update(Frame& frame, const session::SnapshotPtr& run, const std::string& tag,
              const std::string& analysis, const Json& params);
  /// The two halves of update: takes what was answered, and asks again.
  void take(Frame& frame, const session::SnapshotPtr& run, const std::string& tag,
            const std::string& analysis);
  void ask(Frame& frame, const session::SnapshotPtr& run, const std::string& tag,
           const std::string& analysis, const Json& params);
  /// Forgets and stops asking.
  void drop(Frame& frame, const std::string& tag);
  /// Newest results, of this run; nullptr before the first. They may answer an older question.
  const analysis::ResultsPtr& results() const { return results_; }
  /// Why there are none; empty otherwise.
  const std::string& error() const { return error_; }
  /// "step 1,200 · 3 behind · 2.8 ms".
  std::string age(const Frame& frame) const;

 private:
  analysis::ResultsPtr results_;
  std::string error_;
  Json asked_params_;
  std::uint64_t asked_run_ = 0;
  Index asked_step_ = -1;
  const void* asked_resolved_ = nullptr;  ///< identity only
};

}  // namespace aniso::app
