#include "core/geometry/spectra.h"

#include <gtest/gtest.h>

#include <Eigen/QR>
#include <cmath>
#include <limits>

#include "core/base/errors.h"
#include "core/base/random.h"

namespace aniso::geometry {
namespace {

const RandomStream kStream(5, "spectra test");

Matrix normals(const char* name, Index rows, Index cols) {
  return kStream.child(name).normals(rows, cols);
}
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Matrix rotation(Index d, const char* name) {
  return Eigen::HouseholderQR<Eigen::MatrixXd>(normals(name, d, d)).householderQ();
}

TEST(SymmetricEigen, FindsAKnownSpectrumInFallingOrder) {
  const Vector values = (Vector(4) << 5, 0.5, 0, -2).finished();
  const Matrix q = rotation(4, "q");
  const Matrix a = q * values.asDiagonal() * q.transpose();
  const SymmetricEigen eigen = symmetric_eigen(a);
  EXPECT_LT((eigen.values - values).cwiseAbs().maxCoeff(), 1e-13);
  EXPECT_LT((a * eigen.vectors - eigen.vectors * eigen.values.asDiagonal()).norm(), 1e-12);
  EXPECT_LT((eigen.vectors.transpose() * eigen.vectors - Matrix::Identity(4, 4)).norm(), 1e-13);
  for (Index k = 0; k < 4; ++k) {
    Index at = 0;
    eigen.vectors.col(k).cwiseAbs().maxCoeff(&at);
    EXPECT_GT(eigen.vectors(at, k), 0);
  }
}

TEST(SymmetricEigen, RefusesWhatIsNotSymmetric) {
  Matrix a = Matrix::Identity(3, 3);
  a(0, 1) = 1e-6;
  EXPECT_THROW(symmetric_eigen(a), InvalidInput);
  EXPECT_THROW(symmetric_eigen(Matrix::Ones(2, 3)), InvalidInput);
  EXPECT_THROW(symmetric_eigen(Matrix::Constant(2, 2, kNan)), InvalidInput);
}

TEST(SingularValues, AreThoseOfTheConstruction) {
  const Vector values = (Vector(3) << 7, 2, 1e-9).finished();
  const Matrix a = rotation(5, "u").leftCols(3) * values.asDiagonal() * rotation(3, "v");
  EXPECT_LT((singular_values(a) - values).cwiseAbs().maxCoeff(), 1e-14);
  EXPECT_LT((singular_values(a.transpose()) - values).cwiseAbs().maxCoeff(), 1e-14);
  EXPECT_EQ(singular_values(Matrix(0, 3)).size(), 0);
  EXPECT_THROW(singular_values(Matrix::Constant(2, 2, kNan)), InvalidInput);
}

TEST(ParticipationRatio, CountsEqualEigenvalues) {
  EXPECT_NEAR(participation_ratio(Vector::Constant(6, 0.3)).value, 6, 1e-13);
  EXPECT_NEAR(participation_ratio(Vector::Unit(6, 2)).value, 1, 1e-15);
  // λ_i = qⁱ: (Σλ)²/Σλ² → (1 + q)/(1 − q).
  Vector geometric(200);
  for (Index i = 0; i < 200; ++i) geometric[i] = 1e-170 * std::pow(0.5, static_cast<double>(i));
  EXPECT_NEAR(participation_ratio(geometric).value, 3, 1e-12);
  EXPECT_EQ(participation_ratio(Vector::Zero(3)).status.kind, Status::Kind::undefined);
  EXPECT_EQ(participation_ratio(Vector()).status.kind, Status::Kind::undefined);
  EXPECT_THROW(participation_ratio(Vector::Constant(2, kNan)), InvalidInput);
}

TEST(TopShare, SumsTheLargest) {
  const Vector values = (Vector(4) << 1, 4, 2, 3).finished();
  EXPECT_DOUBLE_EQ(top_share(values, 2).value, 0.7);
  EXPECT_DOUBLE_EQ(top_share(values, 9).value, 1);
  EXPECT_EQ(top_share(Vector::Zero(2), 1).status.kind, Status::Kind::undefined);
  EXPECT_THROW(top_share(-values, 1), InvalidInput);
  EXPECT_THROW(top_share(values, -1), InvalidInput);
}

TEST(FrobeniusCosine, IsTheCosineAtAnyScale) {
  const Matrix a = normals("points", 4, 3);
  EXPECT_DOUBLE_EQ(frobenius_cosine(a, 1e200 * a).value, 1);
  EXPECT_DOUBLE_EQ(frobenius_cosine(1e-200 * a, -a).value, -1);
  Matrix e11 = Matrix::Zero(2, 2), both = Matrix::Identity(2, 2);
  e11(0, 0) = 1;
  EXPECT_NEAR(frobenius_cosine(e11, both).value, std::sqrt(0.5), 1e-15);
  EXPECT_NEAR(
      frobenius_cosine(rotation(4, "l") * a, rotation(4, "l") * (a + Matrix::Ones(4, 3))).value,
      frobenius_cosine(a, a + Matrix::Ones(4, 3)).value, 1e-14);
}

TEST(FrobeniusCosine, IsUndefinedForAZeroMatrix) {
  const Scalar cosine = frobenius_cosine(Matrix::Zero(2, 2), Matrix::Ones(2, 2));
  EXPECT_EQ(cosine.status.kind, Status::Kind::undefined);
  EXPECT_TRUE(std::isnan(cosine.value));
  EXPECT_FALSE(frobenius_cosine(Matrix::Ones(2, 2), Matrix::Zero(2, 2)).status.reason.empty());
  EXPECT_THROW(frobenius_cosine(Matrix::Ones(2, 2), Matrix::Ones(2, 3)), InvalidInput);
}

}  // namespace
}  // namespace aniso::geometry
