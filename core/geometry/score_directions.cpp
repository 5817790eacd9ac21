#include "core/geometry/score_directions.h"

#include <algorithm>

#include "core/base/check.h"

namespace aniso::geometry {

ScoreDirections score_directions(const SymmetricEigen& eigen,
                                 const ScoreDirectionOptions& options) {
  const Index dim = eigen.values.size();
  ANISO_CHECK(dim > 0, "score_directions: there are no eigenvalues");
  check_shape("score_directions: eigenvectors", eigen.vectors, dim, dim);
  check_finite("score_directions: eigenvectors", eigen.vectors);
  ANISO_CHECK(options.rank_tolerance >= 0 && options.resolution >= 0,
              "score_directions: tolerances must not be negative");
  const double largest = std::max(0.0, eigen.values[0]);
  // Refuses as well what does not fall or is not finite.
  const auto falling = options.resolutions.size() > 0
                           ? eigen_groups(eigen.values, options.resolutions)
                           : eigen_groups(eigen.values, options.resolution * largest);
  const double floor = options.rank_tolerance * largest;
  ANISO_CHECK(eigen.values[dim - 1] >= -floor, "score_directions: an eigenvalue is ",
              eigen.values[dim - 1], "; a second moment has none below 0");

  ScoreDirections out{eigen.values.reverse(), eigen.vectors.rowwise().reverse(), 0, {}, {}};
  out.rank = (eigen.values.array() > floor).count();
  if (out.rank == 0) out.status = Status::undefined("G is 0: no direction is set apart");
  if (out.nullity() > 0) out.groups.push_back({0, out.nullity()});
  for (auto group = falling.rbegin(); group != falling.rend(); ++group) {
    // A group that the rank cuts keeps what lies above it.
    const Index end = std::min(group->first + group->count, out.rank);
    if (group->first < end) out.groups.push_back({dim - end, end - group->first});
  }
  return out;
}

}  // namespace aniso::geometry
