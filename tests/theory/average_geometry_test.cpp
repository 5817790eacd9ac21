#include "core/theory/average_geometry.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <functional>
#include <numbers>

#include "core/base/errors.h"
#include "core/base/random.h"

namespace aniso::theory {
namespace {

Matrix symmetric(Index dim, const char* name) {
  const Matrix a = RandomStream(3, name).normals(dim + 2, dim);
  return a.transpose() * a;
}

// Average over independent standard normals, exact for polynomials of degree 7 in each.
void over_normals(Index variables, const std::function<void(const Vector&, double)>& visit) {
  const double near = std::sqrt(3 - std::sqrt(6.0)), far = std::sqrt(3 + std::sqrt(6.0));
  const std::array<double, 4> nodes = {-far, -near, near, far};
  const double w_near = (3 + std::sqrt(6.0)) / 12, w_far = (3 - std::sqrt(6.0)) / 12;
  const std::array<double, 4> weights = {w_far, w_near, w_near, w_far};
  Vector z(variables);
  const auto total = static_cast<Index>(std::pow(4, variables) + 0.5);
  for (Index code = 0; code < total; ++code) {
    double weight = 1;
    for (Index i = 0, rest = code; i < variables; ++i, rest /= 4) {
      z[i] = nodes[static_cast<std::size_t>(rest % 4)];
      weight *= weights[static_cast<std::size_t>(rest % 4)];
    }
    visit(z, weight);
  }
}

TEST(ReluGeometry, HasTheGoldenValues) {
  // Uniform initialisation with variance 1/(3 fan_in): 32 inputs, hidden 100 and 100, one logit.
  const std::vector<double> variances = {1.0 / 96, 1.0 / 300, 1.0 / 300};
  const double factor = relu_mlp_geometry({100, 100}, variances);
  EXPECT_NEAR(factor, 2.89352e-4, 5e-10);
  EXPECT_NEAR(factor, (1.0 / 300) * (100.0 / (6 * 32)) * (1.0 / 6), 1e-18);
  EXPECT_EQ(relu_mlp_geometry({}, {0.25}), 0.25);  // a linear network
}

TEST(ReluGeometry, RefusesCountsThatDoNotFit) {
  EXPECT_THROW(relu_mlp_geometry({10}, {1}), InvalidInput);
  EXPECT_THROW(relu_mlp_geometry({0}, {1, 1}), InvalidInput);
  EXPECT_THROW(relu_mlp_geometry({10}, {1, -1}), InvalidInput);
}

// G and Δ by exact integration: the gradient is Wᵀa; the flow moves W by −a(aᵀW S) and a by
// −W S Wᵀa, and what the targets add is odd in the weights.
TEST(TwoLayerLinear, EvolutionEqualsTheIntegralOverTheWeights) {
  const Index dim = 2;
  const Matrix s = symmetric(dim, "data");
  const double var_w = 0.7, var_a = 1.9;
  for (const Index hidden : {1, 2}) {
    Matrix evolution = Matrix::Zero(dim, dim), geometry = Matrix::Zero(dim, dim);
    over_normals(hidden * (dim + 1), [&](const Vector& z, double weight) {
      const Vector a = std::sqrt(var_a) * z.head(hidden);
      const Matrix w = std::sqrt(var_w) * Eigen::Map<const Matrix>(z.data() + hidden, hidden, dim);
      const Vector g = w.transpose() * a;
      const Vector moved = -(s * g * a.squaredNorm()) - w.transpose() * (w * (s * g));
      geometry += weight * g * g.transpose();
      evolution += weight * (moved * g.transpose() + g * moved.transpose());
    });
    EXPECT_LT((geometry - static_cast<double>(hidden) * var_a * var_w * Matrix::Identity(dim, dim))
                  .norm(),
              1e-12);
    const Matrix expected = two_layer_linear_evolution(s, hidden, var_w, var_a);
    EXPECT_LT((evolution - expected).norm(), 1e-12 * expected.norm()) << hidden << " hidden units";
  }
}

Matrix mean_of_neighbours(Index length, Index window, Index stride) {
  Matrix p = Matrix::Zero(length / stride, length);
  for (Index i = 0; i < p.rows(); ++i)
    for (Index j = 0; j < window; ++j)
      p(i, (i * stride + j) % length) = 1.0 / static_cast<double>(window);
  return p;
}

ConvolutionWindows ring(Index length) { return {1, length, 1, 3, true}; }

TEST(ConvolutionMoment, ConvolutionAloneIsIsotropic) {
  const Matrix q = convolution_moment(ring(8), Matrix::Identity(8, 8));
  EXPECT_LT((q - 3 * Matrix::Identity(8, 8)).norm(), 1e-14);
}

TEST(ConvolutionMoment, GlobalAverageSeesOnlyTheConstantImage) {
  const ConvolutionWindows windows{4, 4, 3, 3, true};
  const Matrix q = convolution_moment(windows, Matrix::Constant(1, 16, 1.0 / 16));
  EXPECT_LT((q - Matrix::Constant(16, 16, 9.0 / 256)).norm(), 1e-15);
  // A direction without mean: its evolution is exactly zero.
  Vector v = Vector::Zero(16);
  v[0] = 1;
  v[1] = -1;
  EXPECT_LT(convolution_evolution(q, v * v.transpose(), 0.5, 2).norm(), 1e-16);
}

TEST(ConvolutionMoment, StrideOnePoolingIsDiagonalInTheFourierBasis) {
  const Index length = 12, window = 4;
  const Matrix q = convolution_moment(ring(length), mean_of_neighbours(length, window, 1));
  const Vector transfer = average_pooling_transfer(length, window);
  for (Index k = 0; k < length; ++k)
    for (const double phase : {0.0, 0.5 * std::numbers::pi}) {
      Vector mode(length);
      for (Index t = 0; t < length; ++t)
        mode[t] = std::cos(2 * std::numbers::pi * static_cast<double>(k * t) /
                               static_cast<double>(length) -
                           phase);
      EXPECT_LT((q * mode - 3 * transfer[k] * mode).norm(), 1e-13) << "mode " << k;
    }
}

TEST(ConvolutionMoment, NonOverlappingPoolingRepeatsWithItsWindow) {
  const Index length = 8;
  const auto shifted_by = [&](const Matrix& q, Index by) {
    Matrix moved(length, length);
    for (Index i = 0; i < length; ++i)
      for (Index j = 0; j < length; ++j) moved((i + by) % length, (j + by) % length) = q(i, j);
    return moved;
  };
  const Matrix q = convolution_moment(ring(length), mean_of_neighbours(length, 2, 2));
  EXPECT_LT((shifted_by(q, 2) - q).norm(), 1e-15);
  EXPECT_GT((shifted_by(q, 1) - q).norm(), 0.1);
}

TEST(ConvolutionMoment, ZerosBeyondTheEdgesBreakTheSymmetry) {
  ConvolutionWindows windows = ring(6);
  windows.circular = false;
  const Matrix q = convolution_moment(windows, Matrix::Identity(6, 6));
  EXPECT_EQ(q(0, 0), 2);  // one of three windows would lie outside
  EXPECT_EQ(q(3, 3), 3);
  EXPECT_EQ(q(0, 3), 0);
}

TEST(ConvolutionEvolution, IsTheGeneralFormWithItsTangentKernel) {
  const Index length = 10, channels = 5;
  const double var_w = 0.3, var_a = 1.7;
  const Matrix q = convolution_moment(ring(length), mean_of_neighbours(length, 3, 1));
  const Matrix g = channels * var_a * var_w * q, kernel = channels * (var_a + var_w) * q;
  const Matrix s = symmetric(length, "data");
  const Matrix expected = linear_network_evolution(kernel, g, s);
  EXPECT_LT((convolution_evolution(g, s, var_w, var_a) - expected).norm(), 1e-13 * expected.norm());
}

TEST(AverageGeometryTheory, RefusesWhatDoesNotFit) {
  const Matrix two = Matrix::Identity(2, 2), three = Matrix::Identity(3, 3);
  EXPECT_THROW(two_layer_linear_evolution(Matrix::Zero(2, 3), 1, 1, 1), InvalidInput);
  EXPECT_THROW(two_layer_linear_evolution(two, 0, 1, 1), InvalidInput);
  EXPECT_THROW(two_layer_linear_evolution(two, 1, -1, 1), InvalidInput);
  EXPECT_THROW(convolution_evolution(two, three, 1, 1), InvalidInput);
  EXPECT_THROW(linear_network_evolution(two, two, three), InvalidInput);
  EXPECT_THROW(convolution_moment({1, 4, 1, 2, true}, Matrix::Identity(4, 4)), InvalidInput);
  EXPECT_THROW(convolution_moment({1, 4, 1, 3, true}, Matrix::Identity(3, 3)), InvalidInput);
  EXPECT_THROW(average_pooling_transfer(4, 5), InvalidInput);
}

}  // namespace
}  // namespace aniso::theory
