#include "core/session/progress.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::session {
namespace {

constexpr int kShortestBar = 8;
constexpr int kLongestBar = 40;

std::string short_number(double value) {
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.4g", value);
  return buffer.data();
}

std::string rate_text(double steps_per_s) {
  if (!(steps_per_s > 0)) return "– steps/s";
  return (steps_per_s >= 10 ? grouped(std::llround(steps_per_s)) : short_number(steps_per_s)) +
         " steps/s";
}

double fraction_of(const Progress& progress) {
  if (!progress.activity.empty()) return std::clamp(progress.activity_share, 0.0, 1.0);
  if (progress.total <= 0) return 1;
  return std::clamp(static_cast<double>(progress.step) / static_cast<double>(progress.total), 0.0,
                    1.0);
}

// Code points: every one used here is one column wide.
int width_of(const std::string& line) {
  return static_cast<int>(std::count_if(
      line.begin(), line.end(), [](char c) { return (static_cast<unsigned char>(c) >> 6) != 2; }));
}

std::string figures_of(const Progress& progress) {
  if (!progress.activity.empty())
    return text(" ", std::lround(100 * fraction_of(progress)), " %  ", progress.activity,
                " at step ", grouped(progress.step));
  std::string out =
      text(" ", std::lround(100 * fraction_of(progress)), " %  ", grouped(progress.step), "/",
           grouped(progress.total), "  ", rate_text(progress.steps_per_s));
  if (progress.left_s >= 0) out += "  " + duration_text(progress.left_s) + " left";
  if (std::isfinite(progress.loss)) out += "  loss " + short_number(progress.loss);
  return out;
}

}  // namespace

double RateMeter::update(Index step, double now_s) {
  marks_.push_back({step, now_s});
  // The oldest mark stays just outside the window, so that slow steps still give a rate.
  while (marks_.size() > 2 && now_s - marks_[1].time_s >= window_s_) marks_.pop_front();
  const double seconds = now_s - marks_.front().time_s;
  return seconds > 0 ? static_cast<double>(step - marks_.front().step) / seconds : 0;
}

std::string duration_text(double seconds) {
  if (!(seconds >= 0) || !(seconds < 1e9)) return "–";
  const auto all = std::llround(seconds);
  const auto hours = all / 3600, minutes = all / 60 % 60, rest = all % 60;
  std::array<char, 64> buffer{};
  if (hours > 0)
    std::snprintf(buffer.data(), buffer.size(), "%lld:%02lld:%02lld", hours, minutes, rest);
  else
    std::snprintf(buffer.data(), buffer.size(), "%lld:%02lld", minutes, rest);
  return buffer.data();
}

std::string progress_bar(const Progress& progress, int columns) {
  const std::string figures = figures_of(progress);
  const int room = std::min(columns - width_of(figures) - 1, kLongestBar);
  if (room < kShortestBar) return figures.substr(1);
  const int filled = static_cast<int>(std::floor(room * fraction_of(progress)));
  std::string bar;
  for (int i = 0; i < room; ++i) bar += i < filled ? "━" : "─";
  return bar + " " + figures;
}

std::string progress_line(const Progress& progress) {
  if (!progress.activity.empty())
    return text(progress.activity, " at step ", grouped(progress.step), " · ",
                std::lround(100 * fraction_of(progress)), " %");
  std::string out = text("step ", grouped(progress.step), " of ", grouped(progress.total), " · ",
                         rate_text(progress.steps_per_s));
  if (progress.left_s >= 0) out += " · " + duration_text(progress.left_s) + " left";
  if (std::isfinite(progress.loss)) out += " · loss " + short_number(progress.loss);
  return out;
}

}  // namespace aniso::session
