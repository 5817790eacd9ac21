#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/io/files.h"
#include "core/session/metrics.h"
#include "core/session/run_loop.h"

namespace aniso::session {

/// The folder of a run without a window, with the two files that grow while it runs: metrics.csv
/// and log.txt. Both are handed to the system about once a second, so that little is lost when the
/// process is killed.
class RunFolder {
 public:
  /// @param path  made by io::make_output_folder. @throws IoError.
  explicit RunFolder(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  /// A line in log.txt, with the seconds since the start in front. @throws IoError.
  void log(std::string_view line);
  /// Rows that are not in metrics.csv yet. @throws IoError.
  void append(const MetricsSnapshot& metrics);
  /// Hands over what is written once a second has passed since the last time. @throws IoError.
  void flush_if_due();
  /// @throws IoError.
  void close_metrics();
  void close_log();

 private:
  std::filesystem::path path_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point flushed_ = start_;
  io::TextWriter metrics_;
  io::TextWriter log_;
  std::size_t rows_ = 0;
};

/// Before time is spent: whether what the run will write fits.
/// @throws IoError naming both sizes and the way out.
void check_space(const std::filesystem::path& folder, const RunLoop& loop);

/// "PARENT/NAME-001", or the first number that is not taken. Characters that are awkward in file
/// names become '-'. Creates nothing.
std::filesystem::path fresh_folder(const std::filesystem::path& parent, const std::string& name);

}  // namespace aniso::session
