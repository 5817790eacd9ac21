#include "core/diffusion/corruption.h"

#include <utility>

#include "core/base/errors.h"

namespace aniso::diffusion {
namespace {

using theory::Prediction;

// A target is noise·ε + sample·x₀.
struct Target {
  double noise;
  double sample;
};

Target target_of(Prediction prediction, const theory::NoiseLevel& level) {
  switch (prediction) {
    case Prediction::epsilon:
      return {1, 0};
    case Prediction::x0:
      return {0, 1};
    case Prediction::v:
      return {level.signal, -level.sigma};
  }
  throw InvalidInput("unknown prediction");
}

}  // namespace

Corruption::Corruption(Diffusion diffusion, const RandomStream& stream)
    : diffusion_(std::move(diffusion)),
      steps_(stream.child("steps")),
      noise_(stream.child("noise")) {}

template <typename T>
void Corruption::apply(std::uint64_t draw, Index n, Index dim, const T* x0, T* inputs,
                       T* targets) const {
  const RandomStream steps = steps_.at_step(draw);
  const Matrix noise = noise_.at_step(draw).normals(n, dim);
  for (Index i = 0; i < n; ++i) {
    const auto t = static_cast<Index>(
        steps.below(static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(diffusion_.steps())));
    const auto level = diffusion_.schedule.level(t);
    const Target target = target_of(diffusion_.prediction, level);
    const T* x = x0 + i * dim;
    const double* e = noise.data() + i * dim;
    T* noised = inputs + i * (dim + 1);
    T* wanted = targets + i * dim;
    for (Index k = 0; k < dim; ++k) {
      const auto sample = static_cast<double>(x[k]);
      noised[k] = static_cast<T>(level.signal * sample + level.sigma * e[k]);
      wanted[k] = static_cast<T>(target.noise * e[k] + target.sample * sample);
    }
    noised[dim] = static_cast<T>(diffusion_.time(t));
  }
}

template void Corruption::apply(std::uint64_t, Index, Index, const float*, float*, float*) const;
template void Corruption::apply(std::uint64_t, Index, Index, const double*, double*, double*) const;

}  // namespace aniso::diffusion
