#include "core/theory/output_geometry.h"

#include <cmath>
#include <numbers>

#include "core/base/check.h"
#include "core/geometry/sincos_positions.h"

namespace aniso::theory {
namespace {

void check_square(const char* name, const MatrixRef& m) {
  ANISO_CHECK(m.rows() > 0, name, " is empty");
  check_shape(name, m, m.rows(), m.rows());
  check_finite(name, m);
}

Index tokens_of(const geometry::Grid& grid, Index patch) {
  ANISO_CHECK(grid.channels > 0 && grid.height > 0 && grid.width > 0,
              "unpatchify: the image must not be empty, got ", grid.channels, "×", grid.height, "×",
              grid.width);
  ANISO_CHECK(patch > 0 && grid.height % patch == 0 && grid.width % patch == 0,
              "unpatchify: patches of ", patch, " do not divide ", grid.height, "×", grid.width);
  return (grid.height / patch) * (grid.width / patch);
}

}  // namespace

ActivationMoments activation_moments(HeadActivation activation, double variance) {
  ANISO_CHECK(std::isfinite(variance) && variance >= 0,
              "activation_moments: the variance must not be negative, got ", variance);
  if (activation == HeadActivation::identity) return {.mean = 0, .variance = variance};
  const double squared_mean = variance / (2 * std::numbers::pi);
  return {.mean = std::sqrt(squared_mean), .variance = variance / 2 - squared_mean};
}

Matrix DenseHead::geometry(Index outputs) const {
  ANISO_CHECK(outputs >= 1, "DenseHead: needs at least one output, got ", outputs);
  Matrix g = Matrix::Constant(outputs, outputs, beta);
  g.diagonal().array() += alpha;
  return g;
}

DenseHead gaussian_dense_head(const MatrixRef& hidden, double weight_variance,
                              HeadActivation activation) {
  ANISO_CHECK(hidden.rows() > 0, "gaussian_dense_head: there are no hidden vectors");
  check_finite("gaussian_dense_head: hidden", hidden);
  // Both moments are proportional to the variance of z: the mean over h may go first.
  const double squared = hidden.squaredNorm() / static_cast<double>(hidden.rows());
  const ActivationMoments moments = activation_moments(activation, weight_variance * squared);
  return {.alpha = moments.variance, .beta = moments.mean * moments.mean};
}

Matrix conv_head_geometry(const MatrixRef& within, const MatrixRef& shared, Index channels) {
  check_square("conv_head_geometry: the matrix within a channel", within);
  check_shape("conv_head_geometry: the shared matrix", shared, within.rows(), within.cols());
  check_finite("conv_head_geometry: the shared matrix", shared);
  ANISO_CHECK(channels >= 1, "conv_head_geometry: needs at least one channel, got ", channels);
  const Index pixels = within.rows();
  Matrix g = shared.replicate(channels, channels);
  for (Index c = 0; c < channels; ++c) g.block(c * pixels, c * pixels, pixels, pixels) += within;
  return g;
}

std::vector<Index> unpatchify(const geometry::Grid& grid, Index patch) {
  const Index tokens = tokens_of(grid, patch), across = grid.width / patch;
  std::vector<Index> places;
  places.reserve(static_cast<std::size_t>(grid.dim()));
  for (Index token = 0; token < tokens; ++token)
    for (Index y = 0; y < patch; ++y)
      for (Index x = 0; x < patch; ++x)
        for (Index c = 0; c < grid.channels; ++c) {
          const Index row = (token / across) * patch + y, col = (token % across) * patch + x;
          places.push_back((c * grid.height + row) * grid.width + col);
        }
  return places;
}

Matrix patch_head_geometry(const MatrixRef& tokens, const geometry::Grid& grid, Index patch) {
  const auto places = unpatchify(grid, patch);
  const Index count = tokens_of(grid, patch), features = grid.dim() / count;
  check_square("patch_head_geometry: tokens", tokens);
  check_shape("patch_head_geometry: tokens", tokens, count, count);
  const auto place = [&](Index token, Index feature) {
    return places[static_cast<std::size_t>(token * features + feature)];
  };
  Matrix g = Matrix::Zero(grid.dim(), grid.dim());
  for (Index i = 0; i < count; ++i)
    for (Index j = 0; j < count; ++j)
      for (Index f = 0; f < features; ++f) g(place(i, f), place(j, f)) = tokens(i, j);
  return g;
}

Matrix layer_norm_kernel(const MatrixRef& rows, double epsilon) {
  ANISO_CHECK(rows.rows() > 0 && rows.cols() > 0, "layer_norm_kernel: there are no features");
  check_finite("layer_norm_kernel: rows", rows);
  ANISO_CHECK(std::isfinite(epsilon) && epsilon > 0,
              "layer_norm_kernel: epsilon must be positive, got ", epsilon);
  Matrix normed = rows.colwise() - rows.rowwise().mean();
  const Vector variance = normed.rowwise().squaredNorm() / static_cast<double>(rows.cols());
  normed = (variance.array() + epsilon).rsqrt().matrix().asDiagonal() * normed;
  return normed * normed.transpose();
}

Matrix dit_output_geometry(const DitOutput& dit) {
  tokens_of(dit.grid, dit.patch);
  ANISO_CHECK(std::isfinite(dit.scale) && dit.scale >= 0,
              "dit_output_geometry: the scale must not be negative, got ", dit.scale);
  const Matrix positions = geometry::sincos_positions(dit.grid.height / dit.patch,
                                                      dit.grid.width / dit.patch, dit.hidden);
  const Index features = dit.patch * dit.patch * dit.grid.channels;
  const double weight_variance = 2 / static_cast<double>(dit.hidden + features);
  const Matrix tokens = dit.scale * weight_variance * layer_norm_kernel(positions);
  return patch_head_geometry(tokens, dit.grid, dit.patch);
}

}  // namespace aniso::theory
