#include "core/session/analysis_worker.h"

#include <algorithm>
#include <exception>
#include <new>
#include <utility>

#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::session {
namespace {

void check_share(double share) {
  ANISO_CHECK(share > 0 && share <= 1, "looking budget: ", number(share),
              " is not a share of time; use a number above 0 and up to 1");
}

std::uint64_t run_of(const AnalysisRequest& request) {
  const auto& copy = request.snapshot ? request.snapshot->parameters : nullptr;
  return copy ? copy->run : 0;
}

// Parameters that are refused are answered, with the error, by the live thread.
bool is_long(const analysis::Analysis& analysis, const Json& params) {
  if (analysis.is_long || !analysis.is_long_when) return analysis.is_long;
  try {
    return analysis.is_long_when(validated(analysis.params, params, analysis.id));
  } catch (const InvalidInput&) {
    return false;
  }
}

// Whether one answer serves both: the same network, or the same experiment where the step does not
// matter.
bool same_question(const AnalysisRequest& a, const AnalysisRequest& b) {
  if (a.analysis != b.analysis || a.params != b.params || !a.snapshot || !b.snapshot) return false;
  const auto &one = a.snapshot->parameters, &other = b.snapshot->parameters;
  if (!one || !other || one->run != other->run || one->resolved != other->resolved) return false;
  if (one->step == other->step) return true;
  try {
    const auto& analysis = analysis::analysis(a.analysis);
    return analysis.is_step_free &&
           analysis.is_step_free(chosen_analysis(a.analysis, a.params).params);
  } catch (const InvalidInput&) {
    return false;  // each is told what is wrong with its own
  }
}

}  // namespace

AnalysisWorker::AnalysisWorker(Engines engines, AnalysisOptions options)
    : engines_(std::move(engines)), options_(std::move(options)), budget_(options_.budget) {
  check_share(options_.budget);
  for (std::size_t i = 0; i < lanes_.size(); ++i)
    threads_[i] = std::jthread([this, i](std::stop_token stop) { work(lanes_[i], stop); });
}

AnalysisWorker::~AnalysisWorker() {
  for (auto& thread : threads_) thread.request_stop();
  const std::lock_guard lock(mutex_);
  for (auto& lane : lanes_)
    if (lane.running) lane.running->stop.request_stop();
}

/// An unknown analysis is answered, with the error, by the live thread.
AnalysisWorker::Lane& AnalysisWorker::lane_of(const AnalysisRequest& request) {
  for (const auto& analysis : analysis::analyses())
    if (analysis.id == request.analysis) return lanes_[is_long(analysis, request.params) ? 1 : 0];
  return lanes_[0];
}

void AnalysisWorker::request(AnalysisRequest request) {
  {
    const std::lock_guard lock(mutex_);
    Lane& own = lane_of(request);
    for (Lane& lane : lanes_) {
      auto& running = lane.running;
      if (running && running->tag == request.tag &&
          (&lane != &own || running->analysis != request.analysis ||
           running->params != request.params || running->run != run_of(request)))
        running->stop.request_stop();
      if (&lane != &own)
        std::erase_if(lane.queue, [&](const auto& other) { return other.tag == request.tag; });
    }
    const auto queued =
        std::find_if(own.queue.begin(), own.queue.end(),
                     [&](const AnalysisRequest& other) { return other.tag == request.tag; });
    if (queued != own.queue.end())
      *queued = std::move(request);
    else
      own.queue.push_back(std::move(request));
  }
  changed_.notify_all();
}

void AnalysisWorker::cancel(const std::string& tag) {
  const std::lock_guard lock(mutex_);
  for (Lane& lane : lanes_) {
    std::erase_if(lane.queue, [&](const AnalysisRequest& request) { return request.tag == tag; });
    if (lane.running && lane.running->tag == tag) lane.running->stop.request_stop();
  }
  answers_.erase(tag);
}

bool AnalysisWorker::is_busy(const std::string& tag) const {
  const std::lock_guard lock(mutex_);
  return std::any_of(lanes_.begin(), lanes_.end(), [&](const Lane& lane) {
    return (lane.running && lane.running->tag == tag) ||
           std::any_of(lane.queue.begin(), lane.queue.end(),
                       [&](const AnalysisRequest& request) { return request.tag == tag; });
  });
}

bool AnalysisWorker::is_busy() const {
  const std::lock_guard lock(mutex_);
  return std::any_of(lanes_.begin(), lanes_.end(),
                     [](const Lane& lane) { return lane.running || !lane.queue.empty(); });
}

OutcomePtr AnalysisWorker::latest(const std::string& tag) const {
  const std::lock_guard lock(mutex_);
  const auto it = answers_.find(tag);
  return it == answers_.end() ? nullptr : it->second;
}

void AnalysisWorker::set_budget(double share) {
  check_share(share);
  {
    const std::lock_guard lock(mutex_);  // or the change could slip between a test and a wait
    budget_.store(share);
  }
  changed_.notify_all();
}

