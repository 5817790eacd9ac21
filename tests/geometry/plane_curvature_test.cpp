#include "core/geometry/plane_curvature.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/base/errors.h"
#include "core/geometry/gradient_ellipses.h"

namespace aniso::geometry {
namespace {

TEST(PlaneCurvature, OfASphereIsThatOfItsRadius) {
  // The lower half of a sphere of radius 2, (s, t) = (0.6, -0.3).
  const double R = 2, s = 0.6, t = -0.3, w = std::sqrt(R * R - s * s - t * t);
  const double w3 = w * w * w;
  const auto c =
      plane_curvature({-w, s / w, t / w, (R * R - t * t) / w3, s * t / w3, (R * R - s * s) / w3});
  EXPECT_NEAR(c.mean, 1 / R, 1e-15);
  EXPECT_NEAR(c.gaussian, 1 / (R * R), 1e-15);
  EXPECT_NEAR(c.level, -1 / std::hypot(s, t), 1e-14) << "its level lines are circles";
}

TEST(PlaneCurvature, TakesTheDirectionOfTheLargerMagnitude) {
  const auto up = plane_curvature({0, 0, 0, 3, 0, -1}), down = plane_curvature({0, 0, 0, 1, 0, -3});
  EXPECT_NEAR(std::abs(up.direction.x()), 1, 1e-15);
  EXPECT_NEAR(std::abs(down.direction.y()), 1, 1e-15);
  EXPECT_TRUE(plane_curvature({0, 0, 0, 2, 0, 2}).direction.isZero(0));
  const auto tie = plane_curvature({0, 0, 0, 1, 0, -1});
  EXPECT_NEAR(std::abs(tie.direction.x()), 1, 1e-15) << "the positive one";
}

TEST(PlaneCurvature, OfExtremeNumbersStaysFinite) {
  EXPECT_TRUE(std::isnan(plane_curvature({1, 0, 0, 1, 1, 1}).level));
  EXPECT_NEAR(plane_curvature({0, 3e200, 4e200, 1e200, 0, 1e200}).level, -0.2, 1e-15);
  EXPECT_NEAR(plane_curvature({0, 3e-200, 4e-200, 1e-200, 0, 1e-200}).level, -0.2, 1e-15);
  EXPECT_TRUE(
      std::isnan(plane_curvature({0, 1, std::numeric_limits<double>::quiet_NaN(), 1, 0, 1}).level));
}

TEST(GradientEllipses, LieAlongTheGradientAndTheLongestFillsItsCell) {
  Matrix gx = Matrix::Constant(20, 40, 3), gy = Matrix::Constant(20, 40, 4);
  gx.rightCols(20) *= 0.5;
  gy.rightCols(20) *= 0.5;
  const Matrix e = gradient_ellipses(gx, gy, 39, 19, 8);
  ASSERT_EQ(e.rows(), 8 * 4);
  const double cell = std::min(39.0 / 8, 19.0 / 4);
  for (Index i = 0; i < e.rows(); ++i) {
    const double length = std::hypot(e(i, 2), e(i, 3));
    EXPECT_NEAR(e(i, 2) / length, 0.6, 1e-7);
    EXPECT_NEAR(e(i, 3) / length, 0.8, 1e-7);
    EXPECT_NEAR(length, (e(i, 0) < 19.5 ? 0.46 : 0.23) * cell, 1e-12);
    EXPECT_NEAR(e(i, 4), 0, 1e-6 * cell);
  }
  EXPECT_DOUBLE_EQ(e(0, 0), 2);
  EXPECT_DOUBLE_EQ(e(0, 1), 2);
}

TEST(GradientEllipses, LeaveOutWhatHasNoGradient) {
  Matrix gx = Matrix::Zero(8, 8), gy = Matrix::Zero(8, 8);
  EXPECT_EQ(gradient_ellipses(gx, gy, 1, 1, 4).rows(), 0);
  gx(0, 0) = 1;
  gx(7, 7) = std::numeric_limits<double>::infinity();
  EXPECT_EQ(gradient_ellipses(gx, gy, 1, 1, 4).rows(), 1);
  EXPECT_THROW(gradient_ellipses(gx, Matrix::Zero(2, 2), 1, 1, 4), InvalidInput);
  EXPECT_THROW(gradient_ellipses(gx, gy, 1, 1, 0), InvalidInput);
}

}  // namespace
}  // namespace aniso::geometry
