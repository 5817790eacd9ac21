#include "core/session/expectations.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <numeric>
#include <sstream>
#include <string_view>
#include <utility>

#include "core/base/check.h"
#include "core/base/names.h"
#include "core/session/result_arrays.h"

namespace aniso::session {
namespace {

/// Entries first … last − 1 of an axis.
struct Range {
  Index first = 0;
  Index last = 0;
};

struct Expression {
  std::string name;
  std::vector<Range> indices;
  std::string reduction;
};

Index whole_number(std::string_view digits, const std::string& quantity) {
  Index value = 0;
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  ANISO_CHECK(!digits.empty() && end.ec == std::errc() &&
                  end.ptr == digits.data() + digits.size() && value >= 0,
              "expect: '", quantity, "': '", std::string(digits),
              "' is no index; write [2], or [0:3] for the first three");
  return value;
}

Range range_of(std::string_view inside, const std::string& quantity) {
  const auto colon = inside.find(':');
  if (colon == std::string_view::npos) {
    const Index at = whole_number(inside, quantity);
    return {at, at + 1};
  }
  const Range range{whole_number(inside.substr(0, colon), quantity),
                    whole_number(inside.substr(colon + 1), quantity)};
  ANISO_CHECK(range.first < range.last, "expect: '", quantity, "': the range [",
              std::string(inside), "] is empty");
  return range;
}

// "name[0][1:3].sum"; a name may hold dots before its first bracket only where no reduction
// follows.
Expression parsed(const std::string& quantity) {
  static const std::vector<std::string> reductions = {"min", "max", "sum", "mean"};
  Expression out;
  std::string_view rest = quantity;
  if (const auto dot = rest.rfind('.');
      dot != std::string_view::npos && rest.find(']', dot) == std::string_view::npos) {
    out.reduction = rest.substr(dot + 1);
    ANISO_CHECK(std::find(reductions.begin(), reductions.end(), out.reduction) != reductions.end(),
                "expect: '", quantity, "': '.", out.reduction, "' is not known.",
                suggestion(out.reduction, reductions));
    rest = rest.substr(0, dot);
  }
  const auto bracket = rest.find('[');
  out.name = rest.substr(0, bracket);
  rest = bracket == std::string_view::npos ? std::string_view() : rest.substr(bracket);
  while (!rest.empty()) {
    const auto close = rest.find(']');
    ANISO_CHECK(rest.front() == '[' && close != std::string_view::npos, "expect: '", quantity,
                "': a bracket is not closed or not opened");
    out.indices.push_back(range_of(rest.substr(1, close - 1), quantity));
    rest = rest.substr(close + 1);
  }
  return out;
}

// The entries inside the ranges, in C order.
std::vector<double> selected(const std::vector<double>& values, const std::vector<Index>& shape,
                             const std::vector<Range>& ranges) {
  std::vector<double> out;
  for (Index i = 0; i < static_cast<Index>(values.size()); ++i) {
    Index rest = i;
    bool inside = true;
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      const Index at = rest % shape[axis];
      rest /= shape[axis];
      if (axis < ranges.size())
        inside = inside && at >= ranges[axis].first && at < ranges[axis].last;
    }
    if (inside) out.push_back(values[static_cast<std::size_t>(i)]);
  }
  return out;
}

double reduced(const std::string& reduction, const std::vector<double>& values) {
  if (reduction == "min") return *std::min_element(values.begin(), values.end());
  if (reduction == "max") return *std::max_element(values.begin(), values.end());
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  return reduction == "mean" ? sum / static_cast<double>(values.size()) : sum;
}

std::string shape_text(const std::vector<Index>& shape) {
  std::string out;
  for (const Index extent : shape) out += text(out.empty() ? "" : "×", extent);
  return out;
}

bool holds(const Expectation& e, double measured) {
  if (e.op == ">=") return measured >= e.value - e.tolerance;
  if (e.op == "<=") return measured <= e.value + e.tolerance;
  if (e.op == ">") return measured > e.value - e.tolerance;
  if (e.op == "<") return measured < e.value + e.tolerance;
  return std::abs(measured - e.value) <= e.tolerance;
}

std::vector<std::string> split(const std::string& line, char separator) {
  std::vector<std::string> out;
  std::istringstream stream(line);
  for (std::string part; std::getline(stream, part, separator);) out.push_back(part);
  return out;
}

const char* outcome_text(Outcome outcome) {
  return outcome == Outcome::pass ? "PASS" : outcome == Outcome::fail ? "FAIL" : "REPORTED";
}

}  // namespace

void Measurements::set(const std::string& name, double value, Status status) {
  if (status.is_valid() && std::isnan(value)) status = Status::undefined("not a number");
  entries_[name] = {{}, {value}, std::move(status)};
}

