#include "app/views/spectrum_history.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::app {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kMostRidges = 24;
constexpr double kTallestRidge = 0.3;  // of the range of steps
constexpr double kRidgeHeight = 4;     // of the distance between two ridges

// The groups among the first `count` values.
std::vector<geometry::EigenGroup> first_groups(const std::vector<geometry::EigenGroup>& all,
                                               Index count) {
  std::vector<geometry::EigenGroup> out;
  for (const auto& group : all)
    if (group.first < count)
      out.push_back({group.first, std::min(group.count, count - group.first)});
  return out;
}

double positive_floor(const SpectrumHistory& history, bool logarithmic) {
  if (!logarithmic) return -std::numeric_limits<double>::infinity();
  double largest = 0;
  for (const auto& moment : history.moments())
    for (const double v : moment.values)
      if (std::isfinite(v)) largest = std::max(largest, v);
  return 1e-12 * largest;
}

// The moments nearest to evenly spaced steps, ascending; the first and the newest are among them.
std::vector<std::size_t> even_moments(const std::vector<SpectrumHistory::Moment>& moments) {
  std::vector<std::size_t> out = {0};
  const auto first = static_cast<double>(moments.front().step);
  const double span = static_cast<double>(moments.back().step) - first;
  for (std::size_t m = 1; m < moments.size(); ++m) {
    const double wanted = first + span * static_cast<double>(out.size()) / (kMostRidges - 1.0);
    if (static_cast<double>(moments[m].step) >= wanted || m + 1 == moments.size()) out.push_back(m);
  }
  return out;
}

figure::Panel empty_panel(const SpectrumHistory& history, const analysis::Quantity& quantity) {
  figure::Panel panel;
  panel.title = quantity.title;
  if (history.moments().size() < 2)
    panel.message =
        "Two or more steps are needed: let it train. What is the same at every step, such as the "
        "geometry of fresh networks, has no history; look at this network instead.";
  return panel;
}

}  // namespace

void SpectrumHistory::add(Index step, const analysis::Spectrum& spectrum) {
  const Index count = std::min(spectrum.values.size(), kMostLines);
  Moment moment;
  moment.step = step;
  moment.values = spectrum.values.head(count);
  if (spectrum.directions.rows() >= count && spectrum.directions.cols() > 0)
    moment.directions = spectrum.directions.topRows(count).cast<float>();
  moment.groups = first_groups(spectrum.groups, count);
  if (!moments_.empty() && (moments_.front().values.size() != count ||
                            moments_.front().directions.cols() != moment.directions.cols())) {
    const std::uint64_t version = version_;
    clear();
    version_ = version;
  }
  follows_directions_ = moment.directions.size() > 0;
  const auto at =
      std::lower_bound(moments_.begin(), moments_.end(), step,
                       [](const Moment& other, Index wanted) { return other.step < wanted; });
  const auto place = static_cast<std::size_t>(at - moments_.begin());
  if (at != moments_.end() && at->step == step) {
    *at = std::move(moment);
  } else {
    moments_.insert(at, std::move(moment));
    links_.insert(links_.begin() + static_cast<std::ptrdiff_t>(place), geometry::DirectionMatch{});
  }
  link(place);
  link(place + 1);
  if (moments_.size() > kMostSteps) thin();
  trace();
  ++version_;
}

void SpectrumHistory::link(std::size_t later) {
  if (later == 0 || later >= moments_.size()) return;
  const Moment &a = moments_[later - 1], &b = moments_[later];
  if (follows_directions_) {
    links_[later] = geometry::match_directions(a.directions.cast<double>(),
                                               b.directions.cast<double>(), a.groups, b.groups);
    return;
  }
  links_[later].after.resize(static_cast<std::size_t>(a.values.size()));
  std::iota(links_[later].after.begin(), links_[later].after.end(), Index{0});
  links_[later].overlap = Vector::Ones(a.values.size());
}

// The first and the newest stay.
void SpectrumHistory::thin() {
  std::vector<Moment> kept;
  for (std::size_t m = 0; m < moments_.size(); ++m)
    if (m % 2 == 0 || m + 1 == moments_.size()) kept.push_back(std::move(moments_[m]));
  moments_ = std::move(kept);
  links_.assign(moments_.size(), {});
  for (std::size_t m = 1; m < moments_.size(); ++m) link(m);
}

