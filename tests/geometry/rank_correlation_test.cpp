#include "core/geometry/rank_correlation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/base/errors.h"

namespace aniso::geometry {
namespace {

const RandomStream kStream(8, "rank correlation test");

Vector list(std::initializer_list<double> values) {
  Vector out(static_cast<Index>(values.size()));
  Index i = 0;
  for (const double value : values) out[i++] = value;
  return out;
}

TEST(AverageRanks, EqualValuesShareTheMeanOfTheirRanks) {
  EXPECT_EQ(average_ranks(list({10, 20, 20, 5, 20})), list({2, 4, 4, 1, 4}));
  EXPECT_EQ(average_ranks(list({7, 7})), list({1.5, 1.5}));
  EXPECT_EQ(average_ranks(Vector()).size(), 0);
}

TEST(Spearman, EqualsValuesByHand) {
  // Without ties 1 − 6 Σd²/(n(n² − 1)): d = 1, −1, 1, −1, 0.
  EXPECT_NEAR(spearman(list({1, 2, 3, 4, 5}), list({2, 1, 4, 3, 5})).value, 1 - 6.0 * 4 / 120,
              1e-15);
  // Ranks 1, 2.5, 2.5, 4 against 1, 3, 2, 4: 4.5/√(4.5 · 5).
  EXPECT_NEAR(spearman(list({1, 2, 2, 3}), list({1, 3, 2, 4})).value, std::sqrt(0.9), 1e-15);
  // Ranks 1.5, 1.5, 3.5, 3.5 against 1, 2.5, 2.5, 4: 3/√(4 · 4.5).
  EXPECT_NEAR(spearman(list({0, 0, 1, 1}), list({1, 2, 2, 3})).value, 1 / std::sqrt(2.0), 1e-15);
  EXPECT_NEAR(spearman(list({1, 2, 3}), list({-1, -7, -9})).value, -1, 1e-15);
}

TEST(Spearman, SeesOrderAlone) {
  const Vector a = kStream.normals(40), b = kStream.child("b").normals(40);
  const double rho = spearman(a, b).value;
  EXPECT_NEAR(spearman(a.array().exp(), b.array().cube()).value, rho, 1e-15);
  EXPECT_NEAR(spearman(-a, b).value, -rho, 1e-15);
  EXPECT_NEAR(spearman(b, a).value, rho, 1e-15);
}

TEST(Spearman, IsUndefinedWhereThereIsNoOrder) {
  EXPECT_FALSE(spearman(list({1, 2}), list({2, 1})).status.is_valid());
  EXPECT_FALSE(spearman(Vector(), Vector()).status.is_valid());
  EXPECT_FALSE(spearman(list({1, 1, 1}), list({1, 2, 3})).status.is_valid());
  const auto flat = spearman(list({1, 2, 3}), list({4, 4, 4}));
  EXPECT_FALSE(flat.status.is_valid());
  EXPECT_EQ(flat.status.reason, "all values of the second side are equal");
  EXPECT_TRUE(std::isnan(flat.value));
  EXPECT_THROW(spearman(list({1, 2, 3}), list({1, 2})), InvalidInput);
  EXPECT_THROW(spearman(list({1, NAN, 3}), list({1, 2, 3})), InvalidInput);
}

TEST(RankTest, CountsEveryOrderOfFewValues) {
  // Of the six orders of three, ρ is 1, ½, ½, −½, −½, −1.
  const auto three = rank_test(list({1, 2, 3}), list({5, 6, 7}), kStream, {.level = 0.6});
  EXPECT_TRUE(three.exact);
  EXPECT_NEAR(three.rho.value, 1, 1e-15);
  EXPECT_NEAR(three.p_value, 2.0 / 6, 1e-15);
  EXPECT_NEAR(three.band, 0.5, 1e-15);
  const auto half = rank_test(list({1, 2, 3}), list({5, 7, 6}), kStream);
  EXPECT_NEAR(half.p_value, 1, 1e-15);
  EXPECT_NEAR(half.band, 1, 1e-15);
  // n = 5, |ρ| ≥ 0.9: Σd² ≤ 2 or ≥ 38, (1 + 4)·2 of 120; the table's 5 % value is 1.
  const auto five = rank_test(list({1, 2, 3, 4, 5}), list({1, 2, 3, 5, 4}), kStream);
  EXPECT_NEAR(five.rho.value, 0.9, 1e-15);
  EXPECT_NEAR(five.p_value, 10.0 / 120, 1e-15);
  EXPECT_NEAR(five.band, 0.9, 1e-15);  // 118 of 120 are within, 110 below
}

TEST(RankTest, TiesAreCountedWithTheirMultiplicity) {
  // Ranks 1, 2.5, 2.5, 4 on both sides; ρ = 1 in 2 of 24 orders and −1 in 2 more.
  const auto found = rank_test(list({1, 2, 2, 3}), list({1, 2, 2, 3}), kStream);
  EXPECT_NEAR(found.rho.value, 1, 1e-15);
  EXPECT_NEAR(found.p_value, 4.0 / 24, 1e-15);
}

TEST(RankTest, RandomOrdersAgreeWithTheTable) {
  // n = 10: |ρ| ≥ 0.648 at the two-sided 5 % level.
  const Vector rising = Vector::LinSpaced(10, 0, 1);
  const auto found = rank_test(rising, rising, kStream, {.permutations = 20'000});
  EXPECT_FALSE(found.exact);
  EXPECT_NEAR(found.band, 0.64, 0.02);
  EXPECT_NEAR(found.p_value, 1.0 / 20'001, 1e-9) << "never 0";
  const auto again = rank_test(rising, rising, kStream, {.permutations = 20'000});
  EXPECT_EQ(again.band, found.band);
}

TEST(RankTest, PValuesOfUnrelatedValuesAreUniform) {
  Vector p(200);
  for (Index k = 0; k < 200; ++k) {
    const auto draws = kStream.child("null", static_cast<std::uint64_t>(k));
    p[k] = rank_test(draws.normals(12), draws.child("b").normals(12), draws, {.permutations = 499})
               .p_value;
  }
  EXPECT_NEAR(p.mean(), 0.5, 0.06);
  EXPECT_NEAR(static_cast<double>((p.array() <= 0.1).count()) / 200, 0.1, 0.06);
}

TEST(RankTest, PassesOnWhatIsUndefinedAndRefusesBadOptions) {
  const auto found = rank_test(list({1, 2}), list({1, 2}), kStream);
  EXPECT_FALSE(found.rho.status.is_valid());
  EXPECT_TRUE(std::isnan(found.band) && std::isnan(found.p_value));
  const Vector a = list({1, 2, 3});
  EXPECT_THROW(rank_test(a, a, kStream, {.permutations = 0}), InvalidInput);
  EXPECT_THROW(rank_test(a, a, kStream, {.level = 1}), InvalidInput);
}

}  // namespace
}  // namespace aniso::geometry
