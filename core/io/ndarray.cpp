#include "core/io/ndarray.h"

#include <cmath>
#include <limits>

#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::io {
namespace {

double exact_double(std::int64_t value) {
  constexpr std::int64_t kLargest = std::int64_t{1} << 53;
  ANISO_CHECK(value >= -kLargest && value <= kLargest, "integer ", value,
              " is beyond 2^53 and has no exact float64. Rescale it first.");
  return static_cast<double>(value);
}

void copy_reals(const NdArray& array, double* out) {
  if (array.is_integer())
    for (const std::int64_t value : array.integers()) *out++ = exact_double(value);
  else
    for (const double value : array.reals()) *out++ = value;
}

template <typename Derived>
std::vector<double> reals_of(const Eigen::PlainObjectBase<Derived>& m) {
  return {m.data(), m.data() + m.size()};
}

}  // namespace

Index entry_count(const std::vector<Index>& shape) {
  NdArray named;
  named.shape = shape;
  Index count = 1;
  for (const Index extent : shape) {
    ANISO_CHECK(extent >= 0, "array of shape ", named.shape_text(), ": an extent is negative");
    ANISO_CHECK(!__builtin_mul_overflow(count, extent, &count), "array of shape ",
                named.shape_text(), ": too many entries");
  }
  return count;
}

Index NdArray::size() const {
  return std::visit([](const auto& entries) { return static_cast<Index>(entries.size()); }, data);
}

std::string NdArray::shape_text() const {
  std::string out = "(";
  for (std::size_t i = 0; i < shape.size(); ++i)
    out += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return out + (shape.size() == 1 ? ",)" : ")");
}

Matrix NdArray::matrix() const {
  ANISO_CHECK(!shape.empty(),
              "a single number is no table; an array with at least one axis is "
              "needed");
  Matrix m(shape[0], entry_count({shape.begin() + 1, shape.end()}));
  check_size("array", size(), m.size());
  copy_reals(*this, m.data());
  return m;
}

Vector NdArray::vector() const {
  Vector v(size());
  copy_reals(*this, v.data());
  return v;
}

Labels NdArray::labels() const {
  const bool is_column = shape.size() == 1 || (shape.size() == 2 && shape[1] == 1);
  ANISO_CHECK(is_column, "labels have shape ", shape_text(), "; one per sample, (n,), is needed");
  const Vector values = vector();
  Labels labels(values.size());
  for (Index i = 0; i < values.size(); ++i) {
    const double value = values[i];
    ANISO_CHECK(value >= 0 && value <= std::numeric_limits<std::int32_t>::max() &&
                    value == std::trunc(value),
                "label ", i, " is ", number(value), "; class indices 0, 1, 2, … are needed");
    labels[i] = static_cast<std::int32_t>(value);
  }
  return labels;
}

NdArray array_of(const Matrix& m) { return {{m.rows(), m.cols()}, reals_of(m)}; }
NdArray array_of(const Vector& v) { return {{v.size()}, reals_of(v)}; }
NdArray array_of(const Labels& labels) {
  return {{labels.size()}, std::vector<std::int64_t>(labels.data(), labels.data() + labels.size())};
}

}  // namespace aniso::io
