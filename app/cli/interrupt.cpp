#include "app/cli/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include "app/cli/cli.h"

namespace aniso::cli {
namespace {

std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");

void on_signal(int) {
  if (interrupted.exchange(true)) ::_exit(kInterrupted);
  constexpr char kMessage[] = "\nanisoscope: finishing the step and saving; again to end at once\n";
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, kMessage, sizeof kMessage - 1);
}

void install(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

InterruptGuard::InterruptGuard() {
  interrupted = false;
  install(on_signal);
}

InterruptGuard::~InterruptGuard() { install(SIG_DFL); }

const std::atomic<bool>* InterruptGuard::flag() const { return &interrupted; }

void ignore_file_size_signal() { ::signal(SIGXFSZ, SIG_IGN); }

}  // namespace aniso::cli
