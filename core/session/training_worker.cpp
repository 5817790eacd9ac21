#include "core/session/training_worker.h"

#include <utility>

#include "core/session/worker_body.h"

namespace aniso::session {

TrainingWorker::TrainingWorker(Engines engines, WorkerOptions options) {
  snapshots_.publish(std::make_shared<const Snapshot>());
  thread_ = std::jthread([this, engines = std::move(engines), options](std::stop_token stop) {
    Body(*this, engines, options).run(stop);
  });
}

TrainingWorker::~TrainingWorker() = default;

void TrainingWorker::send(Command command) { queue_.push(std::move(command)); }

void TrainingWorker::request_parameters() {
  want_parameters_.store(true, std::memory_order_relaxed);
  queue_.wake();
}

void TrainingWorker::request_session() {
  want_session_.store(true, std::memory_order_relaxed);
  queue_.wake();
}

}  // namespace aniso::session
