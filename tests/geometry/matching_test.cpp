#include "core/geometry/matching.h"

#include <gtest/gtest.h>

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/errors.h"
#include "core/base/random.h"

namespace aniso::geometry {
namespace {

Matrix noise(Index rows, Index cols, std::uint64_t seed) {
  return RandomStream(seed, "matching").normals(rows, cols);
}

// Orthonormal rows.
Matrix frame(Index rows, Index dim, std::uint64_t seed) {
  const Eigen::MatrixXd square = noise(dim, rows, seed);
  const Eigen::MatrixXd q = Eigen::HouseholderQR<Eigen::MatrixXd>(square).householderQ() *
                            Eigen::MatrixXd::Identity(dim, rows);
  return q.transpose();
}

std::vector<Index> shuffled(Index count, std::uint64_t seed) {
  std::vector<Index> out(static_cast<std::size_t>(count));
  std::iota(out.begin(), out.end(), Index{0});
  const Matrix keys = noise(count, 1, seed);
  std::sort(out.begin(), out.end(), [&](Index a, Index b) { return keys(a, 0) < keys(b, 0); });
  return out;
}

double total(const Matrix& gain, const std::vector<Index>& columns) {
  double sum = 0;
  for (Index i = 0; i < gain.rows(); ++i) sum += gain(i, columns[static_cast<std::size_t>(i)]);
  return sum;
}

// The best of all ways, by trying them.
double best_of_all(const Matrix& gain) {
  std::vector<Index> columns(static_cast<std::size_t>(gain.cols()));
  std::iota(columns.begin(), columns.end(), Index{0});
  double best = -1e300;
  do best = std::max(best, total(gain, columns));
  while (std::next_permutation(columns.begin(), columns.end()));
  return best;
}

TEST(BestAssignment, IsTheBestOfAllWays) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const Index cols = 1 + static_cast<Index>(seed % 7);
    const Index rows = 1 + static_cast<Index>(seed % static_cast<std::uint64_t>(cols));
    const Matrix gain = noise(rows, cols, seed);
    const auto columns = best_assignment(gain);
    auto sorted = columns;
    std::sort(sorted.begin(), sorted.end());
    EXPECT_EQ(std::unique(sorted.begin(), sorted.end()), sorted.end()) << "a column twice";
    EXPECT_NEAR(total(gain, columns), best_of_all(gain), 1e-12) << rows << " × " << cols;
  }
}

TEST(BestAssignment, TakesLessHereToGainMoreThere) {
  Matrix gain(2, 2);
  gain << 0.9, 0.8, 0.8, 0.1;  // the largest first would end at 1.0
  EXPECT_EQ(best_assignment(gain), (std::vector<Index>{1, 0}));
}

TEST(BestAssignment, RefusesWhatHasNoAnswer) {
  EXPECT_THROW(best_assignment(Matrix::Ones(3, 2)), InvalidInput);
  EXPECT_THROW(best_assignment(Matrix::Constant(2, 2, NAN)), InvalidInput);
  EXPECT_TRUE(best_assignment(Matrix(0, 3)).empty());
}

TEST(MatchDirections, FindsRandomPermutationsUnderNoiseAndFlippedSigns) {
  constexpr Index kCount = 40, kDim = 64;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Matrix before = frame(kCount, kDim, seed);
    const auto order = shuffled(kCount, seed + 1000);
    Matrix mixed = before + 0.05 * noise(kCount, kDim, seed + 2000);  // cosines of about 0.93
    Matrix after(kCount, kDim);
    for (Index i = 0; i < kCount; ++i) {
      const Index place = order[static_cast<std::size_t>(i)];
      after.row(place) = (i % 2 == 0 ? 1 : -1) * mixed.row(i).normalized();
    }
    const DirectionMatch match = match_directions(before, after);
    EXPECT_EQ(match.after, order);
    EXPECT_GT(match.overlap.minCoeff(), 0.6);
    EXPECT_LE(match.overlap.maxCoeff(), 1);
  }
}