void AnalysisWorker::work(Lane& lane, std::stop_token stop) {
  // An ensemble lives with the thread that trains it.
  Laboratory laboratory(engines_);
  while (!stop.stop_requested()) {
    AnalysisRequest request;
    std::stop_source cancelled;
    OutcomePtr previous;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, stop, [&] { return !lane.queue.empty(); });
      // Within the lock, so that the destructor finds either no running request or this one.
      if (stop.stop_requested()) return;
      request = std::move(lane.queue.front());
      lane.queue.pop_front();
      lane.running =
          Running{request.tag, request.analysis, request.params, run_of(request), cancelled};
      if (const auto it = answers_.find(request.tag); it != answers_.end()) previous = it->second;
    }
    // A trainer of the laboratory may have set another number.
    engines_.set_thread_count(options_.threads);
    auto working_since = SteadyClock::now();
    auto outcome = answer(request, previous, laboratory, cancelled, stop, working_since);
    const double worked_s =
        std::chrono::duration<double>(SteadyClock::now() - working_since).count();
    {
      const std::lock_guard lock(mutex_);
      lane.running.reset();
    }
    if (outcome != nullptr) publish(request, *outcome, true, cancelled);
    rest([&] { return stop.stop_requested(); }, worked_s);
  }
}

void AnalysisWorker::publish(const AnalysisRequest& request, const AnalysisOutcome& outcome,
                             bool is_final, const std::stop_source& cancelled) {
  const auto for_tag = [&](const std::string& tag) {
    auto own = std::make_shared<AnalysisOutcome>(outcome);
    own->tag = tag;
    answers_[tag] = std::move(own);
  };
  const std::lock_guard lock(mutex_);
  if (cancelled.stop_requested()) return;
  for_tag(request.tag);
  auto& queue = lane_of(request).queue;
  for (const AnalysisRequest& waiting : queue)
    if (same_question(waiting, request)) for_tag(waiting.tag);
  if (is_final)
    std::erase_if(queue, [&](const auto& waiting) { return same_question(waiting, request); });
  ++version_;
}

OutcomePtr AnalysisWorker::answer(const AnalysisRequest& request, const OutcomePtr& previous,
                                  Laboratory& laboratory, std::stop_source cancelled,
                                  std::stop_token stop, SteadyClock::time_point& working_since) {
  const auto started = working_since;
  auto outcome = std::make_shared<AnalysisOutcome>();
  outcome->tag = request.tag;
  outcome->analysis = request.analysis;
  const auto stamp = [&] {
    outcome->elapsed_ms =
        std::chrono::duration<double, std::milli>(SteadyClock::now() - started).count();
  };
  const auto show_partial = [&](analysis::ResultsPtr results) {
    stamp();
    AnalysisOutcome partial = *outcome;
    partial.results = std::move(results);
    publish(request, partial, false, cancelled);
    const double worked_s =
        std::chrono::duration<double>(SteadyClock::now() - working_since).count();
    rest([&] { return stop.stop_requested() || cancelled.stop_requested(); }, worked_s);
    working_since = SteadyClock::now();
  };
  try {
    ANISO_CHECK(request.snapshot != nullptr && request.snapshot->parameters != nullptr,
                "analysis '", request.analysis, "': there is no network to look at yet");
    const ParameterCopy& copy = *request.snapshot->parameters;
    outcome->run = copy.run;
    outcome->step = copy.step;
    const bool continues = previous != nullptr && previous->results != nullptr &&
                           previous->analysis == request.analysis && previous->run == copy.run;
    FunctionOptions function = options_.function;
    if (options_.native_dtype) function.dtype = copy.resolved->spec.dtype;
    outcome->results =
        look(engines_, chosen_analysis(request.analysis, request.params),
             {copy.resolved, &copy.values, request.snapshot->probes, copy.run, copy.step,
              continues ? previous->results.get() : nullptr, &laboratory, copy.stored},
             function, cancelled.get_token(), show_partial);
  } catch (const analysis::Cancelled&) {
    return nullptr;
  } catch (const std::bad_alloc&) {
    outcome->error = "there is not enough memory for this analysis";
  } catch (const std::exception& error) {
    outcome->error = error.what();
  } catch (...) {
    outcome->error = "an exception of unknown type";
  }
  stamp();
  return outcome;
}

/// Keeps looking below its share of time: after t seconds of work, t·(1 − share)/share of rest.
void AnalysisWorker::rest(const std::function<bool()>& is_over, double worked_s) {
  constexpr auto kLongestWait = std::chrono::milliseconds(20);  // until is_over is asked again
  const auto began = SteadyClock::now();
  std::unique_lock lock(mutex_);
  while (!is_over()) {
    const double share = budget_.load();
    const auto until = began + std::chrono::duration_cast<SteadyClock::duration>(
                                   std::chrono::duration<double>(worked_s * (1 - share) / share));
    const auto now = SteadyClock::now();
    if (now >= until) return;
    // Woken by requests too, which wait their turn, and by a changed budget.
    changed_.wait_until(lock, std::min(until, now + kLongestWait));
  }
}

}  // namespace aniso::session
