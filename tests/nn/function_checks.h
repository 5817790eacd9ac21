#pragma once

#include <gtest/gtest.h>

#include <functional>

#include "core/base/random.h"
#include "core/nn/function.h"
#include "tests/nn/cases.h"

namespace aniso::nn {

using MakeFunction =
    std::function<std::unique_ptr<LayeredFunction>(const NetworkPlan&, const Vector&)>;

/// Largest difference, relative to the largest entry (or to 1 where all are 0).
inline double relative_error(const Matrix& measured, const Matrix& expected) {
  if (measured.rows() != expected.rows() || measured.cols() != expected.cols()) return 1e300;
  if (expected.size() == 0) return 0;
  const double scale = expected.cwiseAbs().maxCoeff();
  const double error = (measured - expected).cwiseAbs().maxCoeff();
  return scale == 0 ? error : error / scale;
}

inline Matrix test_points(Index n, Index d, const char* name = "points") {
  return RandomStream(11, name).normals(n, d);
}

/// Central difference of `f` at x along u: (n, C).
inline Matrix central(const std::function<Matrix(const Matrix&)>& f, const Matrix& x,
                      const Vector& u, double step) {
  Matrix up = x, down = x;
  up.rowwise() += step * u.transpose();
  down.rowwise() -= step * u.transpose();
  return (f(up) - f(down)) / (2 * step);
}

/// Input derivatives against central differences of the values, and of first derivatives.
void check_input_derivatives(const Case& c, const MakeFunction& make);
/// Per-layer products and weight gradients against central differences.
void check_layers(const Case& c, const MakeFunction& make);
/// Restriction, moments, Jacobians and clones against what they are defined by.
void check_consistency(const Case& c, const MakeFunction& make);
/// Wrong shapes, wrong counts, empty batches.
void check_bad_input(const Case& c, const MakeFunction& make);

}  // namespace aniso::nn
