#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <Eigen/SVD>
#include <cmath>

#include "core/base/errors.h"
#include "core/data/direction.h"
#include "core/data/gaussian_mixture.h"
#include "core/data/linear_teacher.h"
#include "tests/data/helpers.h"

namespace aniso::data {
namespace {

using testing::HasSubstr;

Vector in_plane(const Dataset& d, Index row) {
  const Vector x = d.x.row(row).transpose() - d.plane.origin;
  return (Vector(2) << x.dot(d.plane.u), x.dot(d.plane.v)).finished();
}

TEST(RotatedPlane, RadiiAreExactAndNoiseFillsTheComplementOnly) {
  const auto d = made("rotated_plane", {{"n", 3000}, {"dimension", 64}, {"noise", 0.7}});
  EXPECT_EQ(d->shape, InputShape::image(1, 8, 8));
  double rest = 0;
  Index inner = 0;
  for (Index i = 0; i < d->size(); ++i) {
    const Vector p = in_plane(*d, i);
    EXPECT_NEAR(p.norm(), d->labels[i] == 0 ? 0.5 : 3, 1e-12);
    rest += d->x.row(i).squaredNorm() - p.squaredNorm();
    inner += d->labels[i] == 0;
  }
  EXPECT_EQ(inner, 1500);
  const double freedom = 3000 * 62;
  EXPECT_NEAR(rest / freedom, 0.49, 5 * 0.49 * std::sqrt(2 / freedom));
}

TEST(RotatedPlane, AnglesCoverTheCircle) {
  const auto d = made("rotated_plane", {{"n", 4000}, {"noise", 0}});
  Vector mean = Vector::Zero(2);
  for (Index i = 0; i < d->size(); ++i) mean += in_plane(*d, i).normalized() / 4000;
  EXPECT_LT(mean.norm(), 5 / std::sqrt(4000.0));
}

TEST(RotatedPlane, DirectionsAreTheChosenOnes) {
  const auto d = made("rotated_plane", {{"n", 4}, {"u1", "dft:3"}, {"u2", "hadamard:7"}});
  const InputShape shape = InputShape::image(1, 16, 16);
  const Vector u = resolve_direction({{"basis", "dft"}, {"index", 3}}, shape, "u");
  const Vector w = resolve_direction({{"basis", "hadamard"}, {"index", 7}}, shape, "w");
  EXPECT_LT((d->plane.u - u).norm(), 1e-13);
  EXPECT_LT((d->plane.v - (w - w.dot(u) * u).normalized()).norm(), 1e-13);
}

TEST(RotatedPlane, AngleTurnsContinuouslyFromOneDirectionToTheOther) {
  const Json turning = {{"n", 4},          {"dimension", 9},    {"layout", "vector"},
                        {"u1", "pixel:0"}, {"u2", "pixel:1"},   {"u2_to", "pixel:5"},
                        {"noise", 0},      {"u1_to", "pixel:3"}};
  for (const double degrees : {-90.0, -17.0, 0.0, 30.0, 89.9, 90.0}) {
    Json given = turning;
    given["angle"] = degrees;
    const Plane plane = made("rotated_plane", given)->plane;
    const double angle = degrees * M_PI / 180;
    Vector u = Vector::Zero(9), v = Vector::Zero(9);
    u[0] = v[1] = std::cos(angle);
    u[3] = v[5] = std::sin(angle);
    EXPECT_LT((plane.u - u).norm() + (plane.v - v).norm(), 1e-12) << degrees;
  }
}

TEST(RotatedPlane, DegeneratePlanesAndBadShapesAreRefused) {
  EXPECT_THAT(complaint("rotated_plane", {{"u1", "dct:4"}, {"u2", "dct:4"}}),
              HasSubstr("parallel"));
  // At 45° both directions are (a + b)/√2.
  EXPECT_THAT(complaint("rotated_plane", {{"u1", "dct:1"},
                                          {"u2", "dct:2"},
                                          {"u1_to", "dct:2"},
                                          {"u2_to", "dct:1"},
                                          {"angle", 45}}),
              HasSubstr("45°"));
  EXPECT_THAT(complaint("rotated_plane", {{"u1_to", "dct:1"}, {"angle", 5}}),
              HasSubstr("u1 and u1_to"));
  EXPECT_THAT(complaint("rotated_plane", {{"dimension", 250}}), HasSubstr("256"));
  EXPECT_THAT(complaint("rotated_plane", {{"u1", "dct:256"}}), HasSubstr("dataset.u1"));
  EXPECT_THAT(complaint("rotated_plane", {{"inner_radius", 3}}), HasSubstr("outer_radius"));
  EXPECT_THAT(complaint("rotated_plane", {{"n", 1000000}, {"dimension", 65536}}),
              HasSubstr("do not fit"));
  EXPECT_THAT(complaint("rotated_plane", {{"u1", {{"basis", "numbers"}, {"values", {1, 2}}}}}),
              HasSubstr("256 entries"));
  EXPECT_THAT(complaint("rotated_plane", {{"u1", "none"}}), HasSubstr("none"));
}

TEST(Normalisation, ThePlaneStillShowsTheData) {
  const Json base = {{"n", 400}, {"dimension", 16}, {"noise", 0}};
  for (const char* kind : {"centre", "standardise", "unit_scale"}) {
    Json given = base;
    given["normalisation"] = kind;
    const auto d = made("rotated_plane", given);
    for (Index i = 0; i < d->size(); ++i) {
      const Vector away = d->x.row(i).transpose() - d->plane.origin;
      EXPECT_NEAR(away.squaredNorm(), in_plane(*d, i).squaredNorm(), 1e-10) << kind;
    }
  }
}

TEST(Direction, NumbersAreNormalisedAndRandomOnesHaveNoSeed) {
  const InputShape shape = InputShape::vector(2);
  const Vector v = resolve_direction({{"basis", "numbers"}, {"values", {3, -4}}}, shape, "d");
  EXPECT_NEAR(v[0], 0.6, 1e-15);
  EXPECT_NEAR(v[1], -0.8, 1e-15);
  EXPECT_THROW(resolve_direction({{"basis", "numbers"}, {"values", {0, 0}}}, shape, "d"),
               InvalidInput);
  EXPECT_THROW(resolve_direction({{"basis", "none"}}, shape, "d"), InvalidInput);
  EXPECT_FALSE(has_direction({{"basis", "none"}}));
  const Json random = {{"u1", "random:0"}, {"u2", "random:1"}, {"n", 4}};
  EXPECT_EQ(made("rotated_plane", random, 1)->plane.u, made("rotated_plane", random, 2)->plane.u);
}

// Sample moments against the closed form, each within five standard errors.
void expect_moments(const Json& given) {
  const Params params = params_of("gaussian_mixture", given);
  const auto& type = dataset_type("gaussian_mixture");
  const MixtureModel model = mixture_model(params, dataset_stream(type, params, 1));
  const auto d = make_dataset(type, params, 1);
  for (Index c = 0; c < d->classes; ++c) {
    std::vector<Index> rows;
    for (Index i = 0; i < d->size(); ++i)
      if (d->labels[i] == c) rows.push_back(i);
    const auto n = static_cast<double>(rows.size()), all = static_cast<double>(d->size());
    EXPECT_NEAR(n / all, model.weights[c], 5 * 0.5 / std::sqrt(all));
    const Matrix x = d->x(rows, Eigen::all), cov = model.covariance(c);
    const Matrix centred = x.rowwise() - model.means.row(c);
    const Matrix sample = centred.transpose() * centred / n;
    for (Index i = 0; i < x.cols(); ++i) {
      EXPECT_NEAR(centred.col(i).mean(), 0, 5 * std::sqrt(cov(i, i) / n));
      for (Index j = 0; j < x.cols(); ++j)
        EXPECT_NEAR(sample(i, j), cov(i, j),
                    5 * std::sqrt((cov(i, i) * cov(j, j) + cov(i, j) * cov(i, j)) / n));
    }
  }
}

TEST(GaussianMixture, SamplesHaveTheDeclaredMoments) {
  expect_moments({{"n", 9000}, {"dimension", 4}, {"anisotropy", 25}});
  expect_moments({{"n", 9000},
                  {"dimension", 3},
                  {"orientation", "axis"},
                  {"anisotropy", 9},
                  {"means", "simplex"},
                  {"components", 4},
                  {"weights", {1, 2, 3, 4}}});
  expect_moments({{"n", 6000}, {"dimension", 5}, {"anisotropy", 1}, {"means", "random"}});
}

TEST(GaussianMixture, CovariancesHaveTheDeclaredSpectrum) {
  const Params params =
      params_of("gaussian_mixture", {{"dimension", 6}, {"anisotropy", 50}, {"noise", 2}});
  const MixtureModel model =
      mixture_model(params, dataset_stream(dataset_type("gaussian_mixture"), params, 3));
  for (Index c = 0; c < 3; ++c) {
    const Eigen::JacobiSVD<Eigen::MatrixXd> svd(Eigen::MatrixXd(model.covariance(c)));
    EXPECT_NEAR(svd.singularValues()[0] / svd.singularValues()[5], 50, 1e-9);
    EXPECT_NEAR(model.covariance(c).trace() / 6, 4, 1e-12);
  }
  EXPECT_GT((model.covariance(0) - model.covariance(1)).norm(), 0.1);
  EXPECT_THROW(model.covariance(3), InvalidInput);
}

TEST(GaussianMixture, SimplexVerticesAreEquallyFarApart) {
  const Params params =
      params_of("gaussian_mixture",
                {{"dimension", 7}, {"components", 6}, {"means", "simplex"}, {"separation", 2}});
  const MixtureModel model =
      mixture_model(params, dataset_stream(dataset_type("gaussian_mixture"), params, 3));
  EXPECT_LT(model.means.colwise().sum().norm(), 1e-13);
  for (Index a = 0; a < 6; ++a) {
    EXPECT_NEAR(model.means.row(a).norm(), 2, 1e-13);
    for (Index b = 0; b < a; ++b)
      EXPECT_NEAR((model.means.row(a) - model.means.row(b)).norm(), 2 * std::sqrt(12.0 / 5), 1e-12);
  }
}

TEST(GaussianMixture, RefusesWhatDoesNotFit) {
  EXPECT_THAT(complaint("gaussian_mixture", {{"means", "simplex"}, {"components", 5}}),
              HasSubstr("needs 4 dimensions"));
  EXPECT_THAT(complaint("gaussian_mixture", {{"weights", {1, 2}}}), HasSubstr("3 components"));
  EXPECT_THAT(complaint("gaussian_mixture", {{"weights", {0, 0, 0}}}), HasSubstr("above 0"));
}

TEST(TwoMoons, NoiselessPointsLieOnTheHalfCirclesInAnyDimension) {
  for (const int dim : {2, 10}) {
    const auto d = made("two_moons", {{"n", 300}, {"noise", 0}, {"dimension", dim}});
    for (Index i = 0; i < d->size(); ++i) {
      const Vector p = in_plane(*d, i);
      const bool upper = d->labels[i] == 0;
      EXPECT_NEAR(std::hypot(p[0] - (upper ? 0 : 1), p[1] - (upper ? 0 : 0.5)), 1, 1e-12);
      EXPECT_GE(upper ? p[1] : 0.5 - p[1], -1e-12);
      EXPECT_NEAR(p.norm(), d->x.row(i).norm(), 1e-12);
    }
  }
}

TEST(TwoMoons, OffPlaneNoiseHasItsDeviation) {
  const auto d = made("two_moons", {{"n", 2000}, {"dimension", 12}, {"off_plane_noise", 0.3}});
  double rest = 0;
  for (Index i = 0; i < d->size(); ++i)
    rest += d->x.row(i).squaredNorm() - in_plane(*d, i).squaredNorm();
  EXPECT_NEAR(rest / 20000, 0.09, 5 * 0.09 * std::sqrt(2 / 20000.0));
}

TEST(LinearTeacher, HasItsSingularValuesAndTargetsFollow) {
  const Json given = {{"singular_values", {4, 2, 0.5}}, {"input_decay", 0.4}, {"n", 5000}};
  const Params params = params_of("linear_teacher", given);
  const auto& type = dataset_type("linear_teacher");
  const LinearTeacher teacher = linear_teacher(params, dataset_stream(type, params, 1));
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(Eigen::MatrixXd(teacher.weights));
  EXPECT_NEAR(svd.singularValues()[0], 4, 1e-13);
  EXPECT_NEAR(svd.singularValues()[2], 0.5, 1e-13);
  EXPECT_NEAR(svd.singularValues()[3], 0, 1e-13);
  const auto d = make_dataset(type, params, 1);
  EXPECT_FALSE(d->is_classification());
  EXPECT_LT((d->y - d->x * teacher.weights.transpose()).cwiseAbs().maxCoeff(), 1e-12);
  for (Index i = 0; i < d->x.cols(); ++i)
    EXPECT_NEAR(d->x.col(i).cwiseAbs2().mean() / std::exp(-0.4 * static_cast<double>(i)), 1,
                5 * std::sqrt(2.0 / 5000));
  EXPECT_LT((d->plane.u - teacher.right.col(0)).norm(), 1e-13);
}

TEST(LinearTeacher, NoiseIsAddedAndTooManySingularValuesAreRefused) {
  const auto clean = made("linear_teacher"), noisy = made("linear_teacher", {{"noise", 0.5}});
  EXPECT_EQ(clean->x, noisy->x);
  const Matrix added = noisy->y - clean->y;
  EXPECT_NEAR(added.cwiseAbs2().mean(), 0.25, 5 * 0.25 * std::sqrt(2.0 / 8000));
  EXPECT_THAT(complaint("linear_teacher", {{"outputs", 2}}), HasSubstr("at most 2"));
}

TEST(LinearTeacher, OneInputHasAPlaneWithoutASecondDirection) {
  const auto d =
      made("linear_teacher", {{"dimension", 1}, {"outputs", 1}, {"singular_values", {2}}});
  EXPECT_EQ(d->plane.u, Vector::Ones(1));
  EXPECT_EQ(d->plane.v, Vector::Zero(1));
}

}  // namespace
}  // namespace aniso::data
