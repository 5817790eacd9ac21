// Samplers against laws whose score, and whose way through every step, is known in closed form.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/diffusion/sampler.h"
#include "tests/diffusion/sources.h"

namespace aniso::diffusion {
namespace {

using theory::NoiseSchedule;

Matrix samples(const ScoreSource& source, const Diffusion& diffusion, const SamplerOptions& options,
               Index count, std::uint64_t seed = 1) {
  return sample(source, diffusion, options, count, RandomStream(seed, "samples")).value();
}

// ε = slope·x for N(0, v) at step t, and x̂₀ = v √ᾱ x/(ᾱ v + σ²).
double slope(const NoiseSchedule& schedule, double v, Index t) {
  const auto level = schedule.level(t);
  return level.sigma / (level.signal * level.signal * v + level.sigma * level.sigma);
}
double wiener(const NoiseSchedule& schedule, double v, Index t) {
  const auto level = schedule.level(t);
  return v * level.signal / (level.signal * level.signal * v + level.sigma * level.sigma);
}

// Variance of what DDPM makes of N(0, 1) with the exact noise of N(0, v): each step is linear. The
// posterior of x_{t−1} is written here as the product of two Gaussians, by precisions.
double ddpm_variance(const NoiseSchedule& schedule, double v) {
  double variance = 1;
  for (Index t = schedule.steps() - 1; t > 0; --t) {
    const double beta = schedule.beta()[t];
    const auto before = schedule.level(t - 1);
    const double prior = 1 / (before.sigma * before.sigma), likelihood = (1 - beta) / beta;
    const double from_x = std::sqrt(1 - beta) / beta;
    const double gain =
        (prior * before.signal * wiener(schedule, v, t) + from_x) / (prior + likelihood);
    variance = gain * gain * variance + 1 / (prior + likelihood);
  }
  const double last = wiener(schedule, v, 0);
  return last * last * variance;
}

void expect_gaussian(const Matrix& x, const Vector& variances, double standard_errors) {
  const auto n = static_cast<double>(x.rows());
  const Matrix covariance = x.transpose() * x / n;
  for (Index i = 0; i < x.cols(); ++i) {
    EXPECT_LT(std::abs(x.col(i).mean()), standard_errors * std::sqrt(variances[i] / n)) << i;
    for (Index j = 0; j <= i; ++j) {
      const double error = std::sqrt((i == j ? 2 : 1) * variances[i] * variances[j] / n);
      EXPECT_NEAR(covariance(i, j), i == j ? variances[i] : 0, standard_errors * error)
          << i << " " << j;
    }
  }
}

TEST(DdpmSampling, AGaussianHasTheVarianceOfItsRecursion) {
  const Vector v{{4, 1, 0.05}};
  for (const Index T : {Index{30}, Index{100}, Index{1000}}) {
    const Diffusion diffusion = linear_diffusion(T);
    Vector expected(3);
    for (Index k = 0; k < 3; ++k) expected[k] = ddpm_variance(diffusion.schedule, v[k]);
    const Index count = T == 1000 ? 8000 : 40000;
    expect_gaussian(samples(gaussian_source(diffusion.schedule, v), diffusion, {}, count), expected,
                    5);
  }
}

TEST(DdpmSampling, AThousandStepsGiveTheGaussianItself) {
  const Vector v{{4, 1, 0.05}};
  const Diffusion diffusion = linear_diffusion(1000);
  expect_gaussian(samples(gaussian_source(diffusion.schedule, v), diffusion, {}, 8000, 2), v, 5);
}

// With T steps the variance is off by O(1/T), by the recursion that the samples follow.
TEST(DdpmSampling, TheBiasOfTheVarianceFallsLikeTheNumberOfSteps) {
  for (const double v : {4.0, 0.3}) {
    const auto bias = [v](Index T) {
      return ddpm_variance(linear_diffusion(T).schedule, v) / v - 1;
    };
    EXPECT_NEAR(bias(2000) / bias(4000), 2, 0.1);
  }
  EXPECT_NEAR(ddpm_variance(linear_diffusion(100).schedule, 1), 0.921, 5e-4);
  EXPECT_NEAR(ddpm_variance(linear_diffusion(1000).schedule, 1), 0.991, 5e-4);
}

// One coordinate, whose exact source is linear: the samples are the start times a known factor.
struct Linear {
  Diffusion diffusion;
  double v;

