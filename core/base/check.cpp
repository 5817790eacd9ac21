#include "core/base/check.h"

namespace aniso::detail {
namespace {

std::string extent(Index n) { return n < 0 ? std::string("any") : std::to_string(n); }

}  // namespace

void fail_shape(const char* name, Index rows, Index cols, Index want_rows, Index want_cols) {
  throw InvalidInput(text(name, ": expected shape (", extent(want_rows), ", ", extent(want_cols),
                          "), got (", rows, ", ", cols, ")"));
}

void fail_size(const char* name, Index size, Index want) {
  throw InvalidInput(text(name, ": expected ", want, " entries, got ", size));
}

void fail_finite(const char* name, Index row, Index col, double value) {
  throw InvalidInput(
      text(name, ": entry (", row, ", ", col, ") is ", value, "; every entry must be finite"));
}

}  // namespace aniso::detail
