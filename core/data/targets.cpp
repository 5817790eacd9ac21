#include "core/data/targets.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::data {
namespace {

constexpr double kKeptBelow = 1000;

bool is_one_hot(const MatrixRef& targets) {
  if (targets.cols() < 2) return false;
  for (Index i = 0; i < targets.rows(); ++i)
    if ((targets.row(i).array() == 1).count() != 1 ||
        (targets.row(i).array() == 0).count() != targets.cols() - 1)
      return false;
  return true;
}

void set_one_hot(RawData& raw, const MatrixRef& targets) {
  raw.classes = targets.cols();
  raw.labels.resize(targets.rows());
  for (Index i = 0; i < targets.rows(); ++i) {
    Index at = 0;
    targets.row(i).maxCoeff(&at);
    raw.labels[i] = static_cast<std::int32_t>(at);
  }
  raw.notes.push_back("One-hot targets read as classes");
}

void set_classes(RawData& raw, const VectorRef& values) {
  raw.labels.resize(values.size());
  const bool kept = (values.array() == values.array().round()).all() && values.minCoeff() >= 0 &&
                    values.maxCoeff() < kKeptBelow;
  if (kept) {
    raw.labels = values.cast<std::int32_t>();
    raw.classes = static_cast<Index>(values.maxCoeff()) + 1;
    return;
  }
  const std::set<double> distinct(values.begin(), values.end());
  const std::vector<double> sorted(distinct.begin(), distinct.end());
  raw.classes = static_cast<Index>(sorted.size());
  raw.class_names.clear();
  for (const double value : sorted) raw.class_names.push_back(number(value));
  for (Index i = 0; i < values.size(); ++i)
    raw.labels[i] = static_cast<std::int32_t>(
        std::lower_bound(sorted.begin(), sorted.end(), values[i]) - sorted.begin());
}

}  // namespace

bool looks_like_classes(const VectorRef& values) {
  std::set<double> distinct;
  for (const double value : values) {
    if (value != std::round(value)) return false;
    distinct.insert(value);
    if (static_cast<Index>(distinct.size()) > kFewClasses) return false;
  }
  return true;
}

void set_targets(RawData& raw, const MatrixRef& targets, Task task, const std::string& where) {
  check_finite((where + ", targets").c_str(), targets);
  const bool one_hot = is_one_hot(targets);
  if (task == Task::automatic)
    task = one_hot || (targets.cols() == 1 && looks_like_classes(targets.col(0)))
               ? Task::classification
               : Task::regression;
  if (task == Task::regression) {
    raw.y = targets;
    return;
  }
  if (one_hot) return set_one_hot(raw, targets);
  ANISO_CHECK(targets.cols() == 1, where, ": ", targets.cols(),
              " target columns that are not one-hot cannot be classes. Choose one column, or "
              "task = regression");
  set_classes(raw, targets.col(0));
}

}  // namespace aniso::data
