#include "core/session/session_saver.h"

#include <algorithm>
#include <exception>
#include <map>
#include <utility>

namespace aniso::session {

SessionSaver::SessionSaver() {
  thread_ = std::jthread([this](std::stop_token stop) { work(std::move(stop)); });
}

SessionSaver::~SessionSaver() = default;

void SessionSaver::save(std::shared_ptr<const SessionState> session, std::filesystem::path folder,
                        Json window) {
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(queue_, [&](const Job& job) { return job.folder == folder; });
    queue_.push_back({std::move(session), std::move(folder), std::move(window)});
  }
  changed_.notify_one();
}

bool SessionSaver::is_busy() const {
  const std::lock_guard lock(mutex_);
  return writing_ || !queue_.empty();
}

void SessionSaver::work(std::stop_token stop) {
  std::map<std::filesystem::path, SessionWriter> writers;
  for (;;) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, stop, [this] { return !queue_.empty(); });
      if (queue_.empty()) return;  // stopped, and everything is written
      job = std::move(queue_.front());
      queue_.pop_front();
      writing_ = true;
    }
    auto outcome = std::make_shared<SaveOutcome>();
    outcome->folder = job.folder;
    outcome->step = job.session->trainer.step;
    try {
      writers.try_emplace(job.folder, job.folder).first->second.save(*job.session, job.window);
    } catch (const std::exception& error) {
      outcome->error = error.what();
    }
    {
      const std::lock_guard lock(mutex_);
      writing_ = false;
    }
    outcomes_.publish(std::move(outcome));
  }
}

}  // namespace aniso::session
