#include "core/geometry/lanczos.h"

#include <gtest/gtest.h>

#include <limits>

#include "core/base/errors.h"
#include "core/base/random.h"
#include "core/geometry/spectra.h"

namespace aniso::geometry {
namespace {

FloatRows gradients(Index n, Index d) {
  Matrix g = RandomStream(3, "lanczos test").normals(n, d);
  for (Index j = 0; j < d; ++j) g.col(j) *= 1 / (1 + static_cast<double>(j));
  return g.cast<float>();
}

TEST(TopEigen, AgreesWithTheDenseMatrix) {
  const FloatRows g = gradients(200, 60);
  const Matrix dense = g.cast<double>().transpose() * g.cast<double>() / 200;
  const auto all = symmetric_eigen(dense);
  const auto top = top_eigen(g, 8);
  for (Index i = 0; i < 8; ++i) {
    EXPECT_NEAR(top.values[i], all.values[i], 2e-6 * all.values[0]) << i;
    EXPECT_GT(top.vectors.col(i).dot(all.vectors.col(i)), 0.999) << i;
  }
  EXPECT_LT((top.vectors.transpose() * top.vectors - Matrix::Identity(8, 8)).norm(), 1e-9);
}

TEST(TopEigen, FewerGradientsThanInputs) {
  const FloatRows g = gradients(12, 500);
  const Matrix gram = g.cast<double>() * g.cast<double>().transpose() / 12;
  const auto all = symmetric_eigen(gram);
  EXPECT_LT((top_eigen(g, 5).values - all.values.head(5)).norm(), 1e-5 * all.values[0]);
}

TEST(TopEigen, ZeroGradientsHaveZeroEigenvalues) {
  const auto top = top_eigen(FloatRows::Zero(10, 6), 2);
  EXPECT_TRUE(top.values.isZero(0));
  EXPECT_TRUE(top.vectors.allFinite());
}

TEST(TopEigen, RefusesWhatItCannotDo) {
  FloatRows g = gradients(10, 6);
  EXPECT_THROW(top_eigen(g, 6), InvalidInput);
  EXPECT_THROW(top_eigen(g, 0), InvalidInput);
  g(0, 0) = std::numeric_limits<float>::infinity();
  EXPECT_THROW(top_eigen(g, 2), InvalidInput);
}

}  // namespace
}  // namespace aniso::geometry
