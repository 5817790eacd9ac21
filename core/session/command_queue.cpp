#include "core/session/command_queue.h"

#include <utility>

namespace aniso::session {

void CommandQueue::push(Command command) {
  const std::string tag = coalescing_tag(command);
  {
    const std::lock_guard lock(mutex_);
    if (!tag.empty()) {
      for (auto it = queue_.end(); it != queue_.begin();) {
        --it;
        const std::string other = coalescing_tag(*it);
        if (other.empty()) break;
        if (other == tag) {
          queue_.erase(it);
          break;
        }
      }
    }
    queue_.push_back(std::move(command));
    count_.store(queue_.size(), std::memory_order_relaxed);
  }
  changed_.notify_one();
}

std::deque<Command> CommandQueue::take() {
  std::deque<Command> taken;
  const std::lock_guard lock(mutex_);
  taken.swap(queue_);
  count_.store(0, std::memory_order_relaxed);
  return taken;
}

void CommandQueue::wait(std::stop_token stop, std::chrono::steady_clock::time_point until) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, stop, until, [this] { return woken_ || !queue_.empty(); });
  woken_ = false;
}

void CommandQueue::wait(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, stop, [this] { return woken_ || !queue_.empty(); });
  woken_ = false;
}

void CommandQueue::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  changed_.notify_one();
}

}  // namespace aniso::session
