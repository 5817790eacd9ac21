#include "core/theory/average_geometry.h"

#include <cmath>
#include <numbers>

#include "core/base/check.h"

namespace aniso::theory {
namespace {

void check_square(const char* name, const MatrixRef& m, Index dim) {
  ANISO_CHECK(m.rows() == dim && m.cols() == dim, name, " must be ", dim, "×", dim, ", got ",
              m.rows(), "×", m.cols());
  check_finite(name, m);
}

void check_variance(const char* name, double value) {
  ANISO_CHECK(std::isfinite(value) && value > 0, name, " must be positive and finite, got ", value);
}

}  // namespace

double relu_mlp_geometry(const std::vector<Index>& widths, const std::vector<double>& variances) {
  ANISO_CHECK(variances.size() == widths.size() + 1, "relu_mlp_geometry: ", widths.size(),
              " hidden layers need ", widths.size() + 1, " weight variances, got ",
              variances.size());
  for (const double variance : variances)
    ANISO_CHECK(std::isfinite(variance) && variance >= 0,
                "relu_mlp_geometry: a variance must not be negative, got ", variance);
  double factor = variances.back();
  for (std::size_t l = 0; l < widths.size(); ++l) {
    ANISO_CHECK(widths[l] > 0, "relu_mlp_geometry: a width must be positive, got ", widths[l]);
    factor *= static_cast<double>(widths[l]) * variances[l] / 2;
  }
  return factor;
}

Matrix two_layer_linear_evolution(const MatrixRef& s, Index hidden, double var_w, double var_a) {
  check_square("two_layer_linear_evolution: S", s, s.rows());
  ANISO_CHECK(hidden > 0, "two_layer_linear_evolution: needs hidden units, got ", hidden);
  check_variance("two_layer_linear_evolution: the variance of W", var_w);
  check_variance("two_layer_linear_evolution: the variance of a", var_a);
  const auto n = static_cast<double>(hidden);
  const Matrix identity = Matrix::Identity(s.rows(), s.cols());
  return -2 * (var_a * var_w * var_w * (n * (n + 1) * s + n * s.trace() * identity) +
               var_a * var_a * n * (n + 2) * var_w * s);
}

Matrix convolution_moment(const ConvolutionWindows& windows, const MatrixRef& pooling) {
  const Index h = windows.height, w = windows.width;
  ANISO_CHECK(h > 0 && w > 0, "convolution_moment: the image must not be empty");
  ANISO_CHECK(windows.kernel_height > 0 && windows.kernel_width > 0 &&
                  windows.kernel_height % 2 == 1 && windows.kernel_width % 2 == 1,
              "convolution_moment: kernel sides must be odd, got ", windows.kernel_height, "×",
              windows.kernel_width);
  ANISO_CHECK(pooling.cols() == h * w, "convolution_moment: the pooling must take ", h * w,
              " pixels, got ", pooling.cols());
  check_finite("convolution_moment: pooling", pooling);
  Matrix q = Matrix::Zero(h * w, h * w);
  Matrix shifted(pooling.rows(), h * w);  // P T_k: column j is P's column of the pixel j feeds
  for (Index dy = -(windows.kernel_height / 2); dy <= windows.kernel_height / 2; ++dy)
    for (Index dx = -(windows.kernel_width / 2); dx <= windows.kernel_width / 2; ++dx) {
      shifted.setZero();
      for (Index y = 0; y < h; ++y)
        for (Index x = 0; x < w; ++x) {
          Index to_y = y - dy, to_x = x - dx;
          if (windows.circular) {
            to_y = ((to_y % h) + h) % h;
            to_x = ((to_x % w) + w) % w;
          } else if (to_y < 0 || to_y >= h || to_x < 0 || to_x >= w) {
            continue;
          }
          shifted.col(y * w + x) = pooling.col(to_y * w + to_x);
        }
      q += shifted.transpose() * shifted;
    }
  return q;
}

Matrix convolution_evolution(const MatrixRef& g, const MatrixRef& s, double var_w, double var_a) {
  check_square("convolution_evolution: G", g, g.rows());
  check_square("convolution_evolution: S", s, g.rows());
  check_variance("convolution_evolution: the variance of the kernel", var_w);
  check_variance("convolution_evolution: the variance of the read-out", var_a);
  return -2 * (1 / var_a + 1 / var_w) * (g * s * g);
}

Matrix linear_network_evolution(const MatrixRef& kernel, const MatrixRef& g, const MatrixRef& s) {
  check_square("linear_network_evolution: G", g, g.rows());
  check_square("linear_network_evolution: K", kernel, g.rows());
  check_square("linear_network_evolution: S", s, g.rows());
  const Matrix half = kernel * s * g;
  return -(half + half.transpose());
}

Vector average_pooling_transfer(Index length, Index window) {
  ANISO_CHECK(window >= 1 && window <= length,
              "average_pooling_transfer: the window must lie within 1 … ", length, ", got ",
              window);
  const auto s = static_cast<double>(window);
  Vector transfer(length);
  transfer[0] = 1;
  for (Index k = 1; k < length; ++k) {
    const double half = std::numbers::pi * static_cast<double>(k) / static_cast<double>(length);
    const double ratio = std::sin(s * half) / (s * std::sin(half));
    transfer[k] = ratio * ratio;
  }
  return transfer;
}

}  // namespace aniso::theory
