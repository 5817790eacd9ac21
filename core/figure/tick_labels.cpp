#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "core/base/check.h"
#include "core/figure/ticks.h"

namespace aniso::figure {
namespace {

constexpr const char* kMinus = "−";

void check_ends(double low, double high) {
  const bool finite = std::abs(low) <= kLargest && std::abs(high) <= kLargest;
  ANISO_CHECK(finite, "An axis needs finite ends, not ", low, " … ", high, ".");
}

std::string signed_integer(int value) {
  return value < 0 ? kMinus + std::to_string(-value) : std::to_string(value);
}

std::string power(int exponent) { return "10^{" + signed_integer(exponent) + "}"; }

int decimal_exponent(double value) { return static_cast<int>(std::floor(std::log10(value))); }

// Fewest decimals at which every value prints within a thousandth of a step.
int decimals_for(const std::vector<double>& values, double step) {
  for (int decimals = 0; decimals < 17; ++decimals) {
    const double unit = std::pow(10, decimals);
    const auto exact = [&](double v) {
      return std::abs(v * unit - std::round(v * unit)) < 1e-3 * step * unit;
    };
    if (std::all_of(values.begin(), values.end(), exact)) return decimals;
  }
  return 17;
}

std::vector<double> values_of(const Progression& p) {
  std::vector<double> out;
  for (int i = 0; i < p.count; ++i) {
    const double v = p.start + i * p.step;
    out.push_back(std::abs(v) < 1e-9 * p.step ? 0 : v);
  }
  return out;
}

double largest(const std::vector<double>& values) {
  double out = 0;
  for (const double v : values) out = std::max(out, std::abs(v));
  return out;
}

Ticks labelled(const std::vector<double>& values, double step) {
  Ticks out;
  double offset = 0, scale = 1;
  const double top = largest(values);
  if (top / step > 1e6 && !(decimals_for(values, step) == 0 && top < 1e9)) {
    offset = values[values.size() / 2];
    const int decimals = decimals_for({offset}, step);
    // As many digits as the offset really has: the labels are differences from it.
    std::array<char, 64> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%.17g", std::abs(offset));
    out.factor =
        (offset < 0 ? std::string(kMinus) + " " : "+ ") +
        (std::abs(offset) < 1e12 && decimals < 12 ? fixed_number(std::abs(offset), decimals)
                                                  : std::string(buffer.data()));
  }
  std::vector<double> shown;
  for (const double v : values) shown.push_back(v - offset);
  const double reach = largest(shown);
  if (reach >= 1e5 || (reach > 0 && reach < 1e-3)) {
    const int exponent = decimal_exponent(reach * (1 + 1e-12));
    scale = std::pow(10, exponent);
    out.factor = "×" + power(exponent) + (out.factor.empty() ? "" : " " + out.factor);
  }
  for (double& v : shown) v /= scale;
  const int decimals = decimals_for(shown, step / scale);
  for (std::size_t i = 0; i < values.size(); ++i)
    out.ticks.push_back({values[i], fixed_number(shown[i], decimals), false});
  return out;
}

Ticks reversed(Ticks ticks) {
  std::reverse(ticks.ticks.begin(), ticks.ticks.end());
  return ticks;
}

std::string si_count(double value, double scale, const char* suffix, int decimals) {
  return value == 0 ? "0" : fixed_number(value / scale, decimals) + suffix;
}

Ticks integer_labels(const std::vector<double>& values, double step) {
  const double top = largest(values);
  Ticks out;
  constexpr std::array<std::pair<double, const char*>, 3> units = {
      {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}}};
  for (const auto& [scale, suffix] : units) {
    if (top < scale || top >= 1e15) continue;
    std::vector<double> shown;
    for (const double v : values) shown.push_back(v / scale);
    const int decimals = decimals_for(shown, step / scale);
    if (decimals > 3) break;
    for (const double v : values)
      out.ticks.push_back({v, si_count(v, scale, suffix, decimals), false});
    return out;
  }
  if (top >= 1e9) return labelled(values, step);
  for (const double v : values) out.ticks.push_back({v, fixed_number(v, 0), false});
  return out;
}

// The ticks lie between the ends although pow() may be off by one part in 10^16.
bool within(double v, double low, double high) {
  return v >= low * (1 - 1e-9) && v <= high * (1 + 1e-9);
}

std::string log_label(double value, int exponent, int digit, bool powers) {
  if (!powers) return fixed_number(value, std::max(0, -exponent));
  return (digit == 1 ? "" : std::to_string(digit) + "×") + power(exponent);
}

Ticks decades(double low, double high, int stride, const std::vector<int>& labelled_digits) {
  const int first = static_cast<int>(std::floor(std::log10(low) + 1e-9));
  const int last = static_cast<int>(std::ceil(std::log10(high) - 1e-9));
  const bool powers = low < 1e-3 * (1 - 1e-9) || high > 1e4 * (1 + 1e-9);
  Ticks out;
  for (int e = first; e <= last; ++e)
    for (int digit = 1; digit <= 9; ++digit) {
      const double v = digit * std::pow(10, e);
      if (!within(v, low, high)) continue;
      const bool wanted = ((e % stride) + stride) % stride == 0 &&
                          std::count(labelled_digits.begin(), labelled_digits.end(), digit) > 0;
      if (wanted)
        out.ticks.push_back({v, log_label(v, e, digit, powers), false});
      else if (stride == 1 || digit == 1)
        out.ticks.push_back({v, "", true});
    }
  return out;
}

}  // namespace

