#include "core/theory/alignment.h"

#include <gtest/gtest.h>

#include <Eigen/QR>
#include <algorithm>
#include <cmath>

#include "core/base/errors.h"
#include "core/base/random.h"
#include "core/geometry/spectra.h"

namespace aniso::theory {
namespace {

const RandomStream kStream(81, "alignment test");
constexpr Index kDim = 6;

Matrix rotation(std::uint64_t draw) {
  const Eigen::MatrixXd draws = kStream.child("rotation", draw).normals(kDim, kDim);
  return Eigen::MatrixXd(Eigen::HouseholderQR<Eigen::MatrixXd>(draws).householderQ());
}

Matrix moment(const char* name) {
  const Matrix f = kStream.child(name).normals(kDim, kDim);
  return f * f.transpose();
}

TEST(Alignment, ExtremesBracketEveryTurn) {
  const Matrix g = moment("g"), m = moment("m");
  const AlignmentRange range = alignment_range(g, m);
  EXPECT_LT(range.lowest_value, 0.5 * range.highest_value);
  double least = range.highest_value, most = range.lowest_value;
  for (std::uint64_t k = 0; k < 2000; ++k) {
    const double value = alignment(g, rotation(k), m);
    least = std::min(least, value);
    most = std::max(most, value);
  }
  EXPECT_GT(least, range.lowest_value);
  EXPECT_LT(most, range.highest_value);
}

TEST(Alignment, ExtremesHaveTheirSums) {
  const Matrix g = moment("g"), m = moment("m");
  const AlignmentRange range = alignment_range(g, m);
  EXPECT_NEAR(alignment(g, range.lowest, m), range.lowest_value, 1e-11);
  EXPECT_NEAR(alignment(g, range.highest, m), range.highest_value, 1e-11);
  const Vector lambda = geometry::symmetric_eigen(g).values,
               nu = geometry::symmetric_eigen(m).values;
  double low = 0, high = 0;
  for (Index k = 0; k < kDim; ++k) {
    low += lambda[k] * nu[kDim - 1 - k];
    high += lambda[k] * nu[k];
  }
  EXPECT_NEAR(range.lowest_value, low, 1e-12);
  EXPECT_NEAR(range.highest_value, high, 1e-12);
  // Turning the data by W is what α sees.
  const Matrix w = rotation(3);
  EXPECT_NEAR(alignment(g, w, m), (g * w * m * w.transpose()).trace(), 1e-11);
  EXPECT_NEAR(alignment(Matrix::Identity(kDim, kDim), w, m), m.trace(), 1e-12);
}

TEST(Alignment, RefusesWhatDoesNotFit) {
  const Matrix g = moment("g"), one = Matrix::Identity(kDim, kDim);
  EXPECT_THROW(alignment(g, 2 * one, g), InvalidInput);
  EXPECT_THROW(alignment(g, one, Matrix::Identity(3, 3)), InvalidInput);
  EXPECT_THROW(alignment(g * NAN, one, g), InvalidInput);
  EXPECT_THROW(alignment(Matrix(), Matrix(), Matrix()), InvalidInput);
  EXPECT_THROW(alignment_range(g, Matrix::Identity(3, 3)), InvalidInput);
}

}  // namespace
}  // namespace aniso::theory