void Measurements::set_array(const std::string& name, std::vector<Index> shape,
                             std::vector<double> values, Status status) {
  const Index count = std::accumulate(shape.begin(), shape.end(), Index{1}, std::multiplies<>());
  check_size(name.c_str(), static_cast<Index>(values.size()), count);
  entries_[name] = {std::move(shape), std::move(values), std::move(status)};
}

std::vector<std::string> Measurements::names() const {
  std::vector<std::string> out;
  for (const auto& [name, entry] : entries_) out.push_back(name);
  return out;
}

Measurements::Measured Measurements::measure(const std::string& quantity) const {
  const Expression wanted = parsed(quantity);
  const auto it = entries_.find(wanted.name);
  ANISO_CHECK(it != entries_.end(), "expect: '", wanted.name, "' is not measured in this run.",
              suggestion(wanted.name, names()));
  const Entry& entry = it->second;
  if (entry.status.kind == Status::Kind::undefined) return {MetricsRow::kNone, entry.status.reason};
  ANISO_CHECK(wanted.indices.size() <= entry.shape.size(), "expect: '", quantity, "': '",
              wanted.name,
              entry.shape.empty() ? "' is one number and takes no index"
                                  : "' has fewer axes than indices given");
  for (std::size_t axis = 0; axis < wanted.indices.size(); ++axis)
    ANISO_CHECK(wanted.indices[axis].last <= entry.shape[axis], "expect: '", quantity,
                "': index out of range; '", wanted.name, "' is ", shape_text(entry.shape),
                " and indices start at 0");
  const auto values = selected(entry.values, entry.shape, wanted.indices);
  if (values.empty()) return {MetricsRow::kNone, "the array is empty"};
  ANISO_CHECK(values.size() == 1 || !wanted.reduction.empty(), "expect: '", quantity,
              "' stands for ", values.size(), " numbers (", shape_text(entry.shape),
              "); give indices such as [0], or one of .min .max .sum .mean");
  const double value = wanted.reduction.empty() ? values[0] : reduced(wanted.reduction, values);
  if (std::isnan(value)) return {value, "not a number"};
  return {value, {}};
}

void add_metrics(Measurements& measurements, const MetricsSnapshot& metrics) {
  std::vector<MetricsRow> rows;
  metrics.for_each([&](const MetricsRow& row) { rows.push_back(row); });
  const Matrix table = metrics_matrix(rows);
  const auto columns = split(metrics_header(), ',');
  for (std::size_t c = 0; c < columns.size(); ++c) {
    double first = MetricsRow::kNone, low = first, high = first, last = first;
    for (Index i = 0; i < table.rows(); ++i) {
      last = table(i, static_cast<Index>(c));
      if (std::isnan(last)) continue;
      if (std::isnan(first)) first = low = high = last;
      low = std::min(low, last);
      high = std::max(high, last);
    }
    const auto set = [&](const std::string& prefix, double value) {
      measurements.set(
          prefix + columns[c], value,
          std::isnan(value) ? Status::undefined("does not apply to this run") : Status::valid());
    };
    set("", last);
    set("first/", first);
    set("min/", low);
    set("max/", high);
  }
  if (!rows.empty()) measurements.set("steps", static_cast<double>(rows.back().step));
}

void add_results(Measurements& measurements, const analysis::Results& results) {
  for (const auto& result : results.results) {
    const Status& status = analysis::quantity_of(result).status;
    for (auto& array : arrays_of(result))
      measurements.set_array(results.analysis + "/" + array.name, std::move(array.shape),
                             std::move(array.values), status);
  }
}

Check judge(const Expectation& expectation, const Measurements& measurements) {
  Check check{expectation, measurements.measure(expectation.quantity), Outcome::reported};
  if (expectation.judged)
    check.outcome = check.measured.undefined.empty() && holds(expectation, check.measured.value)
                        ? Outcome::pass
                        : Outcome::fail;
  return check;
}

std::string check_line(const Check& check) {
  const auto& e = check.expectation;
  std::string line = text(
      "check: ", e.name, " ",
      check.measured.undefined.empty() ? number(check.measured.value) : std::string("undefined"),
      " ", e.op, number(e.value));
  if (e.tolerance > 0) line += "±" + number(e.tolerance);
  return line + " " + outcome_text(check.outcome);
}

Json to_json(const Check& check) {
  const auto& e = check.expectation;
  Json out = {{"name", e.name},   {"quantity", e.quantity},   {"op", e.op},
              {"value", e.value}, {"tolerance", e.tolerance}, {"judged", e.judged}};
  out["measured"] = check.measured.undefined.empty() ? Json(check.measured.value) : Json(nullptr);
  if (!check.measured.undefined.empty()) out["undefined"] = check.measured.undefined;
  out["outcome"] = outcome_text(check.outcome);
  return out;
}

}  // namespace aniso::session
