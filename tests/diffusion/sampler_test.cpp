#include "core/diffusion/sampler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "core/base/errors.h"
#include "tests/diffusion/sources.h"

namespace aniso::diffusion {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr Index kSteps = 30;
const std::initializer_list<SamplerOptions> kEvery = {{Sampler::ddpm, 0},
                                                      {Sampler::ddim, 0},
                                                      {Sampler::ddim, 7},
                                                      {Sampler::ode, 0},
                                                      {Sampler::ode, 7}};

// Bends, and mixes the coordinates of a row, by loops that treat all rows alike.
GivenSource curved_source(Index dim) {
  return {dim, [](const MatrixRef& x, Index t) -> Matrix {
            Matrix epsilon(x.rows(), x.cols());
            for (Index i = 0; i < x.rows(); ++i) {
              double sum = 0;
              for (Index k = 0; k < x.cols(); ++k) sum += x(i, k);
              for (Index k = 0; k < x.cols(); ++k)
                epsilon(i, k) = 0.8 * x(i, k) + 0.1 * std::sin(sum + 0.2 * static_cast<double>(t));
            }
            return epsilon;
          }};
}

Matrix samples(const ScoreSource& source, const SamplerOptions& options, Index count,
               std::uint64_t seed) {
  return sample(source, linear_diffusion(kSteps), options, count, RandomStream(seed, "samples"))
      .value();
}

TEST(SamplerOptions, DefaultsAndChoicesAreRead) {
  const auto read = [](const Json& given) {
    return sampler_options_of(validated(sampler_params(), given, "sampling"));
  };
  EXPECT_EQ(read(Json::object()).sampler, Sampler::ddpm);
  EXPECT_EQ(read(Json::object()).steps, 0);
  EXPECT_EQ(read({{"sampler", "ddim"}, {"sampler_steps", 20}}).sampler, Sampler::ddim);
  EXPECT_EQ(read({{"sampler", "ddim"}, {"sampler_steps", 20}}).steps, 20);
  EXPECT_EQ(read({{"sampler", "ode"}}).sampler, Sampler::ode);
  EXPECT_THROW(read({{"sampler", "odes"}}), InvalidInput);
  EXPECT_THROW(read({{"sampler_steps", -1}}), InvalidInput);
  EXPECT_EQ(joined(diffusion_params(), sampler_params()).size(), 5u);
}

TEST(SamplingTimes, AreEvenlySpacedAndHaveBothEnds) {
  const auto times = [](Sampler sampler, Index steps, Index T) {
    return sampling_times({sampler, steps}, T);
  };
  EXPECT_EQ(times(Sampler::ddim, 0, 4), (std::vector<Index>{3, 2, 1, 0}));
  EXPECT_EQ(times(Sampler::ddpm, 2, 4), (std::vector<Index>{3, 2, 1, 0}));
  EXPECT_EQ(times(Sampler::ddim, 1, 4), (std::vector<Index>{3}));
  EXPECT_EQ(times(Sampler::ode, 2, 4), (std::vector<Index>{3, 0}));
  EXPECT_EQ(times(Sampler::ode, 5, 101), (std::vector<Index>{100, 75, 50, 25, 0}));
  EXPECT_EQ(times(Sampler::ode, 3, 100), (std::vector<Index>{99, 50, 0}));
  for (Index steps = 2; steps <= 100; ++steps) {
    const auto all = times(Sampler::ddim, steps, 100);
    ASSERT_EQ(static_cast<Index>(all.size()), steps);
    EXPECT_EQ(all.front(), 99);
    EXPECT_EQ(all.back(), 0);
    const Index least = 99 / (steps - 1), most = least + (99 % (steps - 1) != 0);
    for (std::size_t k = 1; k < all.size(); ++k) {
      EXPECT_GE(all[k - 1] - all[k], least);
      EXPECT_LE(all[k - 1] - all[k], most);
    }
  }
  EXPECT_THROW(times(Sampler::ddim, 5, 4), InvalidInput);
  EXPECT_THROW(times(Sampler::ode, -1, 4), InvalidInput);
}

TEST(Sampling, SameSeedSameBytes) {
  const GivenSource source = curved_source(3);
  for (const auto& options : kEvery) {
    const Matrix first = samples(source, options, 6, 1);
    EXPECT_EQ(first, samples(source, options, 6, 1));
    EXPECT_GT((first - samples(source, options, 6, 2)).cwiseAbs().minCoeff(), 0);
  }
}

TEST(Sampling, RowsDoNotDependOnTheirNumber) {
  for (const Index dim : {1, 2, 3, 7, 64, 2100}) {  // the last is longer than a block of noise
    const GivenSource source = curved_source(dim);
    for (const auto& options : kEvery) {
      const Matrix all = samples(source, options, 37, 3);
      for (const Index count : {1, 2, 5, 36})
        EXPECT_EQ(samples(source, options, count, 3), all.topRows(count)) << dim << " " << count;
    }
  }
}

// What DDPM draws at step t is the entry (i, j) of one stream there, whatever was done before.
TEST(Sampling, AncestorsHaveTheNoiseOfTheirStep) {
  const Diffusion diffusion = linear_diffusion(kSteps);
  const GivenSource still(
      3, [](const MatrixRef& x, Index) -> Matrix { return Matrix::Zero(x.rows(), x.cols()); });
  const RandomStream stream(5, "samples");
  Sampling sampling(still, diffusion, {}, 4, stream);
  EXPECT_EQ(sampling.points(), stream.child("start").normals(Index{4}, Index{3}));
  while (sampling.t() > 0) {
    const Index t = sampling.t();
    const Matrix mean = sampling.points() / std::sqrt(1 - diffusion.schedule.beta()[t]);
    const Matrix noise =
        std::sqrt(diffusion.schedule.posterior_variance()[t]) *
        stream.child("noise").at_step(static_cast<std::uint64_t>(t)).normals(Index{4}, Index{3});
    sampling.advance();
    EXPECT_LT((sampling.points() - mean - noise).cwiseAbs().maxCoeff(), 1e-12 * mean.norm()) << t;
  }
}

TEST(Sampling, IsWatchedStepByStep) {
  const Diffusion diffusion = linear_diffusion(kSteps);
  const GivenSource source = curved_source(2);
  for (const auto& options : kEvery) {
    const auto times = sampling_times(options, kSteps);
    Sampling sampling(source, diffusion, options, 5, RandomStream(4, "samples"));
    EXPECT_EQ(sampling.steps_total(), static_cast<Index>(times.size()));
    EXPECT_EQ(sampling.denoised().rows(), 0);
    EXPECT_EQ(sampling.denoised().cols(), 2);
    for (std::size_t k = 0; k < times.size(); ++k) {
      EXPECT_EQ(sampling.steps_done(), static_cast<Index>(k));
      ASSERT_EQ(sampling.t(), times[k]);
      const auto level = sampling.noise_level();
      EXPECT_EQ(level.sigma, diffusion.schedule.sigma()[times[k]]);
      const Matrix x = sampling.points();
      const Matrix clean = (x - level.sigma * source.epsilon(x, times[k])) / level.signal;
      EXPECT_EQ(sampling.advance(), k + 1 < times.size());
      EXPECT_LT((sampling.denoised() - clean).norm(), 1e-12 * (1 + clean.norm()));
    }
    EXPECT_EQ(sampling.t(), -1);
    EXPECT_EQ(sampling.noise_level().signal, 1);
    EXPECT_EQ(sampling.noise_level().sigma, 0);
    EXPECT_EQ(sampling.points(), sampling.denoised());
    EXPECT_EQ(sampling.points(), samples(source, options, 5, 4));
    const Matrix last = sampling.points();
    EXPECT_FALSE(sampling.advance());
    EXPECT_EQ(sampling.points(), last);
  }
}

TEST(Sampling, StopsWhenAsked) {
  const Diffusion diffusion = linear_diffusion(kSteps);
  for (const Index stop_at : {kSteps - 1, Index{12}, Index{1}, Index{0}}) {
    std::stop_source stop;
    int asked = 0;
    const GivenSource source(2, [&](const MatrixRef& x, Index t) -> Matrix {
      ++asked;
      if (t == stop_at) stop.request_stop();
      return x;
    });
    const auto result =
        sample(source, diffusion, {}, 3, RandomStream(1, "samples"), stop.get_token());
    EXPECT_EQ(asked, kSteps - stop_at);
    EXPECT_EQ(result.has_value(), stop_at == 0) << "a step that has begun is finished";
    asked = 0;
    EXPECT_FALSE(sample(source, diffusion, {}, 3, RandomStream(1, "samples"), stop.get_token()));
    EXPECT_EQ(asked, 0);
  }
}

TEST(Sampling, NamesStepAndRowsThatAreNotFinite) {
  const Diffusion diffusion = linear_diffusion(kSteps);
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    const GivenSource source(2, [bad](const MatrixRef& x, Index t) -> Matrix {
      Matrix epsilon = x;
      if (t <= 11) epsilon(1, 0) = epsilon(4, 1) = bad;
      return epsilon;
    });
    for (const auto sampler : {Sampler::ddpm, Sampler::ddim, Sampler::ode}) {
      Sampling sampling(source, diffusion, {sampler, 0}, 6, RandomStream(1, "samples"));
      // Heun's method looks one step ahead.
      while (sampling.t() > (sampler == Sampler::ode ? 12 : 11)) sampling.advance();
      const Matrix before = sampling.points(), denoised = sampling.denoised();
      for (int attempt = 0; attempt < 2; ++attempt)
        EXPECT_THAT([&] { sampling.advance(); },
                    ThrowsMessage<NumericalError>(
                        AllOf(HasSubstr("diffusion step 11 "), HasSubstr("2 of 6 rows"))));
      EXPECT_EQ(sampling.points(), before);
      EXPECT_EQ(sampling.denoised(), denoised);
      EXPECT_TRUE(before.allFinite());
      EXPECT_THROW(samples(source, {sampler, 0}, 6, 1), NumericalError);
    }
  }
}

