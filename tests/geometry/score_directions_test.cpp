#include "core/geometry/score_directions.h"

#include <gtest/gtest.h>

#include <Eigen/QR>
#include <cmath>
#include <utility>
#include <vector>

#include "core/base/errors.h"
#include "core/base/random.h"

namespace aniso::geometry {
namespace {

Matrix turned(const Vector& values) {
  const Eigen::MatrixXd draws = RandomStream(2, "directions").normals(values.size(), values.size());
  const Eigen::MatrixXd q = Eigen::HouseholderQR<Eigen::MatrixXd>(draws).householderQ();
  return q * values.asDiagonal() * q.transpose();
}

Vector list(std::initializer_list<double> values) {
  Vector out(static_cast<Index>(values.size()));
  Index i = 0;
  for (const double value : values) out[i++] = value;
  return out;
}

std::vector<std::pair<Index, Index>> spans(const ScoreDirections& directions) {
  std::vector<std::pair<Index, Index>> out;
  for (const auto& group : directions.groups) out.emplace_back(group.first, group.count);
  return out;
}

using Spans = std::vector<std::pair<Index, Index>>;

TEST(ScoreDirections, RiseAndKeepTheirVectors) {
  const Matrix g = turned(list({3, 1, 0.5, 2}));
  const auto found = score_directions(symmetric_eigen(g));
  EXPECT_LT((found.values - list({0.5, 1, 2, 3})).cwiseAbs().maxCoeff(), 1e-14);
  EXPECT_LT((g * found.vectors - found.vectors * found.values.asDiagonal()).norm(), 1e-13);
  EXPECT_EQ(found.rank, 4);
  EXPECT_EQ(found.nullity(), 0);
  EXPECT_EQ(spans(found), (Spans{{0, 1}, {1, 1}, {2, 1}, {3, 1}}));
  EXPECT_TRUE(found.status.is_valid());
}

TEST(ScoreDirections, TheNullSpaceIsOneSubspaceAndEqualEigenvaluesShareTheirs) {
  const auto found =
      score_directions(symmetric_eigen(turned(list({5, 5, 5, 2, 2, 1, 0, 0, 0, 0}))));
  EXPECT_EQ(found.rank, 6);
  EXPECT_EQ(found.nullity(), 4);
  EXPECT_EQ(spans(found), (Spans{{0, 4}, {4, 1}, {5, 2}, {7, 3}}));
}

TEST(ScoreDirections, RankIsCountedAtOnePartInTenBillion) {
  const auto found = score_directions({list({4, 8e-10, 2e-10, 1e-11, 0}), Matrix::Identity(5, 5)});
  EXPECT_EQ(found.rank, 2);
  EXPECT_EQ(spans(found), (Spans{{0, 3}, {3, 1}, {4, 1}}));
  // What rounding leaves below 0 belongs to the null space as well.
  EXPECT_EQ(score_directions({list({4, 1, -3e-11}), Matrix::Identity(3, 3)}).rank, 2);
}

TEST(ScoreDirections, ANoisyMomentComesWithItsOwnResolution) {
  const SymmetricEigen eigen{list({10, 9.5, 4, 3.8, 3.6, 1}), Matrix::Identity(6, 6)};
  EXPECT_EQ(spans(score_directions(eigen, {.resolution = 0.03})),
            (Spans{{0, 1}, {1, 3}, {4, 1}, {5, 1}}));
  // A group of close eigenvalues that reaches below the rank keeps what lies above.
  const SymmetricEigen low{list({10, 1.2, 1.0, 0.8, 0.7}), Matrix::Identity(5, 5)};
  EXPECT_EQ(spans(score_directions(low, {.rank_tolerance = 0.09, .resolution = 0.03})),
            (Spans{{0, 2}, {2, 2}, {4, 1}}));
}

TEST(ScoreDirections, EachGapMayHaveAResolutionOfItsOwn) {
  const SymmetricEigen eigen{list({10, 9, 3, 2.9, 0, 0}), Matrix::Identity(6, 6)};
  const auto found = score_directions(eigen, {.resolutions = list({1.5, 0.1, 0.05, 5, 5})});
  EXPECT_EQ(spans(found), (Spans{{0, 2}, {2, 1}, {3, 1}, {4, 2}})) << "not joined to the zeros";
  EXPECT_THROW(score_directions(eigen, {.resolutions = list({1, 1})}), InvalidInput);
  EXPECT_THROW(score_directions(eigen, {.resolutions = list({1, 1, -1, 1, 1})}), InvalidInput);
}

TEST(ScoreDirections, GroupsCoverEveryDirectionOnce) {
  for (const double resolution : {0.0, 0.05, 0.3, 2.0}) {
    const auto found = score_directions(
        {list({10, 9, 9, 7, 2, 1, 1e-12, 0}), Matrix::Identity(8, 8)}, {.resolution = resolution});
    Index next = 0;
    for (const auto& group : found.groups) {
      EXPECT_EQ(group.first, next);
      EXPECT_GE(group.count, 1);
      next += group.count;
    }
    EXPECT_EQ(next, 8);
    EXPECT_EQ(found.groups.front().count, 2);
  }
}

TEST(ScoreDirections, AZeroMomentSetsNothingApart) {
  const auto found = score_directions(symmetric_eigen(Matrix::Zero(3, 3)));
  EXPECT_FALSE(found.status.is_valid());
  EXPECT_EQ(found.rank, 0);
  EXPECT_EQ(spans(found), (Spans{{0, 3}}));
}

TEST(ScoreDirections, RefusesWhatIsNoSecondMoment) {
  const Matrix two = Matrix::Identity(2, 2);
  EXPECT_THROW(score_directions({list({1, -0.1}), two}), InvalidInput);
  EXPECT_THROW(score_directions({list({-1, -2}), two}), InvalidInput);
  EXPECT_THROW(score_directions({list({1, 2}), two}), InvalidInput) << "rises";
  EXPECT_THROW(score_directions({list({1, NAN}), two}), InvalidInput);
  EXPECT_THROW(score_directions({list({2, 1}), Matrix::Identity(3, 3)}), InvalidInput);
  EXPECT_THROW(score_directions({Vector(), Matrix()}), InvalidInput);
  EXPECT_THROW(score_directions({list({2, 1}), two}, {.resolution = -1}), InvalidInput);
}

}  // namespace
}  // namespace aniso::geometry
