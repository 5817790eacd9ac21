#include "app/views/sample_flow.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace aniso::app {
namespace {

constexpr double kLag = 0.3;        // seconds behind what is known, where it comes slowly
constexpr double kLeastPace = 0.1;  // of the usual one, so that it arrives
constexpr double kGrowth = 1.25;

}  // namespace

void SampleFlow::clear() {
  moments_.clear();
  place_ = 0;
}

void SampleFlow::add(Moment moment) {
  if (!empty() &&
      (moment.place <= known() || moment.points.rows() != moments_.front().points.rows()))
    return;
  if (empty()) place_ = moment.place;
  moments_.push_back(std::move(moment));
}

void SampleFlow::replace(std::vector<Moment> moments) {
  const bool was_empty = empty();
  moments_ = std::move(moments);
  if (empty()) return clear();
  if (was_empty) place_ = moments_.front().place;
  seek(place_);
}

bool SampleFlow::advance(double seconds) {
  const double left = known() - place_;
  if (empty() || !(left > 0) || !(seconds > 0)) return false;
  const double pace =
      known() < 1 ? std::clamp(left / kLag, kLeastPace / kSeconds, 1 / kSeconds) : 1 / kSeconds;
  place_ = std::min(place_ + pace * seconds, known());
  return true;
}

void SampleFlow::seek(double place) {
  if (!empty()) place_ = std::clamp(place, moments_.front().place, known());
}

void SampleFlow::seek_t(double t) {
  for (std::size_t i = 0; i + 1 < moments_.size(); ++i) {
    const Moment &a = moments_[i], &b = moments_[i + 1];
    if (t > a.t || t < b.t || a.t == b.t) continue;
    return seek(a.place + (a.t - t) / (a.t - b.t) * (b.place - a.place));
  }
  if (!empty()) seek(t > moments_.front().t ? 0 : 1);
}

std::pair<std::size_t, double> SampleFlow::between() const {
  const auto after =
      std::upper_bound(moments_.begin(), moments_.end(), place_,
                       [](double place, const Moment& moment) { return place < moment.place; });
  if (after == moments_.begin()) return {0, 0};
  const auto i = static_cast<std::size_t>(after - moments_.begin()) - 1;
  if (i + 1 >= moments_.size()) return {i, 0};
  const double gap = moments_[i + 1].place - moments_[i].place;
  return {i, gap > 0 ? (place_ - moments_[i].place) / gap : 0};
}

double SampleFlow::t() const {
  if (empty()) return 0;
  const auto [i, share] = between();
  if (share == 0) return moments_[i].t;
  return (1 - share) * moments_[i].t + share * moments_[i + 1].t;
}

Matrix SampleFlow::points() const {
  if (empty()) return Matrix(0, 2);
  const auto [i, share] = between();
  if (share == 0) return moments_[i].points;
  return (1 - share) * moments_[i].points + share * moments_[i + 1].points;
}

double steady_extent(const Matrix& points, double least, double within) {
  if (points.rows() == 0 || !(least > 0)) return least;
  Vector reach = points.cwiseAbs().rowwise().maxCoeff();
  const auto at =
      static_cast<std::ptrdiff_t>(std::lround(within * static_cast<double>(reach.size() - 1)));
  std::nth_element(reach.begin(), reach.begin() + at, reach.end());
  if (!(reach[at] > least) || !std::isfinite(reach[at])) return least;
  return least * std::pow(kGrowth, std::ceil(std::log(reach[at] / least) / std::log(kGrowth)));
}

}  // namespace aniso::app