// Finite predictions whose consequences are not.
TEST(Sampling, NamesStepWherePointsOverflow) {
  const GivenSource source(2, [](const MatrixRef& x, Index t) -> Matrix {
    Matrix epsilon = x;
    if (t <= 20) epsilon.row(0).setConstant(1.7e308);
    return epsilon;
  });
  for (const auto sampler : {Sampler::ddpm, Sampler::ddim, Sampler::ode})
    EXPECT_THAT(
        [&] {
          samples(source, {sampler, 0}, 3, 1);
        },
        ThrowsMessage<NumericalError>(
            AllOf(HasSubstr("diffusion step 20 "), HasSubstr("1 of 3 rows"))));
}

TEST(Sampling, RefusesWrongShapesAndCounts) {
  const Diffusion diffusion = linear_diffusion(kSteps);
  const RandomStream stream(1, "samples");
  const GivenSource wide(
      2, [](const MatrixRef& x, Index) -> Matrix { return Matrix::Zero(x.rows(), 3); });
  const GivenSource short_one(2, [](const MatrixRef&, Index) -> Matrix { return Matrix(1, 2); });
  for (const auto& options : kEvery) {
    EXPECT_THROW(sample(wide, diffusion, options, 4, stream), InvalidInput);
    EXPECT_THROW(sample(short_one, diffusion, options, 4, stream), InvalidInput);
    EXPECT_THROW(sample(wide, diffusion, options, 0, stream), InvalidInput);
    EXPECT_THROW(sample(wide, diffusion, options, -1, stream), InvalidInput);
  }
  const GivenSource none(0, [](const MatrixRef& x, Index) -> Matrix { return x; });
  EXPECT_THROW(sample(none, diffusion, {}, 4, stream), InvalidInput);
  EXPECT_THROW(sample(wide, diffusion, {Sampler::ddim, kSteps + 1}, 4, stream), InvalidInput);
}

}  // namespace
}  // namespace aniso::diffusion
