// Sliced W2 of data along one direction, N(0, D v vᵀ): closed values and the floor of equal laws.
#include <gtest/gtest.h>

#include <cmath>

#include "core/geometry/wasserstein.h"

namespace aniso::geometry {
namespace {

Vector axis(Index dim) { return RandomStream(31, "axis").normals(dim).normalized(); }

// n points of N(0, D v vᵀ).
Matrix along_axis(Index n, Index dim, std::uint64_t pair, const char* name) {
  const Vector z = RandomStream(32, name, pair).normals(n);
  return std::sqrt(static_cast<double>(dim)) * z * axis(dim).transpose();
}

// The same with mean square exactly D, so that only the projections are random.
Matrix unit_along_axis(Index n, Index dim) {
  const Matrix x = along_axis(n, dim, 0, "unit");
  return x * std::sqrt(static_cast<double>(n * dim) / x.squaredNorm());
}

TEST(SlicedWassersteinOfOneDirection, AScalingCostsItsDistanceFromOne) {
  for (const Index dim : {64, 256}) {
    const Matrix x = unit_along_axis(200, dim);
    for (const double s : {0.0, 0.5, 0.9, 1.3}) {
      const auto found =
          sliced_wasserstein(x, s * x, RandomStream(33, "projections"), {.projections = 64 * dim});
      EXPECT_NEAR(found.sliced / std::abs(1 - s), 1, 0.03) << "D " << dim << ", s " << s;
    }
  }
}

TEST(SlicedWassersteinOfOneDirection, ACollapseCostsOne) {
  const Matrix x = unit_along_axis(300, 64);
  const auto found = sliced_wasserstein(x, Matrix::Zero(1, 64), RandomStream(34, "projections"),
                                        {.projections = 64 * 64});
  EXPECT_NEAR(found.sliced, 1, 0.03);
  EXPECT_NEAR(gaussian_wasserstein_of(x, Matrix::Zero(1, 64)) / 8, 1, 1e-12);
}

// For one direction every projection is the same two samples, scaled: single pairs scatter as a
// distance in one dimension does, however many projections there are.
TEST(SlicedWassersteinOfOneDirection, TwoSamplesOfOneLawHaveAFloor) {
  constexpr Index kDim = 256, kPoints = 10'000;
  for (std::uint64_t pair = 0; pair < 6; ++pair) {
    const Matrix first = along_axis(kPoints, kDim, pair, "first");
    const Matrix second = along_axis(kPoints, kDim, pair, "second");
    const double found =
        sliced_wasserstein(first, second, RandomStream(35, "floor", pair), {.projections = 512})
            .sliced;
    EXPECT_GE(found, 0.013);
    EXPECT_LE(found, 0.040);
    // On the axis itself, where the data have the variance D.
    const double limit = sliced_wasserstein(first * axis(kDim), second * axis(kDim),
                                            RandomStream(35, "sign"), {.projections = 1})
                             .sliced;
    EXPECT_NEAR(found / (limit / 16), 1, 0.1) << "three standard errors of 512 projections";
  }
}

// The limit of many projections, where 30 pairs are soon drawn.
TEST(SlicedWassersteinOfOneDirection, TheFloorHasItsMean) {
  constexpr Index kPoints = 10'000;
  double mean = 0;
  for (std::uint64_t pair = 0; pair < 30; ++pair) {
    const Matrix first = RandomStream(32, "first", pair).normals(kPoints);
    const Matrix second = RandomStream(32, "second", pair).normals(kPoints);
    mean +=
        sliced_wasserstein(first, second, RandomStream(35, "sign"), {.projections = 1}).sliced / 30;
  }
  EXPECT_NEAR(mean, 0.024, 0.003);
}

// max-sliced over sliced depends on the projections alone, √D max|v·u| over its root mean square.
// With (v·u)² ~ Beta(1/2, (D − 1)/2) the largest of 64·D has mean 4.077 and deviation 0.272 at
// D = 256.
TEST(SlicedWassersteinOfOneDirection, TheLargestProjectionIsAsFarOutAsItsLawSays) {
  constexpr Index kDim = 256, kSets = 30;
  const Matrix first = along_axis(20, kDim, 0, "first"), second = along_axis(20, kDim, 0, "second");
  double mean = 0;
  for (std::uint64_t set = 0; set < kSets; ++set) {
    const auto found = sliced_wasserstein(first, second, RandomStream(36, "largest", set),
                                          {.projections = 64 * kDim});
    const double ratio = found.max_sliced / found.sliced;
    EXPECT_GT(ratio, 3.3);
    EXPECT_LT(ratio, 5.2);
    EXPECT_NEAR(std::abs(found.direction.dot(axis(kDim))) * 16 / ratio, 1, 0.03);
    mean += ratio / kSets;
  }
  EXPECT_NEAR(mean, 4.077, 3 * 0.272 / std::sqrt(30.0));
}

}  // namespace
}  // namespace aniso::geometry
