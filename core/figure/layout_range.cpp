#include "core/figure/layout_range.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/check.h"
#include "core/base/names.h"
#include "core/figure/ticks.h"

namespace aniso::figure {
namespace {

bool usable(double v, Scale scale) {
  return std::abs(v) <= kLargest && (scale == Scale::linear || v > 0);
}

// Collects the extent of what an axis can show and counts what it cannot.
struct Extent {
  Scale scale = Scale::linear;
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void add(double v) {
    if (!usable(v, scale)) return;
    low = std::min(low, v);
    high = std::max(high, v);
  }
  bool empty() const { return low > high; }
};

struct Tally {
  long long total = 0, not_finite = 0, not_positive = 0;
  bool finite_but_not_positive() const { return not_positive > 0; }
};

class Collector {
 public:
  explicit Collector(const Panel& panel) : panel_(panel) {
    x.scale = panel.x.scale;
    y.scale = panel.y.scale;
  }

  void run() {
    for (const Line& line : panel_.lines) series("line", line.name, line.x, line.y);
    for (const Points& points : panel_.points) {
      series("points", points.name, points.x, points.y);
      ANISO_CHECK(points.category.empty() || points.category.size() == points.x.size(), "Points '",
                  points.name, "' have ", points.x.size(), " places but ", points.category.size(),
                  " categories.");
    }
    for (const Band& band : panel_.bands) {
      series("band", band.name, band.x, band.low);
      series("band", band.name, band.x, band.high);
    }
    for (const Rule& rule : panel_.rules) (rule.vertical ? x : y).add(rule.at);
    if (panel_.field && panel_.field->values.size() > 0) field(*panel_.field);
  }

  Extent x, y;
  Tally tally;
  bool has_field = false;

 private:
  void series(const char* kind, const std::string& name, const std::vector<double>& xs,
              const std::vector<double>& ys) {
    ANISO_CHECK(xs.size() == ys.size(), "The ", kind, " '", name, "' has ", xs.size(),
                " x values but ", ys.size(), " y values.");
    for (std::size_t i = 0; i < xs.size(); ++i) {
      if (std::isnan(xs[i]) && std::isnan(ys[i])) continue;  // between two strokes: nothing missing
      ++tally.total;
      if (!usable(xs[i], Scale::linear) || !usable(ys[i], Scale::linear)) {
        ++tally.not_finite;
      } else if (!usable(xs[i], x.scale) || !usable(ys[i], y.scale)) {
        ++tally.not_positive;
      } else {
        x.add(xs[i]);
        y.add(ys[i]);
      }
    }
  }

  void field(const Field& f) {
    for (const auto& [axis, range] : {std::pair{&x, field_x(f)}, std::pair{&y, field_y(f)}}) {
      ANISO_CHECK(usable(range.low, axis->scale) && usable(range.high, axis->scale) &&
                      range.low != range.high,
                  "The field '", f.name, "' spans ", range.low, " … ", range.high,
                  ", which its axis cannot show.");
      axis->add(range.low);
      axis->add(range.high);
    }
    bool any = false;
    field_values(f, any);
    has_field = any;
    ++tally.total;
    tally.not_finite += !any;
  }

  const Panel& panel_;
};

Range widened(Range r, Scale scale, double share) {
  if (scale == Scale::log10) {
    const double a = std::log10(r.low), b = std::log10(r.high);
    const double pad = a == b ? 0.5 : share * (b - a);
    return {std::pow(10, a - pad), std::pow(10, b + pad)};
  }
  if (r.high - r.low <= 1e-12 * std::max(std::abs(r.low), std::abs(r.high))) {
    const double pad = r.low == 0 ? 1 : 0.1 * std::abs(r.low);
    return {r.low - pad, r.high + pad};
  }
  const double pad = share * (r.high - r.low);
  return {r.low - pad, r.high + pad};
}

Range resolved(const Axis& axis, const Extent& data, double share, bool anchor_zero) {
  Range r{data.low, data.high};
  const bool degenerate = r.low == r.high;
  Range out = degenerate || share > 0 ? widened(r, axis.scale, share) : r;
  // Quantities that cannot be negative keep their zero when it is near.
  if (anchor_zero && axis.scale == Scale::linear && r.low >= 0 && r.low <= 0.3 * r.high)
    out.low = 0;
  for (const auto& [given, end] :
       {std::pair{axis.low, &out.low}, std::pair{axis.high, &out.high}}) {
    if (std::isnan(given)) continue;
    ANISO_CHECK(usable(given, axis.scale), "The axis '", axis.label, "' cannot end at ", given,
                ".");
    *end = given;
  }
  if (out.low == out.high) out = widened(out, axis.scale, 0.05);
  return out;
}

std::string left_out(const Tally& tally) {
  std::string out;
  if (tally.not_finite > 0 && tally.not_finite < tally.total)
    out = grouped(tally.not_finite) + " undefined";
  if (tally.not_positive > 0)
    out += (out.empty() ? "" : ", ") + grouped(tally.not_positive) + " not positive";
  return out.empty() ? out : "Not shown: " + out + ".";
}

}  // namespace

PanelRange panel_range(const Panel& panel) {
  Collector data(panel);
  data.run();
  PanelRange out;
  if (!panel.message.empty()) {
    out.message = panel.message;
  } else if (data.tally.total == 0) {
    out.message = "Nothing to show yet.";
  } else if (data.tally.not_finite == data.tally.total) {
    out.message = "Every value is undefined.";
  } else if (data.tally.total == data.tally.not_finite + data.tally.not_positive) {
    out.message = "No positive value for a logarithmic axis. Choose a linear one.";
  }
  if (!out.message.empty()) return out;
  out.note = left_out(data.tally);
  const bool exact = panel.field.has_value();
  const bool scatter = !panel.points.empty() && panel.lines.empty() && panel.bands.empty();
  const double x_share = exact ? 0 : panel.points.empty() ? 0 : 0.04;
  out.x = resolved(panel.x, data.x, x_share, false);
  out.y = resolved(panel.y, data.y, exact ? 0 : 0.05, !exact && !scatter);
  return out;
}

namespace {

Range edges(double low, double high, Index samples, Interpolation interpolation) {
  if (interpolation == Interpolation::smooth && samples > 1) return {low, high};
  const double half =
      samples > 1 ? 0.5 * (high - low) / static_cast<double>(samples - 1) : 0.5 * (high - low);
  return samples > 1 ? Range{low - half, high + half} : Range{low, high};
}

}  // namespace

Range field_x(const Field& f) { return edges(f.x_low, f.x_high, f.values.cols(), f.interpolation); }
Range field_y(const Field& f) { return edges(f.y_low, f.y_high, f.values.rows(), f.interpolation); }

Range field_values(const Field& f, bool& any) {
  Extent data{f.logarithmic ? Scale::log10 : Scale::linear};
  for (Index i = 0; i < f.values.size(); ++i) data.add(f.values.data()[i]);
  any = !data.empty();
  if (!any) return {0, 1};
  Range out{data.low, data.high};
  if (f.colormap == Colormap::diverging && !f.logarithmic) {
    const double reach = std::max(std::abs(out.low), std::abs(out.high));
    out = {-reach, reach};
  }
  const auto given = [&](double v) {
    ANISO_CHECK(usable(v, data.scale), "The colours of '", f.name, "' cannot end at ", v, ".");
    return v;
  };
  if (!std::isnan(f.low)) out.low = given(f.low);
  if (!std::isnan(f.high)) out.high = given(f.high);
  if (out.low == out.high) out = widened(out, data.scale, 0.05);
  return out;
}

}  // namespace aniso::figure
