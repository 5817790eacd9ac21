#include "core/analysis/spectrum_figure.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::analysis {
namespace {

using figure::Panel;
using figure::Role;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kRibbon = 13;       // width of what joins a group's points
constexpr Index kMostCorners = 24;   // of a ribbon, about
constexpr double kStripShare = 0.3;  // of the spectrum's height
constexpr double kMargin = 0.06;     // of the values' range, above and below

void say(Panel& panel, const std::string& what) {
  panel.subtitle += text(panel.subtitle.empty() ? "" : " · ", what);
}

Panel empty_panel(const Quantity& quantity) {
  Panel panel;
  panel.title = quantity.title;
  panel.x.label = quantity.x_label;
  panel.y.label = quantity.y_label;
  panel.y.unit = quantity.unit;
  panel.x.integer = true;
  if (quantity.status.kind == Status::Kind::undefined)
    panel.message = "Undefined: " + quantity.status.reason;
  if (quantity.status.kind == Status::Kind::partial)
    say(panel,
        text("partial: ", grouped(quantity.status.done), " of ", grouped(quantity.status.total)));
  return panel;
}

/// Builds the panel of one spectrum step by step.
class SpectrumPanel {
 public:
  SpectrumPanel(const Spectrum& spectrum, const SpectrumLook& look)
      : s_(spectrum), look_(look), panel_(empty_panel(spectrum.quantity)) {}

  Panel build() {
    if (!panel_.message.empty()) return std::move(panel_);
    if (s_.values.size() == 0) {
      panel_.message = "This spectrum has no values.";
      return std::move(panel_);
    }
    choose_scale();
    add_band();
    add_guide();
    add_groups();
    add_theory();
    add_points();
    fit_axes();
    if (look_.null_space) add_null_space();
    return std::move(panel_);
  }

 private:
  bool is_log() const { return panel_.y.scale == figure::Scale::log10; }

  std::vector<double> indices() const {
    std::vector<double> out;
    for (Index i = 0; i < s_.values.size(); ++i)
      out.push_back(static_cast<double>(i + look_.first_index));
    return out;
  }

  // Without what a logarithm cannot show.
  std::vector<double> shown(const Vector& v) const {
    std::vector<double> out(v.data(), v.data() + v.size());
    for (double& value : out)
      if (is_log() && !(value > floor_)) value = kNaN;
    return out;
  }

  void choose_scale() {
    double largest = 0;
    bool negative = false;
    for (const double v : s_.values) {
      if (std::isfinite(v)) largest = std::max(largest, v);
      negative |= v < 0;
    }
    const bool possible = largest > 0 && !negative;
    if (look_.axis == SpectrumLook::Axis::linear) return;
    if (!possible) {
      if (look_.axis == SpectrumLook::Axis::logarithmic)
        say(panel_, "on a linear axis, because a value is not positive");
      return;
    }
    panel_.y.scale = figure::Scale::log10;
    floor_ = kSpectrumRounding * largest;
    const auto zeros = std::count_if(s_.values.begin(), s_.values.end(),
                                     [&](double v) { return std::isfinite(v) && v <= floor_; });
    if (zeros > (look_.null_space ? nullity(s_) : 0))
      say(panel_, text(grouped(zeros), zeros == 1 ? " value is" : " values are",
                       " zero and not on the axis"));
  }

  bool has_band() const {
    return s_.null_high.size() == s_.values.size() && s_.null_low.size() == s_.values.size();
  }

  void add_band() {
    if (!look_.null_band || !has_band()) return;
    std::vector<double> low(s_.null_low.data(), s_.null_low.data() + s_.null_low.size());
    // A band that reaches down to zero leaves a logarithmic axis at its lower end.
    if (is_log())
      for (double& value : low) value = std::max(value, floor_ * 1e-3);
    panel_.bands.push_back({s_.null_name,
                            indices(),
                            std::move(low),
                            shown(s_.null_high),
                            {.role = Role::quiet, .opacity = 1}});
    // Edges, because the band of many networks is narrower than a line.
    for (const Vector* edge : {&s_.null_low, &s_.null_high})
      panel_.lines.push_back(
          {"", indices(), shown(*edge), {.role = Role::quiet, .width = 1.2, .opacity = 0.9}});
  }

  void add_guide() {
    if (!look_.guide || !(s_.guide_high > s_.guide_low)) return;
    panel_.rules.push_back({.name = "Marchenko–Pastur", .at = s_.guide_high});
    if (s_.guide_low > 0 || !is_log()) panel_.rules.push_back({.name = "", .at = s_.guide_low});
  }