// Two eigenvalues that cross: 1 + t and 2 − t along fixed, then slowly turning, directions.
TEST(MatchDirections, FollowsLinesThroughTheirCrossing) {
  const Matrix axes = frame(2, 8, 3);
  Matrix before;
  std::vector<double> followed;
  std::vector<Index> line = {0, 1};  // place of each line at present; 0 is the larger value
  for (int k = 0; k <= 10; ++k) {
    const double t = 0.1 * k + 0.03, turn = 0.1 * k;
    Matrix now(2, 8);
    now.row(0) = std::cos(turn) * axes.row(0) + std::sin(turn) * axes.row(1);  // value 2 − t
    now.row(1) = std::cos(turn) * axes.row(1) - std::sin(turn) * axes.row(0);  // value 1 + t
    Vector values(2);
    values << 2 - t, 1 + t;
    if (values[1] > values[0]) {
      std::swap(values[0], values[1]);
      now.row(0).swap(now.row(1));
      now.row(0) *= -1;  // signs are arbitrary
    }
    if (before.size() > 0) {
      const auto match = match_directions(before, now);
      for (Index& place : line) place = match.after[static_cast<std::size_t>(place)];
    }
    before = now;
    EXPECT_NEAR(values[line[0]], 2 - t, 1e-12) << "step " << k;
    EXPECT_NEAR(values[line[1]], 1 + t, 1e-12) << "step " << k;
  }
  EXPECT_EQ(line, (std::vector<Index>{1, 0}));
}

TEST(MatchDirections, GroupsAreFollowedAsSubspacesWhateverTheirBasis) {
  const Matrix all = frame(6, 12, 5);
  const Matrix turn = frame(3, 3, 6);
  // Before: a group of three, then three of their own. After: the group has fallen to the end and
  // has another basis.
  Matrix after(6, 12);
  after.topRows(3) = all.bottomRows(3);
  after.bottomRows(3) = turn * all.topRows(3);
  const std::vector<EigenGroup> first = {{0, 3}, {3, 1}, {4, 1}, {5, 1}};
  const std::vector<EigenGroup> last = {{0, 1}, {1, 1}, {2, 1}, {3, 3}};
  const auto match = match_directions(all, after, first, last);
  EXPECT_EQ(match.after, (std::vector<Index>{3, 4, 5, 0, 1, 2}));
  for (Index i = 0; i < 6; ++i) EXPECT_NEAR(match.overlap[i], 1, 1e-12);
  const auto apart = match_directions(all, after);
  EXPECT_LT(apart.overlap.head(3).minCoeff(), 0.99) << "single vectors of a subspace do not last";
}

TEST(MatchDirections, AGroupMayTakeInADirectionAndLetOneGo) {
  const Matrix all = frame(4, 9, 8);
  const Matrix turn = frame(2, 2, 9);
  Matrix after = all;
  after.middleRows(1, 2) = turn * all.middleRows(1, 2);
  const auto together =
      match_directions(all, after, {{0, 1}, {1, 1}, {2, 1}, {3, 1}}, {{0, 1}, {1, 2}, {3, 1}});
  EXPECT_EQ(together.after, (std::vector<Index>{0, 1, 2, 3}));
  EXPECT_NEAR(together.overlap[1], 1, 1e-12) << "all of it lies in the group";
  const auto back = match_directions(after, all, {{0, 1}, {1, 2}, {3, 1}}, {});
  EXPECT_EQ(back.after, (std::vector<Index>{0, 1, 2, 3}));
  EXPECT_NEAR(back.overlap[2], 1, 1e-12);
}

TEST(MatchDirections, MoreDirectionsAfterThanBefore) {
  const Matrix all = frame(5, 5, 11);
  const auto match = match_directions(all.bottomRows(2), all);
  EXPECT_EQ(match.after, (std::vector<Index>{3, 4}));
}

TEST(MatchDirections, RefusesWhatDoesNotFit) {
  const Matrix a = frame(3, 5, 1);
  EXPECT_THROW(match_directions(a, frame(3, 6, 1)), InvalidInput);
  EXPECT_THROW(match_directions(a, a.topRows(2)), InvalidInput);
  EXPECT_THROW(match_directions(a, a, {{0, 2}}), InvalidInput);
  EXPECT_THROW(match_directions(a, a, {{0, 2}, {1, 2}}), InvalidInput);
}

}  // namespace
}  // namespace aniso::geometry
