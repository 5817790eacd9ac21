// What defines each generated dataset: a closed form, or a statistic within five standard errors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "core/data/direction.h"
#include "core/data/drawn_points.h"
#include "core/data/index_model.h"
#include "core/data/shown_rows.h"
#include "core/data/sloppy.h"
#include "tests/data/helpers.h"

namespace aniso::data {
namespace {

using testing::HasSubstr;

Vector direction(const std::string& basis, Index index, const InputShape& shape) {
  return resolve_direction({{"basis", basis}, {"index", index}}, shape, "test");
}

// Coordinates of the rows in the displayed plane.
Matrix in_plane(const Dataset& d) {
  Matrix p(d.size(), 2);
  p.col(0) = (d.x.rowwise() - d.plane.origin.transpose()) * d.plane.u;
  p.col(1) = (d.x.rowwise() - d.plane.origin.transpose()) * d.plane.v;
  return p;
}

// The sample's second moment against `covariance`, each entry within five standard errors.
void expect_covariance(const Matrix& x, const Matrix& covariance) {
  const auto n = static_cast<double>(x.rows());
  const Matrix sample = x.transpose() * x / n;
  for (Index i = 0; i < x.cols(); ++i)
    for (Index j = 0; j < x.cols(); ++j)
      EXPECT_NEAR(
          sample(i, j), covariance(i, j),
          5 * std::sqrt(
                  (covariance(i, i) * covariance(j, j) + covariance(i, j) * covariance(i, j)) / n) +
              1e-12)
          << i << ", " << j;
}

TEST(AnisotropicGaussian, CovarianceIsDvvTPlusTauI) {
  const auto d =
      made("anisotropic_gaussian", {{"n", 8000}, {"dimension", 9}, {"v", "dct:4"}, {"noise", 0.3}});
  const Vector v = direction("dct", 4, InputShape::image(1, 3, 3));
  EXPECT_EQ(d->shape, InputShape::image(1, 3, 3));
  expect_covariance(d->x, 9 * v * v.transpose() + 0.3 * Matrix::Identity(9, 9));
  EXPECT_LT((d->plane.u - v).norm(), 1e-12);
}

TEST(AnisotropicGaussian, TargetsFollowTheirDirection) {
  const Json base = {{"n", 1000}, {"dimension", 16}, {"label_direction", "pixel:3"}};
  Json given = base;
  const auto side = made("anisotropic_gaussian", given);
  for (Index i = 0; i < side->size(); ++i) EXPECT_EQ(side->labels[i], side->x(i, 3) > 0);
  EXPECT_NEAR(side->plane.v[3], side->plane.v.cwiseAbs().maxCoeff(), 1e-15);
  given["targets"] = "outside";
  const auto outside = made("anisotropic_gaussian", given);
  EXPECT_EQ(outside->labels.sum(), 500);
  double inner = 0, outer = 1e9;
  for (Index i = 0; i < 1000; ++i)
    if (outside->labels[i] == 0)
      inner = std::max(inner, std::abs(outside->x(i, 3)));
    else
      outer = std::min(outer, std::abs(outside->x(i, 3)));
  EXPECT_LT(inner, outer);
  given["targets"] = "projection";
  const auto projection = made("anisotropic_gaussian", given);
  EXPECT_LT((projection->y.col(0) - projection->x.col(3)).cwiseAbs().maxCoeff(), 1e-12);
}

TEST(Spirals, EveryPointLiesOnTheCurveOfItsArm) {
  const auto d = made("spirals", {{"n", 600},
                                  {"arms", 3},
                                  {"turns", 1.25},
                                  {"radius", 2},
                                  {"noise", 0},
                                  {"dimension", 16},
                                  {"u1", "dct:1"},
                                  {"u2", "dct:2"}});
  const Matrix p = in_plane(*d);
  double farthest = 0;
  for (Index i = 0; i < d->size(); ++i) {
    const double r = p.row(i).norm();
    farthest = std::max(farthest, r);
    const double phi = 2 * M_PI * (1.25 * r / 2 + d->labels[i] / 3.0);
    EXPECT_NEAR(p(i, 0), r * std::cos(phi), 1e-9);
    EXPECT_NEAR(p(i, 1), r * std::sin(phi), 1e-9);
  }
  EXPECT_LE(farthest, 2);
  EXPECT_GT(farthest, 1.98);
  // t = √uniform: a quarter of the points lie in the inner half.
  const auto inner = (p.rowwise().norm().array() < 1).count();
  EXPECT_NEAR(static_cast<double>(inner) / 600, 0.25, 5 * std::sqrt(0.25 * 0.75 / 600));
}

TEST(Checkerboard, ClassIsTheParityOfTheCell) {
  const auto d = made("checkerboard", {{"n", 4000}, {"cells", 5}, {"side", 10}, {"gap", 0.2}});
  std::set<std::pair<Index, Index>> cells;
  double nearest = 1;
  for (Index i = 0; i < d->size(); ++i) {
    const double a = (d->x(i, 0) + 5) / 2, b = (d->x(i, 1) + 5) / 2;
    const auto column = static_cast<Index>(std::floor(a)), row = static_cast<Index>(std::floor(b));
    EXPECT_EQ(d->labels[i], (row + column) % 2);
    cells.insert({row, column});
    for (const double at : {a, b}) nearest = std::min(nearest, std::abs(at - std::round(at)));
  }
  EXPECT_EQ(cells.size(), 25u);
  EXPECT_GE(nearest, 0.1 - 1e-9) << "half the gap on each side of a line";
  EXPECT_LT(nearest, 0.11);
}

TEST(Spheres, RadiiAreExactAndDirectionsUniform) {
  const auto d =
      made("spheres", {{"n", 6000}, {"dimension", 5}, {"radii", {1, 2.5, 4}}, {"noise", 0}});
  const double radii[] = {1, 2.5, 4};
  for (Index i = 0; i < d->size(); ++i) EXPECT_NEAR(d->x.row(i).norm(), radii[d->labels[i]], 1e-12);
  const Matrix unit = d->x.rowwise().normalized();
  EXPECT_LT(unit.colwise().mean().cwiseAbs().maxCoeff(), 5 / std::sqrt(5.0 * 6000));
  // Var(u_i²) = 2 (D−1)/(D² (D+2)).
  EXPECT_LT((unit.cwiseAbs2().colwise().mean().array() - 0.2).abs().maxCoeff(),
            5 * std::sqrt(2 * 4 / (25.0 * 7) / 6000));
}

TEST(SphereInSpan, RadiusIsRootDAndOnlyTheSpanMatters) {
  const Json given = {{"n", 2000}, {"dimension", 64}, {"noise", 0.3}};
  const auto d = made("sphere_in_span", given);
  Matrix frame(64, 3);
  for (Index k = 0; k < 3; ++k) frame.col(k) = direction("dct", k + 1, d->shape);
  const Matrix p = d->x * frame;
  double rest = 0;
  for (Index i = 0; i < d->size(); ++i) {
    EXPECT_NEAR(p.row(i).norm(), 8, 1e-10);
    EXPECT_EQ(d->labels[i], p(i, 0) > 0);
    rest += d->x.row(i).squaredNorm() - 64;
  }
  EXPECT_NEAR(rest / (2000 * 61), 0.09, 5 * 0.09 * std::sqrt(2 / (2000 * 61.0)));
  Json shells = given;
  shells.update(Json{{"labels", "shell"}, {"inner_radius", 0.25}});
  const auto shell = made("sphere_in_span", shells);
  for (Index i = 0; i < shell->size(); ++i)
    EXPECT_NEAR((shell->x.row(i) * frame).norm(), shell->labels[i] == 0 ? 2 : 8, 1e-10);
  Json octants = given;
  octants["labels"] = "octant";
  const auto octant = made("sphere_in_span", octants);
  EXPECT_EQ(octant->classes, 8);
  const Matrix q = octant->x * frame;
  for (Index i = 0; i < octant->size(); ++i)
    EXPECT_EQ(octant->labels[i], (q(i, 0) > 0) + 2 * (q(i, 1) > 0) + 4 * (q(i, 2) > 0));
  EXPECT_THAT(complaint("sphere_in_span", {{"u3", "dct:1"}}), HasSubstr("dataset.u3"));
}

TEST(Products, TheClassIsTheSignOfTheProductAndNothingLessTells) {
  for (const char* law : {"signs", "gaussian", "uniform"}) {
    const auto d = made("products", {{"n", 4000},
                                     {"dimension", 16},
                                     {"layout", "image"},
                                     {"factors", 3},
                                     {"first", "dct:5"},
                                     {"law", law},
                                     {"blur", 0}});
    Matrix frame(16, 3);
    for (Index k = 0; k < 3; ++k) frame.col(k) = direction("dct", 5 + k, d->shape);
    const Matrix z = d->x * frame;
    for (Index i = 0; i < d->size(); ++i) EXPECT_EQ(d->labels[i], z.row(i).prod() > 0) << law;
    EXPECT_EQ(d->labels.sum(), 2000) << "balanced";
    // Every product of one or two factors is uncorrelated with the class.
    const Vector y = 2 * d->labels.cast<double>().array() - 1;
    for (Index a = 0; a < 3; ++a) {
      EXPECT_LT(std::abs((z.col(a).array().sign() * y.array()).mean()), 5 / std::sqrt(4000.0));
      const auto pair = z.col(a).array().sign() * z.col((a + 1) % 3).array().sign();
      EXPECT_LT(std::abs((pair * y.array()).mean()), 5 / std::sqrt(4000.0)) << law;
    }
    const Matrix rest = d->x - z * frame.transpose();
    EXPECT_NEAR(rest.squaredNorm() / (4000 * 13), 1, 5 * std::sqrt(2 / (4000 * 13.0)));
  }
}

TEST(Products, LawsOfTheFactors) {
  const auto signs = made("products", {{"n", 400}, {"blur", 0}, {"scale", 2}});
  EXPECT_TRUE((signs->x.leftCols(2).cwiseAbs().array() == 2).all());
  const auto uniform = made("products", {{"n", 4000}, {"blur", 0}, {"law", "uniform"}});
  EXPECT_LE(uniform->x.leftCols(2).cwiseAbs().maxCoeff(), 1);
  EXPECT_NEAR(uniform->x.leftCols(2).cwiseAbs2().mean(), 1 / 3.0, 5 * std::sqrt(4 / 45.0 / 8000));
  EXPECT_THAT(complaint("products", {{"dimension", 3}, {"factors", 4}}), HasSubstr("4 directions"));
  EXPECT_THAT(complaint("products",
                        {{"dimension", 2}, {"first", {{"basis", "numbers"}, {"values", {1, 1}}}}}),
              HasSubstr("no next one"));
}

TEST(IndexModel, TargetsAreTheFunctionOfTheProjections) {
  const Json base = {
      {"n", 300}, {"dimension", 16}, {"layout", "image"}, {"indices", 2}, {"first", "dct:1"}};
  const Vector u = direction("dct", 1, InputShape::image(1, 4, 4));
  const Vector w = direction("dct", 2, InputShape::image(1, 4, 4));
  const auto expect = [&](const Json& more, auto&& f) {
    Json given = base;
    given.update(more);
    const auto d = made("index_model", given);
    for (Index i = 0; i < d->size(); ++i)
      EXPECT_NEAR(d->y(i, 0), f(d->x.row(i).dot(u), d->x.row(i).dot(w)), 1e-12) << more;
  };
  expect({{"frequency", 3}}, [](double a, double b) { return std::sin(3 * a) + std::sin(3 * b); });
  expect({{"link", "linear"}, {"combination", "product"}},
         [](double a, double b) { return a * b; });
  expect({{"link", "quadratic"}}, [](double a, double b) { return a * a + b * b - 2; });
  expect({{"link", "cubic"}, {"indices", 1}}, [](double a, double) { return a * a * a - 3 * a; });
  expect({{"link", "relu"}}, [](double a, double b) { return std::max(a, 0.) + std::max(b, 0.); });
  expect({{"link", "absolute"}}, [](double a, double b) { return std::abs(a) + std::abs(b); });
  expect({{"link", "step"}, {"combination", "product"}},
         [](double a, double b) { return a * b < 0 ? -1 : 1; });
}

TEST(IndexModel, InputsDecayAndNoiseAddsUp) {
  const Json base = {{"n", 5000}, {"dimension", 4}, {"input_decay", 0.7}};
  const auto clean = made("index_model", base);
  Matrix covariance = Matrix::Zero(4, 4);
  for (Index i = 0; i < 4; ++i) covariance(i, i) = std::exp(-0.7 * static_cast<double>(i));
  expect_covariance(clean->x, covariance);
  Json noisy = base;
  noisy["noise"] = 0.4;
  const Matrix added = made("index_model", noisy)->y - clean->y;
  EXPECT_NEAR(added.cwiseAbs2().mean(), 0.16, 5 * 0.16 * std::sqrt(2 / 5000.0));
}

// Golden check 9 of the hyper-ribbon notes: c = 0.5, d = 200.
TEST(Sloppy, SpectrumIsThePublishedOne) {
  const Params params = params_of("sloppy", Json::object());
  const Vector variances = sloppy_variances(params);
  EXPECT_NEAR(variances.sum(), 0.3176868, 1e-7);
  EXPECT_NEAR(variances.sum() * variances.sum() / variances.squaredNorm(), 4.08299, 1e-5);
  for (Index k = 0; k + 1 < 200; ++k)
    EXPECT_NEAR(std::log(variances[k] / variances[k + 1]), 0.5, 1e-10);
  EXPECT_NEAR(sloppy_variances(params_of("sloppy", {{"decay", 0}})).sum(), 1, 1e-12);
  EXPECT_NEAR(
      sloppy_variances(params_of("sloppy", {{"decay", 0.001}, {"scale", "unit_trace"}})).sum(), 1,
      1e-12);
  // Fitted slope of the sample's spectrum over the modes that are well above rounding.
  const auto d = made("sloppy");
  double xy = 0, xx = 0;
  for (Index k = 0; k < 40; ++k) {
    const double at = static_cast<double>(k) - 19.5;
    xy += at * std::log(d->x.col(k).squaredNorm() / static_cast<double>(d->size()));
    xx += at * at;
  }
  EXPECT_NEAR(-xy / xx, 0.5, 0.03 * 0.5);
}

TEST(Sloppy, LabelsComeFromATeacherOrFromNothing) {
  const auto taught = made("sloppy", {{"teacher_widths", Json::array()}});
  // A linear teacher without bias: labels do not depend on the length of an input, and −x gets the
  // class with the smallest output, never that of x.
  EXPECT_EQ(taught->classes, 5);
  const auto scaled = made("sloppy", {{"teacher_widths", Json::array()}, {"scale", "unit_trace"}});
  EXPECT_EQ(taught->labels, scaled->labels);
  const auto random = made("sloppy", {{"labels", "random"}});
  EXPECT_EQ(random->x, made("sloppy")->x);
  for (Index c = 0; c < 5; ++c)
    EXPECT_NEAR(static_cast<double>((random->labels.array() == static_cast<int>(c)).count()) / 6000,
                0.2, 5 * std::sqrt(0.16 / 6000));
}

TEST(Nad, TheMarginIsExactAndTheRestIsWhite) {
  const auto d =
      made("nad", {{"n", 8000}, {"dimension", 9}, {"v", "dct:3"}, {"margin", 0.6}, {"noise", 1.5}});
  const Vector v = direction("dct", 3, InputShape::image(1, 3, 3));
  const Vector along = d->x * v;
  for (Index i = 0; i < d->size(); ++i)
    EXPECT_NEAR(along[i], d->labels[i] == 0 ? -0.3 : 0.3, 1e-12);
  EXPECT_EQ(d->labels.sum(), 4000);
  const Matrix w = d->x - along * v.transpose();
  const Matrix projector = Matrix::Identity(9, 9) - v * v.transpose();
  expect_covariance(w, 2.25 * projector);
}

TEST(Law, IsThatOfTheInputsAfterNormalisation) {
  const std::vector<std::pair<const char*, Json>> sets = {
      {"gaussian_mixture",
       {{"n", 20000},
        {"components", 3},
        {"dimension", 3},
        {"anisotropy", 5},
        {"weights", {1, 2, 1}}}},
      {"anisotropic_gaussian", {{"n", 20000}, {"dimension", 4}, {"v", "dct:1"}, {"noise", 0.5}}},
      {"correlated_gaussian", {{"n", 20000}, {"dimension", 4}}}};
  for (const auto& [id, given] : sets)
    for (const char* kind : {"none", "centre", "standardise", "unit_scale"}) {
      Json params = given;
      params["normalisation"] = kind;
      const auto d = made(id, params);
      ASSERT_NE(d->law, nullptr) << id;
      const MixtureLaw& law = *d->law;
      EXPECT_NEAR(law.weights.sum(), 1, 1e-12);
      const Vector mean = law.means.transpose() * law.weights;
      Matrix second = Matrix::Zero(d->shape.dim, d->shape.dim);
      for (Index c = 0; c < law.weights.size(); ++c)
        second += law.weights[c] * (law.covariances[static_cast<std::size_t>(c)] +
                                    law.means.row(c).transpose() * law.means.row(c));
      const Matrix sample = d->x.transpose() * d->x / static_cast<double>(d->size());
      EXPECT_LT((d->x.colwise().mean().transpose() - mean).norm(), 0.05 * std::sqrt(second.trace()))
          << id << " " << kind;
      EXPECT_LT((sample - second).norm(), 0.05 * second.norm()) << id << " " << kind;
    }
  EXPECT_EQ(made("two_moons", {{"n", 20}})->law, nullptr);
}

TEST(CompetingFeatures, AgreeInTrainingAndDisagreeInTesting) {
  const auto data =
      made("competing_features",
           {{"n", 400}, {"dimension", 16}, {"v", "dct:9"}, {"margin", 2}, {"test_fraction", 0.25}});
  const InputShape shape = InputShape::image(1, 4, 4);
  const Vector v = direction("dct", 9, shape);
  EXPECT_EQ(data->test.size(), 100U);
  const auto circle_of = [&](Index i) {
    const Vector x = data->x.row(i).transpose();
    return std::hypot(x.dot(data->plane.u), x.dot(data->plane.v)) > 1 ? 1 : 0;
  };
  const auto line_of = [&](Index i) { return data->x.row(i).dot(v) > 0 ? 1 : 0; };
  for (const Index i : data->train) {
    EXPECT_EQ(circle_of(i), data->labels[i]);
    EXPECT_EQ(line_of(i), data->labels[i]);
    EXPECT_NEAR(std::abs(data->x.row(i).dot(v)), 1, 1e-12);
  }
  for (const Index i : data->test) {
    EXPECT_EQ(circle_of(i), data->labels[i]);
    EXPECT_EQ(line_of(i), 1 - data->labels[i]);
  }
}

TEST(Drawn, PointsAreWhatWasDrawnAndNoneIsAllowed) {
  const auto empty = made("drawn");
  EXPECT_EQ(empty->size(), 0);
  EXPECT_TRUE(empty->train.empty());
  EXPECT_TRUE(empty->by_hand);
  EXPECT_EQ(empty->plane.half_extent, 3);
  const Json points = {1, 2, 0, -1, 0.5, 1, 0, 0, 1};
  const auto d = made("drawn", {{"points", points}});
  EXPECT_EQ(d->x, (Matrix(3, 2) << 1, 2, -1, 0.5, 0, 0).finished());
  EXPECT_EQ(d->labels, (Labels(3) << 0, 1, 1).finished());
  EXPECT_TRUE(d->test.empty());
  EXPECT_THAT(complaint("drawn", {{"points", {1, 2}}}), HasSubstr("three"));
  EXPECT_THAT(complaint("drawn", {{"points", {1, 2, 0.5}}}), HasSubstr("no class"));
  EXPECT_THAT(complaint("drawn", {{"points", {1, 2, 3}}}), HasSubstr("Raise dataset.classes"));
  const auto round_trip = drawn_points(numbers_of({{0.25, -4, 1}}));
  EXPECT_EQ(round_trip, (std::vector<DrawnPoint>{{0.25, -4, 1}}));
}

TEST(Drawn, AnEmptyCanvasTakesEveryCommonStep) {
  for (const char* kind : {"centre", "standardise", "unit_scale"}) {
    const auto d = made("drawn", {{"normalisation", kind}, {"test_fraction", 0.5}});
    EXPECT_EQ(d->size(), 0) << kind;
    EXPECT_EQ(d->plane.half_extent, 3) << kind;
  }
}

TEST(ShownRows, AreSpreadOutWithoutABeat) {
  EXPECT_EQ(shown_rows(5, 9), (std::vector<Index>{0, 1, 2, 3, 4}));
  EXPECT_TRUE(shown_rows(0, 9).empty());
  EXPECT_TRUE(shown_rows(9, 0).empty());
  const auto rows = shown_rows(4000, 2000);
  EXPECT_EQ(rows, shown_rows(4000, 2000));
  Index odd = 0;
  for (std::size_t k = 0; k < rows.size(); ++k) {
    EXPECT_EQ(rows[k] / 2, static_cast<Index>(k)) << "one of each pair";
    odd += rows[k] % 2;
  }
  EXPECT_NEAR(static_cast<double>(odd), 1000, 5 * std::sqrt(2000) / 2)
      << "alternating classes are both seen";
}

TEST(Layout, InputsAreImagesWhereAskedAndPossible) {
  EXPECT_EQ(made("spirals", {{"n", 8}, {"dimension", 27}, {"layout", "image"}})->shape,
            InputShape::image(3, 3, 3));
  EXPECT_THAT(complaint("spirals", {{"layout", "image"}}), HasSubstr("Use 4 inputs"));
}

TEST(CorrelatedGaussian, HasTheCovarianceItIsGiven) {
  const Matrix sigma = (Matrix(3, 3) << 2, 0.5, 0, 0.5, 1, -0.3, 0, -0.3, 0.5).finished();
  const auto d =
      made("correlated_gaussian",
           {{"n", 20000},
            {"dimension", 3},
            {"layout", "vector"},
            {"covariance", "numbers"},
            {"covariance_values", std::vector<double>(sigma.data(), sigma.data() + sigma.size())}});
  expect_covariance(d->x, sigma);
  EXPECT_NEAR(d->labels.cast<double>().mean(), 0.5, 5 * 0.5 / std::sqrt(20000.0));
}

TEST(CorrelatedGaussian, TakesASingularCovarianceAndRefusesWhatIsNone) {
  const auto with = [](const std::vector<double>& values) {
    return made("correlated_gaussian", {{"n", 50},
                                        {"dimension", 2},
                                        {"layout", "vector"},
                                        {"covariance", "numbers"},
                                        {"covariance_values", values}});
  };
  const auto flat = with({1, 1, 1, 1});
  EXPECT_LT((flat->x.col(0) - flat->x.col(1)).norm(), 1e-6);
  const auto message = [&](const std::vector<double>& values) {
    try {
      with(values);
    } catch (const InvalidInput& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_THAT(message({1, 0, 0}), HasSubstr("3 numbers"));
  EXPECT_THAT(message({1, 0.5, 0, 1}), HasSubstr("not symmetric"));
  EXPECT_THAT(message({1, 2, 2, 1}), HasSubstr("negative eigenvalue -"));
}

TEST(CorrelatedGaussian, LabelsFollowTheDirection) {
  const auto d = made("correlated_gaussian", {{"n", 300},
                                              {"dimension", 4},
                                              {"layout", "vector"},
                                              {"targets", "side"},
                                              {"label_direction", "pixel:2"}});
  for (Index i = 0; i < d->size(); ++i) EXPECT_EQ(d->labels[i], d->x(i, 2) > 0 ? 1 : 0);
}

TEST(IndexModel, ClassesAreHalvesOfItsValues) {
  const Json base = {{"n", 400}, {"link", "quadratic"}, {"dimension", 4}};
  Json classes = base;
  classes["targets"] = "classes";
  const auto values = made("index_model", base), halves = made("index_model", classes);
  EXPECT_EQ(halves->labels.sum(), 200);
  EXPECT_EQ(halves->classes, 2);
  double low = 1e9, high = -1e9;  // of the upper and the lower half
  for (Index i = 0; i < 400; ++i)
    if (halves->labels[i] == 1)
      low = std::min(low, values->y(i, 0));
    else
      high = std::max(high, values->y(i, 0));
  EXPECT_LT(high, low);
}

}  // namespace
}  // namespace aniso::data
