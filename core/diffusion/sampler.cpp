#include "core/diffusion/sampler.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "core/base/check.h"

namespace aniso::diffusion {
namespace {

// out = a·x + b·y. One row at a time: a loop over everything may round the entries in its vector
// part and those in its rest differently, and then a row would depend on how many there are.
void combine(double a, const Matrix& x, double b, const Matrix& y, Matrix& out) {
  const Index dim = x.cols();
  out.resize(x.rows(), dim);
  for (Index i = 0; i < x.rows(); ++i) {
    const double* from_x = x.data() + i * dim;
    const double* from_y = y.data() + i * dim;
    double* to = out.data() + i * dim;
    for (Index k = 0; k < dim; ++k) to[k] = a * from_x[k] + b * from_y[k];
  }
}

// x += scale·z with z standard normal, in blocks that stay in the nearest cache.
void add_noise(const RandomStream& stream, double scale, Matrix& x) {
  constexpr Index kBlock = 2048;
  const Index dim = x.cols(), rows = std::max<Index>(1, kBlock / dim);
  for (Index i = 0; i < x.rows(); i += rows) {
    const Index count = std::min(rows, x.rows() - i);
    const Matrix z = stream.normals(count, dim, static_cast<std::uint64_t>(i * dim));
    for (Index r = 0; r < count; ++r) {
      const double* from = z.data() + r * dim;
      double* to = x.data() + (i + r) * dim;
      for (Index k = 0; k < dim; ++k) to[k] += scale * from[k];
    }
  }
}

}  // namespace

ParamSchema sampler_params() {
  return {choice_param("sampler", "ddpm",
                       {{"ddpm", "DDPM", "Ancestral: fresh noise in each of the T steps."},
                        {"ddim", "DDIM", "Without fresh noise, and with fewer steps if wanted."},
                        {"ode", "Probability flow",
                         "The flow with the same marginals, by Heun's method: two evaluations of "
                         "the network in a step."}})
              .about("How noise becomes samples."),
          integer_param("sampler_steps", 0)
              .titled("Sampler steps")
              .about("Evenly spaced out of the diffusion steps, at most all of them; 0 takes all.")
              .in("steps")
              .range(0, 100000)
              .when("sampler", {"ddim", "ode"})};
}

SamplerOptions sampler_options_of(const Params& params) {
  const auto sampler = params.choice("sampler");
  return {sampler == "ddim"  ? Sampler::ddim
          : sampler == "ode" ? Sampler::ode
                             : Sampler::ddpm,
          static_cast<Index>(params.integer("sampler_steps"))};
}

std::vector<Index> sampling_times(const SamplerOptions& options, Index T) {
  const bool all = options.sampler == Sampler::ddpm || options.steps == 0;
  ANISO_CHECK(all || (options.steps > 0 && options.steps <= T), "sampling: ", options.steps,
              " steps are asked of a diffusion that has ", T, "; take 1 … ", T, ", or 0 for all");
  const Index count = all ? T : options.steps;
  std::vector<Index> times(static_cast<std::size_t>(count), T - 1);
  // Rounded in integers: the spacing is at least 1, so that no step comes twice.
  const Index intervals = count - 1;
  for (Index k = 1; k < count; ++k)
    times[static_cast<std::size_t>(k)] =
        (2 * (T - 1) * (intervals - k) + intervals) / (2 * intervals);
  return times;
}

Sampling::Sampling(const ScoreSource& source, Diffusion diffusion, const SamplerOptions& options,
                   Index count, const RandomStream& stream)
    : source_(&source),
      schedule_(std::move(diffusion.schedule)),
      sampler_(options.sampler),
      noise_(stream.child("noise")),
      times_(sampling_times(options, schedule_.steps())) {
  ANISO_CHECK(count >= 1 && source.dim() >= 1,
              "sampling: needs at least 1 point of at least 1 dimension, got ", count, " of ",
              source.dim());
  denoised_.resize(0, source.dim());
  points_ = stream.child("start").normals(count, source.dim());
}

Index Sampling::t() const {
  return done_ < steps_total() ? times_[static_cast<std::size_t>(done_)] : -1;
}

theory::NoiseLevel Sampling::noise_level() const {
  return done_ < steps_total() ? schedule_.level(t()) : theory::NoiseLevel{1, 0};
}

bool Sampling::advance() {
  if (done_ == steps_total()) return false;
  const Index t = this->t();
  const auto level = noise_level();
  const Matrix epsilon = epsilon_of(points_, t);
  combine(1 / level.signal, points_, -level.sigma / level.signal, epsilon, next_denoised_);
  check_rows_finite("the denoised points", next_denoised_, t);
  if (done_ + 1 == steps_total()) {
    next_points_ = next_denoised_;
  } else if (sampler_ == Sampler::ddpm) {
    draw_ancestor(t);
  } else {
    const Index next_t = times_[static_cast<std::size_t>(done_ + 1)];
    const auto next = schedule_.level(next_t);
    if (sampler_ == Sampler::ddim)
      combine(next.signal, next_denoised_, next.sigma, epsilon, next_points_);
    else
      heun(epsilon, t, next_t);
  }
  check_rows_finite("the points", next_points_, t);
  points_.swap(next_points_);
  denoised_.swap(next_denoised_);
  return ++done_ < steps_total();
}

Matrix Sampling::epsilon_of(const Matrix& x, Index t) const {
  Matrix epsilon = source_->epsilon(x, t);
  check_shape("sampling: the source's noise", epsilon, x.rows(), x.cols());
  check_rows_finite("the predictions of the noise", epsilon, t);
  return epsilon;
}

void Sampling::draw_ancestor(Index t) {
  const auto level = schedule_.level(t), before = schedule_.level(t - 1);
  const double beta = schedule_.beta()[t], variance = level.sigma * level.sigma;
  combine(before.signal * beta / variance, next_denoised_,
          std::sqrt(1 - beta) * before.sigma * before.sigma / variance, points_, next_points_);
  add_noise(noise_.at_step(static_cast<std::uint64_t>(t)),
            std::sqrt(schedule_.posterior_variance()[t]), next_points_);
}

// y + Δκ·(ε + ε')/2 with ε' at the end of Euler's step, written in x = √ᾱ y.
void Sampling::heun(const Matrix& epsilon, Index t, Index next_t) {
  const auto level = schedule_.level(t), next = schedule_.level(next_t);
  const double kept = next.signal / level.signal;
  const double added = next.sigma - kept * level.sigma;
  combine(kept, points_, added, epsilon, next_points_);
  check_rows_finite("the points", next_points_, t);
  Matrix slopes = epsilon_of(next_points_, next_t);
  slopes += epsilon;
  combine(kept, points_, added / 2, slopes, next_points_);
}

std::optional<Matrix> sample(const ScoreSource& source, const Diffusion& diffusion,
                             const SamplerOptions& options, Index count, const RandomStream& stream,
                             const std::stop_token& stop) {
  Sampling sampling(source, diffusion, options, count, stream);
  do {
    if (stop.stop_requested()) return std::nullopt;
  } while (sampling.advance());
  return sampling.points();
}

}  // namespace aniso::diffusion
