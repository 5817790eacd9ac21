#pragma once

#include <cmath>
#include <functional>
#include <memory>
#include <utility>

#include "core/analysis/registry.h"
#include "core/base/errors.h"
#include "core/base/random.h"
#include "core/theory/mixture_score.h"
#include "tests/diffusion/sources.h"

namespace aniso::analysis {

/// A score network F(x, τ) written down as a function of x and of the diffusion step t.
class GivenScore final : public nn::LayeredFunction {
 public:
  /// x (n, D), t → (n, D).
  using Values = std::function<Matrix(const Matrix&, Index)>;
  /// x (n, D), t → its Jacobians in x, (n·D, D), stacked.
  using Slopes = std::function<Matrix(const Matrix&, Index)>;

  GivenScore(Index dim, Index steps, Values values, Slopes slopes = {})
      : dim_(dim), steps_(steps), values_(std::move(values)), slopes_(std::move(slopes)) {}

  Index inputs() const override { return dim_ + 1; }
  Index outputs() const override { return dim_; }
  nn::SecondOrder second_order() const override { return nn::SecondOrder::smooth; }
  Matrix values(MatrixRef x) const override {
    if (on_call) on_call();
    return values_(x.leftCols(dim_), step_of(x));
  }
  /// The slope in τ is not asked for: 1, so that whoever takes it for one in x is found out.
  Matrix vector_jacobian(MatrixRef x, MatrixRef v) const override {
    if (on_call) on_call();
    const Matrix slopes = slopes_(x.leftCols(dim_), step_of(x));
    Matrix out = Matrix::Ones(x.rows(), dim_ + 1);
    for (Index i = 0; i < x.rows(); ++i)
      out.row(i).head(dim_) = v.row(i) * slopes.middleRows(i * dim_, dim_);
    return out;
  }
  nn::Jets jets(MatrixRef, MatrixRef) const override { throw InvalidInput("not asked for here"); }
  std::unique_ptr<nn::Function> clone() const override {
    return std::make_unique<GivenScore>(*this);
  }
  std::size_t layer_count() const override { return 0; }
  std::string layer_name(std::size_t) const override { return ""; }
  Matrix weight(std::size_t) const override { throw InvalidInput("it has no layers"); }
  Matrix layer_inputs(std::size_t, MatrixRef) const override { return {}; }
  Matrix layer_vector_jacobian(std::size_t, MatrixRef, MatrixRef) const override { return {}; }
  Matrix weight_gradient(std::size_t, MatrixRef, MatrixRef) const override { return {}; }

  std::function<void()> on_call;

 private:
  Index step_of(const MatrixRef& x) const {
    if (x.rows() == 0) return 0;
    if ((x.col(dim_).array() != x(0, dim_)).any())
      throw InvalidInput("rows of one batch have different times");
    return static_cast<Index>(std::lround(x(0, dim_) * static_cast<double>(steps_)));
  }

  Index dim_, steps_;
  Values values_;
  Slopes slopes_;
};

/// Data of a known law and a score network that looks at them, owned in one place.
struct ScoreScene {
  data::Dataset data;
  diffusion::Diffusion diffusion;
  theory::MixtureScore exact;
  nn::NetworkPlan plan;
  std::unique_ptr<GivenScore> function;  ///< the exact score until it is replaced

  /// @param rows  half of them for training, half for tests.
  ScoreScene(data::MixtureLaw law, Index rows, Index steps = 50)
      : diffusion(diffusion::linear_diffusion(steps)),
        exact({law.weights, law.means, law.covariances}) {
    const Index dim = law.means.cols();
    data.shape = data::InputShape::vector(dim);
    data.x = drawn(law, rows);
    for (Index i = 0; i < rows; ++i) (i % 2 == 0 ? data.train : data.test).push_back(i);
    data.plane.origin = Vector::Zero(dim);
    if (dim >= 2) {
      data.plane.u = Vector::Unit(dim, 0);
      data.plane.v = Vector::Unit(dim, 1);
    }
    data.law = std::make_shared<data::MixtureLaw>(std::move(law));
    plan.inputs = dim + 1;
    plan.outputs = dim;
    plan.has_time = true;
    set_score([this](const Matrix& x, Index t) { return exact.score(x, level(t)); });
  }
  ScoreScene(const ScoreScene&) = delete;
  ScoreScene& operator=(const ScoreScene&) = delete;

  theory::NoiseLevel level(Index t) const { return diffusion.schedule.level(t); }

  /// A network that predicts noise, given by its score and, where asked for, the score's Jacobians.
  void set_score(GivenScore::Values score, GivenScore::Slopes slopes = {}) {
    const auto to_noise = [this](auto f) {
      return [this, f = std::move(f)](const Matrix& x, Index t) -> Matrix {
        return -level(t).sigma * f(x, t);
      };
    };
    function = std::make_unique<GivenScore>(
        plan.outputs, diffusion.steps(), to_noise(std::move(score)), to_noise(std::move(slopes)));
  }
  /// A network as it is: what it predicts is up to `diffusion`.
  void set_network(GivenScore::Values values) {
    function = std::make_unique<GivenScore>(plan.outputs, diffusion.steps(), std::move(values));
  }

  Input input(const std::string& id, const Json& params = Json::object()) const {
    Input in;
    in.function = function.get();
    in.plan = &plan;
    in.data = &data;
    in.diffusion = &diffusion;
    in.params = validated(aniso::analysis::analysis(id).params, params, id);
    in.step = 7;
    return in;
  }
  ResultsPtr evaluate(const std::string& id, const Json& params = Json::object(),
                      const std::stop_token& stop = {}, const PartialSink& sink = {}) const {
    return aniso::analysis::evaluate(aniso::analysis::analysis(id), input(id, params), stop, sink);
  }

 private:
  // Components in turn, as many rows as their weights say.
  static Matrix drawn(const data::MixtureLaw& law, Index rows) {
    const RandomStream stream(3, "score scene");
    const Matrix z = stream.normals(rows, law.means.cols());
    Matrix x(rows, law.means.cols());
    for (Index i = 0; i < rows; ++i) {
      const double place = stream.child("component").uniform(static_cast<std::uint64_t>(i));
      Index k = 0;
      for (double sum = law.weights[0]; place > sum && k + 1 < law.weights.size();)
        sum += law.weights[++k];
      const auto eigen = geometry::symmetric_eigen(law.covariances[static_cast<std::size_t>(k)]);
      x.row(i) = law.means.row(k) + z.row(i) * eigen.values.cwiseMax(0).cwiseSqrt().asDiagonal() *
                                        eigen.vectors.transpose();
    }
    return x;
  }
};

/// One Gaussian N(mean, covariance).
inline data::MixtureLaw gaussian_law(const Vector& mean, const Matrix& covariance) {
  return {Vector::Ones(1), mean.transpose(), {covariance}};
}

}  // namespace aniso::analysis
