#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

namespace aniso {

/// A slot that holds the newest immutable value. Writers replace it, readers take what is there;
/// neither waits for work: the lock guards a pointer swap only. Any thread.
template <typename T>
class LatestValue {
 public:
  /// Replaces the value. The old one is released outside the lock.
  void publish(std::shared_ptr<const T> value) {
    {
      const std::lock_guard lock(mutex_);
      value_.swap(value);
      ++version_;
    }
  }

  /// The newest value, or nullptr before the first publish.
  std::shared_ptr<const T> read() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }

  /// How often publish has been called.
  std::uint64_t version() const {
    const std::lock_guard lock(mutex_);
    return version_;
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;
  std::uint64_t version_ = 0;
};

}  // namespace aniso
