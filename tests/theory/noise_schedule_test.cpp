#include "core/theory/noise_schedule.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/base/errors.h"
#include "core/base/random.h"

namespace aniso::theory {
namespace {

const RandomStream kStream(41, "noise schedule test");

TEST(NoiseSchedule, LinearHasItsGoldenMeanInverseVariance) {
  const NoiseSchedule schedule(BetaSchedule::linear, 1000);
  EXPECT_EQ(schedule.steps(), 1000);
  EXPECT_NEAR(schedule.beta()[0], 1e-4, 1e-18);
  EXPECT_NEAR(schedule.beta()[999], 0.02, 1e-16);
  EXPECT_NEAR(schedule.beta()[1] - schedule.beta()[0], 0.0199 / 999, 1e-16);
  EXPECT_NEAR(schedule.mean_inverse_variance(), 32.0543452, 5e-8);
}

TEST(NoiseSchedule, CosineFollowsItsLevelsUntilBetaIsCut) {
  const NoiseSchedule schedule(BetaSchedule::cosine, 1000);
  const auto level = [](double time) {
    return std::pow(std::cos((time + 0.008) / 1.008 * std::acos(-1.0) / 2), 2);
  };
  for (const Index t : {0, 1, 250, 500, 900, 990})
    EXPECT_NEAR(schedule.alpha_bar()[t], level((static_cast<double>(t) + 1) / 1000) / level(0),
                1e-14)
        << t;
  EXPECT_EQ(schedule.beta()[999], 0.999);
  EXPECT_LT(schedule.beta()[998], 0.999);
}

TEST(NoiseSchedule, PreservesTheVarianceAndForgetsTheSignal) {
  for (const auto kind : {BetaSchedule::linear, BetaSchedule::cosine}) {
    const NoiseSchedule schedule(kind, 150);
    double kept = 1;
    for (Index t = 0; t < 150; ++t) {
      const NoiseLevel level = schedule.level(t);
      EXPECT_NEAR(level.signal * level.signal + level.sigma * level.sigma, 1, 1e-14);
      EXPECT_GT(schedule.beta()[t], t == 0 ? 0 : schedule.beta()[t - 1]);
      const double before = kept;
      kept *= 1 - schedule.beta()[t];
      EXPECT_NEAR(schedule.alpha_bar()[t], kept, 1e-15);
      EXPECT_NEAR(schedule.posterior_variance()[t], schedule.beta()[t] * (1 - before) / (1 - kept),
                  1e-13);
      EXPECT_LE(schedule.posterior_variance()[t], schedule.beta()[t]);
    }
    EXPECT_EQ(schedule.posterior_variance()[0], 0);
    EXPECT_LT(schedule.signal()[149], 0.01);
  }
  // At the first step the noise is β itself, to the last digit.
  const NoiseSchedule fine(BetaSchedule::linear, 100'000);
  EXPECT_NEAR(std::pow(fine.sigma()[0], 2) / 1e-6, 1, 1e-15);
}

TEST(NoiseSchedule, RefusesWhatDoesNotExist) {
  EXPECT_THROW(NoiseSchedule(BetaSchedule::linear, 20), InvalidInput);
  EXPECT_NO_THROW(NoiseSchedule(BetaSchedule::linear, 21));
  EXPECT_THROW(NoiseSchedule(BetaSchedule::cosine, 1), InvalidInput);
  const NoiseSchedule schedule(BetaSchedule::cosine, 10);
  EXPECT_THROW(schedule.level(10), InvalidInput);
  EXPECT_THROW(schedule.level(-1), InvalidInput);
  EXPECT_EQ(beta_schedule_from_id("cosine"), BetaSchedule::cosine);
  EXPECT_EQ(beta_schedule_from_id("linear"), BetaSchedule::linear);
  EXPECT_THROW(beta_schedule_from_id("cosin"), InvalidInput);
}

Matrix normals(const char* name, Index rows, Index cols) {
  return kStream.child(name).normals(rows, cols);
}

class Conversion : public ::testing::Test {
 protected:
  Matrix x0_ = normals("x0", 4, 3), epsilon_ = normals("epsilon", 4, 3);
  Vector signal_ = (Vector(4) << 0.9, 0.6, 0.05, std::sqrt(0.5)).finished();
  Vector sigma_ = (1 - signal_.array().square()).sqrt();
  Matrix x_t_ = signal_.asDiagonal() * x0_ + sigma_.asDiagonal() * epsilon_;
  Matrix v_ = signal_.asDiagonal() * epsilon_ - sigma_.asDiagonal() * x0_;
};

TEST_F(Conversion, EachPredictionGivesTheOthers) {
  const std::vector<std::pair<Prediction, Matrix>> kinds = {
      {Prediction::epsilon, epsilon_}, {Prediction::x0, x0_}, {Prediction::v, v_}};
  for (const auto& [from, given] : kinds)
    for (const auto& [to, wanted] : kinds)
      EXPECT_LT((converted_prediction(x_t_, given, from, to, signal_, sigma_) - wanted)
                    .cwiseAbs()
                    .maxCoeff(),
                2e-14)
          << static_cast<int>(from) << " to " << static_cast<int>(to);
}

TEST_F(Conversion, ExistsAtBothEndsWhereItIsDetermined) {
  Vector signal(4), sigma(4);
  signal << 1, 0, 1, 0;
  sigma << 0, 1, 0, 1;
  const auto convert = [&](Prediction from, Prediction to) {
    return converted_prediction(x_t_, v_, from, to, signal, sigma);
  };
  EXPECT_EQ(convert(Prediction::v, Prediction::x0).row(0), x_t_.row(0));
  EXPECT_EQ(convert(Prediction::v, Prediction::epsilon).row(0), v_.row(0));
  EXPECT_EQ(convert(Prediction::v, Prediction::x0).row(1), -v_.row(1));
  EXPECT_THROW(convert(Prediction::epsilon, Prediction::x0), InvalidInput);
  EXPECT_THROW(convert(Prediction::x0, Prediction::v), InvalidInput);
  EXPECT_EQ(convert(Prediction::x0, Prediction::x0), v_);
}

TEST_F(Conversion, RefusesWhatDoesNotFit) {
  const auto convert = [&](const Matrix& p, const Vector& a, const Vector& s) {
    return converted_prediction(x_t_, p, Prediction::v, Prediction::x0, a, s);
  };
  EXPECT_THROW(convert(v_.topRows(2), signal_, sigma_), InvalidInput);
  EXPECT_THROW(convert(v_, signal_.head(3), sigma_), InvalidInput);
  EXPECT_THROW(convert(v_, signal_, 2 * sigma_), InvalidInput);
  EXPECT_THROW(convert(v_, -signal_, sigma_), InvalidInput);
  EXPECT_THROW(convert(v_ * NAN, signal_, sigma_), InvalidInput);
}

}  // namespace
}  // namespace aniso::theory