Ticks linear_ticks(double low, double high, double target) {
  check_ends(low, high);
  if (low == high) return labelled({low}, low == 0 ? 1 : std::abs(low));
  if (low > high) return reversed(linear_ticks(high, low, target));
  // Neighbouring numbers: nothing fits between them.
  if (high - low < 1e-13 * std::max(std::abs(low), std::abs(high)) || high - low < 1e-300)
    return labelled({low}, low == 0 ? 1 : std::abs(low));
  const Progression p = wilkinson(low, high, target);
  return labelled(values_of(p), p.step);
}

Ticks integer_ticks(double low, double high, double target) {
  check_ends(low, high);
  if (low > high) return reversed(integer_ticks(high, low, target));
  const double first = std::ceil(low), last = std::floor(high);
  if (last < first) return {};
  if (last - first < 2 || first + 1 == first) {
    std::vector<double> values{first};
    if (last > first && first + 1 != first) values.push_back(last);
    return integer_labels(values, 1);
  }
  const Progression p = wilkinson(low, high, target, true);
  return integer_labels(values_of(p), p.step);
}

Ticks log_ticks(double low, double high, double target) {
  check_ends(low, high);
  ANISO_CHECK(low > 0 && high > 0, "A logarithmic axis needs positive ends, not ", low, " … ", high,
              ".");
  ANISO_CHECK(target >= 2, "An axis needs room for at least two ticks, not ", target, ".");
  if (low > high) return reversed(log_ticks(high, low, target));
  const double span = std::log10(high / low);
  const double whole = std::floor(std::log10(high) + 1e-9) - std::ceil(std::log10(low) - 1e-9) +
                       1;  // decades inside
  if (whole >= 2 && (span >= 2 || target <= 3)) {
    const int stride = std::max(1, static_cast<int>(std::ceil(whole / (1.5 * target))));
    return decades(low, high, stride, {1});
  }
  for (const auto& digits : {std::vector<int>{1, 2, 5}, std::vector<int>{1, 3}}) {
    Ticks out = decades(low, high, 1, digits);
    const auto count =
        std::count_if(out.ticks.begin(), out.ticks.end(), [](const Tick& t) { return !t.minor; });
    if (count >= 2 && static_cast<double>(count) <= 2 * target) return out;
  }
  return linear_ticks(low, high, target);
}

std::string fixed_number(double value, int decimals) {
  std::array<char, 400> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.*f", decimals, std::abs(value));
  std::string digits = buffer.data();
  const std::size_t point = std::min(digits.find('.'), digits.size());
  // Four digits stay together unless they are whole numbers, as in counts.
  if (point > 4 || (point == 4 && decimals == 0))
    for (std::size_t at = point; at > 3; at -= 3)
      if (at - 3 > 0) digits.insert(at - 3, 1, ',');
  const bool zero = digits.find_first_not_of("0.,") == std::string::npos;
  return value < 0 && !zero ? kMinus + digits : digits;
}

std::string short_number(double value, int digits) {
  if (std::isnan(value)) return "undefined";
  if (std::isinf(value)) return value < 0 ? std::string(kMinus) + "∞" : "∞";
  if (value == 0) return "0";
  // Rounding may carry into the next power of ten: let the formatter decide the exponent.
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.*e", digits - 1, std::abs(value));
  std::string mantissa = buffer.data();
  const std::size_t e = mantissa.find('e');
  const int exponent = std::stoi(mantissa.substr(e + 1));
  mantissa.resize(e);
  const auto trimmed = [](std::string s) {
    if (s.find('.') == std::string::npos) return s;
    s.erase(s.find_last_not_of('0') + 1);
    if (s.back() == '.') s.pop_back();
    return s;
  };
  if (exponent >= -4 && exponent < std::max(digits, 7))
    return trimmed(fixed_number(value, std::max(0, digits - 1 - exponent)));
  return (value < 0 ? kMinus : "") + trimmed(mantissa) + "×" + power(exponent);
}

}  // namespace aniso::figure
