#include "app/views/analysis_feed.h"

#include <algorithm>
#include <cmath>

#include "core/analysis/registry.h"
#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::app {
namespace {

bool is_step_free(const std::string& id, const Json& params) {
  const auto& analysis = analysis::analysis(id);
  return analysis.is_step_free && analysis.is_step_free(validated(analysis.params, params, id));
}

}  // namespace

void AnalysisFeed::update(Frame& frame, const std::string& tag, const std::string& analysis,
                          const Json& params) {
  update(frame, frame.snapshot, tag, analysis, params);
}

void AnalysisFeed::drop(Frame& frame, const std::string& tag) {
  if (asked_run_ == 0) return;
  frame.analyses.cancel(tag);
  *this = {};
}

void AnalysisFeed::update(Frame& frame, const session::SnapshotPtr& run, const std::string& tag,
                          const std::string& analysis, const Json& params) {
  take(frame, run, tag, analysis);
  ask(frame, run, tag, analysis, params);
}

void AnalysisFeed::take(Frame& frame, const session::SnapshotPtr& run, const std::string& tag,
                        const std::string& analysis) {
  if (const auto outcome = frame.analyses.latest(tag); outcome && outcome->analysis == analysis) {
    if (outcome->run == run->run) {
      // Headers are drawn before the views: the next frame tells the new age.
      if (outcome->results && outcome->results != results_)
        frame.redraw_at_s = std::min(frame.redraw_at_s, frame.time_s + 0.02);
      results_ = outcome->results ? outcome->results : results_;
      error_ = outcome->error;
    }
  }
  if (results_ && results_->run != run->run) results_ = nullptr;
}

void AnalysisFeed::ask(Frame& frame, const session::SnapshotPtr& run, const std::string& tag,
                       const std::string& analysis, const Json& params) {
  const session::Snapshot& now = *run;
  if (!now.resolved) return;
  const auto& copy = now.parameters;
  const bool current =
      copy && copy->run == now.run && copy->step == now.step && copy->resolved == now.resolved;
  if (!current) frame.training.request_parameters();
  if (!copy || copy->run != now.run) return;
  const bool changed =
      params != asked_params_ || copy->run != asked_run_ || copy->resolved.get() != asked_resolved_;
  if (!changed && (copy->step == asked_step_ || is_step_free(analysis, params))) return;
  if (!changed && frame.analyses.is_busy(tag)) return;
  frame.analyses.request({tag, analysis, params, run});
  asked_params_ = params;
  asked_run_ = copy->run;
  asked_step_ = copy->step;
  asked_resolved_ = copy->resolved.get();
}

std::string AnalysisFeed::age(const Frame& frame) const {
  if (!results_) return "";
  const auto& analysis = analysis::analysis(results_->analysis);
  if (results_->share < 1) return text(std::lround(100 * results_->share), " % done");
  if (is_step_free(analysis.id, asked_params_)) return "same at every step";
  const Index behind = frame.snapshot->step - results_->step;
  std::string age = text("step ", grouped(results_->step));
  if (behind > 0) age += text(" · ", grouped(behind), " behind");
  return age + text(" · ", std::round(results_->elapsed_ms * 10) / 10, " ms");
}

}  // namespace aniso::app
