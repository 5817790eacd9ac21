#pragma once

#include <optional>
#include <stop_token>
#include <vector>

#include "core/base/random.h"
#include "core/diffusion/score_model.h"

namespace aniso::diffusion {

/// How noise becomes samples. With x̂₀ = (x_t − σ_t ε)/√ᾱ_t and s the next lower step:
enum class Sampler {
  ddpm,  ///< ancestral: x_{t−1} is drawn given x_t and x₀ = x̂₀
  ddim,  ///< without noise (η = 0): x_s = √ᾱ_s x̂₀ + σ_s ε
  ode,   ///< the probability-flow equation by Heun's method; two evaluations a step
};

struct SamplerOptions {
  Sampler sampler = Sampler::ddpm;
  /// Steps of DDIM and of the equation, evenly spaced out of the schedule's T; 0 takes all of them.
  /// DDPM always takes all.
  Index steps = 0;
};

/// The declarations of `sampler` and `sampler_steps`; they can stand beside `diffusion_params`.
ParamSchema sampler_params();
/// Reads what `sampler_params` declares.
SamplerOptions sampler_options_of(const Params& params);

/// The steps t at which the source is asked, from T − 1 down: ⌊(T − 1)(1 − k/(S − 1)) + ½⌋, so that
/// both ends are there and what is left below t = 0 is as little as the schedule has.
/// @throws InvalidInput if `steps` is negative, or more than T where it counts.
std::vector<Index> sampling_times(const SamplerOptions& options, Index T);

/// n points on their way from noise to samples, one step at a time, so that they can be watched and
/// left between steps. They start at step T − 1 from N(0, I); the last step returns x̂₀.
///
/// - DDPM: mean √ᾱ_{t−1} β_t/σ_t² x̂₀ + √(1−β_t) σ_{t−1}²/σ_t² x_t and the posterior variance. For
///   finite T the law of the samples is off by O(1/T), even with an exact source: of N(0, 1) by the
///   linear schedule, the variance is 0.92 at T = 100 and 0.991 at T = 1,000.
/// - In y = x/√ᾱ and κ = σ/√ᾱ the probability-flow equation is dy/dκ = ε(x, t), without any drift.
///   DDIM is Euler's method on it. Heun's has an error of second order in the spacing; it goes down
///   to t = 0 only, as there is no ε at κ = 0, and Euler takes the interval that is left.
///
/// Row i is a function of (stream, i, D), the source and the options: neither of the other rows nor
/// of their number, as far as that holds for the source. Refers to the source, which must outlive
/// it. One thread at a time.
/// Sources: Ho, Jain, Abbeel 2020 (DDPM); Song, Meng, Ermon 2021 (DDIM); Song et al. 2021
/// (probability flow); Karras et al. 2022 (Heun).
class Sampling {
 public:
  /// @param count  n ≥ 1. @throws InvalidInput for other counts, and as `sampling_times`.
  Sampling(const ScoreSource& source, Diffusion diffusion, const SamplerOptions& options,
           Index count, const RandomStream& stream);

  /// Does one step; nothing where none is left. Returns whether more are left.
  /// @throws InvalidInput if the source returns another shape; NumericalError naming the diffusion
  ///         step and the number of rows if something is not finite. The points then stay those
  ///         before the step. Cost one evaluation of the source, or two, and O(n D).
  bool advance();

  const Matrix& points() const { return points_; }  ///< (n, D) x_t, in the end the samples
  /// (n, D) x̂₀ by the source's first answer of the last step; (0, D) before the first.
  const Matrix& denoised() const { return denoised_; }
  /// The diffusion step of the points; −1 when they are samples.
  Index t() const;
  /// Signal and noise of the points; 1 and 0 when they are samples.
  theory::NoiseLevel noise_level() const;
  Index steps_done() const { return done_; }
  Index steps_total() const { return static_cast<Index>(times_.size()); }

 private:
  Matrix epsilon_of(const Matrix& x, Index t) const;
  void draw_ancestor(Index t);
  void heun(const Matrix& epsilon, Index t, Index next_t);

  const ScoreSource* source_;
  theory::NoiseSchedule schedule_;
  Sampler sampler_;
  RandomStream noise_;
  std::vector<Index> times_;
  Index done_ = 0;
  Matrix points_, denoised_;            // shown; finite at all times
  Matrix next_points_, next_denoised_;  // of the step that is being done
};

/// All steps at once: (n, D) samples, or nothing if a stop was requested before the last of them
/// began. @throws as Sampling and its steps.
std::optional<Matrix> sample(const ScoreSource& source, const Diffusion& diffusion,
                             const SamplerOptions& options, Index count, const RandomStream& stream,
                             const std::stop_token& stop = {});

}  // namespace aniso::diffusion
