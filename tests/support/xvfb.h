#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace aniso::test {

/// A display for tests that draw: takes the one there is, or starts an Xvfb of its own and ends it
/// by its process number. DISPLAY is set while it lives.
class Xvfb {
 public:
  explicit Xvfb(const std::string& screen = "1600x900x24") {
    if (const char* there = std::getenv("DISPLAY"); there != nullptr && *there != '\0') return;
    int number[2];
    if (pipe(number) != 0) throw std::runtime_error("pipe failed");
    process_ = fork();
    if (process_ == 0) {
      close(number[0]);
      const int null = open("/dev/null", O_WRONLY);
      dup2(null, STDERR_FILENO);
      dup2(null, STDOUT_FILENO);
      const std::string fd = std::to_string(number[1]);
      execlp("Xvfb", "Xvfb", "-displayfd", fd.c_str(), "-screen", "0", screen.c_str(), "-nolisten",
             "tcp", "-noreset", nullptr);
      _exit(127);
    }
    close(number[1]);
    std::string display = ":";
    for (char c = 0; read(number[0], &c, 1) == 1 && c != '\n';) display += c;
    close(number[0]);
    if (process_ < 0 || display.size() < 2) {
      stop();
      throw std::runtime_error("Xvfb did not start; install the package xvfb");
    }
    setenv("DISPLAY", display.c_str(), 1);
  }
  ~Xvfb() {
    if (process_ > 0) unsetenv("DISPLAY");
    stop();
  }
  Xvfb(const Xvfb&) = delete;
  Xvfb& operator=(const Xvfb&) = delete;

 private:
  void stop() {
    if (process_ <= 0) return;
    kill(process_, SIGTERM);
    waitpid(process_, nullptr, 0);
    process_ = -1;
  }
  pid_t process_ = -1;
};

}  // namespace aniso::test
