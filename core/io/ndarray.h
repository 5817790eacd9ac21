#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/base/types.h"

namespace aniso::io {

/// An array of any shape as it comes out of a file: C order, widened to float64 or int64.
struct NdArray {
  std::vector<Index> shape;  ///< empty for a scalar
  std::variant<std::vector<double>, std::vector<std::int64_t>> data;

  Index size() const;  ///< number of entries
  bool is_integer() const { return data.index() == 1; }
  const std::vector<double>& reals() const { return std::get<0>(data); }
  const std::vector<std::int64_t>& integers() const { return std::get<1>(data); }

  /// (n, d): the first axis is n, the rest is flattened in C order; a vector becomes (n, 1).
  /// Entries may be NaN or infinite. @throws InvalidInput for a scalar, or an integer beyond 2^53.
  Matrix matrix() const;
  /// (size), flattened in C order. @throws InvalidInput for an integer beyond 2^53.
  Vector vector() const;
  /// One class index per entry of a (n) or (n, 1) array; reals are accepted where they are whole.
  /// @throws InvalidInput for another shape or an entry outside 0 … 2^31 − 1.
  Labels labels() const;
  /// "(3, 4)".
  std::string shape_text() const;

  bool operator==(const NdArray&) const = default;
};

/// Product of the extents; 1 for a scalar. @throws InvalidInput if one is negative or the product
/// exceeds Index.
Index entry_count(const std::vector<Index>& shape);

NdArray array_of(const Matrix& m);
NdArray array_of(const Vector& v);
NdArray array_of(const Labels& labels);

}  // namespace aniso::io
