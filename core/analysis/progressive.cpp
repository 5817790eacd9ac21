#include "core/analysis/progressive.h"

#include <chrono>
#include <utility>

namespace aniso::analysis {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kShowEvery{200};  // between two looks at what is known
constexpr double kShowShare = 0.2;                    // of the time, at most, spent on looks

}  // namespace

geometry::GradientMoment sampled_moment(const Input& input, const GeometryContext& context,
                                        Index dim, Index networks,
                                        const std::function<void(const TakeNetwork&)>& sample) {
  geometry::GradientMoment moment(dim);
  auto shown = Clock::now();
  Clock::duration cost{};
  sample([&](const Matrix& vectors) {
    moment.add(vectors);
    const auto now = Clock::now();
    if (!input.publish || moment.networks() == networks || now - shown < kShowEvery ||
        (now - shown) * kShowShare < cost)
      return;
    auto results = geometry_results(moment, context);
    cost = Clock::now() - now;
    input.publish(std::move(results),
                  static_cast<double>(moment.networks()) / static_cast<double>(networks));
    shown = Clock::now();
  });
  return moment;
}

std::optional<geometry::Band> null_band(const Input& input, const GeometryContext& context,
                                        const geometry::GradientMoment& moment,
                                        const std::stop_token& stop) {
  const Index repeats = input.params.integer("null_repeats");
  if (moment.networks() < 2 || repeats < 2) return std::nullopt;
  if (input.publish) input.publish(geometry_results(moment, context), 1 - 1e-3);
  auto band =
      geometry::rotation_null_band(moment, RandomStream(0, "rotation null"), repeats, 0.95, stop);
  if (stop.stop_requested()) throw Cancelled{};
  return band;
}

}  // namespace aniso::analysis
