#pragma once

#include <string>
#include <vector>

#include "core/base/types.h"
#include "core/geometry/gradient_moment.h"
#include "core/geometry/rank_correlation.h"

namespace aniso::analysis {

/// How loud fresh networks are along data with second moment M: tr(G M)/tr M, an eigenvalue of G
/// for data along one eigenvector. The conjecture says that data on quiet directions are modelled
/// better; it is unproved beyond linear networks.
struct Loudness {
  Vector value;               ///< (k)
  double relative_error = 0;  ///< from the two halves of G, root mean square over the data
  double null_level = 0;      ///< values up to this are rounding: the data lie in the null space
};
/// @param moments  (k) of (D, D). @throws InvalidInput if shapes differ or nothing was added.
/// Cost O(k D² + D³).
Loudness loudness_of(const geometry::GradientMoment& g, const std::vector<Matrix>& moments);

/// Places 1 … k from the quietest, ties sharing their mean: values that lie closer to the first of
/// their group than its error, and all of the null space.
/// @throws InvalidInput if a value is not finite.
Vector conjectured_places(const Loudness& loudness);
/// Places 1 … k of candidates 0 … k − 1 in an order that someone chose.
/// @throws InvalidInput unless the order names each of them once.
Vector chosen_places(const std::vector<double>& order, Index count);

/// Places against measured errors, ρ with the band of unrelated orders. Pairs with an error that is
/// not finite are left out.
geometry::RankTest order_test(const Vector& places, const Vector& errors);
/// What came of it, as a sentence that also says how many were left out.
/// @param whose  "The conjecture's order" or "Your order".
std::string verdict(const Vector& places, const Vector& errors, const std::string& whose);

}  // namespace aniso::analysis
