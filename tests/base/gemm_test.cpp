#include "core/base/gemm.h"

#include <gtest/gtest.h>

#include "core/base/random.h"

namespace aniso {
namespace {

TEST(Gemm, MultipliesRowMajorMatricesInEveryTransposition) {
  const RandomStream stream(3, "gemm");
  const Matrix a = stream.child("a").normals(Index{5}, Index{7}),
               b = stream.child("b").normals(Index{7}, Index{3});
  const Matrix at = a.transpose(), bt = b.transpose();
  const Matrix c0 = stream.child("c").normals(Index{5}, Index{3});
  const Matrix expected = 2 * a * b + 0.5 * c0;
  for (const bool ta : {false, true})
    for (const bool tb : {false, true}) {
      Matrix c = c0;
      gemm(ta ? Transpose::yes : Transpose::no, tb ? Transpose::yes : Transpose::no, 5, 3, 7, 2.0,
           ta ? at.data() : a.data(), ta ? 5 : 7, tb ? bt.data() : b.data(), tb ? 7 : 3, 0.5,
           c.data(), 3);
      EXPECT_LT((c - expected).cwiseAbs().maxCoeff(), 1e-13);
    }
}

TEST(Gemm, AddsTheGramMatrixAboveTheDiagonalAlone) {
  const Matrix a = RandomStream(4, "gram").normals(Index{11}, Index{6});
  Matrix c = Matrix::Constant(6, 6, 3);
  add_gram(6, 11, a.data(), c.data());
  const Matrix gram = a.transpose() * a;
  for (Index i = 0; i < 6; ++i)
    for (Index j = 0; j < 6; ++j)
      EXPECT_NEAR(c(i, j), 3 + (j >= i ? gram(i, j) : 0), 1e-13) << i << " " << j;
}

TEST(Gemm, TakesNoRowsForNothing) {
  Matrix c = Matrix::Constant(2, 2, 1);
  add_gram(2, 0, nullptr, c.data());
  EXPECT_EQ(c, Matrix::Constant(2, 2, 1));
}

}  // namespace
}  // namespace aniso
