#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <chrono>
#include <cmath>
#include <numbers>
#include <thread>

#include "tests/analysis/fakes.h"

namespace aniso::analysis {
namespace {

using testing::Contains;
using testing::HasSubstr;

const std::vector<std::string> kScalars = {
    "value",         "gradient_norm",   "hessian_large",  "hessian_small",     "hessian_det",
    "hessian_trace", "level_curvature", "mean_curvature", "gaussian_curvature"};
const std::vector<std::string> kSecond = {"hessian_large",     "hessian_small",   "hessian_det",
                                          "hessian_trace",     "level_curvature", "mean_curvature",
                                          "gaussian_curvature"};

ResultsPtr look(const nn::LayeredFunction& function, const Json& params,
                const PartialSink& on_partial = {}) {
  const Scene scene(Matrix::Zero(function.outputs(), function.inputs()),
                    Vector::Zero(function.outputs()));
  Input input = scene.input("curvature", params);
  input.function = &function;
  input.is_classification = function.outputs() > 1;
  return evaluate(analysis("curvature"), input, {}, on_partial);
}

Json around(double s, double t, double half, Index side) {
  return {{"centre", {s, t}}, {"half_extent", {half}}, {"resolution", side}};
}

Matrix values_of(const Results& results, const std::string& id) {
  return result<Field2D>(results, id).values;
}

Matrix symmetric(std::initializer_list<double> entries) {
  const auto d = static_cast<Index>(std::lround(std::sqrt(double(entries.size()))));
  Matrix m(d, d);
  std::copy(entries.begin(), entries.end(), m.data());
  return m;
}

TEST(Curvature, OfASquaredDistanceIsOneOverTheRadius) {
  for (const double sign : {1.0, -1.0}) {
    const QuadraticFunction f(Matrix(sign * 2 * Matrix::Identity(2, 2)));
    const auto results = look(f, around(0, 0, 2, 5));
    const Matrix kappa = values_of(*results, "level_curvature");
    for (Index i = 0; i < 5; ++i)
      for (Index j = 0; j < 5; ++j) {
        const double r = std::hypot(double(i - 2), double(j - 2));
        if (r == 0)
          EXPECT_TRUE(std::isnan(kappa(i, j)));
        else
          EXPECT_DOUBLE_EQ(kappa(i, j), -sign / r) << i << ", " << j;
      }
    const auto& status = result<Field2D>(*results, "level_curvature").quantity.status;
    EXPECT_EQ(status.kind, Status::Kind::partial);
    EXPECT_EQ(status.done, 24);
  }
}

TEST(Curvature, OfALinearFunctionIsExactlyZero) {
  Matrix slope(1, 2);
  slope << 0.3, -1.7;
  const QuadraticFunction f({Matrix::Zero(2, 2)}, slope, Vector::Constant(1, 0.1));
  const auto results = look(f, around(0.2, -1, 3, 7));
  for (const auto& id : kSecond) {
    const Matrix values = values_of(*results, id);
    EXPECT_TRUE(values.isZero(0)) << id;
    EXPECT_FALSE(std::signbit(values(3, 3))) << id << " is shown as −0";
  }
  EXPECT_DOUBLE_EQ(values_of(*results, "gradient_norm")(2, 5), slope.norm());
  EXPECT_EQ(result<VectorField2D>(*results, "principal_direction").quantity.status.kind,
            Status::Kind::undefined);
}

TEST(Curvature, OfAKnownHessian) {
  const Matrix hessian = symmetric({1, 2, 0.5, 2, -3, 0, 0.5, 0, 7});
  Matrix slope(1, 3);
  slope << 0.4, -0.6, 9;
  const QuadraticFunction f({hessian}, slope, Vector::Zero(1));
  const auto results = look(f, around(0.3, -0.2, 1, 9));
  const Eigen::Matrix2d H = hessian.topLeftCorner(2, 2);
  const Eigen::SelfAdjointEigenSolver<Eigen::Matrix2d> eigen(H);
  const auto& direction = result<VectorField2D>(*results, "principal_direction");
  const auto& gradient = result<VectorField2D>(*results, "gradient");
  for (Index i = 0; i < 9; ++i)
    for (Index j = 0; j < 9; ++j) {
      const Eigen::Vector2d at(0.3 - 1 + 0.25 * double(j), -0.2 - 1 + 0.25 * double(i));
      const Eigen::Vector2d g = H * at + Eigen::Vector2d(0.4, -0.6);
      const auto value = [&](const char* id) { return values_of(*results, id)(i, j); };
      EXPECT_NEAR(value("gradient_norm"), g.norm(), 1e-14);
      EXPECT_NEAR(value("hessian_large"), eigen.eigenvalues()[1], 1e-14);
      EXPECT_NEAR(value("hessian_small"), eigen.eigenvalues()[0], 1e-14);
      EXPECT_NEAR(value("hessian_det"), H.determinant(), 1e-14);
      EXPECT_NEAR(value("hessian_trace"), H.trace(), 1e-14);
      // The graph's first and second fundamental forms.
      const Eigen::Matrix2d I = Eigen::Matrix2d::Identity() + g * g.transpose();
      const Eigen::Matrix2d II = H / std::sqrt(1 + g.squaredNorm());
      const Eigen::Matrix2d shape = I.inverse() * II;
      EXPECT_NEAR(value("mean_curvature"), shape.trace() / 2, 1e-13);
      EXPECT_NEAR(value("gaussian_curvature"), shape.determinant(), 1e-13);
      // −div of the unit gradient is −tr(P H)/|g| with P the projection along the level line.
      const Eigen::Vector2d n = g.normalized();
      const Eigen::Matrix2d P = Eigen::Matrix2d::Identity() - n * n.transpose();
      EXPECT_NEAR(value("level_curvature"), -(P * H).trace() / g.norm(), 1e-12);
      const Eigen::Vector2d d(direction.x(i, j), direction.y(i, j));
      EXPECT_NEAR(d.norm(), 1, 1e-15);
      EXPECT_LT((H * d - eigen.eigenvalues()[0] * d).norm(), 1e-14) << "−3.8 outweighs 1.8";
      EXPECT_NEAR(gradient.x(i, j), g.x(), 1e-14);
      EXPECT_NEAR(gradient.y(i, j), g.y(), 1e-14);
    }
}

TEST(Curvature, DoesNotDependOnHowThePlaneIsTurned) {
  const Matrix hessian = symmetric({1, 2, 0.5, 2, -3, 0.3, 0.5, 0.3, 7});
  const QuadraticFunction f({hessian}, Matrix::Constant(1, 3, 0.7), Vector::Zero(1));
  const double s = 0.4, t = -0.9;
  const auto plain = look(f, around(s, t, 0.1, 3));
  for (const double angle : {0.3, 1.1, 2.9}) {
    const double c = std::cos(angle), d = std::sin(angle);
    Json params = around(c * s + d * t, -d * s + c * t, 0.1, 3);
    params["u"] = {{"basis", "numbers"}, {"values", {c, d, 0}}};
    params["v"] = {{"basis", "numbers"}, {"values", {-d, c, 0}}};
    const auto turned = look(f, params);
    for (const auto& id : kScalars)
      EXPECT_NEAR(values_of(*turned, id)(1, 1), values_of(*plain, id)(1, 1), 1e-13)
          << id << " at " << angle;
  }
}

TEST(Curvature, SwappedAxesGiveTheTransposedPicture) {
  const Matrix hessian = symmetric({1, 2, 2, -3});
  Matrix slope(1, 2);
  slope << 0.2, 0.9;
  const QuadraticFunction f({hessian}, slope, Vector::Zero(1));
  const auto plain = look(f, around(0, 0, 1, 6));
  Json params = around(0, 0, 1, 6);
  params["u"] = "pixel:1";
  params["v"] = "pixel:0";
  const auto swapped = look(f, params);
  for (const auto& id : kScalars) {
    const Matrix a = values_of(*plain, id), b = values_of(*swapped, id).transpose();
    EXPECT_LT((a - b).cwiseAbs().maxCoeff(), 1e-13) << id;
  }
  // An even function gives a picture that is the same turned by half a turn.
  const auto even = look(QuadraticFunction(hessian), around(0, 0, 1, 6));
  const Matrix kappa = values_of(*even, "level_curvature");
  EXPECT_GT(kappa.cwiseAbs().maxCoeff(), 0.1);
  EXPECT_LT((kappa - kappa.reverse()).cwiseAbs().maxCoeff(), 1e-13);
}

TEST(Curvature, MarginTakesTheSecondDerivativesOfTheTwoThatLead) {
  const Matrix one = symmetric({1, 0, 0, 0}), two = symmetric({0, 0, 0, 5}),
               three = symmetric({9, 9, 9, 9});
  Vector offsets(3);
  offsets << 3, 10, -500;
  const QuadraticFunction f({one, two, three}, Matrix::Zero(3, 2), offsets);
  const auto results = look(f, around(0, 0, 1, 5));
  EXPECT_EQ(result<Field2D>(*results, "value").quantity.title, "winning margin");
  EXPECT_DOUBLE_EQ(values_of(*results, "hessian_large")(1, 2), 5);
  EXPECT_DOUBLE_EQ(values_of(*results, "hessian_small")(1, 2), -1);
  EXPECT_DOUBLE_EQ(values_of(*results, "value")(2, 2), 7);
  EXPECT_THAT(results->notes, Contains(HasSubstr("kinks")));
}

TEST(Curvature, OfPiecewiseLinearAndAffineNetworksIsUndefinedWithWhatToDo) {
  const auto check = [](const Results& results, const char* what) {
    for (const auto& id : kSecond) {
      const auto& field = result<Field2D>(results, id);
      EXPECT_EQ(field.quantity.status.kind, Status::Kind::undefined) << id;
      EXPECT_THAT(field.quantity.status.reason, HasSubstr(what));
      for (const char* offer : {"GELU", "SiLU", "tanh", "softplus"})
        EXPECT_THAT(field.quantity.status.reason, HasSubstr(offer));
      EXPECT_TRUE(field.values.array().isNaN().all()) << id;
    }
    EXPECT_TRUE(result<Field2D>(results, "value").quantity.status.is_valid());
    EXPECT_TRUE(result<Field2D>(results, "gradient_norm").quantity.status.is_valid());
    EXPECT_EQ(result<VectorField2D>(results, "principal_direction").quantity.status.kind,
              Status::Kind::undefined);
  };
  Matrix slope(1, 2);
  slope << 1, 2;
  const auto linear = [&](nn::SecondOrder order) {
    return QuadraticFunction({Matrix::Zero(2, 2)}, slope, Vector::Zero(1), order);
  };
  check(*look(linear(nn::SecondOrder::piecewise_linear), around(0, 0, 1, 4)), "smoothing");
  check(*look(linear(nn::SecondOrder::affine), around(0, 0, 1, 4)), "affine");
  Json smoothed = around(0, 0, 1, 4);
  smoothed["smoothing"] = 0.2;
  check(*look(linear(nn::SecondOrder::affine), smoothed), "affine");
  const LinearFunction three(Matrix::Identity(3, 2), Vector::Zero(3));
  check(*look(three, around(0, 0, 1, 4)), "piecewise linear");
}

TEST(Curvature, OfASmoothedQuadraticIsExact) {
  const Matrix hessian = symmetric({1, 2, 2, -3});
  Matrix slope(1, 2);
  slope << 0.2, 0.9;
  const QuadraticFunction f({hessian}, slope, Vector::Constant(1, 5), nn::SecondOrder::smooth);
  Json params = around(0.3, 0.1, 1, 6);
  const auto plain = look(f, params);
  params["smoothing"] = 0.25;
  const auto smoothed = look(f, params);
  const double lift = 0.5 * 0.25 * 0.25 * hessian.trace();
  EXPECT_LT((values_of(*smoothed, "value") - values_of(*plain, "value")).array().abs().maxCoeff() -
                std::abs(lift),
            1e-6);
  EXPECT_NEAR(values_of(*smoothed, "value")(1, 4) - values_of(*plain, "value")(1, 4), lift, 1e-6);
  for (const auto& id : kSecond)
    EXPECT_LT((values_of(*smoothed, id) - values_of(*plain, id)).cwiseAbs().maxCoeff(), 1e-5) << id;
  EXPECT_THAT(result<Field2D>(*smoothed, "level_curvature").quantity.title,
              HasSubstr("smoothed over 0.25"));
  EXPECT_THAT(smoothed->notes, Contains(HasSubstr("standard deviation 0.25")));
}

/// |x_1|: a kink that every smoothing scale turns into a known bump.
class Kink : public QuadraticFunction {
 public:
  Kink()
      : QuadraticFunction({Matrix::Zero(2, 2)}, Matrix::Zero(1, 2), Vector::Zero(1),
                          nn::SecondOrder::piecewise_linear) {}
  Matrix values(MatrixRef x) const override { return x.col(0).cwiseAbs(); }
  std::unique_ptr<nn::Function> clone() const override { return std::make_unique<Kink>(*this); }
};

TEST(Curvature, OfASmoothedKinkIsTheGaussianOfThatScale) {
  const double scale = 0.4;
  Json params = around(0.03, 0, 1, 21);
  params["smoothing"] = scale;
  const auto results = look(Kink(), params);
  const auto& field = result<Field2D>(*results, "hessian_large");
  ASSERT_TRUE(field.quantity.status.is_valid());
  const double top = 2 / (scale * std::sqrt(2 * std::numbers::pi));
  for (Index j = 0; j < 21; ++j) {
    const double z = (0.03 - 1 + 0.1 * double(j)) / scale;
    EXPECT_NEAR(field.values(10, j), top * std::exp(-z * z / 2), 0.01 * top) << j;
    EXPECT_NEAR(values_of(*results, "hessian_small")(10, j), 0, 1e-6);
  }
}

TEST(Curvature, TooSmallASmoothingScaleSaysWhichIsLargeEnough) {
  Json params = around(0, 0, 1, 8);
  params["smoothing"] = 1e-3;
  try {
    look(Kink(), params);
    FAIL();
  } catch (const InvalidInput& error) {
    EXPECT_THAT(error.what(), HasSubstr("or more"));
    EXPECT_THAT(error.what(), HasSubstr("zoom in"));
  }
}

TEST(Curvature, OfDegenerateInput) {
  const auto one = look(LinearFunction(Matrix::Ones(1, 1), Vector::Zero(1)), {{"resolution", 4}});
  ASSERT_EQ(one->results.size(), 11u);
  for (const auto& entry : one->results) {
    EXPECT_EQ(quantity_of(entry).status.kind, Status::Kind::undefined);
    EXPECT_THAT(quantity_of(entry).status.reason, HasSubstr("one dimension"));
  }
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto broken = look(QuadraticFunction(Matrix::Constant(2, 2, nan)), around(0, 0, 1, 4));
  for (const auto& entry : broken->results)
    EXPECT_EQ(quantity_of(entry).status.kind, Status::Kind::undefined) << quantity_of(entry).id;
  const auto constant = look(QuadraticFunction(Matrix::Zero(2, 2)), around(0, 0, 1, 4));
  const auto& level = result<Field2D>(*constant, "level_curvature").quantity.status;
  EXPECT_EQ(level.kind, Status::Kind::undefined);
  EXPECT_THAT(level.reason, HasSubstr("constant"));
  EXPECT_TRUE(result<Field2D>(*constant, "mean_curvature").quantity.status.is_valid());
}

TEST(Curvature, IsUndefinedWhereTheGradientIsAMillionMillionthOfTheSteepest) {
  Matrix slope(1, 2);
  slope << 0, 1e-13;
  // |∇g| = hypot(s, 1e-13): at s = 0 it is 1e-13 of the steepest, 1.
  const QuadraticFunction f({symmetric({1, 0, 0, 0})}, slope, Vector::Zero(1));
  const Matrix kappa = values_of(*look(f, around(0, 0, 1, 3)), "level_curvature");
  for (Index i = 0; i < 3; ++i) {
    EXPECT_TRUE(std::isnan(kappa(i, 1)));
    EXPECT_TRUE(std::isfinite(kappa(i, 0)));
  }
}

TEST(Curvature, ComesCoarseFirstWhereItIsSlow) {
  QuadraticFunction f(Matrix(Matrix::Identity(2, 2)));
  std::vector<std::pair<Index, double>> seen;
  const auto sink = [&](const ResultsPtr& results) {
    seen.emplace_back(values_of(*results, "value").rows(), results->share);
  };
  look(f, around(0, 0, 1, 128), sink);
  EXPECT_TRUE(seen.empty()) << "a fast one goes straight to the whole grid";
  // The restricted function is a copy, so that the delay travels with it.
  f.on_jets = [](Index samples) {
    std::this_thread::sleep_for(std::chrono::microseconds(4 * samples));
  };
  const auto results = look(f, around(0, 0, 1, 128), sink);
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].first, 32);
  EXPECT_EQ(seen[1].first, 64);
  EXPECT_LT(seen[0].second, seen[1].second);
  EXPECT_EQ(values_of(*results, "value").rows(), 128);
  EXPECT_EQ(results->share, 1);
}

