#include "core/session/result_arrays.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

namespace aniso::session {
namespace {

using analysis::Result;

std::vector<double> flat(MatrixRef m) { return {m.data(), m.data() + m.size()}; }

NamedArray matrix_array(std::string name, const Matrix& m) {
  return {std::move(name), {m.rows(), m.cols()}, flat(m)};
}
NamedArray vector_array(std::string name, const Vector& v) {
  return {std::move(name), {v.size()}, {v.data(), v.data() + v.size()}};
}

void add_if_any(std::vector<NamedArray>& out, std::string name, const Vector& v) {
  if (v.size() > 0) out.push_back(vector_array(std::move(name), v));
}

std::vector<NamedArray> arrays(const analysis::ScalarSeries& r) {
  std::vector<NamedArray> out = {vector_array(r.quantity.id, r.y),
                                 vector_array(r.quantity.id + "_x", r.x)};
  add_if_any(out, r.quantity.id + "_low", r.low);
  add_if_any(out, r.quantity.id + "_high", r.high);
  return out;
}

std::vector<NamedArray> arrays(const analysis::Field2D& r) {
  std::vector<NamedArray> out = {
      matrix_array(r.quantity.id, r.values),
      {r.quantity.id + "_extent", {4}, {r.x_low, r.x_high, r.y_low, r.y_high}}};
  if (r.plane) {
    Matrix rows(3, r.plane->u.size());
    rows << r.plane->origin.transpose(), r.plane->u.transpose(), r.plane->v.transpose();
    out.push_back(matrix_array(r.quantity.id + "_plane", rows));
  }
  return out;
}

std::vector<NamedArray> arrays(const analysis::VectorField2D& r) {
  NamedArray both{r.quantity.id, {r.x.rows(), r.x.cols(), 2}, {}};
  for (Index i = 0; i < r.x.rows(); ++i)
    for (Index j = 0; j < r.x.cols(); ++j)
      both.values.insert(both.values.end(), {r.x(i, j), r.y(i, j)});
  return {std::move(both),
          {r.quantity.id + "_extent", {4}, {r.x_low, r.x_high, r.y_low, r.y_high}}};
}

std::vector<NamedArray> arrays(const analysis::Spectrum& r) {
  std::vector<NamedArray> out = {vector_array(r.quantity.id, r.values)};
  if (r.directions.size() > 0)
    out.push_back(matrix_array(r.quantity.id + "_directions", r.directions));
  add_if_any(out, r.quantity.id + "_null_low", r.null_low);
  add_if_any(out, r.quantity.id + "_null_high", r.null_high);
  add_if_any(out, r.quantity.id + "_theory", r.theory);
  if (!r.groups.empty()) {
    NamedArray first{r.quantity.id + "_groups", {static_cast<Index>(r.groups.size())}, {}, true};
    for (const auto& group : r.groups) first.values.push_back(static_cast<double>(group.first));
    out.push_back(std::move(first));
  }
  add_if_any(out, r.quantity.id + "_stability", r.stability);
  return out;
}

std::vector<NamedArray> arrays(const analysis::MatrixMap& r) {
  return {matrix_array(r.quantity.id, r.values)};
}

std::vector<NamedArray> arrays(const analysis::PointSet& r) {
  std::vector<NamedArray> out = {matrix_array(r.quantity.id, r.points)};
  if (r.labels.size() > 0) {
    out.push_back(vector_array(r.quantity.id + "_labels", r.labels.cast<double>()));
    out.back().is_integer = true;
  }
  return out;
}

std::vector<NamedArray> arrays(const analysis::Trajectory& r) {
  NamedArray steps{r.quantity.id + "_steps", {static_cast<Index>(r.steps.size())}, {}, true};
  for (const Index step : r.steps) steps.values.push_back(static_cast<double>(step));
  return {matrix_array(r.quantity.id, r.points), std::move(steps),
          vector_array(r.quantity.id + "_explained", r.explained)};
}

std::size_t bytes_of(const analysis::Results& results) {
  std::size_t bytes = 0;
  for (const auto& result : results.results)
    for (const auto& array : arrays_of(result)) bytes += array.values.size() * sizeof(double);
  return bytes;
}

// Arrays of one name from several steps on top of one another.
struct Stack {
  std::vector<Index> extents;  // largest per axis
  bool is_integer = false;
  std::map<std::size_t, NamedArray> pieces;  // by position in the history

