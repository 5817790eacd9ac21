#pragma once

#include <stop_token>

#include "core/analysis/registry.h"
#include "core/base/params.h"
#include "core/base/random.h"
#include "core/diffusion/diffusion.h"
#include "core/geometry/gradient_moment.h"
#include "core/nn/function.h"

namespace aniso::analysis {

/// Where score networks are looked at: inputs (n, D + 1), the time in the last column, with the
/// noise level of each row.
struct ScoreProbe {
  Matrix inputs;
  Vector signal;  ///< (n) √ᾱ_t
  Vector sigma;   ///< (n) √(1 − ᾱ_t)
};

/// The law of x and of t. Steps are stratified: the i-th probe has t = ⌊T · frac(u + i/φ)⌋ with φ
/// the golden ratio and u uniform, so that every stretch of probes covers the steps evenly. t = 0
/// alone carries a third of the weight of E[1/σ²].
struct ScoreProbeLaw {
  const diffusion::Diffusion* diffusion = nullptr;
  Index count = 1;                  ///< probes per network
  double scale = 0;                 ///< x ~ N(0, scale² I); 0 for x = 0
  const Matrix* samples = nullptr;  ///< or √ᾱ_t x₀ + σ_t ε with x₀ one of these rows
  Index step = -1;                  ///< every probe has this t; −1 for all steps alike

  /// Probes first … first + n − 1 in D dimensions. @throws InvalidInput.
  ScoreProbe draw(Index dim, Index first, Index n, const RandomStream& stream) const;
};

/// The score up to its sign, F = ε̂/σ_t (n, D), from what the networks gave at these probes.
Matrix scores_of(const diffusion::Diffusion& diffusion, const ScoreProbe& probe,
                 const Matrix& outputs);

/// F of `networks` fresh networks, each at `law.count` probes of its own, handed to `use` one
/// network at a time as (count, D).
/// @throws InvalidInput; NumericalError if an output is not finite; Cancelled.
void for_each_fresh_score(const nn::FunctionFamily& family, Index dim, Index networks,
                          const ScoreProbeLaw& law, const RandomStream& stream,
                          const std::stop_token& stop,
                          const std::function<void(const Matrix& scores)>& use);

/// G = E F Fᵀ over the networks that `networks` and `seed` of `input` say, at the probes that its
/// score_probe_params say. Other networks than those that eigenvectors are found from: along an
/// eigenvector of a sample that same sample is biased, loud ones louder and quiet ones quieter.
/// @throws as for_each_fresh_score.
geometry::GradientMoment fresh_score_moment(const Input& input, const nn::FunctionFamily& family,
                                            const diffusion::Diffusion& diffusion, Index dim,
                                            const std::stop_token& stop);

/// The declarations of `probes`, `probe_law`, `probe_scale`, `timesteps`, `step` and `seed`.
ParamSchema score_probe_params();
/// Reads them; the law refers to `input` and to `samples`, which it fills.
ScoreProbeLaw score_probe_law(const Input& input, Matrix& samples);

}  // namespace aniso::analysis
