#include "core/geometry/sincos_positions.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/base/errors.h"

namespace aniso::geometry {
namespace {

TEST(SincosPositions, HalvesEncodeColumnAndRowBySinesThenCosines) {
  const Matrix p = sincos_positions(2, 3, 8);
  ASSERT_EQ(p.rows(), 6);
  ASSERT_EQ(p.cols(), 8);
  Vector expected(8);  // row 1, column 2; frequencies 1 and 1/100
  expected << std::sin(2.0), std::sin(0.02), std::cos(2.0), std::cos(0.02), std::sin(1.0),
      std::sin(0.01), std::cos(1.0), std::cos(0.01);
  EXPECT_LT((p.row(5).transpose() - expected).cwiseAbs().maxCoeff(), 1e-15);
  EXPECT_EQ(p.row(0).sum(), 4) << "all cosines of 0";
}

TEST(SincosPositions, InnerProductsDependOnTheOffsetAlone) {
  const Matrix p = sincos_positions(5, 5, 16);
  const Matrix gram = p * p.transpose();
  for (Index i = 0; i < 25; ++i) EXPECT_NEAR(gram(i, i), 8, 1e-13);
  EXPECT_NEAR(gram(0, 7), gram(12, 19), 1e-13);  // one down, two right
  EXPECT_NEAR(gram(0, 7), gram(2, 5), 1e-13) << "cosines do not see the sign";
  EXPECT_GT(gram(0, 1) - gram(0, 2), 0.1);
}

TEST(SincosPositions, RefusesWhatDoesNotFit) {
  EXPECT_THROW(sincos_positions(0, 2, 8), InvalidInput);
  EXPECT_THROW(sincos_positions(2, -1, 8), InvalidInput);
  EXPECT_THROW(sincos_positions(2, 2, 6), InvalidInput);
  EXPECT_THROW(sincos_positions(2, 2, 0), InvalidInput);
}

}  // namespace
}  // namespace aniso::geometry
