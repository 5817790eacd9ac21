#include "core/geometry/eigenvalues.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/base/errors.h"
#include "core/base/random.h"
#include "core/geometry/spectra.h"

namespace aniso::geometry {
namespace {

TEST(NumericalRank, CountsWhatIsAboveRounding) {
  EXPECT_EQ(numerical_rank((Vector(4) << 3, 1e-10, 1e-17, 0).finished()), 2);
  EXPECT_EQ(numerical_rank((Vector(3) << 0, -1e-18, 5).finished()), 1);
  EXPECT_EQ(numerical_rank(Vector::Zero(3)), 0);
  EXPECT_EQ(numerical_rank(Vector()), 0);
  EXPECT_EQ(numerical_rank(Vector::Constant(3, 1e-300)), 3) << "the scale does not matter";
}

TEST(NumericalRank, OfACovarianceIsThatOfItsFactor) {
  for (const Index rank : {1, 5, 40}) {
    const Matrix f = RandomStream(1, "rank").normals(Index{40}, rank);
    EXPECT_EQ(numerical_rank(symmetric_part_eigenvalues(f * f.transpose())), rank);
  }
}

TEST(Eigenvalues, AreThoseOfTheSymmetricPart) {
  const Matrix a = RandomStream(2, "eigenvalues").normals(Index{7}, Index{7});
  const Vector values = symmetric_part_eigenvalues(a);
  const Matrix half = 0.5 * (a + a.transpose());
  EXPECT_LT((values - symmetric_eigen(half).values).norm(), 1e-13);
  EXPECT_NEAR(values.sum(), a.trace(), 1e-13);
  EXPECT_GT(values[0], 0);
  EXPECT_LT(values[6], 0);
  const Matrix turn = (Matrix(2, 2) << 0, -1, 1, 0).finished();
  EXPECT_EQ(symmetric_part_eigenvalues(turn), Vector::Zero(2));
}

TEST(Eigenvalues, RefuseWhatHasNone) {
  EXPECT_THROW(symmetric_part_eigenvalues(Matrix::Zero(2, 3)), InvalidInput);
  EXPECT_THROW(symmetric_part_eigenvalues(Matrix(0, 0)), InvalidInput);
  EXPECT_THROW(symmetric_part_eigenvalues(Matrix::Constant(2, 2, NAN)), InvalidInput);
}

}  // namespace
}  // namespace aniso::geometry
