#include "core/analysis/exact_score.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/names.h"
#include "core/geometry/eigenvalues.h"

namespace aniso::analysis {
namespace {

// Of the whole mixture: within its components and between their means.
Matrix covariance_of(const data::MixtureLaw& law) {
  const Vector mean = law.means.transpose() * law.weights;
  const Matrix away = law.means.rowwise() - mean.transpose();
  Matrix sum = away.transpose() * law.weights.asDiagonal() * away;
  for (std::size_t k = 0; k < law.covariances.size(); ++k)
    sum += law.weights[static_cast<Index>(k)] * law.covariances[k];
  return sum;
}

}  // namespace

std::optional<theory::MixtureScore> exact_score(const data::Dataset& data) {
  if (!data.law) return std::nullopt;
  return theory::MixtureScore({data.law->weights, data.law->means, data.law->covariances});
}

void note_rank(const data::Dataset& data, std::vector<std::string>& notes) {
  if (!data.law) return;
  const Matrix covariance = covariance_of(*data.law);
  const Index rank = geometry::numerical_rank(geometry::symmetric_part_eigenvalues(covariance)),
              dim = covariance.rows();
  if (rank < dim)
    notes.push_back(text("the data's covariance has rank ", grouped(rank), " of ", grouped(dim)));
}

Matrix noised_points(const data::Dataset& data, const theory::NoiseLevel& level, Index most,
                     const RandomStream& stream) {
  const auto& rows = data.test.empty() ? data.train : data.test;
  const auto n = std::min<Index>(most, static_cast<Index>(rows.size()));
  // Files may be sorted.
  std::vector<Index> used = stream.child("rows").permutation(static_cast<Index>(rows.size()));
  used.resize(static_cast<std::size_t>(n));
  for (Index& row : used) row = rows[static_cast<std::size_t>(row)];
  return level.signal * data.x(used, Eigen::all) + level.sigma * stream.normals(n, data.x.cols());
}

}  // namespace aniso::analysis