TEST(Curvature, StopsBetweenTiles) {
  QuadraticFunction f(Matrix(Matrix::Identity(2, 2)));
  std::stop_source stop;
  int tiles = 0;
  f.on_jets = [&](Index) {
    if (++tiles == 2) stop.request_stop();
  };
  const Scene scene(Matrix::Zero(1, 2), Vector::Zero(1));
  Input input = scene.input("curvature", around(0, 0, 1, 128));
  input.function = &f;
  EXPECT_THROW(evaluate(analysis("curvature"), input, stop.get_token()), Cancelled);
  EXPECT_EQ(tiles, 2);
}

class CurvatureOfMany : public testing::Test {
 protected:
  ResultsPtr ask(const Json& extra, Index step = 0, const PartialSink& sink = {}) {
    Json params = around(0, 0, 1, 12);
    params.update(extra);
    Input input = scene_.input("curvature", params);
    const auto own = laboratory_.function(laboratory_.fresh(0));
    input.function = own.get();
    input.plan = &laboratory_.plan();
    input.laboratory = &laboratory_;
    input.step = step;
    return evaluate(analysis("curvature"), input, {}, sink);
  }

  Scene scene_{Matrix::Zero(1, 3), Vector::Zero(1)};
  FakeLaboratory laboratory_{
      "mlp", {{"hidden", std::vector<int>{8}}, {"activation", "tanh"}}, 3, 1};
};

