#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/analysis/fakes.h"

namespace aniso::analysis {
namespace {

using testing::HasSubstr;

Scene line_scene() {
  Matrix w(1, 3);
  w << 2, -1, 0.5;
  Scene scene(w, Vector::Constant(1, 0.25));
  scene.plan.outputs = 1;
  return scene;
}

TEST(Field, OfALinearFunctionIsExactAtEveryGridPoint) {
  const Scene scene = line_scene();
  const auto results =
      scene.evaluate("field", {{"centre", {1, -2}}, {"half_extent", {3, 2}}, {"resolution", 5}});
  const auto& field = result<Field2D>(*results, "value");
  EXPECT_EQ(field.x_low, -2);
  EXPECT_EQ(field.x_high, 4);
  EXPECT_EQ(field.y_low, -4);
  EXPECT_EQ(field.y_high, 0);
  ASSERT_EQ(field.values.rows(), 5);
  for (Index i = 0; i < 5; ++i)
    for (Index j = 0; j < 5; ++j) {
      const double s = -2 + 1.5 * static_cast<double>(j), t = -4 + static_cast<double>(i);
      EXPECT_DOUBLE_EQ(field.values(i, j), 2 * s - t + 0.25) << i << ", " << j;
    }
  EXPECT_TRUE(field.is_signed);
  EXPECT_TRUE(field.quantity.status.is_valid());
}

TEST(Field, FollowsChosenDirectionsAndTheOrigin) {
  Scene scene = line_scene();
  scene.data.plane.origin << 1, 1, 1;
  const auto results =
      scene.evaluate("field", {{"u", "pixel:2"},
                               {"v", {{"basis", "numbers"}, {"values", {3, 0, 4}}}},
                               {"centre", {0, 0}},
                               {"half_extent", {1}},
                               {"resolution", 3}});
  const auto& field = result<Field2D>(*results, "value");
  // v = (3, 0, 4)/5 made orthogonal to e_3 is e_1.
  ASSERT_TRUE(field.plane.has_value());
  EXPECT_LT((field.plane->v - Vector::Unit(3, 0)).norm(), 1e-15);
  EXPECT_NEAR(field.values(1, 1), 2 - 1 + 0.5 + 0.25, 1e-15);
  EXPECT_NEAR(field.values(1, 2) - field.values(1, 1), 0.5, 1e-15);
  EXPECT_NEAR(field.values(2, 1) - field.values(1, 1), 2, 1e-15);
  EXPECT_THAT(results->notes, testing::Contains(HasSubstr("orthogonal")));
}

TEST(Field, ParallelDirectionsAreRefused) {
  const Scene scene = line_scene();
  try {
    scene.evaluate("field", {{"u", "pixel:1"}, {"v", "pixel:1"}});
    FAIL();
  } catch (const InvalidInput& error) {
    EXPECT_THAT(error.what(), HasSubstr("same way as u"));
  }
}

TEST(Field, ADirectionAlongTheDatasetsOwnVTakesItsUInstead) {
  const Scene scene = line_scene();
  const auto results = scene.evaluate("field", {{"u", "pixel:1"}, {"resolution", 2}});
  const auto& field = result<Field2D>(*results, "value");
  EXPECT_EQ(field.plane->u, Vector::Unit(3, 1));
  EXPECT_EQ(field.plane->v, Vector::Unit(3, 0));
}

TEST(Field, ExtentHoldsAllOfTheDataAndATenthMore) {
  Scene scene = line_scene();
  scene.data.x = Matrix(3, 3);
  scene.data.x << -1, 0, 9, 3, 1, -9, 1, 0.5, 0;
  const auto& field = result<Field2D>(*scene.evaluate("field", {{"resolution", 2}}), "value");
  EXPECT_NEAR(field.x_low, 1 - 2.2, 1e-12);
  EXPECT_NEAR(field.x_high, 1 + 2.2, 1e-12);
  EXPECT_NEAR(field.y_low, 0.5 - 2.2, 1e-12);
}

TEST(Field, DataOnOnePointIsNotedAndStillDrawn) {
  Scene scene = line_scene();
  scene.data.x = Matrix::Constant(4, 3, 2.0);
  const auto results = scene.evaluate("field", {{"resolution", 2}});
  EXPECT_EQ(result<Field2D>(*results, "value").x_high, 3);
  EXPECT_THAT(results->notes, testing::Contains(HasSubstr("one point")));
}

TEST(Field, OfInputsWithOneDimensionIsUndefinedWithWhy) {
  const Scene scene(Matrix::Ones(1, 1), Vector::Zero(1));
  const auto results = scene.evaluate("field", {{"resolution", 4}, {"gradient_norm", true}});
  ASSERT_EQ(results->results.size(), 2u);
  const auto& field = result<Field2D>(*results, "value");
  EXPECT_EQ(field.quantity.status.kind, Status::Kind::undefined);
  EXPECT_THAT(field.quantity.status.reason, HasSubstr("one dimension"));
  EXPECT_EQ(field.values.rows(), 4);
}

TEST(Field, InfiniteOutputsArePartialAndAllOfThemUndefined) {
  Matrix w(1, 2);
  w << 1e308, 0;
  Scene scene(w, Vector::Zero(1));
  const Json params = {{"centre", {0, 0}}, {"half_extent", {4}}, {"resolution", 9}};
  const auto& some = result<Field2D>(*scene.evaluate("field", params), "value").quantity.status;
  EXPECT_EQ(some.kind, Status::Kind::partial);
  EXPECT_EQ(some.total, 81);
  EXPECT_EQ(some.done, 27);  // |s| ≤ 1
  scene.function = std::make_unique<LinearFunction>(
      w, Vector::Constant(1, std::numeric_limits<double>::quiet_NaN()));
  const auto& none = result<Field2D>(*scene.evaluate("field", params), "value").quantity.status;
  EXPECT_EQ(none.kind, Status::Kind::undefined);
}

TEST(Field, GradientNormIsThatWithinThePlane) {
  const Scene scene = line_scene();
  const auto results = scene.evaluate("field", {{"resolution", 3}, {"gradient_norm", true}});
  const auto& norm = result<Field2D>(*results, "gradient_norm");
  EXPECT_NEAR(norm.values(1, 1), std::sqrt(5.0), 1e-15);  // w without its third entry
  EXPECT_FALSE(norm.is_signed);
}

TEST(Field, StopsBetweenTiles) {
  const Scene scene = line_scene();
  std::stop_source stop;
  int tiles = 0;
  scene.function->on_call = [&] {
    if (++tiles == 2) stop.request_stop();
  };
  EXPECT_THROW(evaluate(analysis("field"), scene.input("field"), stop.get_token()), Cancelled);
  EXPECT_EQ(tiles, 2);
}

struct ReadoutCase {
  Index outputs;
  bool is_classification;
  Json params;
  double expected;  // of f = (1, 4, 2, …)
  bool is_signed;
  nn::OutputKind kind;
  std::string title;
};

TEST(Readout, MeansWhatThePageSays) {
  using enum nn::OutputKind;
  const std::vector<ReadoutCase> cases = {
      {1, true, Json::object(), 1, true, logit, "logit"},
      {1, true, Json::object(), 1, true, values, "output"},
      {2, true, Json::object(), 3, true, logits, "logit 1 − logit 0"},
      {3, true, Json::object(), 2, false, logits, "winning margin"},
      {3, false, {{"output", 2}}, 2, true, values, "output 2"},
      {3, true, {{"readout", "output"}, {"output", 1}}, 4, true, logits, "logit 1"},
      {3, true, {{"readout", "output"}, {"output", 1}}, 4, true, values, "output 1"},
      {3,
       true,
       {{"readout", "difference"}, {"output", 2}, {"against", 1}},
       -2,
       true,
       values,
       "output 2 − output 1"},
      {2, false, {{"readout", "margin"}}, 3, false, values, "winning margin"}};
  for (const auto& c : cases) {
    Vector bias(c.outputs);
    for (Index i = 0; i < c.outputs; ++i) bias(i) = i == 0 ? 1 : i == 1 ? 4 : 2;
    const Scene scene(Matrix::Zero(c.outputs, 2), bias);
    Json params = c.params;
    params["resolution"] = 2;
    Input input = scene.input("field", params);
    input.is_classification = c.is_classification;
    input.output_kind = c.kind;
    const auto results = evaluate(analysis("field"), input, {});
    const auto& field = result<Field2D>(*results, "value");
    EXPECT_EQ(field.values(0, 0), c.expected) << c.params;
    EXPECT_EQ(field.is_signed, c.is_signed) << c.params;
    EXPECT_EQ(field.quantity.title, c.title) << c.params;
  }
}

TEST(Readout, OutputsThatAreNotThereAreRefused) {
  const Scene scene(Matrix::Zero(2, 2), Vector::Zero(2));
  EXPECT_THROW(scene.evaluate("field", {{"readout", "output"}, {"output", 2}}), InvalidInput);
  EXPECT_THROW(scene.evaluate("field", {{"readout", "difference"}, {"output", 1}, {"against", 1}}),
               InvalidInput);
  const Scene one(Matrix::Zero(1, 2), Vector::Zero(1));
  EXPECT_THROW(one.evaluate("field", {{"readout", "margin"}}), InvalidInput);
}

TEST(Readout, GradientOfTheMarginAgreesWithDifferences) {
  Matrix w(3, 2);
  w << 1, 2, -1, 0.5, 0.25, -3;
  Vector b(3);
  b << 0.1, 0.7, -0.2;
  const Scene scene(w, b);
  Input input = scene.input("field", {{"centre", {0.3, -0.4}},
                                      {"half_extent", {1e-3}},
                                      {"resolution", 3},
                                      {"gradient_norm", true}});
  input.is_classification = true;
  const auto results = evaluate(analysis("field"), input, {});
  const auto& f = result<Field2D>(*results, "value").values;
  const double slope_s = (f(1, 2) - f(1, 0)) / 2e-3, slope_t = (f(2, 1) - f(0, 1)) / 2e-3;
  const double norm = result<Field2D>(*results, "gradient_norm").values(1, 1);
  EXPECT_GT(norm, 1);
  EXPECT_NEAR(norm, std::hypot(slope_s, slope_t), 1e-9);
}

}  // namespace
}  // namespace aniso::analysis