  void add(std::size_t at, NamedArray array) {
    if (extents.size() < array.shape.size()) extents.resize(array.shape.size(), 0);
    for (std::size_t axis = 0; axis < array.shape.size(); ++axis)
      extents[axis] = std::max(extents[axis], array.shape[axis]);
    is_integer = array.is_integer;
    pieces.emplace(at, std::move(array));
  }
};

Index product(const std::vector<Index>& extents) {
  return std::accumulate(extents.begin(), extents.end(), Index{1}, std::multiplies<>());
}

// Copies a C-ordered block into the low corner of a larger one.
void copy_block(const NamedArray& from, const std::vector<Index>& extents, double* to) {
  const std::size_t axes = extents.size();
  for (Index i = 0; i < static_cast<Index>(from.values.size()); ++i) {
    Index rest = i, stride = 1, at = 0;
    for (std::size_t axis = axes; axis-- > 0;) {
      const Index extent = axis < from.shape.size() ? from.shape[axis] : 1;
      at += rest % extent * stride;
      rest /= extent;
      stride *= extents[axis];
    }
    to[at] = from.values[static_cast<std::size_t>(i)];
  }
}

void write_stack(io::NpzWriter& writer, const std::string& name, const Stack& stack,
                 std::size_t steps) {
  const Index each = product(stack.extents);
  std::vector<double> values(steps * static_cast<std::size_t>(each),
                             stack.is_integer ? -1 : std::numeric_limits<double>::quiet_NaN());
  for (const auto& [at, piece] : stack.pieces)
    copy_block(piece, stack.extents, values.data() + at * static_cast<std::size_t>(each));
  std::vector<Index> shape = {static_cast<Index>(steps)};
  shape.insert(shape.end(), stack.extents.begin(), stack.extents.end());
  if (stack.is_integer)
    writer.add(name, shape, std::vector<std::int64_t>(values.begin(), values.end()));
  else
    writer.add(name, shape, values);
}

}  // namespace

std::vector<NamedArray> arrays_of(const Result& result) {
  return std::visit([](const auto& kind) { return arrays(kind); }, result);
}

void ResultHistory::add(analysis::ResultsPtr results) {
  bytes_ += bytes_of(*results);
  all_.push_back(std::move(results));
  while (bytes_ > cap_bytes_ && all_.size() > 2) {
    std::vector<analysis::ResultsPtr> kept;
    for (std::size_t i = 0; i < all_.size(); ++i)
      if (i % 2 == 0 || i + 1 == all_.size()) kept.push_back(all_[i]);
    all_ = std::move(kept);
    thinned_ = true;
    bytes_ = 0;
    for (const auto& entry : all_) bytes_ += bytes_of(*entry);
  }
}

void add_arrays(io::NpzWriter& writer, const std::string& analysis, const ResultHistory& history) {
  std::vector<std::int64_t> steps;
  std::vector<std::string> names;  // in order of appearance
  std::map<std::string, Stack> stacks;
  for (std::size_t at = 0; at < history.all().size(); ++at) {
    const auto& results = *history.all()[at];
    steps.push_back(results.step);
    for (const auto& result : results.results)
      for (auto& array : arrays_of(result)) {
        if (!stacks.contains(array.name)) names.push_back(array.name);
        auto& stack = stacks[array.name];
        stack.add(at, std::move(array));
      }
  }
  writer.add(analysis + "/steps", {static_cast<Index>(steps.size())}, steps);
  for (const auto& name : names)
    write_stack(writer, analysis + "/" + name, stacks.at(name), history.all().size());
}

}  // namespace aniso::session
