#include <gtest/gtest.h>

#include <Eigen/QR>

#include "core/base/random.h"
#include "tests/analysis/fakes.h"

namespace aniso::analysis {
namespace {

Matrix orthogonal(Index n, const char* name) {
  const Matrix gaussian = RandomStream(7, name).normals(n, n);
  return Eigen::HouseholderQR<Eigen::MatrixXd>(gaussian).householderQ() *
         Eigen::MatrixXd::Identity(n, n);
}

TEST(WeightSpectra, FindTheSingularValuesThatAMatrixWasBuiltFrom) {
  Vector s(4);
  s << 5, 2, 0.5, 0;
  const Matrix first = orthogonal(4, "u") * s.asDiagonal() * orthogonal(6, "v").topRows(4);
  Matrix second(1, 4);
  second << 0, 3, 0, -4;
  const Scene scene(Matrix::Zero(1, 6), Vector::Zero(1), {first, second});
  const auto results = scene.evaluate("weight_spectra");
  ASSERT_EQ(results->results.size(), 2u);
  const auto& one = result<Spectrum>(*results, "dense_1");
  ASSERT_EQ(one.values.size(), 4);
  EXPECT_LT((one.values - s).cwiseAbs().maxCoeff(), 1e-14);
  const auto& two = result<Spectrum>(*results, "dense_2");
  ASSERT_EQ(two.values.size(), 1);
  EXPECT_NEAR(two.values(0), 5, 1e-14);
}

TEST(WeightSpectra, OfAMatrixThatIsNotFiniteAreUndefined) {
  Matrix w = Matrix::Identity(2, 2);
  w(1, 0) = std::numeric_limits<double>::infinity();
  const Scene scene(Matrix::Zero(1, 2), Vector::Zero(1), {w});
  const auto& spectrum = result<Spectrum>(*scene.evaluate("weight_spectra"), "dense_1");
  EXPECT_EQ(spectrum.quantity.status.kind, Status::Kind::undefined);
  EXPECT_EQ(spectrum.values.size(), 2);
}

TEST(WeightSpectra, StopBetweenLayers) {
  const Scene scene(Matrix::Zero(1, 2), Vector::Zero(1));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(
      evaluate(analysis("weight_spectra"), scene.input("weight_spectra"), stop.get_token()),
      Cancelled);
}

}  // namespace
}  // namespace aniso::analysis
