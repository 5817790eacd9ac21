#include "core/diffusion/score_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "core/base/errors.h"
#include "core/base/random.h"
#include "tests/diffusion/sources.h"

namespace aniso::diffusion {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;
using theory::Prediction;

constexpr Index kSteps = 40;

// Networks that know of every point x_t that it was x₀ = (1, −2, 0.5), and say so in one of the
// three ways.
const Eigen::RowVector3d kClean(1, -2, 0.5);

Diffusion diffusion_for(Prediction prediction) {
  Diffusion diffusion = linear_diffusion(kSteps);
  diffusion.prediction = prediction;
  return diffusion;
}

GivenNetwork knowing_network(const Diffusion& diffusion) {
  return {4, 3, [diffusion](const MatrixRef& inputs) -> Matrix {
            Matrix values(inputs.rows(), 3);
            for (Index i = 0; i < inputs.rows(); ++i) {
              const auto t = static_cast<Index>(std::lround(inputs(i, 3) * kSteps));
              const auto level = diffusion.schedule.level(t);
              const Eigen::RowVector3d noise =
                  (inputs.row(i).head<3>() - level.signal * kClean) / level.sigma;
              values.row(i) = diffusion.prediction == Prediction::epsilon ? noise
                              : diffusion.prediction == Prediction::x0
                                  ? kClean
                                  : (level.signal * noise - level.sigma * kClean).eval();
            }
            return values;
          }};
}

TEST(ScoreModel, EveryPredictionTellsNoiseScoreAndPoint) {
  const Matrix x = RandomStream(1, "x").normals(Index{5}, Index{3});
  for (const auto prediction : {Prediction::epsilon, Prediction::x0, Prediction::v}) {
    const Diffusion diffusion = diffusion_for(prediction);
    const GivenNetwork network = knowing_network(diffusion);
    const ScoreModel model(network, diffusion);
    EXPECT_EQ(model.dim(), 3);
    for (const Index t : {Index{0}, Index{1}, Index{17}, kSteps - 1}) {
      const auto level = diffusion.schedule.level(t);
      const Matrix noise = (x - level.signal * kClean.replicate(5, 1)) / level.sigma;
      EXPECT_LT((model.epsilon(x, t) - noise).cwiseAbs().maxCoeff(), 1e-12) << t;
      EXPECT_LT((model.score(x, t) + noise / level.sigma).cwiseAbs().maxCoeff(), 1e-11) << t;
      EXPECT_LT((model.denoised(x, t) - kClean.replicate(5, 1)).cwiseAbs().maxCoeff(), 1e-12) << t;
    }
  }
}

TEST(ScoreModel, TheNetworkSeesThePointsAndThenTheTime) {
  Matrix seen;
  const GivenNetwork network(3, 2, [&](const MatrixRef& inputs) -> Matrix {
    seen = inputs;
    return inputs.leftCols(2) * 3;
  });
  const ScoreModel model(network, diffusion_for(Prediction::v));
  const Matrix x = RandomStream(2, "x").normals(Index{4}, Index{2});
  EXPECT_EQ(model.prediction(x, 10), 3 * x);  // raw, though it is a velocity
  EXPECT_EQ(seen.leftCols(2), x);
  EXPECT_EQ(seen.col(2), Vector::Constant(4, 0.25));
}

TEST(ScoreModel, RefusesNetworksWithoutATime) {
  const auto values = [](const MatrixRef& x) -> Matrix { return x; };
  EXPECT_THAT([&] { ScoreModel(GivenNetwork(3, 3, values), linear_diffusion(kSteps)); },
              ThrowsMessage<InvalidInput>(AllOf(HasSubstr("3 inputs"), HasSubstr("3 outputs"))));
  EXPECT_THROW(ScoreModel(GivenNetwork(1, 0, values), linear_diffusion(kSteps)), InvalidInput);
}

TEST(ScoreModel, RefusesBadPointsAndSteps) {
  const Diffusion diffusion = diffusion_for(Prediction::epsilon);
  const GivenNetwork network = knowing_network(diffusion);
  const ScoreModel model(network, diffusion);
  Matrix x = Matrix::Zero(2, 3);
  EXPECT_THROW(model.epsilon(Matrix::Zero(2, 4), 0), InvalidInput);
  EXPECT_THROW(model.score(Matrix::Zero(2, 2), 0), InvalidInput);
  EXPECT_THROW(model.prediction(x, -1), InvalidInput);
  EXPECT_THROW(model.denoised(x, kSteps), InvalidInput);
  EXPECT_EQ(model.epsilon(Matrix(0, 3), 0).rows(), 0);
  x(1, 2) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(model.epsilon(x, 0), InvalidInput);
}

TEST(ScoreModel, NamesStepAndRowsWhereTheNetworkIsNotFinite) {
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), -std::numeric_limits<double>::infinity()}) {
    const GivenNetwork network(3, 2, [bad](const MatrixRef& inputs) -> Matrix {
      Matrix values = inputs.leftCols(2);
      values.row(0).setConstant(bad);
      values(2, 1) = bad;
      return values;
    });
    for (const auto prediction : {Prediction::epsilon, Prediction::x0, Prediction::v}) {
      const ScoreModel model(network, diffusion_for(prediction));
      EXPECT_THAT([&] { model.epsilon(Matrix::Ones(5, 2), 7); },
                  ThrowsMessage<NumericalError>(
                      AllOf(HasSubstr("diffusion step 7"), HasSubstr("2 of 5 rows"))));
    }
  }
}

