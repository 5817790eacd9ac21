#pragma once

#include <atomic>

namespace aniso::cli {

/// While it lives, the first Ctrl+C (SIGINT) or SIGTERM sets a flag, so that the current step is
/// finished and everything saved; the second ends the process at once with code 130.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  const std::atomic<bool>* flag() const;
};

/// Writing beyond a file-size limit then fails with an error that is reported, instead of killing
/// the process.
void ignore_file_size_signal();

}  // namespace aniso::cli
