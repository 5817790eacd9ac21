#include "core/analysis/predicted_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/base/errors.h"
#include "core/base/random.h"

namespace aniso::analysis {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// G = diag(values), half and half exactly.
geometry::GradientMoment moment_with(const Vector& values) {
  const Index d = values.size();
  geometry::GradientMoment moment(d);
  const Matrix rows = (values * static_cast<double>(d)).cwiseSqrt().asDiagonal();
  moment.add(rows);
  moment.add(rows);
  return moment;
}

Matrix along(const Vector& v) { return v * v.transpose(); }

TEST(Loudness, OfOneDirectionIsItsEigenvalueAndOfAllTheMean) {
  const Vector values = (Vector(4) << 8, 4, 1, 0).finished();
  const auto g = moment_with(values);
  const Vector mixed = (Vector(4) << 1, 1, 0, 0).finished();
  const Loudness loud =
      loudness_of(g, {along(Vector::Unit(4, 0)), 7 * along(Vector::Unit(4, 2)), along(mixed),
                      Matrix::Identity(4, 4), along(Vector::Unit(4, 3)), Matrix::Zero(4, 4)});
  EXPECT_NEAR(loud.value[0], 8, 1e-12);
  EXPECT_NEAR(loud.value[1], 1, 1e-12) << "the scale of the data does not count";
  EXPECT_NEAR(loud.value[2], 6, 1e-12);
  EXPECT_NEAR(loud.value[3], 13.0 / 4, 1e-12);
  EXPECT_LE(loud.value[4], loud.null_level);
  EXPECT_EQ(loud.value[5], 0);
  EXPECT_EQ(loud.relative_error, 0) << "the halves agree";
  EXPECT_THROW(loudness_of(g, {Matrix::Identity(3, 3)}), InvalidInput);
}

TEST(Loudness, ItsErrorIsThatOfTheHalves) {
  geometry::GradientMoment g(2);
  Matrix even(1, 2), odd(1, 2);
  even << std::sqrt(12.0), 0;
  odd << std::sqrt(8.0), 0;
  g.add(even);
  g.add(odd);
  const Loudness loud = loudness_of(g, {along(Vector::Unit(2, 0)), along(Vector::Unit(2, 1))});
  EXPECT_NEAR(loud.value[0], 10, 1e-12);
  EXPECT_NEAR(loud.relative_error, 0.2, 1e-12) << "(12 − 8)/(2 · 10); nothing in the null space";
}

TEST(Places, QuietFirstAndTiesShareTheirMean) {
  Loudness loud;
  loud.value = (Vector(6) << 5, 0, 1, 1.05, 1e-14, 20).finished();
  loud.relative_error = 0.1;
  loud.null_level = 1e-9;
  const Vector expected = (Vector(6) << 5, 1.5, 3.5, 3.5, 1.5, 6).finished();
  EXPECT_EQ(conjectured_places(loud), expected);
}

// Neighbours are held against the first of their group: a long slope does not become one tie.
TEST(Places, DoNotChain) {
  Loudness loud;
  loud.value = (Vector(4) << 1, 1.08, 1.16, 1.24).finished();
  loud.relative_error = 0.1;
  EXPECT_EQ(conjectured_places(loud), (Vector(4) << 1.5, 1.5, 3.5, 3.5).finished());
}

TEST(Places, OfAChosenOrderAndWhatIsNone) {
  EXPECT_EQ(chosen_places({2, 0, 1}, 3), (Vector(3) << 2, 3, 1).finished());
  for (const auto& order : std::vector<std::vector<double>>{
           {0, 1}, {0, 1, 1}, {0, 1, 3}, {0, 1, 1.5}, {-1, 0, 1}, {0, 1, 2, 3}})
    EXPECT_THROW(chosen_places(order, 3), InvalidInput);
}

TEST(Verdict, SaysWhatHappened) {
  const Vector places = Vector::LinSpaced(8, 1, 8);
  Vector errors = places / 8;
  EXPECT_THAT(verdict(places, errors, "Your order"),
              testing::AllOf(StartsWith("Your order held: ρ = 1.00"), HasSubstr("±0.7")));
  errors = (9 - places.array()) / 8;
  EXPECT_THAT(verdict(places, errors, "Your order"),
              testing::AllOf(StartsWith("Your order was reversed"), HasSubstr("ρ = −1.00")));
  errors << 3, 7, 1, 8, 2, 6, 4, 5;
  EXPECT_THAT(verdict(places, errors, "Your order"), StartsWith("Your order says nothing about"));
}

TEST(Verdict, SaysWhoWasLeftOut) {
  const Vector places = Vector::LinSpaced(10, 1, 10);
  Vector errors = places;
  errors.head(2).setConstant(std::nan(""));
  EXPECT_THAT(verdict(places, errors, "Your order"),
              testing::AllOf(StartsWith("Your order held"),
                             HasSubstr("2 of 10 have no error and are left out")));
}

// ρ = −0.9 and the band 0.9 come from sums in different orders.
TEST(Verdict, WhatLiesOnTheBandIsWithinIt) {
  const Vector places = Vector::LinSpaced(5, 1, 5);
  for (const auto& order : {std::vector<double>{4, 3, 2, 0, 1},
                            {4, 3, 1, 2, 0},
                            {3, 4, 2, 1, 0},
                            {0, 1, 2, 4, 3},
                            {1, 0, 2, 3, 4}}) {
    const Vector errors = Eigen::Map<const Vector>(order.data(), 5);
    EXPECT_GT(order_test(places, errors).p_value, 0.05);
    EXPECT_THAT(verdict(places, errors, "Your order"), StartsWith("Your order says nothing"));
  }
}

TEST(Verdict, FewCandidatesAndEqualErrorsCannotBeJudged) {
  const Vector three = Vector::LinSpaced(3, 1, 3);
  EXPECT_THAT(verdict(three, three, "Your order"), HasSubstr("cannot be judged by so few"));
  EXPECT_THAT(verdict(three, Vector::Ones(3), "Your order"), HasSubstr("cannot be judged: "));
}

TEST(Verdict, WhatHasNoErrorIsLeftOut) {
  Vector places = Vector::LinSpaced(9, 1, 9), errors = places;
  errors[4] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_NEAR(order_test(places, errors).rho.value, 1, 1e-12);
  errors.setConstant(std::numeric_limits<double>::infinity());
  EXPECT_EQ(order_test(places, errors).rho.status.kind, Status::Kind::undefined);
  EXPECT_THROW(order_test(places, Vector::Ones(3)), InvalidInput);
}

}  // namespace
}  // namespace aniso::analysis
