#include "core/geometry/evolution.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/base/errors.h"
#include "core/base/random.h"

namespace aniso::geometry {
namespace {

std::vector<Matrix> random_moments(const char* name, Index groups, Index dim, Index rank = 2) {
  std::vector<Matrix> out;
  for (Index j = 0; j < groups; ++j) {
    const Matrix g = RandomStream(3, name, static_cast<std::uint64_t>(j)).normals(rank, dim);
    out.emplace_back(g.transpose() * g);
  }
  return out;
}

Matrix mean_of(const std::vector<Matrix>& groups, Index left_out = -1) {
  Matrix sum = Matrix::Zero(groups[0].rows(), groups[0].cols());
  double count = 0;
  for (std::size_t j = 0; j < groups.size(); ++j)
    if (static_cast<Index>(j) != left_out) {
      sum += groups[j];
      ++count;
    }
  return sum / count;
}

class ChangeCosinesTest : public ::testing::Test {
 protected:
  static constexpr Index kGroups = 6, kDim = 5;
  std::vector<Matrix> before_ = random_moments("before", kGroups, kDim);
  std::vector<Matrix> after_ = random_moments("after", kGroups, kDim);
  std::vector<Matrix> kernels_ = random_moments("kernel", kGroups, kDim, 7);
  Matrix s_ = random_moments("data", 1, kDim, 9).front();
};

TEST_F(ChangeCosinesTest, PlainEstimatesAreCosinesOfTheMeans) {
  const auto found = change_cosines(before_, after_, kernels_, s_).all;
  const Matrix g = mean_of(before_), k = mean_of(kernels_), delta = mean_of(after_) - g;
  EXPECT_NEAR(found.gsg.value.value, frobenius_cosine(-delta, g * s_ * g).value, 1e-13);
  EXPECT_NEAR(found.s.value.value, frobenius_cosine(-delta, s_).value, 1e-13);
  EXPECT_NEAR(found.ksg.value.value, frobenius_cosine(-delta, k * s_ * g + g * s_ * k).value,
              1e-13);
  Vector left(kGroups);
  for (Index j = 0; j < kGroups; ++j) {
    const Matrix without = mean_of(before_, j);
    left[j] = frobenius_cosine(without - mean_of(after_, j), without * s_ * without).value;
  }
  const double error = std::sqrt(5.0 / 6 * (left.array() - left.mean()).square().sum());
  EXPECT_NEAR(found.gsg.error, error, 1e-13);
  EXPECT_GT(error, 0.01);
}

TEST_F(ChangeCosinesTest, CrossedEstimatesMultiplyDifferentGroupsOnly) {
  const auto found = change_cosines(before_, after_, kernels_, s_).crossed;
  const auto inner = [](const Matrix& a, const Matrix& b) { return (a.array() * b.array()).sum(); };
  double product = 0, change = 0, target = 0, product_k = 0, target_k = 0;
  double triples = 0, pairs = 0, quadruples = 0;
  const auto delta = [&](std::size_t j) { return Matrix(after_[j] - before_[j]); };
  const auto gsg = [&](std::size_t i, std::size_t j) {
    return Matrix(before_[i] * s_ * before_[j]);
  };
  const auto ksg = [&](std::size_t i, std::size_t j) {
    const Matrix half = kernels_[i] * s_ * before_[j];
    return Matrix(half + half.transpose());
  };
  for (std::size_t a = 0; a < kGroups; ++a)
    for (std::size_t b = 0; b < kGroups; ++b) {
      if (a == b) continue;
      change += inner(delta(a), delta(b));
      ++pairs;
      for (std::size_t c = 0; c < kGroups; ++c) {
        if (c == a || c == b) continue;
        product += inner(delta(a), gsg(b, c));
        product_k += inner(delta(a), ksg(b, c));
        ++triples;
        for (std::size_t d = 0; d < kGroups; ++d) {
          if (d == a || d == b || d == c) continue;
          target += inner(gsg(a, b), (gsg(c, d) + gsg(d, c)) / 2);
          target_k += inner(ksg(a, b), ksg(c, d));
          ++quadruples;
        }
      }
    }
  const double norm = std::sqrt(change / pairs);
  ASSERT_GT(target, 0);
  EXPECT_NEAR(found.gsg.value.value, -product / triples / (norm * std::sqrt(target / quadruples)),
              1e-12);
  ASSERT_GT(change, 0) << "the draws make this case defined";
  ASSERT_GT(target_k, 0);
  EXPECT_NEAR(found.ksg.value.value,
              -product_k / triples / (norm * std::sqrt(target_k / quadruples)), 1e-12);
}

// Gradients g ~ N(0, I) that shrink alike in every direction: Δ is proportional to −G, and S = I.
// The true cosines are 1. Of M networks the plain one with S is tr G/(‖G‖ √D), where
// E‖G‖² = D (1 + (D + 1)/M).
TEST(ChangeCosines, CrossedEstimatesAreFreeOfTheBiasOfFewNetworks) {
  constexpr Index dim = 8, networks = 96, groups = 8, repeats = 40;
  const Matrix s = Matrix::Identity(dim, dim);
  double plain = 0, crossed = 0, crossed_gsg = 0;
  for (Index r = 0; r < repeats; ++r) {
    std::vector<Matrix> before(groups, Matrix::Zero(dim, dim)), after = before;
    for (Index m = 0; m < networks; ++m) {
      const Vector g =
          RandomStream(1, "g", static_cast<std::uint64_t>(r * networks + m)).normals(dim);
      before[static_cast<std::size_t>(m % groups)] += g * g.transpose();
      after[static_cast<std::size_t>(m % groups)] += 0.998 * g * g.transpose();
    }
    const auto found = change_cosines(before, after, {}, s);
    plain += found.all.s.value.value / repeats;
    crossed += found.crossed.s.value.value / repeats;
    crossed_gsg += found.crossed.gsg.value.value / repeats;
  }
  EXPECT_NEAR(plain, 1 / std::sqrt(1 + 9.0 / 96), 0.005);
  EXPECT_NEAR(crossed, 1, 0.005);
  EXPECT_NEAR(crossed_gsg, 1, 0.01);
}

TEST_F(ChangeCosinesTest, ScalesDoNotMatter) {
  const auto one = change_cosines(before_, after_, kernels_, s_);
  auto before = before_, after = after_;
  for (auto& m : before) m *= 0x1p600;
  for (auto& m : after) m *= 0x1p600;
  const auto two = change_cosines(before, after, kernels_, 0x1p-700 * s_);
  EXPECT_EQ(one.all.gsg.value.value, two.all.gsg.value.value);
  EXPECT_EQ(one.crossed.ksg.value.value, two.crossed.ksg.value.value);
}

TEST_F(ChangeCosinesTest, WhatCannotBeSaidIsUndefined) {
  const auto still = change_cosines(before_, before_, {}, s_);
  EXPECT_FALSE(still.all.gsg.value.status.is_valid());
  EXPECT_FALSE(still.crossed.s.value.status.is_valid());
  EXPECT_FALSE(still.all.ksg.value.status.is_valid());
  const std::vector<Matrix> zero(kGroups, Matrix::Zero(kDim, kDim));
  EXPECT_FALSE(change_cosines(zero, after_, {}, s_).all.gsg.value.status.is_valid());
  EXPECT_FALSE(
      change_cosines(before_, after_, {}, Matrix::Zero(kDim, kDim)).all.s.value.status.is_valid());
  const auto single = change_cosines({before_[0]}, {after_[0]}, {}, s_);
  EXPECT_TRUE(single.all.gsg.value.status.is_valid());
  EXPECT_TRUE(std::isnan(single.all.gsg.error));
  EXPECT_FALSE(single.crossed.gsg.value.status.is_valid());
  EXPECT_THROW(change_cosines(before_, {after_[0]}, {}, s_), InvalidInput);
  auto broken = after_;
  broken[1](0, 0) = NAN;
  EXPECT_THROW(change_cosines(before_, broken, {}, s_), InvalidInput);
}

TEST(Jackknife, OfAMeanIsItsStandardError) {
  const Vector values = RandomStream(4, "values").normals(Index{50});
  const auto found = jackknife(50, [&](Index left_out) {
    const double sum = values.sum() - (left_out < 0 ? 0 : values[left_out]);
    return Scalar{sum / (left_out < 0 ? 50 : 49), {}};
  });
  const double variance = (values.array() - values.mean()).square().sum() / 49;
  EXPECT_NEAR(found.error, std::sqrt(variance / 50), 1e-14);
}

}  // namespace
}  // namespace aniso::geometry
