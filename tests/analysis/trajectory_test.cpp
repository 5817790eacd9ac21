#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/base/random.h"
#include "tests/analysis/fakes.h"

namespace aniso::analysis {
namespace {

using testing::HasSubstr;

Scene regression_scene() { return Scene(Matrix::Zero(2, 3), Vector::Zero(2)); }

TEST(Trajectory, OfAStraightPathHasOneAxisThatExplainsAll) {
  Scene scene = regression_scene();
  const Matrix start = RandomStream(1, "a").normals(Index{8}, Index{2}),
               way = RandomStream(2, "b").normals(Index{8}, Index{2});
  const std::vector<double> times = {0, 0.5, 0.75, 1};
  for (std::size_t k = 0; k < times.size(); ++k)
    scene.add_record(static_cast<Index>(10 * k), start + times[k] * way);
  const auto results = scene.evaluate("trajectory");
  const auto& path = result<Trajectory>(*results, "path");
  ASSERT_EQ(path.points.rows(), 4);
  ASSERT_EQ(path.points.cols(), 3);
  EXPECT_NEAR(path.explained(0), 1, 1e-12);
  EXPECT_EQ(path.explained(1), 0);
  EXPECT_EQ(path.steps, (std::vector<Index>{0, 10, 20, 30}));
  // Distances along the path are root mean squares over the eight probes.
  const double unit = way.norm() / std::sqrt(8.0);
  EXPECT_NEAR(std::abs(path.points(3, 0) - path.points(0, 0)), unit, 1e-12);
  EXPECT_NEAR(std::abs(path.points(1, 0) - path.points(0, 0)), unit / 2, 1e-12);
  EXPECT_LT(path.points.rightCols(2).cwiseAbs().maxCoeff(), 1e-12);
  EXPECT_NEAR(path.points.col(0).sum(), 0, 1e-12);  // centred
  const auto& shares = result<Spectrum>(*results, "explained");
  ASSERT_EQ(shares.values.size(), 1);
  EXPECT_NEAR(shares.values(0), 1, 1e-12);
}

TEST(Trajectory, KeepsDistancesOfAPathInThreeDimensions) {
  Scene scene = regression_scene();
  const Matrix a = RandomStream(3, "a").normals(Index{3}, Index{16});
  for (Index k = 0; k < 12; ++k) {
    const double t = 0.4 * static_cast<double>(k);
    const Vector flat = std::cos(t) * a.row(0) + 2 * std::sin(t) * a.row(1) + 0.3 * t * a.row(2);
    scene.add_record(k, Eigen::Map<const Matrix>(flat.data(), 8, 2));
  }
  const auto results = scene.evaluate("trajectory");
  const auto& path = result<Trajectory>(*results, "path");
  for (Index i = 0; i < 12; ++i)
    for (Index j = 0; j < i; ++j) {
      const auto &p = scene.probes[static_cast<std::size_t>(i)]->outputs,
                 &q = scene.probes[static_cast<std::size_t>(j)]->outputs;
      EXPECT_NEAR((path.points.row(i) - path.points.row(j)).norm(), (p - q).norm() / std::sqrt(8.0),
                  1e-12);
    }
  EXPECT_NEAR(path.explained.sum(), 1, 1e-12);
  EXPECT_GE(path.explained(0), path.explained(1));
}

TEST(Trajectory, NeedsTwoRecords) {
  Scene scene = regression_scene();
  const auto none = scene.evaluate("trajectory");
  EXPECT_EQ(result<Trajectory>(*none, "path").quantity.status.kind, Status::Kind::undefined);
  scene.add_record(0, Matrix::Ones(4, 2));
  const auto one = scene.evaluate("trajectory");
  EXPECT_THAT(result<Trajectory>(*one, "path").quantity.status.reason, HasSubstr("two or more"));
  EXPECT_EQ(result<Trajectory>(*one, "path").points.cols(), 3);
  EXPECT_EQ(result<Spectrum>(*one, "explained").quantity.status.kind, Status::Kind::undefined);
}

TEST(Trajectory, OfANetworkThatDoesNotMoveIsUndefined) {
  Scene scene = regression_scene();
  scene.add_record(0, Matrix::Ones(4, 2));
  scene.add_record(1, Matrix::Ones(4, 2));
  const auto results = scene.evaluate("trajectory");
  EXPECT_THAT(result<Trajectory>(*results, "path").quantity.status.reason, HasSubstr("coincide"));
}

TEST(Trajectory, LeavesOutRecordsThatAreNotFiniteAndKeepsThoseAhead) {
  Scene scene = regression_scene();
  scene.add_record(0, Matrix::Zero(4, 2));
  scene.add_record(1, Matrix::Constant(4, 2, std::numeric_limits<double>::quiet_NaN()));
  scene.add_record(2, Matrix::Ones(4, 2));
  scene.add_record(3, Matrix::Constant(4, 2, 5.0));
  Input input = scene.input("trajectory");
  input.step = 2;
  const auto results = evaluate(analysis("trajectory"), input, {});
  EXPECT_EQ(result<Trajectory>(*results, "path").steps, (std::vector<Index>{0, 2, 3}))
      << "looking back at step 2 shows the whole path";
}

TEST(Trajectory, ThinsEvenlyKeepsTheEndsAndSaysSo) {
  Scene scene = regression_scene();
  for (Index k = 0; k < 11; ++k)
    scene.add_record(k, Matrix::Constant(4, 2, static_cast<double>(k * k)));
  const auto results = scene.evaluate("trajectory", {{"records", 6}});
  EXPECT_EQ(result<Trajectory>(*results, "path").steps, (std::vector<Index>{0, 2, 4, 6, 8, 10}));
  EXPECT_THAT(results->notes, testing::Contains(HasSubstr("6 of 11")));
}

TEST(Trajectory, OfLogitsIsTakenInProbabilities) {
  // A logit that goes from −∞ to +∞ moves the probability of class 1 from 0 to 1 at each probe.
  Scene one(Matrix::Zero(1, 2), Vector::Zero(1));
  one.add_record(0, Matrix::Constant(5, 1, -800.0));
  one.add_record(1, Matrix::Constant(5, 1, 800.0));
  Input input = one.input("trajectory");
  input.is_classification = true;
  input.output_kind = nn::OutputKind::logit;
  auto results = evaluate(analysis("trajectory"), input, {});
  const auto& single = result<Trajectory>(*results, "path").points;
  EXPECT_NEAR(std::abs(single(1, 0) - single(0, 0)), 1, 1e-12);
  // The same through two logits moves both probabilities.
  Scene two(Matrix::Zero(2, 2), Vector::Zero(2));
  Matrix logits = Matrix::Zero(5, 2);
  logits.col(0).setConstant(900);
  two.add_record(0, logits);
  two.add_record(1, logits.rowwise().reverse());
  input = two.input("trajectory");
  input.is_classification = true;
  input.output_kind = nn::OutputKind::logits;
  results = evaluate(analysis("trajectory"), input, {});
  const auto& both = result<Trajectory>(*results, "path").points;
  EXPECT_NEAR(std::abs(both(1, 0) - both(0, 0)), std::sqrt(2.0), 1e-12);
}

TEST(Trajectory, OfClassesUnderTheSquaredErrorIsTakenInOutputs) {
  // Outputs that are compared with one-hot rows are no logits: a path from 0 to one-hot is as long
  // as that.
  Scene scene(Matrix::Zero(3, 2), Vector::Zero(3));
  scene.add_record(0, Matrix::Zero(6, 3));
  Matrix one_hot = Matrix::Zero(6, 3);
  for (Index i = 0; i < 6; ++i) one_hot(i, i % 3) = 1;
  scene.add_record(1, one_hot);
  Input input = scene.input("trajectory");
  input.is_classification = true;
  input.output_kind = nn::OutputKind::values;
  const auto results = evaluate(analysis("trajectory"), input, {});
  const auto path = result<Trajectory>(*results, "path");
  EXPECT_NEAR(std::abs(path.points(1, 0) - path.points(0, 0)), 1, 1e-12);
}

/// A path of eleven records along one direction, then eleven along another, `scale` times as far:
/// with the second part the shares of the two principal axes cross.
class Crossing : public testing::Test {
 protected:
  Crossing() {
    first_(0, 0) = 1;
    second_(3, 1) = -1;
    for (int k = 0; k <= 10; ++k)
      scene_.add_record(step_++, first_ * (k - 5) + second_ * (0.05 * (k % 2)));
    before_ = scene_.evaluate("trajectory");
  }
  ResultsPtr go(double scale, const Results* previous, std::uint64_t run = 0) {
    for (int k = 0; k <= 10 && scale > 0; ++k)
      scene_.add_record(step_++, second_ * (scale * (k - 5)));
    Input input = scene_.input("trajectory");
    input.previous = previous;
    input.run = run;
    return evaluate(analysis("trajectory"), input, {});
  }
  // Cosine between the old and the new coordinates of the first eleven records.
  double agreement(const Results& now, Index old_axis, Index new_axis) const {
    const Vector a = result<Trajectory>(*before_, "path").points.col(old_axis);
    const Vector b = result<Trajectory>(now, "path").points.col(new_axis).head(11);
    const Vector ac = a.array() - a.mean(), bc = b.array() - b.mean();
    return ac.dot(bc) / (ac.norm() * bc.norm());
  }