  // A ribbon through the values of each group that holds more than one.
  void add_groups() {
    if (!look_.groups) return;
    const std::vector<double> x = indices(), y = shown(s_.values);
    figure::Line* last = nullptr;
    for (const auto& group : s_.groups) {
      if (group.count < 2 || group.first + group.count > s_.values.size()) continue;
      figure::Line ribbon;
      ribbon.style = {.role = Role::accent, .width = kRibbon, .opacity = 0.35};
      Index end = group.first + group.count - 1;
      while (end > group.first && std::isnan(y[static_cast<std::size_t>(end)])) --end;  // zeros
      // Few corners, because a wide line with many of them frays.
      const Index step = std::max<Index>(1, (end - group.first + 1) / kMostCorners);
      for (Index i = group.first; end > group.first; i = std::min(i + step, end)) {
        ribbon.x.push_back(x[static_cast<std::size_t>(i)]);
        ribbon.y.push_back(y[static_cast<std::size_t>(i)]);
        if (i == end) break;
      }
      if (ribbon.x.size() > 1) last = &panel_.lines.emplace_back(std::move(ribbon));
    }
    if (last != nullptr) last->name = "cannot be told apart";
  }

  void add_theory() {
    if (!look_.theory || s_.theory.size() != s_.values.size()) return;
    figure::Line line{
        s_.theory_name, indices(), shown(s_.theory), {.category = 1, .width = 2, .dashed = true}};
    // Zeros of the theory are not missing where zeros are a block.
    if (look_.null_space)
      for (std::size_t i = 0; i < line.x.size(); ++i)
        if (is_log() && std::isnan(line.y[i])) line.x[i] = kNaN;
    panel_.lines.push_back(std::move(line));
  }

  void add_points() {
    const std::vector<double> x = indices(), y = shown(s_.values);
    figure::Points outside, inside;
    outside.style.role = Role::accent;
    inside.style.role = Role::quiet;
    const double seen = is_all() ? static_cast<double>(x.size()) : look_.high - look_.low;
    outside.size = inside.size = seen > 128 ? 4.5 : 7;
    outside.rim = inside.rim = seen <= 128;  // dense ones would hide what they lie on
    const bool split = look_.split_null && has_band();
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (is_log() && std::isnan(y[i])) continue;  // counted in the subtitle
      const auto k = static_cast<Index>(i);
      const bool within =
          split && s_.values[k] >= s_.null_low[k] && s_.values[k] <= s_.null_high[k];
      (within ? inside : outside).x.push_back(x[i]);
      (within ? inside : outside).y.push_back(y[i]);
    }
    if (split && !inside.x.empty() && !outside.x.empty()) {
      outside.name = "beyond chance";
      inside.name = "within chance";
    }
    if (!inside.x.empty()) panel_.points.push_back(std::move(inside));
    if (!outside.x.empty()) panel_.points.push_back(std::move(outside));
  }

  // The values, the theory and the guide decide what is seen; the band may leave it.
  void fit_axes() {
    const auto last = static_cast<double>(s_.values.size() - 1 + look_.first_index);
    const auto first = static_cast<double>(look_.first_index);
    const double pad = 0.5 + 0.01 * (last - first);
    panel_.x.low = std::isnan(look_.low) ? first - pad : look_.low;
    panel_.x.high = std::isnan(look_.high) ? last + pad : look_.high;
    double low = std::numeric_limits<double>::infinity(), high = -low;
    const auto take = [&](double v) {
      if (!std::isfinite(v) || (is_log() && !(v > floor_))) return;
      low = std::min(low, v);
      high = std::max(high, v);
    };
    for (Index i = 0; i < s_.values.size(); ++i) {
      const auto at = static_cast<double>(i + look_.first_index);
      if (at < panel_.x.low || at > panel_.x.high) continue;
      take(s_.values[i]);
      if (look_.theory && s_.theory.size() == s_.values.size()) take(s_.theory[i]);
      if (look_.null_band && has_band()) take(s_.null_high[i]);
    }
    if (!(low <= high)) return;  // nothing there: the whole range is as good as any
    for (const figure::Rule& rule : panel_.rules)
      if (is_all()) take(rule.at);
    if (is_log()) {
      const double a = std::log10(low), b = std::log10(high),
                   room = a == b ? 0.5 : kMargin * (b - a);
      panel_.y.low = std::pow(10, a - room);
      panel_.y.high = std::pow(10, b + room);
    } else {
      if (low >= 0 && low <= 0.3 * high) low = 0;
      const double room =
          high > low ? kMargin * (high - low) : std::max(0.1 * std::abs(low), 1e-300);
      panel_.y.low = low == 0 ? -0.5 * room : low - room;
      panel_.y.high = high + room;
    }
  }

