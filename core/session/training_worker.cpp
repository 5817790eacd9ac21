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

void TrainingWorker::send(Command command) {
  sent_.fetch_add(1, std::memory_order_relaxed);
  queue_.push(std::move(command));
}

bool TrainingWorker::is_busy() const {
  return answered_.load(std::memory_order_relaxed) != sent_.load(std::memory_order_relaxed) ||
         want_parameters_.load(std::memory_order_relaxed);
}

void TrainingWorker::request_parameters() {
  want_parameters_.store(true, std::memory_order_relaxed);
  queue_.wake();
}

void TrainingWorker::request_session() {
  want_session_.store(true, std::memory_order_relaxed);
  queue_.wake();
}

}  // namespace aniso::session
