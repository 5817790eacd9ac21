#include "core/geometry/pair_moments.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/base/errors.h"
#include "core/base/random.h"

namespace aniso::geometry {
namespace {

Matrix draw(const char* name, Index network, Index rows, Index dim) {
  return RandomStream(5, name, static_cast<std::uint64_t>(network)).normals(rows, dim);
}

TEST(PairMoments, AreMeansOverPairsOfDifferentNetworks) {
  constexpr Index networks = 7, points = 2, probes = 3, dim = 4;
  PairMoments moments(points, dim);
  std::vector<Matrix> at, average;  // G_i(x) of point 1, G_i
  for (Index first : {0, 3, 4}) {   // blocks of 3, 1 and 3
    std::vector<Matrix> p, q;
    for (Index m = first; m < (first == 0 ? 3 : first == 3 ? 4 : networks); ++m) {
      p.push_back(draw("points", m, points, dim));
      q.push_back(draw("probes", m, probes, dim));
      at.emplace_back(p.back().row(1).transpose() * p.back().row(1));
      average.emplace_back(q.back().transpose() * q.back() / static_cast<double>(probes));
    }
    moments.add(p, q);
  }
  ASSERT_EQ(moments.networks(), networks);
  const auto cosine_without = [&](std::size_t left_out) {
    double xx = 0, xg = 0, gg = 0;
    for (std::size_t i = 0; i < at.size(); ++i)
      for (std::size_t j = 0; j < at.size(); ++j) {
        if (i == j || i == left_out || j == left_out) continue;
        xx += (at[i] * at[j]).trace();
        xg += (at[i] * average[j]).trace();
        gg += (average[i] * average[j]).trace();
      }
    return xg / std::sqrt(xx * gg);
  };
  const Estimate found = moments.cosine(1);
  EXPECT_NEAR(found.value.value, cosine_without(networks), 1e-13);
  Vector left(networks);
  for (Index j = 0; j < networks; ++j) left[j] = cosine_without(static_cast<std::size_t>(j));
  EXPECT_NEAR(found.error, std::sqrt(6.0 / 7 * (left.array() - left.mean()).square().sum()), 1e-13);
  double traces = 0, average_traces = 0;
  for (const Matrix& m : at) traces += m.trace();
  for (const Matrix& m : average) average_traces += m.trace();
  EXPECT_NEAR(moments.trace_ratio(1).value.value, traces / average_traces, 1e-13);
}

// g(x) ~ N(0, diag(4, 1, 1)) and g(p) ~ N(0, I): tr AB = 6, tr A² = 18, tr B² = 3.
TEST(PairMoments, ConvergeToTheCosineOfTheMoments) {
  double sum = 0;
  constexpr int repeats = 50, networks = 400;
  for (int r = 0; r < repeats; ++r) {
    PairMoments moments(1, 3);
    std::vector<Matrix> p, q;
    for (Index m = 0; m < networks; ++m) {
      p.push_back(draw("x", r * networks + m, 1, 3));
      p.back()(0, 0) *= 2;
      q.push_back(draw("p", r * networks + m, 1, 3));
    }
    moments.add(p, q);
    sum += moments.cosine(0).value.value;
  }
  // Single estimates spread by 0.03, and the quotient of unbiased sums bends by O(1/M).
  EXPECT_NEAR(sum / repeats, 6 / std::sqrt(18.0 * 3), 0.015);
}

TEST(PairMoments, ErrorsAndDegenerateInput) {
  PairMoments moments(1, 2);
  EXPECT_FALSE(moments.cosine(0).value.status.is_valid());
  EXPECT_FALSE(moments.trace_ratio(0).value.status.is_valid());
  EXPECT_THROW(moments.add({Matrix::Zero(1, 3)}, {Matrix::Zero(1, 2)}), InvalidInput);
  EXPECT_THROW(moments.add({Matrix::Constant(1, 2, NAN)}, {Matrix::Ones(1, 2)}), InvalidInput);
  moments.add({Matrix::Zero(1, 2), Matrix::Zero(1, 2)}, {Matrix::Ones(1, 2), Matrix::Ones(1, 2)});
  EXPECT_FALSE(moments.cosine(0).value.status.is_valid());
  EXPECT_EQ(moments.trace_ratio(0).value.value, 0);
  EXPECT_THROW(moments.cosine(1), InvalidInput);
}

}  // namespace
}  // namespace aniso::geometry