TEST_F(CurvatureOfMany, IsTheMeanOfTheFields) {
  std::vector<std::pair<Index, Index>> asked;
  laboratory_.on_trained = [&](Index member, Index step) {
    asked.emplace_back(member, step);
    return laboratory_.fresh(member);
  };
  const auto mean = ask({{"of", "trained"}, {"networks", 2}}, 40);
  EXPECT_THAT(asked,
              testing::ElementsAre(std::pair<Index, Index>{0, 40}, std::pair<Index, Index>{1, 40}));
  laboratory_.on_trained = [&](Index, Index) { return laboratory_.fresh(1); };
  const auto first = ask(Json::object());
  const auto second = ask({{"of", "trained"}, {"networks", 1}});
  for (const auto& id : kScalars) {
    const Matrix expected = (values_of(*first, id) + values_of(*second, id)) / 2;
    EXPECT_LT((values_of(*mean, id) - expected).cwiseAbs().maxCoeff(),
              1e-12 * expected.cwiseAbs().maxCoeff())
        << id;
    EXPECT_GT((values_of(*first, id) - values_of(*second, id)).cwiseAbs().maxCoeff(), 1e-3) << id;
  }
  EXPECT_THAT(result<Field2D>(*mean, "value").quantity.title, HasSubstr("mean of 2 trained"));
  EXPECT_THAT(mean->notes, Contains(HasSubstr("mean of the fields")));
}

