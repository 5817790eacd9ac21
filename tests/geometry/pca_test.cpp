#include "core/geometry/pca.h"

#include <gtest/gtest.h>

#include <Eigen/QR>
#include <cmath>
#include <limits>

#include "core/base/errors.h"
#include "core/base/random.h"
#include "core/geometry/axis_lock.h"
#include "core/geometry/spectra.h"

namespace aniso::geometry {
namespace {

const RandomStream kStream(3, "pca test");

Matrix normals(const char* name, Index rows, Index cols) {
  return kStream.child(name).normals(rows, cols);
}

Matrix rotation(Index d, const char* name) {
  return Eigen::HouseholderQR<Eigen::MatrixXd>(normals(name, d, d)).householderQ();
}

// Points with known uncentred second moments 9, 4, 1 along known orthonormal axes.
Matrix known_points(const Matrix& axes) {
  const double scale[3] = {3, 2, 1};
  Matrix points = Matrix::Zero(6, axes.cols());
  for (Index i = 0; i < 3; ++i) {
    points.row(2 * i) = std::sqrt(3.0) * scale[i] * axes.row(i);
    points.row(2 * i + 1) = -points.row(2 * i);
  }
  return points;
}

class KnownAxes : public testing::TestWithParam<Index> {};

TEST_P(KnownAxes, AreFoundOnBothSides) {
  const Index d = GetParam();  // below, at and above m = 6: both branches
  const Matrix axes = rotation(d, "axes").topRows(3);
  for (const Centring centring : {Centring::none, Centring::mean}) {
    const Pca result = pca(known_points(axes), centring);
    ASSERT_TRUE(result.status.is_valid());
    ASSERT_EQ(result.variances.size(), 3);
    EXPECT_NEAR(result.total, 14, 1e-12);
    for (Index i = 0; i < 3; ++i) {
      const auto scale = static_cast<double>(3 - i);
      EXPECT_NEAR(result.variances[i], scale * scale, 1e-12);
      EXPECT_NEAR(std::abs(result.directions.row(i).dot(axes.row(i))), 1, 1e-12);
      EXPECT_NEAR(result.shares[i], scale * scale / 14, 1e-13);
    }
    EXPECT_LT((result.scores * result.directions - known_points(axes)).norm(), 1e-12);
  }
}

INSTANTIATE_TEST_SUITE_P(Dimensions, KnownAxes, testing::Values(3, 5, 6, 7, 40));

TEST(Pca, ScoresReconstructCentredPointsAndHaveDiagonalMoments) {
  const Matrix points = normals("points", 12, 30).rowwise() + Eigen::RowVectorXd::Constant(30, 5.0);
  const Pca result = pca(points, Centring::mean);
  EXPECT_EQ(result.directions.rows(), 11);  // one degree of freedom is the mean
  const Matrix back =
      (result.scores * result.directions).rowwise() + result.centre.transpose().eval();
  EXPECT_LT((back - points).cwiseAbs().maxCoeff(), 1e-12);
  const Matrix moment = result.scores.transpose() * result.scores / 12;
  EXPECT_LT((moment - Matrix(result.variances.asDiagonal())).cwiseAbs().maxCoeff(), 1e-12);
  EXPECT_NEAR(result.shares.sum(), 1, 1e-13);
  EXPECT_LT((result.project(points.row(4).transpose()) - result.scores.row(4).transpose()).norm(),
            1e-12);
}

TEST(Pca, SpectrumIsInvariantUnderRotation) {
  const Matrix points = normals("points", 20, 8);
  const Pca a = pca(points, Centring::mean), b = pca(points * rotation(8, "turn"), Centring::mean);
  EXPECT_LT((a.variances - b.variances).cwiseAbs().maxCoeff(), 1e-12);
}

TEST(Pca, SignConventionDoesNotDependOnTheSignOfThePoints) {
  const Matrix points = normals("points", 20, 8);
  const Pca a = pca(points, Centring::none), b = pca(-points, Centring::none);
  EXPECT_LT((a.directions - b.directions).cwiseAbs().maxCoeff(), 1e-12);
  for (Index i = 0; i < a.directions.rows(); ++i) {
    Index at = 0;
    a.directions.row(i).cwiseAbs().maxCoeff(&at);
    EXPECT_GT(a.directions(i, at), 0);
  }
}

TEST(Pca, KeepsAsManyAxesAsAsked) {
  const Pca result = pca(normals("points", 20, 8), Centring::mean, 2);
  EXPECT_EQ(result.directions.rows(), 2);
  EXPECT_EQ(result.scores.cols(), 2);
  EXPECT_LT(result.shares.sum(), 1);
}

TEST(Pca, ExtremeScalesNeitherOverflowNorVanish) {
  const Matrix points = normals("points", 9, 4);
  const Vector shares = pca(points, Centring::mean).shares;
  EXPECT_LT((pca(1e-160 * points, Centring::mean).shares - shares).norm(), 1e-12);
  EXPECT_LT((pca(1e150 * points, Centring::mean).shares - shares).norm(), 1e-12);
}

TEST(Pca, DegenerateInputIsUndefinedNotWrong) {
  const Pca same = pca(Matrix::Constant(7, 3, 0.1), Centring::mean);
  EXPECT_EQ(same.status.kind, Status::Kind::undefined);
  EXPECT_EQ(same.directions.rows(), 0);
  EXPECT_EQ(same.scores.rows(), 7);
  EXPECT_EQ(pca(Matrix::Zero(2, 3), Centring::none).status.kind, Status::Kind::undefined);
  EXPECT_TRUE(pca(Matrix::Ones(1, 3), Centring::none).status.is_valid());
  EXPECT_THROW(pca(Matrix(0, 3), Centring::none), InvalidInput);
  EXPECT_THROW(
      pca(Matrix::Constant(2, 2, std::numeric_limits<double>::quiet_NaN()), Centring::none),
      InvalidInput);
}

TEST(AxisLock, UndoesAPermutationAndSignFlips) {
  const Matrix axes = rotation(6, "lock").topRows(4);
  Matrix shuffled(4, 6);
  shuffled << -axes.row(2), axes.row(0), axes.row(3), -axes.row(1);
  const AxisLock lock = lock_axes(axes, shuffled);
  EXPECT_EQ(locked_rows(lock, shuffled), axes);
}

TEST(AxisLock, FollowsAxesThroughACrossing) {
  // The variances of two axes exchange rank; the locked picture must not.
  const Matrix cloud = pca(normals("points", 50, 5), Centring::mean).scores.leftCols(2);
  const Matrix white =
      cloud * pca(cloud, Centring::mean).variances.cwiseSqrt().cwiseInverse().asDiagonal();
  Pca previous;
  for (int frame = 0; frame <= 20; ++frame) {
    const double ratio = 0.5 + 0.05 * frame + 0.001;
    const Vector stretch = (Vector(2) << 1, ratio).finished();
    Pca now = pca(white * stretch.asDiagonal(), Centring::mean);
    if (frame > 0) now = locked(lock_axes(previous.directions, now.directions), now);
    EXPECT_NEAR(std::abs(now.directions(0, 0)), 1, 1e-6) << "frame " << frame;
    EXPECT_NEAR(now.variances[1] / now.variances[0], ratio * ratio, 1e-9);
    if (frame > 0) {
      EXPECT_GT(now.scores.col(1).dot(previous.scores.col(1)), 0);
    }
    previous = now;
  }
}

TEST(AxisLock, AcceptsMoreAndFewerAxesThanBefore) {
  const Matrix axes = Matrix::Identity(4, 4);
  Matrix three(3, 4);
  three << axes.row(3), -axes.row(1), axes.row(0);
  const AxisLock grown = lock_axes(axes.topRows(2), three);
  EXPECT_EQ(grown.order, (std::vector<Index>{2, 1, 0}));
  EXPECT_EQ(grown.signs, (std::vector<double>{1, -1, 1}));
  const AxisLock shrunk = lock_axes(axes, three);
  EXPECT_EQ(shrunk.order, (std::vector<Index>{2, 1, 0}));
  EXPECT_EQ(lock_axes(Matrix(0, 4), three).order, (std::vector<Index>{0, 1, 2}));
  EXPECT_THROW(lock_axes(Matrix::Identity(2, 2), three), InvalidInput);
}

TEST(Procrustes, RecoversARotationAndIsOrthogonal) {
  const Matrix points = normals("points", 15, 3), turn = rotation(3, "procrustes");
  EXPECT_LT((procrustes_rotation(points, points * turn) - turn).norm(), 1e-12);
  const Matrix r = procrustes_rotation(points, normals("other", 15, 3));
  EXPECT_LT((r * r.transpose() - Matrix::Identity(3, 3)).norm(), 1e-13);
  EXPECT_THROW(procrustes_rotation(points, points.leftCols(2)), InvalidInput);
}

}  // namespace
}  // namespace aniso::geometry
