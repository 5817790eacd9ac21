#include "core/base/random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <set>

#include "core/base/errors.h"

namespace aniso {
namespace {

using Words = std::array<std::uint32_t, 4>;

TEST(Philox, KnownAnswersOfRandom123) {
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}),
            (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  const std::uint32_t ones = 0xffffffff;
  EXPECT_EQ(philox4x32({ones, ones, ones, ones}, {ones, ones}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

// Computed by an independent implementation. A change here changes every experiment ever saved.
TEST(RandomStream, GoldenDraws) {
  const RandomStream init(1, "init");
  EXPECT_EQ(init.bits(0), 0xbaed3291cb6856dfULL);
  EXPECT_EQ(init.bits(1), 0xc99d5cd1196fec69ULL);
  EXPECT_EQ(init.bits(2), 0x2098b67bc4f8985cULL);
  EXPECT_EQ(init.uniform(0), 0.7301818471854926);
  EXPECT_DOUBLE_EQ(init.normal(0), 0.3784330881238754);
  EXPECT_DOUBLE_EQ(init.normal(1), -1.5737860425694201);
  EXPECT_DOUBLE_EQ(init.normal(2), 0.4170930453287817);
  EXPECT_DOUBLE_EQ(init.normal(3), -0.31373473220772913);
  EXPECT_EQ(init.permutation(8), (std::vector<Index>{1, 5, 7, 4, 3, 0, 6, 2}));

  const RandomStream batches = RandomStream(42, "batches", 3).at_step(1000);
  EXPECT_EQ(batches.bits(5), 0x314938e70deb909fULL);
  const std::array<std::uint64_t, 8> below_ten = {9, 1, 3, 3, 3, 1, 2, 5};
  for (std::uint64_t i = 0; i < below_ten.size(); ++i)
    EXPECT_EQ(batches.below(i, 10), below_ten[i]);

  const RandomStream child = RandomStream(42, "batches", 3).at_step(7).child("a", 1);
  EXPECT_EQ(child.bits(0), 0x357d78ed2f56d023ULL);
}

TEST(RandomStream, RejectedDrawsGoOnElsewhere) {
  // Half of all draws are rejected for this bound; index 1 is one of them.
  const RandomStream stream(42, "batches", 3);
  const std::uint64_t bound = (std::uint64_t{1} << 63) + 1;
  EXPECT_EQ(stream.below(0, bound), 0x3fc311f56ec193ddULL);
  EXPECT_EQ(stream.below(1, bound), 0x00ce9ef358a403ddULL);
  for (std::uint64_t i = 0; i < 20000; ++i) ASSERT_LT(stream.below(i, bound), bound);
  EXPECT_EQ(stream.below(0, 1), 0u);
  EXPECT_LT(stream.below(0, ~std::uint64_t{0}), ~std::uint64_t{0});
  EXPECT_THROW(stream.below(0, 0), InvalidInput);
}

TEST(RandomStream, BelowIsUniform) {
  const RandomStream stream(3, "below");
  constexpr int kBound = 7, kDraws = 70000;
  std::array<int, kBound> counts{};
  for (std::uint64_t i = 0; i < kDraws; ++i) ++counts.at(stream.below(i, kBound));
  double chi_squared = 0;
  for (const int count : counts)
    chi_squared += (count - kDraws / kBound) * (count - kDraws / kBound) / (1.0 * kDraws / kBound);
  EXPECT_LT(chi_squared, 22.5);  // six degrees of freedom: 0.1 % of fair streams exceed it
  EXPECT_GT(chi_squared, 0.38);
}

// Where multiply-shift without rejection would be 2 : 1, as 3·2^62 does not divide 2^64.
TEST(RandomStream, BelowIsUnbiasedForLargeBounds) {
  const RandomStream stream(4, "below");
  const std::uint64_t bound = std::uint64_t{3} << 62;
  int low = 0;
  constexpr int kDraws = 30000;
  for (std::uint64_t i = 0; i < kDraws; ++i) low += stream.below(i, bound) % 3 == 0;
  EXPECT_NEAR(low, kDraws / 3.0, 4 * std::sqrt(kDraws * 2.0 / 9));
}

TEST(RandomStream, NormalMoments) {
  const Vector z = RandomStream(5, "moments").normals(Index{200000});
  const double n = static_cast<double>(z.size());
  EXPECT_NEAR(z.mean(), 0, 4 / std::sqrt(n));
  EXPECT_NEAR(z.array().square().mean(), 1, 4 * std::sqrt(2 / n));
  EXPECT_NEAR(z.array().cube().mean(), 0, 4 * std::sqrt(15 / n));
  EXPECT_NEAR(z.array().pow(4).mean(), 3, 4 * std::sqrt(96 / n));
  // The two draws of one block are independent.
  double product = 0;
  for (Index k = 0; k + 1 < z.size(); k += 2) product += z[k] * z[k + 1];
  EXPECT_NEAR(product / (n / 2), 0, 4 / std::sqrt(n / 2));
}

TEST(RandomStream, UniformMomentsAndRange) {
  const Vector u = RandomStream(6, "moments").uniforms(200000, -1, 3);
  const double n = static_cast<double>(u.size());
  EXPECT_GE(u.minCoeff(), -1);
  EXPECT_LE(u.maxCoeff(), 3);
  EXPECT_NEAR(u.mean(), 1, 4 * std::sqrt(16.0 / 12 / n));
  EXPECT_NEAR((u.array() - 1).square().mean(), 16.0 / 12, 0.02);
}

TEST(RandomStream, ArraysEqualSingleDraws) {
  const RandomStream stream = RandomStream(7, "arrays").at_step(2);
  // Blocks are computed many at a time where there are enough; counters carry over from 2^32.
  for (const std::uint64_t first : {0ULL, 1ULL, 6ULL, 7ULL, (1ULL << 33) - 21}) {
    for (const Index n : {0, 1, 2, 3, 8, 9, 31, 32, 33, 70, 101}) {
      const Vector z = stream.normals(n, first);
      const Vector u = stream.uniforms(n, 0, 1, first);
      ASSERT_EQ(z.size(), n);
      for (Index k = 0; k < n; ++k) {
        EXPECT_EQ(z[k], stream.normal(first + static_cast<std::uint64_t>(k)));
        EXPECT_EQ(u[k], stream.uniform(first + static_cast<std::uint64_t>(k)));
      }
    }
  }
  const Matrix m = stream.normals(Index{3}, Index{5}, 11);
  for (Index i = 0; i < 3; ++i)
    for (Index j = 0; j < 5; ++j)
      EXPECT_EQ(m(i, j), stream.normal(static_cast<std::uint64_t>(11 + 5 * i + j)));
  EXPECT_THROW(stream.normals(Index{-1}), InvalidInput);
  EXPECT_THROW(stream.normals(Index{2}, Index{-1}), InvalidInput);
  EXPECT_THROW(stream.uniforms(-1, 0, 1), InvalidInput);
  EXPECT_THROW(stream.permutation(-1), InvalidInput);
}

TEST(RandomStream, SeedsNamesRunsStepsAndChildrenDiffer) {
  const RandomStream a(1, "a");
  const std::vector<RandomStream> streams = {a,
                                             RandomStream(2, "a"),
                                             RandomStream(1, "b"),
                                             RandomStream(1, "ab"),
                                             RandomStream(1, ""),
                                             RandomStream(1, "a", 1),
                                             a.at_step(1),
                                             a.at_step(1ULL << 32),
                                             a.child("a"),
                                             a.child("b"),
                                             a.child("a", 1),
                                             a.at_step(1).child("a")};
  std::set<std::uint64_t> bits;
  for (const auto& stream : streams)
    for (std::uint64_t i = 0; i < 100; ++i) bits.insert(stream.bits(i));
  EXPECT_EQ(bits.size(), 100 * streams.size());
  // Uncorrelated as well: the normals of any two agree no better than chance.
  constexpr Index kDraws = 10000;
  for (std::size_t i = 0; i < streams.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      EXPECT_NEAR(streams[i].normals(kDraws).dot(streams[j].normals(kDraws)) / kDraws, 0,
                  4.5 / std::sqrt(1.0 * kDraws))
          << i << " and " << j;
}

TEST(RandomStream, IsAValue) {
  const RandomStream a(9, "value");
  const RandomStream b = a;
  const double first = a.normal(0);
  a.normals(Index{100});
  EXPECT_EQ(a.normal(0), first);
  EXPECT_EQ(b.normal(0), first);
  EXPECT_EQ(a.at_step(0).normal(0), first);
}

TEST(RandomStream, PermutationsArePermutationsAndUniform) {
  const RandomStream stream(10, "permutation");
  for (const Index n : {0, 1, 2, 1000}) {
    auto order = stream.permutation(n);
    std::sort(order.begin(), order.end());
    std::vector<Index> all(static_cast<std::size_t>(n));
    std::iota(all.begin(), all.end(), Index{0});
    EXPECT_EQ(order, all);
  }
  std::array<std::array<int, 4>, 4> counts{};
  constexpr int kRounds = 12000;
  for (int round = 0; round < kRounds; ++round) {
    const auto order = stream.at_step(static_cast<std::uint64_t>(round)).permutation(4);
    for (std::size_t place = 0; place < 4; ++place)
      ++counts[place][static_cast<std::size_t>(order[place])];
  }
  for (const auto& row : counts)
    for (const int count : row)
      EXPECT_NEAR(count, kRounds / 4.0, 4 * std::sqrt(kRounds * 3.0 / 16));
}

}  // namespace
}  // namespace aniso