TEST_F(CurvatureOfMany, FreshNetworksDependOnTheSeedAlone) {
  const Json fresh = {{"of", "fresh"}, {"networks", 11}};
  const auto one = ask(fresh), again = ask(fresh, 70);
  EXPECT_EQ(values_of(*one, "value"), values_of(*again, "value"));
  Json other = fresh;
  other["seed"] = 1;
  EXPECT_NE(values_of(*one, "value"), values_of(*ask(other), "value"));
  EXPECT_TRUE(analysis("curvature")
                  .is_step_free(validated(analysis("curvature").params, fresh, "curvature")));
}

TEST_F(CurvatureOfMany, IsShownWhileItGrows) {
  laboratory_.on_trained = [&](Index member, Index) {
    std::this_thread::sleep_for(std::chrono::milliseconds(120));
    return laboratory_.fresh(member);
  };
  std::vector<double> shares;
  ask({{"of", "trained"}, {"networks", 5}}, 0,
      [&](const ResultsPtr& results) { shares.push_back(results->share); });
  ASSERT_GE(shares.size(), 1u);
  EXPECT_TRUE(std::is_sorted(shares.begin(), shares.end()));
  EXPECT_LT(shares.back(), 1);
}

TEST_F(CurvatureOfMany, AgreesWithDifferencesOfTheNetworksOwnValues) {
  const Json params = {{"centre", {0.3, -0.2}}, {"half_extent", {1e-3}}, {"resolution", 3}};
  const auto results = ask(params);
  const Matrix f = values_of(*results, "value");
  const double h = 1e-3;
  const double ss = (f(1, 0) - 2 * f(1, 1) + f(1, 2)) / (h * h);
  const double tt = (f(0, 1) - 2 * f(1, 1) + f(2, 1)) / (h * h);
  const double st = (f(2, 2) - f(2, 0) - f(0, 2) + f(0, 0)) / (4 * h * h);
  EXPECT_GT(std::abs(ss * tt - st * st), 1e-5);
  EXPECT_NEAR(values_of(*results, "hessian_trace")(1, 1), ss + tt, 1e-7);
  EXPECT_NEAR(values_of(*results, "hessian_det")(1, 1), ss * tt - st * st, 1e-7);
}

}  // namespace
}  // namespace aniso::analysis
