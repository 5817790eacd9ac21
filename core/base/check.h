#pragma once

#include <cmath>
#include <limits>
#include <locale>
#include <sstream>
#include <string>

#include "core/base/errors.h"
#include "core/base/types.h"

namespace aniso {

/// Joins its arguments as text, numbers with a decimal point whatever the locale.
template <typename... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream out;
  out.imbue(std::locale::classic());
  (out << ... << parts);
  return out.str();
}

namespace detail {
[[noreturn]] void fail_shape(const char* name, Index rows, Index cols, Index want_rows,
                             Index want_cols);
[[noreturn]] void fail_size(const char* name, Index size, Index want);
[[noreturn]] void fail_finite(const char* name, Index row, Index col, double value);
}  // namespace detail

/// Throws InvalidInput unless `m` is (rows, cols); −1 accepts any extent.
template <typename Derived>
void check_shape(const char* name, const Eigen::EigenBase<Derived>& m, Index rows, Index cols) {
  if ((rows >= 0 && m.rows() != rows) || (cols >= 0 && m.cols() != cols))
    detail::fail_shape(name, m.rows(), m.cols(), rows, cols);
}

/// Throws InvalidInput unless `size == want`.
inline void check_size(const char* name, Index size, Index want) {
  if (size != want) detail::fail_size(name, size, want);
}

/// Throws InvalidInput naming the first entry that is NaN or infinite.
template <typename Derived>
void check_finite(const char* name, const Eigen::DenseBase<Derived>& m) {
  if (m.derived().allFinite()) return;
  for (Index i = 0; i < m.rows(); ++i)
    for (Index j = 0; j < m.cols(); ++j)
      if (!(std::abs(m.derived().coeff(i, j)) <= std::numeric_limits<double>::max()))
        detail::fail_finite(name, i, j, static_cast<double>(m.derived().coeff(i, j)));
}

}  // namespace aniso

/// Throws InvalidInput with the joined message when `condition` is false. Stays on in release.
#define ANISO_CHECK(condition, ...)                                            \
  do {                                                                         \
    if (!(condition)) throw ::aniso::InvalidInput(::aniso::text(__VA_ARGS__)); \
  } while (false)

/// Checks a matrix's shape; prints the name, the expected and the actual shape.
#define ANISO_CHECK_SHAPE(matrix, rows, cols) ::aniso::check_shape(#matrix, matrix, rows, cols)

/// Checks that every entry is finite; prints the name and the first offending entry.
#define ANISO_CHECK_FINITE(matrix) ::aniso::check_finite(#matrix, matrix)