  /// Of five points; all the same but for rounding.
  Vector factors(const SamplerOptions& options) const {
    const GivenSource source = gaussian_source(diffusion.schedule, Vector::Constant(1, v));
    Sampling sampling(source, diffusion, options, 5, RandomStream(1, "samples"));
    const Matrix start = sampling.points();
    while (sampling.advance()) {
    }
    return sampling.points().col(0).cwiseQuotient(start.col(0));
  }
  void expect_factor(const SamplerOptions& options, double expected) const {
    // The first step returns a small difference of large numbers, of which ε has the digits and x̂₀
    // has not: one or two steps are right on the scale of start and end, more of them on that of
    // the end.
    const double scale =
        options.steps == 1 || options.steps == 2 ? std::max(1.0, expected) : expected;
    EXPECT_LT((factors(options).array() - expected).abs().maxCoeff(), 1e-12 * scale)
        << v << " " << options.steps;
  }
  double kappa(Index t) const {
    const auto level = diffusion.schedule.level(t);
    return level.sigma / level.signal;
  }
  // The flow itself down to t = 0, where y/√(v + κ²) stays as it was, and x̂₀ of that.
  double flow() const {
    const Index first = diffusion.steps() - 1;
    const double end = v + kappa(0) * kappa(0), start = v + kappa(first) * kappa(first);
    return std::sqrt(end / start) * v / end / diffusion.schedule.signal()[first];
  }
};

TEST(DdimSampling, AGaussianIsScaledByTheProductOfItsSteps) {
  for (const double v : {0.01, 0.3, 1.0, 25.0})
    for (const Index steps : {0, 1, 2, 10, 99}) {
      const Linear line{linear_diffusion(100), v};
      const auto& schedule = line.diffusion.schedule;
      const auto times = sampling_times({Sampler::ddim, steps}, 100);
      double factor = wiener(schedule, v, times.back());
      for (std::size_t k = 0; k + 1 < times.size(); ++k) {
        const auto next = schedule.level(times[k + 1]);
        factor *=
            next.signal * wiener(schedule, v, times[k]) + next.sigma * slope(schedule, v, times[k]);
      }
      line.expect_factor({Sampler::ddim, steps}, factor);
    }
}

// By y and κ, as the method is written down; the sampler works in x.
TEST(OdeSampling, AGaussianIsScaledByTheProductOfHeunsSteps) {
  for (const double v : {0.01, 0.3, 1.0, 25.0})
    for (const Index steps : {0, 1, 2, 10, 99}) {
      const Linear line{linear_diffusion(100), v};
      const auto times = sampling_times({Sampler::ode, steps}, 100);
      const auto dy_dkappa = [&](double y, double kappa) {
        return y * kappa / (v + kappa * kappa);
      };
      double y = 1 / line.diffusion.schedule.signal()[99];
      for (std::size_t k = 0; k + 1 < times.size(); ++k) {
        const double here = line.kappa(times[k]), next = line.kappa(times[k + 1]);
        const double first = dy_dkappa(y, here);
        const double second = dy_dkappa(y + (next - here) * first, next);
        y += (next - here) * (first + second) / 2;
      }
      const double last = line.kappa(times.back());
      y -= last * dy_dkappa(y, last);
      line.expect_factor({Sampler::ode, steps}, y);
    }
}

// 1920 = 60·32: the spacing of the steps is halved exactly.
TEST(OdeSampling, HeunIsOfSecondOrderAndDdimOfFirst) {
  for (const double v : {0.3, 4.0}) {
    const Linear line{linear_diffusion(1921), v};
    const auto error = [&](Sampler sampler, Index intervals) {
      return line.factors({sampler, intervals + 1})[0] / line.flow() - 1;
    };
    for (const Index intervals : {60, 120, 240}) {
      EXPECT_NEAR(error(Sampler::ode, intervals) / error(Sampler::ode, 2 * intervals), 4, 0.1);
      EXPECT_NEAR(error(Sampler::ddim, intervals) / error(Sampler::ddim, 2 * intervals), 2, 0.05);
    }
    EXPECT_LT(std::abs(error(Sampler::ode, 60)), 0.003);
    EXPECT_GT(std::abs(error(Sampler::ddim, 60)), 0.02);
  }
}

TEST(Sampling, APointIsMetExactly) {
  const Diffusion diffusion{NoiseSchedule(theory::BetaSchedule::cosine, 60)};
  const Eigen::RowVector2d point(3, -0.5);
  const GivenSource source(2, [&](const MatrixRef& x, Index t) -> Matrix {
    const auto level = diffusion.schedule.level(t);
    return (x - level.signal * point.replicate(x.rows(), 1)) / level.sigma;
  });
  for (const auto& options : {SamplerOptions{Sampler::ddpm, 0},
                              {Sampler::ddim, 0},
                              {Sampler::ddim, 1},
                              {Sampler::ode, 0},
                              {Sampler::ode, 5}})
    EXPECT_LT((samples(source, diffusion, options, 20).rowwise() - point).cwiseAbs().maxCoeff(),
              1e-11);
}

// The exact noise of Σ_k w_k N(μ_k, s²) in one dimension.
struct Mixture {
  std::array<double, 2> weights = {0.3, 0.7}, means = {-2, 1.5};
  double s = 0.4;