  // A block over the whole height: what lies in it has a place by chance.
  void add_null_space() {
    const Index count = nullity(s_);
    if (count == 0) return;
    const bool first = s_.values[0] == 0;  // rising, or all zero
    const double from =
        static_cast<double>((first ? 0 : s_.values.size() - count) + look_.first_index) - 0.5;
    const double to = from + static_cast<double>(count);
    const auto low = panel_.y.low, high = panel_.y.high;
    panel_.bands.insert(
        panel_.bands.begin(),
        {"", {from, to}, {low, low}, {high, high}, {.role = Role::quiet, .opacity = 1}});
    const double left = std::max(from, panel_.x.low);
    if (left >= std::min(to, panel_.x.high)) return;
    // Names at one place go below one another.
    for (const std::string& name :
         {text("null space: ", grouped(count), count == 1 ? " direction" : " directions"),
          std::string(count == 1 ? "" : "no order among them")})
      panel_.rules.push_back(
          {.name = name, .at = left, .vertical = true, .style = {.role = Role::quiet, .width = 1}});
    panel_.rules.push_back(
        {.name = "", .at = to, .vertical = true, .style = {.role = Role::quiet, .width = 1}});
  }

  bool is_all() const { return std::isnan(look_.low) && std::isnan(look_.high); }

  const Spectrum& s_;
  const SpectrumLook& look_;
  Panel panel_;
  double floor_ = 0;
};

}  // namespace

Panel spectrum_panel(const Spectrum& spectrum, const SpectrumLook& look) {
  return SpectrumPanel(spectrum, look).build();
}

Spectrum rising(const Spectrum& falling) {
  Spectrum out;
  out.quantity = falling.quantity;
  out.values = falling.values.reverse();
  out.directions.resize(0, falling.directions.cols());
  out.null_low = falling.null_low.reverse();
  out.null_high = falling.null_high.reverse();
  out.null_name = falling.null_name;
  out.theory = falling.theory.reverse();
  out.theory_name = falling.theory_name;
  out.guide_low = falling.guide_low;
  out.guide_high = falling.guide_high;
  out.stability = falling.stability.reverse();
  const Index count = out.values.size();
  for (auto group = falling.groups.rbegin(); group != falling.groups.rend(); ++group)
    out.groups.push_back({count - group->first - group->count, group->count});
  return out;
}

Index nullity(const Spectrum& spectrum) { return (spectrum.values.array() == 0).count(); }

bool has_stability(const Spectrum& spectrum) {
  return spectrum.stability.size() > 0 &&
         spectrum.stability.size() == static_cast<Index>(spectrum.groups.size());
}

Panel stability_panel(const Spectrum& spectrum, const SpectrumLook& look) {
  Panel panel;
  panel.weight = kStripShare;
  panel.x.label = spectrum.quantity.x_label;
  panel.x.integer = true;
  panel.y.label = "split-half stability";
  if (!has_stability(spectrum)) {
    panel.message = "The stability needs two halves of networks.";
    return panel;
  }
  const auto dim = static_cast<double>(spectrum.directions.cols());
  figure::Line chance;
  chance.name = "random subspaces";
  chance.style = {.role = Role::quiet, .width = 1, .dashed = true};
  figure::Line line;
  line.style = {.role = Role::accent, .width = 2};
  for (std::size_t g = 0; g < spectrum.groups.size(); ++g) {
    const auto& group = spectrum.groups[g];
    const double left = static_cast<double>(group.first + look.first_index) - 0.5;
    const double right = left + static_cast<double>(group.count);
    const double value = spectrum.stability[static_cast<Index>(g)];
    panel.bands.push_back(
        {"", {left, right}, {0, 0}, {value, value}, {.role = Role::accent, .opacity = 1}});
    line.x.insert(line.x.end(), {left, right});
    line.y.insert(line.y.end(), {value, value});
    const double share = dim > 0 ? static_cast<double>(group.count) / dim : kNaN;
    chance.x.insert(chance.x.end(), {left, right});
    chance.y.insert(chance.y.end(), {share, share});
  }
  if (dim > 0) panel.lines.push_back(std::move(chance));
  panel.lines.push_back(std::move(line));
  const Panel above = spectrum_panel(spectrum, look);
  panel.x.low = above.x.low;
  panel.x.high = above.x.high;
  panel.y.low = 0;
  panel.y.high = 1;
  return panel;
}

}  // namespace aniso::analysis
