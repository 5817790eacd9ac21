#include "core/geometry/gradient_moment.h"

#include <gtest/gtest.h>

#include <Eigen/QR>
#include <cmath>
#include <limits>

#include "core/base/errors.h"

namespace aniso::geometry {
namespace {

const RandomStream kStream(11, "gradient moment test");

// M networks whose gradients have one length each, in directions with this covariance root.
GradientMoment ensemble(Index networks, Index probes, const Matrix& root, const char* name) {
  GradientMoment moment(root.rows());
  for (Index k = 0; k < networks; ++k)
    moment.add(kStream.child(name, static_cast<std::uint64_t>(k)).normals(probes, root.rows()) *
               root);
  return moment;
}

TEST(GradientMoment, AddsUpAndSplitsByNetwork) {
  GradientMoment moment(2);
  moment.add((Matrix(2, 2) << 1, 2, 0, 1).finished());
  moment.add((Matrix(1, 2) << 3, 0).finished());
  EXPECT_EQ(moment.networks(), 2);
  EXPECT_EQ(moment.gradients(), 3);
  EXPECT_LT((moment.half(0) - (Matrix(2, 2) << 0.5, 1, 1, 2.5).finished()).norm(), 1e-15);
  EXPECT_LT((moment.half(1) - (Matrix(2, 2) << 9, 0, 0, 0).finished()).norm(), 1e-15);
  EXPECT_LT((moment.mean() - (Matrix(2, 2) << 10, 2, 2, 5).finished() / 3).norm(), 1e-15);
  // tr Σ g gᵀ = 6, det = 1; one gradient alone has rank one.
  EXPECT_NEAR(moment.spectra()[0].sum(), 6, 1e-14);
  EXPECT_NEAR(moment.spectra()[0].prod(), 1, 1e-14);
  EXPECT_EQ(moment.spectra()[1].size(), 1);
}

TEST(GradientMoment, SpectraAreTheSameThroughEitherSide) {
  GradientMoment wide(6), tall(3);
  const Matrix g = kStream.child("sides").normals(Index{3}, Index{6});
  wide.add(g);
  tall.add(g.transpose());
  EXPECT_LT((wide.spectra()[0] - tall.spectra()[0]).norm(), 1e-13 * wide.spectra()[0].norm());
}

TEST(GradientMoment, RefusesWhatIsNoGradientAndKeepsWhatItHas) {
  GradientMoment moment(2);
  EXPECT_THROW(moment.mean(), InvalidInput);
  moment.add(Matrix::Ones(1, 2));
  EXPECT_THROW(moment.half(1), InvalidInput);
  EXPECT_THROW(moment.add(Matrix::Ones(1, 3)), InvalidInput);
  EXPECT_THROW(moment.add(Matrix(0, 2)), InvalidInput);
  Matrix bad = Matrix::Ones(1, 2);
  bad(0, 1) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(moment.add(bad), InvalidInput);
  EXPECT_EQ(moment.networks(), 1);
  EXPECT_EQ(moment.mean(), Matrix::Ones(2, 2));
  EXPECT_THROW(GradientMoment(0), InvalidInput);
}

TEST(GradientMoment, AZeroNetworkCounts) {
  GradientMoment moment(2);
  moment.add(Matrix::Zero(3, 2));
  moment.add(Matrix::Ones(3, 2));
  EXPECT_EQ(moment.mean(), Matrix::Constant(2, 2, 0.5));
  EXPECT_EQ(moment.spectra()[0].size(), 0);
}

TEST(RotationNull, KeepsTheTraceAndIgnoresRotations) {
  const Matrix root = Vector::LinSpaced(8, 2, 0.1).asDiagonal();
  const GradientMoment moment = ensemble(30, 4, root, "anisotropic");
  const Matrix turn =
      Eigen::HouseholderQR<Eigen::MatrixXd>(kStream.child("turn").normals(Index{8}, Index{8}))
          .householderQ();
  const GradientMoment turned = ensemble(30, 4, root * turn, "anisotropic");
  const Band a = rotation_null_band(moment, kStream), b = rotation_null_band(turned, kStream);
  EXPECT_LT((a.high - b.high).norm(), 1e-11);
  EXPECT_LT((a.low - b.low).norm(), 1e-11);
  const double trace = moment.mean().trace();
  EXPECT_LT(a.low.sum(), trace);
  EXPECT_GT(a.high.sum(), trace);
}

TEST(RotationNull, HoldsAnIsotropicEnsembleAndShowsAPreferredDirection) {
  const Index dim = 12;
  const GradientMoment white = ensemble(200, 3, Matrix::Identity(dim, dim), "white");
  const Band band = rotation_null_band(white, kStream.child("null"), 40, 0.99);
  const Vector values = symmetric_eigen(white.mean()).values;
  EXPECT_LE(values[0], band.high[0] * 1.05);
  EXPECT_GE(values[dim - 1], band.low[dim - 1] * 0.95);

  Matrix root = Matrix::Identity(dim, dim);
  root(0, 0) = 2;
  const GradientMoment peaked = ensemble(200, 3, root, "peaked");
  const Band wide = rotation_null_band(peaked, kStream.child("null"), 40, 0.99);
  EXPECT_GT(symmetric_eigen(peaked.mean()).values[0], 2 * wide.high[0]);
}

// Probes at (almost) one point: gradients within a network are equal, and only networks count.
TEST(RotationNull, CountsNetworksWhereTheirGradientsAgree) {
  const Index dim = 20, networks = 10;
  GradientMoment moment(dim);
  for (Index k = 0; k < networks; ++k)
    moment.add(kStream.child("one", static_cast<std::uint64_t>(k))
                   .normals(Index{1}, Index{dim})
                   .replicate(50, 1));
  const Band band = rotation_null_band(moment, kStream, 5);
  EXPECT_LT(band.high.tail(dim - networks).maxCoeff(), 1e-12 * band.high[0]);
  EXPECT_GT(band.low[networks - 1], 1e-3 * band.high[0]);
}

TEST(RotationNull, FullRankNetworksKeepTheirSpectrum) {
  GradientMoment moment(5);
  const Matrix g = kStream.child("full").normals(Index{9}, Index{5});
  moment.add(g);  // one network: turning it changes no eigenvalue
  const Band band = rotation_null_band(moment, kStream, 3);
  const Vector values = symmetric_eigen(moment.mean()).values;
  EXPECT_LT((band.low - values).norm(), 1e-12);
  EXPECT_LT((band.high - values).norm(), 1e-12);
}

TEST(RotationNull, RefusesTooLittle) {
  const GradientMoment empty(3);
  EXPECT_THROW(rotation_null_band(empty, kStream), InvalidInput);
  const GradientMoment one = ensemble(1, 1, Matrix::Identity(3, 3), "one");
  EXPECT_THROW(rotation_null_band(one, kStream, 1), InvalidInput);
  EXPECT_THROW(rotation_null_band(one, kStream, 5, 1), InvalidInput);
}

TEST(MarchenkoPasturEdges, AreThePublishedOnes) {
  const MarchenkoPastur edges = marchenko_pastur_edges(256, 600);
  EXPECT_NEAR(edges.high, 2.73, 0.005);
  EXPECT_NEAR(edges.low, 0.1203, 5e-4);
  EXPECT_EQ(marchenko_pastur_edges(20, 10).low, 0);
  EXPECT_THROW(marchenko_pastur_edges(0, 1), InvalidInput);
}

TEST(EigenGroups, NeighboursWithinTheResolutionBelongTogether) {
  const Vector values = (Vector(6) << 5, 4.99, 3, 1, 0.995, 0.99).finished();
  const auto groups = eigen_groups(values, 0.02);
  ASSERT_EQ(groups.size(), 3U);
  EXPECT_EQ(groups[0].count, 2);
  EXPECT_EQ(groups[1].first, 2);
  EXPECT_EQ(groups[1].count, 1);
  EXPECT_EQ(groups[2].first, 3);
  EXPECT_EQ(groups[2].count, 3);
  EXPECT_TRUE(eigen_groups(Vector(), 1).empty());
  EXPECT_THROW(eigen_groups((Vector(2) << 1, 2).finished(), 0), InvalidInput);
  EXPECT_THROW(eigen_groups(values, -1), InvalidInput);
  const Vector two = Vector::Constant(2, 0.02);
  EXPECT_THROW(eigen_groups(values, two), InvalidInput);
}

// Noise is multiplicative: small eigenvalues are known as well, relatively, as large ones.
TEST(GapResolutions, TellSmallEigenvaluesApartThatOneResolutionForAllWouldMerge) {
  Matrix root = Matrix::Zero(12, 12);
  for (Index k = 0; k < 12; ++k) root(k, k) = std::pow(2.0, -static_cast<double>(k));
  const GradientMoment moment = ensemble(4000, 2, root, "decay");
  const auto eigen = symmetric_eigen(moment.mean());
  const Matrix difference = moment.half(0) - moment.half(1);
  const double common = difference.norm() / (2 * std::sqrt(12.0));
  EXPECT_LT(eigen_groups(eigen.values, common).size(), 8U);
  EXPECT_EQ(eigen_groups(eigen.values, gap_resolutions(moment, eigen.vectors)).size(), 12U);
}

TEST(GapResolutions, LeaveADegenerateBulkTogether) {
  Matrix root = Matrix::Identity(12, 12);
  root(0, 0) = 4;
  const GradientMoment moment = ensemble(400, 2, root, "bulk");
  const auto eigen = symmetric_eigen(moment.mean());
  const auto groups = eigen_groups(eigen.values, gap_resolutions(moment, eigen.vectors));
  ASSERT_GE(groups.size(), 2U);
  EXPECT_EQ(groups[0].count, 1);
  EXPECT_LE(groups.size(), 5U);
}

TEST(SplitHalf, SubspacesAreStableWhereSingleDirectionsAreNot) {
  Matrix root = Matrix::Identity(10, 10);
  root(0, 0) = root(1, 1) = 5;  // a degenerate pair above a degenerate rest
  const GradientMoment moment = ensemble(400, 2, root, "pair");
  const Vector stability = split_half_stability(moment, {{0, 2}, {2, 8}});
  EXPECT_GT(stability[0], 0.99);
  EXPECT_GT(stability[1], 0.99);
  const Vector single = split_half_stability(moment, {{4, 1}});
  EXPECT_LT(single[0], 0.9);
  EXPECT_THROW(split_half_stability(moment, {{9, 2}}), InvalidInput);
}

TEST(SubspaceOverlap, IsOneForEqualAndZeroForOrthogonalSubspaces) {
  const Matrix basis = Matrix::Identity(4, 4);
  Matrix turned(4, 2);
  turned.col(0) = (basis.col(0) + basis.col(1)) / std::sqrt(2.0);
  turned.col(1) = (basis.col(0) - basis.col(1)) / std::sqrt(2.0);
  EXPECT_NEAR(subspace_overlap(basis.leftCols(2), turned), 1, 1e-15);
  EXPECT_NEAR(subspace_overlap(basis.leftCols(2), basis.rightCols(2)), 0, 1e-15);
  EXPECT_NEAR(subspace_overlap(basis.leftCols(2), basis.middleCols(1, 2)), 0.5, 1e-15);
  EXPECT_THROW(subspace_overlap(basis.leftCols(2), basis.leftCols(1)), InvalidInput);
}

}  // namespace
}  // namespace aniso::geometry
