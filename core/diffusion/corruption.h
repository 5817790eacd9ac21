#pragma once

#include <cstdint>

#include "core/base/random.h"
#include "core/diffusion/diffusion.h"

namespace aniso::diffusion {

/// Draws what denoising score matching adds to samples: for draw b and row i a step t, uniform over
/// 0 … T − 1, and noise ε ~ N(0, I), both a function of (stream, b, i) alone. Immutable, any
/// thread.
class Corruption {
 public:
  Corruption(Diffusion diffusion, const RandomStream& stream);

  const Diffusion& diffusion() const { return diffusion_; }

  /// Samples x₀ (n, D) → network inputs (√ᾱ_t x₀ + σ_t ε, τ), (n, D + 1), and targets (n, D): ε, x₀
  /// or v = √ᾱ_t ε − σ_t x₀. All row-major without gaps. Cost O(n D) draws.
  template <typename T>
  void apply(std::uint64_t draw, Index n, Index dim, const T* x0, T* inputs, T* targets) const;

 private:
  Diffusion diffusion_;
  RandomStream steps_, noise_;
};

/// Draws that no training step has: fixed noise by which losses outside training are comparable.
inline constexpr std::uint64_t kTrainDraw = std::uint64_t{1} << 62;
inline constexpr std::uint64_t kTestDraw = kTrainDraw + 1;

}  // namespace aniso::diffusion