void SpectrumHistory::trace() {
  paths_.assign(static_cast<std::size_t>(moments_.front().values.size()), {});
  for (std::size_t p = 0; p < paths_.size(); ++p) {
    auto place = static_cast<Index>(p);
    paths_[p].place.push_back(place);
    paths_[p].overlap.push_back(1);
    for (std::size_t m = 1; m < moments_.size(); ++m) {
      paths_[p].overlap.push_back(links_[m].overlap[place]);
      place = links_[m].after[static_cast<std::size_t>(place)];
      paths_[p].place.push_back(place);
    }
  }
}

figure::Panel history_panel(const SpectrumHistory& history, const analysis::Quantity& quantity,
                            Index lines, bool logarithmic) {
  figure::Panel panel = empty_panel(history, quantity);
  panel.x.label = "step";
  panel.x.integer = true;
  panel.y.label = quantity.y_label;
  panel.y.unit = quantity.unit;
  if (!panel.message.empty()) return panel;
  const double floor = positive_floor(history, logarithmic);
  if (logarithmic) panel.y.scale = figure::Scale::log10;
  for (std::size_t p = history.paths().size(); p-- > 0;) {
    const auto& path = history.paths()[p];
    if (path.place.back() >= lines) continue;
    // Pieces, each as sure as the next, that begin where the one before ends.
    figure::Line piece;
    const auto finish = [&] {
      if (!piece.x.empty()) panel.lines.push_back(std::move(piece));
      piece = {};
    };
    for (std::size_t m = 0; m < path.place.size(); ++m) {
      const auto& moment = history.moments()[m];
      const double y = moment.values[path.place[m]];
      if (!(y > floor)) {
        finish();
        continue;
      }
      const bool guessed = m > 0 && path.overlap[m] < SpectrumHistory::kSure;
      if (!piece.x.empty() && piece.style.dashed != guessed) {
        const double x = piece.x.back(), end = piece.y.back();
        if (piece.x.size() > 1) finish();
        piece.x = {x};
        piece.y = {end};
      }
      piece.style = {.category = static_cast<int>(p),
                     .width = guessed ? 1.0 : 1.8,
                     .dashed = guessed,
                     .opacity = guessed ? 0.45 : 1};
      piece.x.push_back(static_cast<double>(moment.step));
      piece.y.push_back(y);
    }
    finish();
  }
  panel.subtitle = history.follows_directions()
                       ? "each line follows its direction; dashed: overlap below ½"
                       : "by rank: this analysis gives no directions";
  return panel;
}

figure::Panel ridge_panel(const SpectrumHistory& history, const analysis::Quantity& quantity,
                          bool logarithmic) {
  figure::Panel panel = empty_panel(history, quantity);
  panel.x.label = quantity.x_label;
  panel.x.integer = true;
  panel.y.label = "step";
  panel.y.integer = true;
  if (!panel.message.empty()) return panel;
  const auto& moments = history.moments();
  const double floor = positive_floor(history, logarithmic);
  const auto height = [&](double v) { return logarithmic ? std::log10(v) : v; };
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const auto& moment : moments)
    for (const double v : moment.values)
      if (v > floor) {
        low = std::min(low, height(v));
        high = std::max(high, height(v));
      }
  const std::vector<std::size_t> chosen = even_moments(moments);
  const std::size_t count = chosen.size();
  const auto span = static_cast<double>(moments.back().step - moments.front().step);
  const double rise = span * std::min(kTallestRidge, kRidgeHeight / static_cast<double>(count));
  for (std::size_t r = count; r-- > 0;) {  // the newest lies behind
    const auto& moment = moments[chosen[r]];
    const auto base = static_cast<double>(moment.step);
    figure::Line line;
    figure::Band fill;
    const double age = static_cast<double>(r) / static_cast<double>(count - 1);
    line.style =
        fill.style = {.role = figure::Role::accent, .width = 1.5, .opacity = 0.35 + 0.65 * age};
    for (Index i = 0; i < moment.values.size(); ++i) {
      const double v = moment.values[i];
      const double y =
          v > floor && high > low ? base + rise * (height(v) - low) / (high - low) : base;
      line.x.push_back(static_cast<double>(i));
      line.y.push_back(y);
      fill.low.push_back(base);
    }
    fill.x = line.x;
    fill.high = line.y;
    panel.bands.push_back(std::move(fill));
    panel.lines.push_back(std::move(line));
  }
  panel.subtitle = text("spectra of ", count, " steps; ", logarithmic ? "log " : "",
                        quantity.y_label, " rises from its step");
  return panel;
}

}  // namespace aniso::app
