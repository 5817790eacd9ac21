#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/base/types.h"

namespace aniso {

/// Philox4x32-10: ten rounds of the counter-based generator, exactly as specified.
///
/// @param counter  128-bit counter, least significant word first.
/// @param key      64-bit key, least significant word first.
/// Source: Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3".
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key);

/// A stateless stream of random draws: each is a function of (seed, name, run, step, index).
///
/// Copying a stream copies a value, not a position; two callers that ask for the same index get
/// the same draw. No global generator exists. Any thread.
class RandomStream {
 public:
  /// @param seed  the experiment's seed.
  /// @param name  what the draws are for, such as "init" or "batches"; distinct names are
  ///              independent streams.
  /// @param run   identifies the run within an ensemble; 0 for the first.
  RandomStream(std::uint64_t seed, std::string_view name, std::uint64_t run = 0);

  /// The same stream at another step (an epoch, a training step, a layer …).
  RandomStream at_step(std::uint64_t step) const;
  /// An independent stream derived from this one.
  RandomStream child(std::string_view name, std::uint64_t run = 0) const;

  /// 64 uniform bits for this index.
  std::uint64_t bits(std::uint64_t index) const;
  /// Uniform in [0, 1), 53 bits.
  double uniform(std::uint64_t index) const;
  /// Standard normal by Box–Muller; indices 2k and 2k+1 share one block.
  double normal(std::uint64_t index) const;
  /// Uniform integer in [0, bound), without modulo bias. @throws InvalidInput if bound is 0.
  std::uint64_t below(std::uint64_t index, std::uint64_t bound) const;

  // The arrays below throw InvalidInput for a negative size.

  /// (rows, cols) standard normals; entry (i, j) is normal(first + i·cols + j).
  Matrix normals(Index rows, Index cols, std::uint64_t first = 0) const;
  /// (n) standard normals.
  Vector normals(Index n, std::uint64_t first = 0) const;
  /// (n) uniforms low + (high − low)·uniform(first + k); `high` itself can occur by rounding.
  Vector uniforms(Index n, double low, double high, std::uint64_t first = 0) const;
  /// A uniformly random permutation of 0 … n−1 (Fisher–Yates).
  std::vector<Index> permutation(Index n) const;

 private:
  RandomStream(std::uint64_t key, std::uint64_t step) : key_(key), step_(step) {}
  std::array<std::uint32_t, 4> block(std::uint64_t index) const;
  void fill_normals(double* out, Index n, std::uint64_t first) const;

  std::uint64_t key_;
  std::uint64_t step_ = 0;
};

}  // namespace aniso
