#pragma once

#include <string>
#include <vector>

#include "core/analysis/registry.h"
#include "core/base/types.h"
#include "core/io/npz.h"

namespace aniso::session {

/// One array of a result, in C order.
struct NamedArray {
  std::string name;  ///< "<quantity>" for the values, "<quantity>_x", "_extent", … beside them
  std::vector<Index> shape;
  std::vector<double> values;
  bool is_integer = false;  ///< whole numbers; stored as int64
};

/// A result as arrays, by its kind:
/// series (n) and _x (n), where known _low and _high (n); field (rows, cols), _extent (4: x low,
/// x high, y low, y high) and _plane (3, D: origin, u, v); vector field (rows, cols, 2) and
/// _extent; spectrum (n) and where known _directions (n, D), _null_low, _null_high and _theory (n),
/// _groups (g: first index of each) and _stability (g); matrix (rows, cols); points (n, dim) and
/// _labels (n); trajectory (m, dim), _steps (m) and _explained (dim).
std::vector<NamedArray> arrays_of(const analysis::Result& result);

/// What an analysis gave along a run, within a memory cap: beyond it every second look is dropped,
/// the first and the newest excepted, so that what stays is spread over the whole run.
class ResultHistory {
 public:
  explicit ResultHistory(std::size_t cap_bytes) : cap_bytes_(cap_bytes) {}
  void add(analysis::ResultsPtr results);
  const std::vector<analysis::ResultsPtr>& all() const { return all_; }
  bool empty() const { return all_.empty(); }
  const analysis::Results& newest() const { return *all_.back(); }
  bool is_thinned() const { return thinned_; }

 private:
  std::size_t cap_bytes_;
  std::size_t bytes_ = 0;
  bool thinned_ = false;
  std::vector<analysis::ResultsPtr> all_;
};

/// Adds "<analysis>/steps" (T) int64 and "<analysis>/<array>" (T, …) for every array. Where a shape
/// differs between steps, the largest extents are used and the rest is NaN, or −1 for integers.
void add_arrays(io::NpzWriter& writer, const std::string& analysis, const ResultHistory& history);

}  // namespace aniso::session