  Scene scene_ = regression_scene();
  Matrix first_ = Matrix::Zero(4, 2), second_ = Matrix::Zero(4, 2);
  Index step_ = 0;
  ResultsPtr before_;
};

TEST_F(Crossing, NearItAxesKeepTheirOrderAndSign) {
  const auto locked = go(1.1, before_.get());
  const auto free = go(0, nullptr);
  const auto& shares = result<Spectrum>(*locked, "explained").values;
  ASSERT_GT(shares(0), shares(1));  // guards: they have crossed, not far …
  ASSERT_LT(shares(0), 1.5 * shares(1));
  ASSERT_LT(std::abs(agreement(*free, 0, 0)), std::abs(agreement(*free, 0, 1)));
  const auto& path = result<Trajectory>(*locked, "path");
  EXPECT_EQ(path.explained(0), shares(1));  // … and the first axis is still the old one
  EXPECT_GT(agreement(*locked, 0, 0), 0.99);
  EXPECT_THAT(locked->notes, testing::Contains(HasSubstr("crossed")));
}

TEST_F(Crossing, FarFromItTheFirstAxisExplainsMostAndSignsStay) {
  const auto locked = go(3, before_.get());
  const auto& path = result<Trajectory>(*locked, "path");
  EXPECT_GT(path.explained(0), path.explained(1));
  EXPECT_GT(agreement(*locked, 0, 1), 0.99);  // the old first axis, its sign kept
  EXPECT_TRUE(locked->notes.empty());
}

TEST_F(Crossing, AMirroredPredecessorMirrorsTheResult) {
  auto mirrored = std::make_shared<Results>(*before_);
  std::get<Trajectory>(mirrored->results[0]).points *= -1;
  const auto one = go(1.1, before_.get());
  const auto other = go(0, mirrored.get());
  const auto& a = result<Trajectory>(*one, "path").points;
  const auto& b = result<Trajectory>(*other, "path").points;
  EXPECT_GT(a.col(0).norm(), 1);
  EXPECT_EQ(a.col(0), -b.col(0));
}

TEST_F(Crossing, AnotherRunsFrameIsNoPredecessor) {
  const auto own = go(1.1, nullptr);
  const auto other = go(0, before_.get(), 5);
  EXPECT_EQ(result<Trajectory>(*own, "path").points, result<Trajectory>(*other, "path").points);
}

}  // namespace
}  // namespace aniso::analysis
