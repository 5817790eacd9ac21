#include "core/diffusion/corruption.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/base/errors.h"

namespace aniso::diffusion {
namespace {

using theory::Prediction;

Diffusion linear(Index steps, Prediction prediction) {
  return {theory::NoiseSchedule(theory::BetaSchedule::linear, steps), prediction};
}

struct Drawn {
  Matrix inputs, targets;
};

Drawn drawn(const Corruption& corruption, std::uint64_t draw, const Matrix& x) {
  Drawn out{Matrix(x.rows(), x.cols() + 1), Matrix(x.rows(), x.cols())};
  corruption.apply(draw, x.rows(), x.cols(), x.data(), out.inputs.data(), out.targets.data());
  return out;
}

Index step_of(const Diffusion& diffusion, double time) {
  return static_cast<Index>(std::lround(time * static_cast<double>(diffusion.steps())));
}

// The three targets describe one and the same noise and sample.
TEST(Corruption, NoisesBySchedulesAndTargetsAgree) {
  const Matrix x = RandomStream(1, "x").normals(Index{500}, Index{3});
  const RandomStream stream(2, "noise");
  const auto epsilon = drawn(Corruption(linear(100, Prediction::epsilon), stream), 7, x);
  const auto sample = drawn(Corruption(linear(100, Prediction::x0), stream), 7, x);
  const auto velocity = drawn(Corruption(linear(100, Prediction::v), stream), 7, x);
  const Diffusion diffusion = linear(100, Prediction::epsilon);
  EXPECT_EQ(epsilon.inputs, velocity.inputs);
  EXPECT_EQ(sample.targets, x);
  for (Index i = 0; i < x.rows(); ++i) {
    const auto level = diffusion.schedule.level(step_of(diffusion, epsilon.inputs(i, 3)));
    for (Index k = 0; k < 3; ++k) {
      const double e = epsilon.targets(i, k);
      EXPECT_NEAR(epsilon.inputs(i, k), level.signal * x(i, k) + level.sigma * e, 1e-14);
      EXPECT_NEAR(velocity.targets(i, k), level.signal * e - level.sigma * x(i, k), 1e-14);
    }
  }
}

TEST(Corruption, StepsAreUniformAndNoiseIsWhite) {
  const Index n = 40000, steps = 25;
  const auto all = drawn(Corruption(linear(steps, Prediction::epsilon), RandomStream(3, "noise")),
                         0, Matrix::Zero(n, 2));
  const Diffusion diffusion = linear(steps, Prediction::epsilon);
  std::vector<double> counts(static_cast<std::size_t>(steps), 0);
  for (Index i = 0; i < n; ++i)
    counts[static_cast<std::size_t>(step_of(diffusion, all.inputs(i, 2)))] += 1;
  const double expected = static_cast<double>(n) / static_cast<double>(steps);
  for (const double count : counts) EXPECT_NEAR(count, expected, 5 * std::sqrt(expected));
  const Matrix second = all.targets.transpose() * all.targets / static_cast<double>(n);
  EXPECT_LT((second - Matrix::Identity(2, 2)).cwiseAbs().maxCoeff(), 5 * std::sqrt(2.0 / n));
}

TEST(Corruption, IsAFunctionOfStreamDrawAndRow) {
  const Matrix x = RandomStream(1, "x").normals(Index{20}, Index{4});
  const Corruption corruption(linear(50, Prediction::epsilon), RandomStream(2, "noise"));
  const auto all = drawn(corruption, 5, x);
  EXPECT_EQ(drawn(corruption, 5, x).inputs, all.inputs);
  EXPECT_EQ(drawn(corruption, 5, x.topRows(8)).inputs, all.inputs.topRows(8));
  EXPECT_NE(drawn(corruption, 6, x).inputs, all.inputs);
  const Corruption other(linear(50, Prediction::epsilon), RandomStream(3, "noise"));
  EXPECT_NE(drawn(other, 5, x).inputs, all.inputs);
}

TEST(Diffusion, ReadsItsDeclaredParameters) {
  const auto schema = diffusion_params();
  const Diffusion fallback = diffusion_of(validated(schema, Json::object(), "objective"));
  EXPECT_EQ(fallback.steps(), 100);
  EXPECT_EQ(fallback.prediction, Prediction::epsilon);
  EXPECT_DOUBLE_EQ(fallback.time(50), 0.5);
  const Diffusion other = diffusion_of(
      validated(schema, {{"steps", 40}, {"schedule", "cosine"}, {"prediction", "v"}}, "objective"));
  EXPECT_EQ(other.steps(), 40);
  EXPECT_EQ(other.prediction, Prediction::v);
  EXPECT_NE(other.schedule.alpha_bar()[20], fallback.schedule.alpha_bar()[50]);
  EXPECT_THROW(validated(schema, {{"steps", 20}}, "objective"), InvalidInput);
}

}  // namespace
}  // namespace aniso::diffusion
