// The arithmetic behind the views of score networks.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "app/views/arrow_grid.h"
#include "app/views/refined.h"
#include "app/views/sample_flow.h"
#include "app/views/time_slider.h"
#include "app/views/view.h"
#include "core/base/errors.h"

namespace aniso::app {
namespace {

TEST(NoiseTimes, StepsAndPlacesGoThereAndBack) {
  for (const Index steps : {2, 100, 1000}) {
    const NoiseTimes times{steps};
    EXPECT_EQ(times.time_of(0), 0);
    EXPECT_EQ(times.time_of(steps - 1), 1);
    for (Index t = 0; t < steps; ++t) ASSERT_EQ(times.step_of(times.time_of(t)), t);
    EXPECT_EQ(times.step_of(-3), 0);
    EXPECT_EQ(times.step_of(7), steps - 1);
  }
  const NoiseTimes times{100};
  EXPECT_EQ(times.step_of(times.moved(0.2, 1)), 21);
  EXPECT_EQ(times.step_of(times.moved(0.2, -10)), 10);
  EXPECT_EQ(times.moved(0.97, 10), 1);
}

SampleFlow::Moment moment(double place, double t, double x) {
  return {place, t, Matrix::Constant(3, 2, x)};
}

TEST(SampleFlow, PointsMoveStraightBetweenMoments) {
  SampleFlow flow;
  EXPECT_FALSE(flow.advance(1));
  EXPECT_EQ(flow.points().rows(), 0);
  flow.replace({moment(0, 9, 0), moment(0.5, 4, 10), moment(1, -1, 12)});
  EXPECT_EQ(flow.points()(0, 0), 0);
  flow.seek(0.25);
  EXPECT_DOUBLE_EQ(flow.points()(1, 1), 5);
  EXPECT_DOUBLE_EQ(flow.t(), 6.5);
  flow.seek(0.75);
  EXPECT_DOUBLE_EQ(flow.points()(2, 0), 11);
  flow.seek(9);
  EXPECT_TRUE(flow.is_done());
  EXPECT_EQ(flow.points()(0, 0), 12);
  flow.seek_t(6.5);
  EXPECT_DOUBLE_EQ(flow.place(), 0.25);
  flow.seek_t(20);
  EXPECT_EQ(flow.place(), 0);
  flow.seek_t(-1);
  EXPECT_EQ(flow.place(), 1);
}

TEST(SampleFlow, TakesItsTimeForTheWholeWayAtAnEvenPace) {
  SampleFlow flow;
  flow.replace({moment(0, 9, 0), moment(1, -1, 1)});
  double before = 0;
  int frames = 0;
  for (; !flow.is_done() && frames < 10000; ++frames) {
    EXPECT_TRUE(flow.advance(0.01));
    EXPECT_LE(flow.place() - before, 0.01 / SampleFlow::kSeconds + 1e-12);
    before = flow.place();
  }
  EXPECT_NEAR(frames * 0.01, SampleFlow::kSeconds, 0.02);
  EXPECT_FALSE(flow.advance(0.01));
}

TEST(SampleFlow, WaitsGentlyWhereTheRestIsNotKnown) {
  SampleFlow flow;
  flow.add(moment(0.1, 9, 0));
  flow.add(moment(0.2, 8, 1));
  double last = 1;
  for (int i = 0; i < 400; ++i) {
    const double before = flow.place();
    flow.advance(0.01);
    EXPECT_LE(flow.place(), 0.2);
    if (i > 60) {
      EXPECT_LE(flow.place() - before, last + 1e-12) << "it slows down";
    }
    last = flow.place() - before;
  }
  EXPECT_DOUBLE_EQ(flow.place(), 0.2);
  flow.add(moment(0.15, 8, 7));            // not behind what is known
  flow.add({0.5, 5, Matrix::Zero(2, 2)});  // another number of points
  EXPECT_DOUBLE_EQ(flow.known(), 0.2);
  flow.add(moment(1, -1, 2));
  EXPECT_TRUE(flow.advance(0.5));
  EXPECT_GT(flow.place(), 0.2);
  flow.clear();
  EXPECT_TRUE(flow.empty());
}

TEST(SampleFlow, ThePictureGrowsInStepsWithTheSamples) {
  Matrix points = Matrix::Zero(100, 2);
  EXPECT_EQ(steady_extent(points, 2, 0.99), 2);
  EXPECT_EQ(steady_extent(Matrix(0, 2), 2, 0.99), 2);
  points(3, 1) = 1e9;  // one that is lost does not shrink the others
  EXPECT_EQ(steady_extent(points, 2, 0.98), 2);
  points.col(0).setConstant(-300);
  const double half = steady_extent(points, 2, 0.98);
  EXPECT_GE(half, 300);
  EXPECT_LE(half, 300 * 1.25);
  points.col(0) *= 1.0001;
  EXPECT_EQ(steady_extent(points, 2, 0.98), half);
  points.col(0).setConstant(std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(steady_extent(points, 2, 0.5), 2);
}

TEST(ArrowGrid, LiesWithinTheViewAndStaysInThePlane) {
  const gl::PlaneView view{-3.1, 5.2, -2, 2.5};
  const Matrix places = arrow_places(view, 10);
  const double step = arrow_spacing(view, 10);
  EXPECT_NEAR(step, 0.45, 0.45 * 0.13);
  EXPECT_NEAR(double(places.rows()), view.width() * view.height() / (step * step), 30);
  for (Index i = 0; i < places.rows(); ++i) {
    EXPECT_TRUE(places(i, 0) >= view.x_low && places(i, 0) <= view.x_high);
    EXPECT_TRUE(places(i, 1) >= view.y_low && places(i, 1) <= view.y_high);
    EXPECT_NEAR(std::remainder(places(i, 0), step), 0, 1e-12);
  }
  EXPECT_EQ(arrow_spacing(view.panned(31, -17, 800, 600), 10), step);
  EXPECT_EQ(arrow_places({1, 1, 0, 2}, 10).rows(), 0);
}

TEST(ArrowGrid, ItsKeyIsARoundLengthThatMostVectorsHave) {
  analysis::VectorField2D field;
  field.x = Matrix::Zero(10, 10);
  field.y = Matrix::Zero(10, 10);
  EXPECT_EQ(round_length(field, 0.9), 1);
  for (Index i = 0; i < 100; ++i) field.x.data()[i] = -0.03 * double(i);
  EXPECT_EQ(round_length(field, 0.5), 2);
  EXPECT_EQ(round_length(field, 1), 5);
  EXPECT_EQ(round_length(field, 0.1), 0.5);
  Matrix counted = Matrix::Zero(10, 10);
  counted(0, 1) = 1;  // the one of length 0.03
  EXPECT_NEAR(round_length(field, 1, counted), 0.05, 1e-15);
}

TEST(ArrowGrid, VectorsAreMixedBetweenSamplesAndUndefinedOutside) {
  analysis::VectorField2D field;
  field.x = Matrix::Zero(2, 2);
  field.x << 0, 1, 2, 3;
  field.y = -field.x;
  field.x_high = field.y_high = 4;
  Matrix places(2, 2);
  places << 2, 2, 5, 0;
  const Matrix at = vectors_at(field, places);
  EXPECT_DOUBLE_EQ(at(0, 0), 1.5);
  EXPECT_DOUBLE_EQ(at(0, 1), -1.5);
  EXPECT_TRUE(std::isnan(at(1, 0)));
}

TEST(Refined, GoesThroughTheSamplesAndIsExactForStraightLinesAndParabolasInside) {
  Matrix values(5, 7);
  for (Index r = 0; r < 5; ++r)
    for (Index c = 0; c < 7; ++c) values(r, c) = 2 * double(r) - double(c) + 1;
  const Matrix fine = refined(values, 4);
  ASSERT_EQ(fine.rows(), 17);
  ASSERT_EQ(fine.cols(), 25);
  for (Index r = 0; r < 17; ++r)
    for (Index c = 0; c < 25; ++c)
      EXPECT_NEAR(fine(r, c), 0.5 * double(r) - 0.25 * double(c) + 1, 1e-12);
  for (Index c = 0; c < 7; ++c) values.col(c).setConstant(double(c * c));
  EXPECT_NEAR(refined(values, 2)(3, 5), 2.5 * 2.5, 1e-12);
  EXPECT_EQ(refined(values, 1), values);
  values(2, 2) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(refined(values, 3).rows(), 5) << "as it is";
  EXPECT_EQ(refined(Matrix::Constant(1, 1, 3), 4), Matrix::Constant(1, 1, 3));
}

TEST(ScoreViews, ReplaceTheAutomaticOnesAndTakeTheirSettings) {
  const auto field = view_type("score_field").make();
  field->set_settings({{"show", "difference"}, {"draw", "particles"}, {"time", 0.5}});
  EXPECT_EQ(field->settings().choice("background"), "auto");
  EXPECT_THROW(field->set_settings({{"draw", "dots"}}), InvalidInput);
  EXPECT_THROW(field->set_settings({{"time", 1.5}}), InvalidInput);
  EXPECT_EQ(field->settings().real("time"), 0.5) << "nothing has changed";
  const auto samples = view_type("samples").make();
  samples->set_settings({{"count", 50}, {"sampler", "ode"}});
  EXPECT_FALSE(samples->settings().json().contains("moments")) << "the view's own business";
}

}  // namespace
}  // namespace aniso::app
