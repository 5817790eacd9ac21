#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "core/base/check.h"
#include "core/base/types.h"

namespace aniso::testing_support {

/// The real program as a child process, with what it wrote.
class Program {
 public:
  struct Options {
    std::filesystem::path folder;          ///< where it runs; empty for here
    rlim_t file_size = RLIM_INFINITY;      ///< bytes after which writing a file fails
    std::vector<std::string> environment;  ///< "NAME=value" on top of the inherited ones
  };

  Program(std::vector<std::string> arguments, const Options& options) {
    std::array<int, 2> out{}, err{};
    ANISO_CHECK(::pipe(out.data()) == 0 && ::pipe(err.data()) == 0, "no pipe");
    pid_ = ::fork();
    ANISO_CHECK(pid_ >= 0, "no process");
    if (pid_ == 0) become(std::move(arguments), options, out[1], err[1]);
    ::close(out[1]);
    ::close(err[1]);
    streams_ = {out[0], err[0]};
  }
  ~Program() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    for (const int fd : streams_)
      if (fd >= 0) ::close(fd);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// Reads until `done` holds or the process closes its streams. @return  whether it holds.
  bool read_until(const std::function<bool()>& done, double limit_s = 120) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>(limit_s);
    while (!done()) {
      if (streams_[0] < 0 && streams_[1] < 0) return done();
      if (std::chrono::steady_clock::now() > until) return false;
      std::array<pollfd, 2> wait = {{{streams_[0], POLLIN, 0}, {streams_[1], POLLIN, 0}}};
      ::poll(wait.data(), 2, 20);
      for (std::size_t i = 0; i < 2; ++i)
        if (wait[i].revents != 0) read_some(i);
    }
    return true;
  }
  void send(int signal) const { ::kill(pid_, signal); }
  /// Waits for the end. @return  the exit code, or −signal.
  int wait() {
    read_until([] { return false; });
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  const std::string& out() const { return text_[0]; }
  const std::string& err() const { return text_[1]; }

 private:
  [[noreturn]] static void become(std::vector<std::string> arguments, const Options& options,
                                  int out, int err) {
    ::dup2(out, STDOUT_FILENO);
    ::dup2(err, STDERR_FILENO);
    // Streams of siblings would keep their pipes open.
    for (int fd = 3; fd < 256; ++fd) ::close(fd);
    if (!options.folder.empty() && ::chdir(options.folder.c_str()) != 0) ::_exit(99);
    const rlimit limit{options.file_size, options.file_size};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    for (auto entry : options.environment) {
      const auto equals = entry.find('=');
      ::setenv(entry.substr(0, equals).c_str(), entry.substr(equals + 1).c_str(), 1);
    }
    arguments.insert(arguments.begin(), ANISO_PROGRAM);
    std::vector<char*> argv;
    for (auto& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    ::execv(ANISO_PROGRAM, argv.data());
    ::_exit(98);
  }
  void read_some(std::size_t i) {
    std::array<char, 4096> buffer{};
    const ssize_t got = ::read(streams_[i], buffer.data(), buffer.size());
    if (got > 0) {
      text_[i].append(buffer.data(), static_cast<std::size_t>(got));
    } else {
      ::close(streams_[i]);
      streams_[i] = -1;
    }
  }

  pid_t pid_ = -1;
  std::array<int, 2> streams_{-1, -1};
  std::array<std::string, 2> text_;
};

struct Finished {
  int code = 0;
  std::string out, err;

  /// Standard output's last line.
  std::string last_line() const {
    const auto end = out.find_last_not_of('\n');
    if (end == std::string::npos) return {};
    const auto start = out.rfind('\n', end);
    return out.substr(start + 1, end - start);
  }
  /// The weights' hash out of the "done:" line.
  std::string sha256() const {
    const auto at = last_line().find("weights ");
    return at == std::string::npos ? "none" : last_line().substr(at + 8, 64);
  }
};

inline Finished run_program(std::vector<std::string> arguments,
                            const Program::Options& options = {}) {
  Program program(std::move(arguments), options);
  Finished finished;
  finished.code = program.wait();
  finished.out = program.out();
  finished.err = program.err();
  return finished;
}

inline std::string content_of(const std::filesystem::path& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

inline Json json_of(const std::filesystem::path& path) { return Json::parse(content_of(path)); }

inline void write_file(const std::filesystem::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

/// A run of a fraction of a second: two moons, a small network.
inline Json small_experiment(Index steps = 40) {
  return {{"title", "small"},
          {"dataset", {{"id", "two_moons"}, {"n", 200}}},
          {"architecture", {{"id", "mlp"}, {"hidden", {8}}, {"activation", "tanh"}}},
          {"objective", "logistic"},
          {"optimizer", {{"id", "adam"}, {"learning_rate", 0.01}}},
          {"training", {{"steps", steps}, {"batch_size", 32}, {"log_every", 10}}}};
}

}  // namespace aniso::testing_support
