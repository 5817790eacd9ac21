#include "core/session/run_folder.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>

#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::session {
namespace {

constexpr std::chrono::seconds kFlushEvery{1};
constexpr std::uint64_t kMostStates = 1500;  // that a run stores, nearly; see Timeline
constexpr std::uint64_t kSpareBytes = std::uint64_t{4} << 20;  // log, metrics, figures

}  // namespace

RunFolder::RunFolder(const std::filesystem::path& path)
    : path_(path), metrics_(path / "metrics.csv"), log_(path / "log.txt") {
  metrics_.write(metrics_header() + "\n");
}

void RunFolder::log(std::string_view line) {
  const std::chrono::duration<double> since = std::chrono::steady_clock::now() - start_;
  std::array<char, 32> stamp{};
  std::snprintf(stamp.data(), stamp.size(), "[%9.3f] ", since.count());
  log_.write(stamp.data() + std::string(line) + "\n");
}

void RunFolder::append(const MetricsSnapshot& metrics) {
  for (; rows_ < metrics.size(); ++rows_) metrics_.write(metrics_line(metrics[rows_]) + "\n");
}

void RunFolder::flush_if_due() {
  const auto now = std::chrono::steady_clock::now();
  if (now - flushed_ < kFlushEvery) return;
  flushed_ = now;
  metrics_.flush();
  log_.flush();
}

void RunFolder::close_metrics() { metrics_.close(); }
void RunFolder::close_log() { log_.close(); }

void check_space(const std::filesystem::path& folder, const RunLoop& loop) {
  const auto& plan = loop.resolved()->plan();
  // Parameters and two optimiser slots in the session, and the probes' predictions.
  const auto parameters = static_cast<std::uint64_t>(plan.parameter_count());
  const std::uint64_t probes = static_cast<std::uint64_t>(loop.probe_inputs().rows()) * 400 *
                               static_cast<std::uint64_t>(plan.outputs);
  const std::uint64_t most_states = std::min<std::uint64_t>(
      kMostStates, static_cast<std::uint64_t>(std::max<Index>(loop.total_steps(), 1)));
  const std::uint64_t states =
      std::min<std::uint64_t>(loop.timeline().cap_bytes(), most_states * 24 * parameters);
  const std::uint64_t needed = kSpareBytes + 8 * (3 * parameters + probes) + states;
  const std::uint64_t free = io::free_space(folder);
  if (free < needed)
    throw IoError(text(folder.string(), ": ", grouped(static_cast<long long>(free >> 10)),
                       " KiB are free and the run writes about ",
                       grouped(static_cast<long long>(needed >> 10)),
                       " KiB; make room or choose another --out"));
}

std::filesystem::path fresh_folder(const std::filesystem::path& parent, const std::string& name) {
  std::string stem;
  for (const char c : name)
    stem += std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' ? c : '-';
  for (int number = 1;; ++number) {
    std::array<char, 16> suffix{};
    std::snprintf(suffix.data(), suffix.size(), "-%03d", number);
    auto candidate = parent / (stem + suffix.data());
    std::error_code error;
    if (!std::filesystem::exists(candidate, error)) return candidate;
  }
}

}  // namespace aniso::session