TEST(ScoreModel, RefusesAnotherShapeThanTheNetworkDeclares) {
  const GivenNetwork network(3, 2, [](const MatrixRef& inputs) -> Matrix { return inputs; });
  const ScoreModel model(network, linear_diffusion(kSteps));
  EXPECT_THROW(model.epsilon(Matrix::Ones(5, 2), 7), InvalidInput);
}

// Networks of constant noise r, and rows shared out in turn.
class ConstantFamily final : public nn::FunctionFamily {
 public:
  Index parameter_count() const override { return 1; }
  Matrix draw(const RandomStream&, Index count) const override { return Matrix::Zero(count, 1); }
  std::vector<Matrix> values(const Matrix& parameters, MatrixRef x) const override {
    std::vector<Matrix> out;
    for (Index r = 0; r < parameters.rows(); ++r)
      out.push_back(Matrix::Constant(x.rows(), 3, parameters(r, 0)));
    return out;
  }
  std::vector<Matrix> input_gradients(const Matrix&, MatrixRef, VectorRef) const override {
    return {};
  }
};

TEST(StackedScoreModel, SharesItsRowsOutAndConverts) {
  const ConstantFamily family;
  const Matrix parameters = (Matrix(2, 1) << 0.25, -3).finished();
  const Matrix x = RandomStream(1, "x").normals(Index{6}, Index{3});
  for (const auto prediction : {Prediction::epsilon, Prediction::x0, Prediction::v}) {
    const Diffusion diffusion = diffusion_for(prediction);
    const StackedScoreModel model(family, parameters, 3, diffusion);
    const Matrix all = model.epsilon(x, 7);
    for (Index r = 0; r < 2; ++r) {
      const GivenNetwork one(4, 3, [&](const MatrixRef& in) -> Matrix {
        return Matrix::Constant(in.rows(), 3, parameters(r, 0));
      });
      EXPECT_EQ(all.middleRows(3 * r, 3),
                ScoreModel(one, diffusion).epsilon(x.middleRows(3 * r, 3), 7));
    }
  }
  const StackedScoreModel model(family, parameters, 3, diffusion_for(Prediction::epsilon));
  EXPECT_THROW(model.epsilon(x.topRows(5), 7), InvalidInput);
  EXPECT_THROW(model.epsilon(x, kSteps), InvalidInput);
}

}  // namespace
}  // namespace aniso::diffusion
