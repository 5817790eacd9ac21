#include "core/theory/output_geometry.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "core/base/errors.h"
#include "core/base/random.h"
#include "core/geometry/score_directions.h"
#include "core/geometry/sincos_positions.h"
#include "core/theory/noise_schedule.h"

namespace aniso::theory {
namespace {

const RandomStream kStream(61, "output geometry test");

Matrix normals(const char* name, Index rows, Index cols) {
  return kStream.child(name).normals(rows, cols);
}

// E φ(z) and E φ(z)² by the trapezoidal rule.
std::pair<double, double> integrated(HeadActivation activation, double variance) {
  const double deviation = std::sqrt(variance), step = 1e-4;
  double first = 0, second = 0;
  for (double u = -12; u < 12; u += step) {
    const double z = deviation * u;
    const double phi = activation == HeadActivation::relu ? std::max(0.0, z) : z;
    const double density = std::exp(-u * u / 2) / std::sqrt(2 * std::numbers::pi);
    first += phi * density * step;
    second += phi * phi * density * step;
  }
  return {first, second};
}

TEST(ActivationMoments, EqualTheirIntegrals) {
  for (const auto activation : {HeadActivation::identity, HeadActivation::relu})
    for (const double variance : {0.3, 2.0}) {
      const auto moments = activation_moments(activation, variance);
      const auto [first, second] = integrated(activation, variance);
      EXPECT_NEAR(moments.mean, first, 1e-7);
      EXPECT_NEAR(moments.variance, second - first * first, 1e-7);
    }
  EXPECT_THROW(activation_moments(HeadActivation::relu, -1), InvalidInput);
}

TEST(DenseHead, HasOneLoudDirectionWhereOutputsShareAMean) {
  const Matrix hidden = normals("hidden", 20, 6);
  const double squared = hidden.squaredNorm() / 20;
  const DenseHead head = gaussian_dense_head(hidden, 0.3, HeadActivation::relu);
  EXPECT_NEAR(head.alpha, 0.3 * squared * (0.5 - 0.5 / std::numbers::pi), 1e-13);
  EXPECT_NEAR(head.beta, 0.3 * squared / (2 * std::numbers::pi), 1e-13);
  const auto eigen = geometry::symmetric_eigen(head.geometry(5));
  EXPECT_NEAR(eigen.values[0], head.alpha + 5 * head.beta, 1e-13);
  EXPECT_NEAR(eigen.values[1], head.alpha, 1e-13);
  EXPECT_NEAR(eigen.values[4], head.alpha, 1e-13);
  const DenseHead linear = gaussian_dense_head(hidden, 0.3, HeadActivation::identity);
  EXPECT_EQ(linear.beta, 0);
  EXPECT_NEAR(linear.alpha, 0.3 * squared, 1e-13);
  EXPECT_THROW(gaussian_dense_head(Matrix(0, 3), 1, HeadActivation::relu), InvalidInput);
  EXPECT_THROW(gaussian_dense_head(hidden, -1, HeadActivation::relu), InvalidInput);
  EXPECT_THROW(head.geometry(0), InvalidInput);
}

TEST(ConvHead, ChannelsShareOnlyTheirMean) {
  Matrix a(2, 2), b(2, 2), expected(4, 4);
  a << 3, 1, 1, 2;
  b << 0.5, 0.1, 0.1, 0.2;
  expected << 3.5, 1.1, 0.5, 0.1, 1.1, 2.2, 0.1, 0.2, 0.5, 0.1, 3.5, 1.1, 0.1, 0.2, 1.1, 2.2;
  EXPECT_LT((conv_head_geometry(a, b, 2) - expected).cwiseAbs().maxCoeff(), 1e-15);
  EXPECT_THROW(conv_head_geometry(a, Matrix::Zero(3, 3), 2), InvalidInput);
  EXPECT_THROW(conv_head_geometry(a, b, 0), InvalidInput);
}

TEST(Unpatchify, PutsPixelsBackAndIsAPermutation) {
  const geometry::Grid grid{.channels = 2, .height = 4, .width = 6};
  const auto places = unpatchify(grid, 2);
  ASSERT_EQ(places.size(), 48U);
  // Token 4 is the second row's second patch: rows 2 and 3, columns 2 and 3. Of its features
  // number 5 is pixel row 1, column 0, channel 1.
  EXPECT_EQ(places[4 * 8 + 5], (1 * 4 + 3) * 6 + 2);
  auto sorted = places;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t k = 0; k < sorted.size(); ++k) EXPECT_EQ(sorted[k], static_cast<Index>(k));
  EXPECT_THROW(unpatchify(grid, 3), InvalidInput);
  EXPECT_THROW(unpatchify(grid, 0), InvalidInput);
  EXPECT_THROW(unpatchify({.channels = 0, .height = 4, .width = 4}, 2), InvalidInput);
}

TEST(PatchHead, EqualsItsProductWithThePermutation) {
  const geometry::Grid grid{.channels = 2, .height = 4, .width = 2};
  const Matrix f = normals("tokens", 2, 3), tokens = f * f.transpose();
  const auto places = unpatchify(grid, 2);
  Matrix q = Matrix::Zero(16, 16), kron = Matrix::Zero(16, 16);
  for (Index k = 0; k < 16; ++k) q(places[static_cast<std::size_t>(k)], k) = 1;
  for (Index i = 0; i < 2; ++i)
    for (Index j = 0; j < 2; ++j)
      for (Index s = 0; s < 8; ++s) kron(i * 8 + s, j * 8 + s) = tokens(i, j);
  EXPECT_EQ(patch_head_geometry(tokens, grid, 2), q * kron * q.transpose());
  EXPECT_THROW(patch_head_geometry(Matrix::Identity(3, 3), grid, 2), InvalidInput);
}

TEST(LayerNormKernel, HasUnitVarianceRows) {
  const Matrix rows = normals("rows", 5, 16);
  const Matrix kernel = layer_norm_kernel(rows);
  for (Index i = 0; i < 5; ++i) EXPECT_NEAR(kernel(i, i), 16, 1e-4) << "less epsilon's share";
  const Matrix moved = (3 * rows).array() + 7;
  EXPECT_LT((layer_norm_kernel(moved, 9e-6) - kernel).cwiseAbs().maxCoeff(), 1e-12);
  EXPECT_EQ(layer_norm_kernel(Matrix::Ones(2, 4)).cwiseAbs().maxCoeff(), 0) << "constant rows";
  EXPECT_THROW(layer_norm_kernel(Matrix(0, 4)), InvalidInput);
  EXPECT_THROW(layer_norm_kernel(rows, 0), InvalidInput);
}

TEST(DitOutput, HasItsGoldenSpectrum) {
  const double c = NoiseSchedule(BetaSchedule::linear, 1000).mean_inverse_variance();
  const Matrix g = dit_output_geometry(
      {.grid = {.channels = 1, .height = 16, .width = 16}, .patch = 4, .hidden = 48, .scale = c});
  const auto found = geometry::score_directions(geometry::symmetric_eigen(g));
  EXPECT_EQ(found.rank, 112);
  const Vector falling = found.values.reverse();
  // Seven digits from an independent Jacobi iteration on the 16 × 16 kernel.
  const double golden[] = {629.1779, 59.03477, 58.55832, 11.59349, 10.62927};
  const double digits[] = {1e-4, 1e-5, 1e-5, 1e-5, 1e-5};
  for (Index k = 0; k < 5; ++k)
    for (Index copy = 0; copy < 16; ++copy)
      EXPECT_NEAR(falling[16 * k + copy], golden[k], digits[k]) << k << " copy " << copy;
  // The null space is one subspace; every eigenvalue above it comes 16 times.
  ASSERT_EQ(found.groups.size(), 8U);
  EXPECT_EQ(found.groups[0].count, 144);
  for (std::size_t k = 1; k < 8; ++k) EXPECT_EQ(found.groups[k].count, 16);
  EXPECT_LT(falling[112] / falling[0], 1e-14) << "nothing is near the rank";
  EXPECT_GT(falling[111] / falling[0], 1e-4);
}

// A final layer drawn again and again on the normed positions.
TEST(DitOutput, EqualsTheMomentOfDrawnFinalLayers) {
  const DitOutput dit{.grid = {.channels = 1, .height = 4, .width = 4}, .patch = 2, .hidden = 8};
  const Matrix g = dit_output_geometry(dit);
  Matrix tokens = geometry::sincos_positions(2, 2, 8);
  tokens.colwise() -= tokens.rowwise().mean().eval();
  for (Index i = 0; i < 4; ++i) tokens.row(i) /= std::sqrt(tokens.row(i).squaredNorm() / 8 + 1e-6);
  const double limit = std::sqrt(6.0 / (8 + 4));  // Xavier
  const auto places = unpatchify(dit.grid, 2);
  Matrix sum = Matrix::Zero(16, 16);
  constexpr int kDraws = 20'000;
  for (int draw = 0; draw < kDraws; ++draw) {
    const Vector flat =
        kStream.at_step(static_cast<std::uint64_t>(draw)).uniforms(32, -limit, limit);
    const Matrix out = tokens * Eigen::Map<const Matrix>(flat.data(), 8, 4);
    Vector image(16);
    for (Index k = 0; k < 16; ++k) image[places[static_cast<std::size_t>(k)]] = out(k / 4, k % 4);
    sum += image * image.transpose() / kDraws;
  }
  EXPECT_LT((sum - g).norm() / g.norm(), 0.04);
  EXPECT_NEAR(sum.trace() / g.trace(), 1, 0.02);
}

TEST(DitOutput, RefusesWhatDoesNotFit) {
  const geometry::Grid grid{.channels = 1, .height = 8, .width = 8};
  EXPECT_THROW(dit_output_geometry({.grid = grid, .patch = 3}), InvalidInput);
  EXPECT_THROW(dit_output_geometry({.grid = grid, .hidden = 6}), InvalidInput);
  EXPECT_THROW(dit_output_geometry({.grid = grid, .scale = -1}), InvalidInput);
  EXPECT_EQ(dit_output_geometry({.grid = grid, .scale = 0}).norm(), 0);
}

}  // namespace
}  // namespace aniso::theory
