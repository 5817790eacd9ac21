#include "core/session/analysis_worker.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <new>
#include <utility>

#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::session {
namespace {

using SteadyClock = std::chrono::steady_clock;

void check_share(double share) {
  ANISO_CHECK(share > 0 && share <= 1, "looking budget: ", number(share),
              " is not a share of time; use a number above 0 and up to 1");
}

std::uint64_t run_of(const AnalysisRequest& request) {
  const auto& copy = request.snapshot ? request.snapshot->parameters : nullptr;
  return copy ? copy->run : 0;
}

}  // namespace

AnalysisWorker::AnalysisWorker(Engines engines, AnalysisOptions options)
    : engines_(std::move(engines)), options_(std::move(options)), budget_(options_.budget) {
  check_share(options_.budget);
  thread_ = std::jthread([this](std::stop_token stop) { work(stop); });
}

AnalysisWorker::~AnalysisWorker() {
  thread_.request_stop();
  const std::lock_guard lock(mutex_);
  if (running_) running_->stop.request_stop();
}

void AnalysisWorker::request(AnalysisRequest request) {
  {
    const std::lock_guard lock(mutex_);
    if (running_ && running_->tag == request.tag &&
        (running_->analysis != request.analysis || running_->params != request.params ||
         running_->run != run_of(request)))
      running_->stop.request_stop();
    const auto queued =
        std::find_if(queue_.begin(), queue_.end(),
                     [&](const AnalysisRequest& other) { return other.tag == request.tag; });
    if (queued != queue_.end())
      *queued = std::move(request);
    else
      queue_.push_back(std::move(request));
  }
  changed_.notify_one();
}

void AnalysisWorker::cancel(const std::string& tag) {
  const std::lock_guard lock(mutex_);
  std::erase_if(queue_, [&](const AnalysisRequest& request) { return request.tag == tag; });
  if (running_ && running_->tag == tag) running_->stop.request_stop();
  answers_.erase(tag);
}

bool AnalysisWorker::is_busy(const std::string& tag) const {
  const std::lock_guard lock(mutex_);
  return (running_ && running_->tag == tag) ||
         std::any_of(queue_.begin(), queue_.end(),
                     [&](const AnalysisRequest& request) { return request.tag == tag; });
}

bool AnalysisWorker::is_busy() const {
  const std::lock_guard lock(mutex_);
  return running_ || !queue_.empty();
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
  changed_.notify_one();
}

void AnalysisWorker::work(std::stop_token stop) {
  bool is_ready = false;
  while (!stop.stop_requested()) {
    AnalysisRequest request;
    std::stop_source cancelled;
    OutcomePtr previous;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, stop, [this] { return !queue_.empty(); });
      // Within the lock, so that the destructor finds either no running request or this one.
      if (stop.stop_requested()) return;
      request = std::move(queue_.front());
      queue_.pop_front();
      running_ = Running{request.tag, request.analysis, request.params, run_of(request), cancelled};
      if (const auto it = answers_.find(request.tag); it != answers_.end()) previous = it->second;
    }
    if (!is_ready) engines_.set_thread_count(options_.threads);
    is_ready = true;
    const auto started = SteadyClock::now();
    auto outcome = answer(request, previous, cancelled.get_token());
    const double elapsed_s = std::chrono::duration<double>(SteadyClock::now() - started).count();
    {
      const std::lock_guard lock(mutex_);
      running_.reset();
      if (outcome != nullptr && !cancelled.stop_requested()) {
        answers_[request.tag] = std::move(outcome);
        ++version_;
      }
    }
    rest(stop, elapsed_s);
  }
}

OutcomePtr AnalysisWorker::answer(const AnalysisRequest& request, const OutcomePtr& previous,
                                  std::stop_token cancelled) const {
  const auto started = SteadyClock::now();
  auto outcome = std::make_shared<AnalysisOutcome>();
  outcome->tag = request.tag;
  outcome->analysis = request.analysis;
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
    outcome->results = look(engines_, chosen_analysis(request.analysis, request.params),
                            {copy.resolved, &copy.values, request.snapshot->probes, copy.run,
                             copy.step, continues ? previous->results.get() : nullptr},
                            function, std::move(cancelled));
  } catch (const analysis::Cancelled&) {
    return nullptr;
  } catch (const std::bad_alloc&) {
    outcome->error = "there is not enough memory for this analysis";
  } catch (const std::exception& error) {
    outcome->error = error.what();
  } catch (...) {
    outcome->error = "an exception of unknown type";
  }
  outcome->elapsed_ms =
      std::chrono::duration<double, std::milli>(SteadyClock::now() - started).count();
  return outcome;
}

/// Keeps looking below its share of time: after t seconds of work, t·(1 − share)/share of rest.
void AnalysisWorker::rest(std::stop_token stop, double worked_s) {
  const auto began = SteadyClock::now();
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    const double share = budget_.load();
    const auto until = began + std::chrono::duration_cast<SteadyClock::duration>(
                                   std::chrono::duration<double>(worked_s * (1 - share) / share));
    if (SteadyClock::now() >= until) return;
    // Woken by requests too, which wait their turn, and by a changed budget.
    changed_.wait_until(lock, stop, until, [&] { return budget_.load() != share; });
  }
}

}  // namespace aniso::session
