#include "core/analysis/score_probes.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/analysis/geometry_results.h"
#include "core/base/errors.h"
#include "core/nn/function.h"
#include "core/nn/initialisation.h"

namespace aniso::analysis {
namespace {

using theory::Prediction;

// F_θ(x, τ) = W x + b with b ~ N(0, Σ) and W = w I: the output geometry is known.
class AffineFamily : public nn::FunctionFamily {
 public:
  AffineFamily(Matrix root, double w) : root_(std::move(root)), w_(w) {}
  Index parameter_count() const override { return root_.rows(); }
  Matrix draw(const RandomStream& stream, Index count) const override {
    return stream.normals(count, root_.rows()) * root_.transpose();
  }
  std::vector<Matrix> values(const Matrix& parameters, MatrixRef x) const override {
    std::vector<Matrix> all;
    for (Index r = 0; r < parameters.rows(); ++r)
      all.emplace_back((w_ * x.leftCols(root_.rows())).rowwise() + parameters.row(r));
    return all;
  }
  std::vector<Matrix> input_gradients(const Matrix&, MatrixRef, VectorRef) const override {
    throw InvalidInput("not asked for here");
  }

 private:
  Matrix root_;
  double w_;
};

diffusion::Diffusion linear(Index steps, Prediction prediction = Prediction::epsilon) {
  return {theory::NoiseSchedule(theory::BetaSchedule::linear, steps), prediction};
}

Matrix moment_of(const AffineFamily& family, Index dim, Index networks, const ScoreProbeLaw& law) {
  Matrix sum = Matrix::Zero(dim, dim);
  Index rows = 0;
  for_each_fresh_score(family, dim, networks, law, RandomStream(1, "test"), {},
                       [&](const Matrix& scores) {
                         sum += scores.transpose() * scores;
                         rows += scores.rows();
                       });
  EXPECT_EQ(rows, networks * law.count);
  return sum / static_cast<double>(rows);
}

// G = mean(1/σ²) Σ: the schedule's constant is met because steps are stratified.
TEST(ScoreProbes, AverageTheOutputOverNetworksAndSteps) {
  Matrix root = Matrix::Zero(3, 3);
  root.diagonal() << 2, 1, 0;
  const auto diffusion = linear(1000);
  ScoreProbeLaw law;
  law.diffusion = &diffusion;
  const double constant = diffusion.schedule.mean_inverse_variance();
  EXPECT_NEAR(constant, 32.0543452, 1e-6);
  // Squares of normals weighted by 1/σ_t², of which the few at t = 0 count most.
  const Index networks = 40000;
  const Vector weight = diffusion.schedule.sigma().array().square().inverse();
  const double per_step = static_cast<double>(networks) / 1000;
  const double error = std::sqrt(2 / per_step) * weight.norm() / weight.sum();
  EXPECT_LT(error, 0.1);
  const Matrix g = moment_of(AffineFamily(root, 1), 3, networks, law);
  EXPECT_NEAR(g(0, 0) / (4 * constant), 1, 5 * error);
  EXPECT_NEAR(g(1, 1) / constant, 1, 5 * error);
  EXPECT_EQ(g(2, 2), 0);
}

TEST(ScoreProbes, StepsCoverTheScheduleEvenlyInEveryStretch) {
  const auto diffusion = linear(50);
  ScoreProbeLaw law;
  law.diffusion = &diffusion;
  const RandomStream stream(2, "probes");
  for (const Index first : {0, 137}) {
    std::vector<Index> counts(50, 0);
    const ScoreProbe probe = law.draw(2, first, 1000, stream);
    for (Index i = 0; i < 1000; ++i)
      ++counts[static_cast<std::size_t>(std::lround(probe.inputs(i, 2) * 50))];
    for (const Index count : counts) EXPECT_NEAR(static_cast<double>(count), 20, 3);
  }
  const ScoreProbe head = law.draw(2, 0, 10, stream), tail = law.draw(2, 6, 4, stream);
  EXPECT_EQ(head.inputs.bottomRows(4), tail.inputs) << "a probe depends on its number alone";
  law.step = 7;
  EXPECT_EQ(law.draw(2, 0, 5, stream).inputs.col(2), Vector::Constant(5, 7.0 / 50));
  law.step = 50;
  EXPECT_THROW(law.draw(2, 0, 5, stream), InvalidInput);
}

// What the steps contribute to E[1/σ²], estimated over and over: stratified ones scatter less than
// independent ones by far.
TEST(ScoreProbes, StratifiedStepsScatterLessThanIndependentOnes) {
  const auto diffusion = linear(100);
  ScoreProbeLaw law;
  law.diffusion = &diffusion;
  constexpr Index kTrials = 200, kProbes = 400;
  const Vector weight = diffusion.schedule.sigma().array().square().inverse();
  double stratified = 0, independent = 0;
  for (Index trial = 0; trial < kTrials; ++trial) {
    const RandomStream stream(static_cast<std::uint64_t>(trial), "steps");
    const ScoreProbe probe = law.draw(1, 0, kProbes, stream);
    const double mean = probe.sigma.array().square().inverse().mean();
    stratified += std::pow(mean - weight.mean(), 2) / kTrials;
    double plain = 0;
    for (Index i = 0; i < kProbes; ++i)
      plain += weight[static_cast<Index>(stream.below(static_cast<std::uint64_t>(i), 100))];
    independent += std::pow(plain / kProbes - weight.mean(), 2) / kTrials;
  }
  const double variance = (weight.array() - weight.mean()).square().mean();
  EXPECT_NEAR(independent / (variance / kProbes), 1, 0.4) << "the yardstick itself";
  EXPECT_LT(stratified, 0.1 * independent);
}

// The three kinds of prediction of one and the same score give one and the same F.
TEST(ScoreProbes, ScoresDoNotDependOnWhatTheNetworkPredicts) {
  ScoreProbeLaw law;
  const auto epsilon = linear(40), sample = linear(40, Prediction::x0);
  law.diffusion = &epsilon;
  law.scale = 1.5;
  const ScoreProbe probe = law.draw(3, 0, 60, RandomStream(4, "probes"));
  const Matrix e = RandomStream(5, "e").normals(Index{60}, Index{3});
  const Matrix x0 =
      ((probe.inputs.leftCols(3).array() - e.array().colwise() * probe.sigma.array()).colwise() /
       probe.signal.array())
          .matrix();
  const Matrix f = scores_of(epsilon, probe, e);
  EXPECT_LT((f - scores_of(sample, probe, x0)).cwiseAbs().maxCoeff(), 1e-9);
  EXPECT_NEAR(f(3, 1), e(3, 1) / probe.sigma[3], 1e-14);
}

TEST(ScoreProbes, NoisedDataHasTheVarianceOfItsLevel) {
  const auto diffusion = linear(100);
  const Matrix samples = 3 * RandomStream(6, "data").normals(Index{4000}, Index{2});
  ScoreProbeLaw law;
  law.diffusion = &diffusion;
  law.samples = &samples;
  law.step = 30;
  const ScoreProbe probe = law.draw(2, 0, 40000, RandomStream(7, "probes"));
  const auto level = diffusion.schedule.level(30);
  const double expected = level.signal * level.signal * 9 + level.sigma * level.sigma;
  EXPECT_NEAR(probe.inputs.leftCols(2).squaredNorm() / 80000 / expected, 1, 0.05);
}

TEST(ScoreProbes, RefusesWhatIsNotFinite) {
  const auto diffusion = linear(40);
  ScoreProbeLaw law;
  law.diffusion = &diffusion;
  const AffineFamily family(Matrix::Constant(2, 2, std::nan("")), 1);
  EXPECT_THROW(moment_of(family, 2, 3, law), NumericalError);
}

// Directions that the networks never use are one subspace, however rounding orders them.
TEST(OutputGeometry, TheNullSpaceIsOneGroup) {
  Matrix root = Matrix::Zero(6, 6);
  root.diagonal() << 8, 4, 0, 0, 0, 0;
  const Matrix turn = nn::random_orthonormal(6, 6, RandomStream(9, "turn"));
  const auto diffusion = linear(40);
  ScoreProbeLaw law;
  law.diffusion = &diffusion;
  geometry::GradientMoment moment(6);
  for_each_fresh_score(AffineFamily(turn * root, 0), 6, 4000, law, RandomStream(8, "test"), {},
                       [&](const Matrix& scores) { moment.add(scores); });
  GeometryContext context;
  context.shape = InputShape(6);
  context.has_null_space = true;
  const auto results = geometry_results(moment, context);
  const auto& spectrum = std::get<Spectrum>(results.front());
  ASSERT_EQ(spectrum.groups.size(), 3U);
  EXPECT_EQ(spectrum.groups.back().first, 2);
  EXPECT_EQ(spectrum.groups.back().count, 4);
  EXPECT_EQ(spectrum.values.tail(4).norm(), 0);
}

}  // namespace
}  // namespace aniso::analysis
