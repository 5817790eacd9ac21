#pragma once

#include <cmath>
#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>

#include "core/diffusion/score_model.h"

namespace aniso::diffusion {

/// The linear schedule with T steps and noise as prediction.
inline Diffusion linear_diffusion(Index T) {
  return {theory::NoiseSchedule(theory::BetaSchedule::linear, T), theory::Prediction::epsilon};
}

/// A source written down as a function of x and t.
class GivenSource final : public ScoreSource {
 public:
  using Epsilon = std::function<Matrix(const MatrixRef&, Index)>;
  GivenSource(Index dim, Epsilon epsilon) : dim_(dim), epsilon_(std::move(epsilon)) {}
  Index dim() const override { return dim_; }
  Matrix epsilon(MatrixRef x, Index t) const override { return epsilon_(x, t); }

 private:
  Index dim_;
  Epsilon epsilon_;
};

/// N(0, diag(variances)): ε = σ x/(ᾱ v + σ²).
inline GivenSource gaussian_source(const theory::NoiseSchedule& schedule, Vector variances) {
  const Index dim = variances.size();
  return {dim, [schedule, v = std::move(variances)](const MatrixRef& x, Index t) -> Matrix {
            const auto level = schedule.level(t);
            const Vector total = (schedule.alpha_bar()[t] * v.array() + level.sigma * level.sigma);
            return x * (level.sigma * total.cwiseInverse()).asDiagonal();
          }};
}

/// A network written down as a function; only its values are asked for.
class GivenNetwork final : public nn::Function {
 public:
  using Values = std::function<Matrix(const MatrixRef&)>;
  GivenNetwork(Index inputs, Index outputs, Values values)
      : inputs_(inputs), outputs_(outputs), values_(std::move(values)) {}
  Index inputs() const override { return inputs_; }
  Index outputs() const override { return outputs_; }
  nn::SecondOrder second_order() const override { return nn::SecondOrder::smooth; }
  Matrix values(MatrixRef x) const override { return values_(x); }
  Matrix vector_jacobian(MatrixRef, MatrixRef) const override { throw std::logic_error("values"); }
  nn::Jets jets(MatrixRef, MatrixRef) const override { throw std::logic_error("values"); }
  std::unique_ptr<nn::Function> clone() const override {
    return std::make_unique<GivenNetwork>(*this);
  }

 private:
  Index inputs_, outputs_;
  Values values_;
};

}  // namespace aniso::diffusion