  GivenSource source(const NoiseSchedule& schedule) const {
    return {1, [schedule, m = *this](const MatrixRef& x, Index t) -> Matrix {
              const auto level = schedule.level(t);
              const double variance =
                  level.signal * level.signal * m.s * m.s + level.sigma * level.sigma;
              Matrix epsilon(x.rows(), 1);
              for (Index i = 0; i < x.rows(); ++i) {
                double total = 0, score = 0;
                for (std::size_t k = 0; k < 2; ++k) {
                  const double off = level.signal * m.means.at(k) - x(i, 0);
                  const double p = m.weights.at(k) * std::exp(-off * off / (2 * variance));
                  total += p;
                  score += p * off / variance;
                }
                epsilon(i, 0) = -level.sigma * score / total;
              }
              return epsilon;
            }};
  }
};

TEST(Sampling, AMixtureHasItsWeightsMeansAndWidths) {
  const Mixture mixture;
  const Diffusion diffusion = linear_diffusion(1000);
  constexpr Index kCount = 10000;
  for (const auto sampler : {Sampler::ddpm, Sampler::ddim, Sampler::ode}) {
    const Vector x = samples(mixture.source(diffusion.schedule), diffusion, {sampler, 0}, kCount);
    std::array<double, 2> count = {}, sum = {}, squares = {};
    for (const double value : x) {
      const std::size_t k = value > -0.25;
      const double off = value - mixture.means.at(k);
      count.at(k) += 1;
      sum.at(k) += off;
      squares.at(k) += off * off;
    }
    EXPECT_NEAR(count[0] / kCount, 0.3, 5 * std::sqrt(0.3 * 0.7 / kCount));
    for (std::size_t k = 0; k < 2; ++k) {
      const double error = mixture.s / std::sqrt(count.at(k));
      EXPECT_NEAR(sum.at(k) / count.at(k), 0, 5 * error) << k;
      EXPECT_NEAR(std::sqrt(squares.at(k) / count.at(k)), mixture.s, 5 * error / std::sqrt(2)) << k;
    }
  }
}

// The same law by a network that predicts the velocity.
TEST(Sampling, ANetworkTakesThePlaceOfTheSource) {
  Diffusion diffusion = linear_diffusion(50);
  const GivenSource exact = gaussian_source(diffusion.schedule, Vector{{2, 0.2}});
  diffusion.prediction = theory::Prediction::v;
  const GivenNetwork network(3, 2, [&](const MatrixRef& inputs) -> Matrix {
    const auto t = static_cast<Index>(std::lround(50 * inputs(0, 2)));
    const auto level = diffusion.schedule.level(t);
    const Matrix x = inputs.leftCols(2), noise = exact.epsilon(x, t);
    return level.signal * noise - level.sigma * (x - level.sigma * noise) / level.signal;
  });
  const ScoreModel model(network, diffusion);
  for (const auto sampler : {Sampler::ddpm, Sampler::ddim, Sampler::ode}) {
    const Matrix expected = samples(exact, diffusion, {sampler, 0}, 10);
    EXPECT_LT((samples(model, diffusion, {sampler, 0}, 10) - expected).cwiseAbs().maxCoeff(),
              1e-11);
  }
}

}  // namespace
}  // namespace aniso::diffusion
