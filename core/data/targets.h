#pragma once

#include <string>
#include <vector>

#include "core/base/types.h"
#include "core/data/registry.h"

namespace aniso::data {

/// How targets from a file are to be understood.
enum class Task {
  automatic,  ///< classes where they are whole numbers of at most 100 kinds, or one-hot rows
  classification,
  regression,
};

/// Most kinds of whole numbers that count as classes without being asked to.
inline constexpr Index kFewClasses = 100;

/// Fills labels and classes, or y, of `raw` from numeric targets, with a note where something was
/// decided. Classes: whole numbers 0 … 999 keep their value; any other numbers are numbered in
/// ascending order and named by their text. One-hot rows become the index of the 1.
///
/// @param targets  (n, c), c ≥ 1.
/// @param where    for messages: the file's name.
/// @throws InvalidInput if the targets are not finite, or classes are asked of several columns
///         that are not one-hot.
void set_targets(RawData& raw, const MatrixRef& targets, Task task, const std::string& where);

/// Whether every entry is a whole number of at most kFewClasses kinds.
bool looks_like_classes(const VectorRef& values);

}  // namespace aniso::data
