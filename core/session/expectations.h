#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/analysis/registry.h"
#include "core/base/result.h"
#include "core/session/experiment.h"
#include "core/session/metrics.h"

namespace aniso::session {

/// Everything about a run that an expectation can name, as numbers.
///
/// A name is that of a scalar ("test_accuracy") or of an array with an index per axis, each an
/// entry or a range ("trajectory/explained[0]", "field/value[0][3]", "trajectory/explained[0:3]"),
/// then at most one of .min .max .sum .mean. A name that stands for more than one number needs one.
class Measurements {
 public:
  void set(const std::string& name, double value, Status status = {});
  /// @param values  C order; their number is the product of `shape`.
  void set_array(const std::string& name, std::vector<Index> shape, std::vector<double> values,
                 Status status = {});

  struct Measured {
    double value = 0;
    std::string undefined;  ///< why there is no number; empty where there is one
  };
  /// @throws InvalidInput for an unknown name (names the nearest), an index out of range or an
  /// expression that stands for several numbers. An array that is undefined has no extents: any
  /// index gives its reason.
  Measured measure(const std::string& quantity) const;
  /// Names without indices, sorted.
  std::vector<std::string> names() const;

 private:
  struct Entry {
    std::vector<Index> shape;
    std::vector<double> values;
    Status status;
  };
  std::map<std::string, Entry> entries_;
};

/// The newest row's columns under their names in metrics.csv, and first/, min/ and max/ of each
/// over the whole log ("max/test_accuracy"); "steps" is the number of steps done.
/// Columns that do not apply are undefined, with why.
void add_metrics(Measurements& measurements, const MetricsSnapshot& metrics);
/// Every array of every result, as in results.npz without the first axis: "field/value".
void add_results(Measurements& measurements, const analysis::Results& results);

enum class Outcome { pass, fail, reported };

/// An expectation held against a run.
struct Check {
  Expectation expectation;
  Measurements::Measured measured;
  Outcome outcome = Outcome::reported;
};

/// A judged expectation passes where `measured op value` holds within the tolerance; without a
/// number it fails. @throws InvalidInput as Measurements::measure does.
Check judge(const Expectation& expectation, const Measurements& measurements);
/// "check: NAME measured expected PASS"; an undefined value is printed as "undefined". Without a
/// line break.
std::string check_line(const Check& check);
/// {name, quantity, op, value, tolerance, judged, measured, undefined?, outcome}.
Json to_json(const Check& check);

}  // namespace aniso::session
