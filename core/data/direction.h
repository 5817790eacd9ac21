#pragma once

#include <string>

#include "core/base/types.h"
#include "core/data/dataset.h"

namespace aniso::data {

/// Whether an optional direction parameter names a direction, that is, is not "none".
bool has_direction(const Json& direction);

/// The unit vector (D) that a validated direction parameter stands for.
///
/// "random" number k is the same vector in every experiment of the same D, whatever the seed, so
/// that its name identifies it. "numbers" are divided by their norm.
///
/// @param direction  canonical form: {"basis": …, "index": k} or {"basis": "numbers",
///                   "values": […]}.
/// @param path       where it stands, for messages: "dataset.u1".
/// @throws InvalidInput if the index, the number of values or the layout does not fit the shape,
///         all values are 0, or the direction is "none".
Vector resolve_direction(const Json& direction, const InputShape& shape, const std::string& path);

}  // namespace aniso::data
