#pragma once

#include <functional>
#include <optional>
#include <stop_token>

#include "core/analysis/geometry_results.h"
#include "core/analysis/registry.h"

/// Geometries that sharpen network by network and are shown on the way.
namespace aniso::analysis {

/// Takes one network's vectors, a row each.
using TakeNetwork = std::function<void(const Matrix& vectors)>;

/// The moment of all networks that `sample` hands on. Where somebody watches, what is known is
/// published a few times a second, at a cost of at most a fifth of the time.
/// @param networks  how many there will be. @throws what `sample` throws.
geometry::GradientMoment sampled_moment(const Input& input, const GeometryContext& context,
                                        Index dim, Index networks,
                                        const std::function<void(const TakeNetwork&)>& sample);

/// The rotation null band of as many repeats as the parameter `null_repeats` says; nothing for one
/// network or fewer than two repeats. What is known is published before. @throws Cancelled.
std::optional<geometry::Band> null_band(const Input& input, const GeometryContext& context,
                                        const geometry::GradientMoment& moment,
                                        const std::stop_token& stop);

}  // namespace aniso::analysis
