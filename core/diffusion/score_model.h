#pragma once

#include <string_view>

#include "core/diffusion/diffusion.h"
#include "core/nn/function.h"

namespace aniso::diffusion {

/// What samplers ask: the noise in a noised point. A network answers, or a law whose score is known
/// in closed form. A row of the answer depends on that row of x alone.
class ScoreSource {
 public:
  virtual ~ScoreSource() = default;
  virtual Index dim() const = 0;  ///< D
  /// ε(x, t), the expected noise in x_t = √ᾱ_t x₀ + σ_t ε: (n, D) → (n, D). The score is −ε/σ_t.
  virtual Matrix epsilon(MatrixRef x, Index t) const = 0;
};

/// A network F(x, τ) as noise, score and denoised points, whichever of them it predicts. Refers to
/// the network, which must outlive it; threads as for nn::Function.
///
/// All four take points x (n, D) that are noised to diffusion step t and return (n, D).
/// @throws InvalidInput if x has another width or an entry that is not finite, or t is not a step;
///         NumericalError if the network's values are not finite.
/// Cost one evaluation of the network and O(n D).
class ScoreModel final : public ScoreSource {
 public:
  /// @param network  (x, τ) with D + 1 inputs, τ = t/T the last, and D outputs.
  /// @throws InvalidInput if inputs and outputs are not so.
  ScoreModel(const nn::Function& network, Diffusion diffusion);

  Index dim() const override { return network_->outputs(); }
  const Diffusion& diffusion() const { return diffusion_; }

  Matrix epsilon(MatrixRef x, Index t) const override;
  /// ∇ log p_t(x) = −ε/σ_t [1 / input unit].
  Matrix score(MatrixRef x, Index t) const;
  /// x̂₀, the expected point without noise.
  Matrix denoised(MatrixRef x, Index t) const;
  /// What the network says: ε, x₀ or v.
  Matrix prediction(MatrixRef x, Index t) const;
  /// ∂s_c/∂x at each point, s_c component c of the score [1 / input unit²]. All D of them are the
  /// rows of the Jacobians; each costs one backward evaluation of the network.
  Matrix score_gradient(MatrixRef x, Index t, Index component) const;

 private:
  Matrix converted(const MatrixRef& x, Index t, theory::Prediction to) const;

  const nn::Function* network_;
  Diffusion diffusion_;
};

/// R networks side by side: points (R·n, D), of which network r takes the rows r·n …, so that one
/// sampler serves all of them. Refers to the family, which must outlive it. @throws as ScoreModel.
class StackedScoreModel final : public ScoreSource {
 public:
  /// @param parameters  (R, P).
  StackedScoreModel(const nn::FunctionFamily& family, Matrix parameters, Index dim,
                    Diffusion diffusion);

  Index dim() const override { return dim_; }
  /// @throws InvalidInput if the rows cannot be shared out evenly.
  Matrix epsilon(MatrixRef x, Index t) const override;

 private:
  const nn::FunctionFamily* family_;
  Matrix parameters_;
  Index dim_;
  Diffusion diffusion_;
};

/// Refuses arithmetic that went wrong at diffusion step t.
///
/// @param what  names the (n, D) values: "the points".
/// @throws NumericalError with t and the number of rows that have an entry that is not finite.
void check_rows_finite(std::string_view what, const MatrixRef& values, Index t);

}  // namespace aniso::diffusion
