#include "core/base/random.h"

#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

#include "core/base/check.h"

namespace aniso {
namespace {

// SplitMix64's finaliser: a bijection that spreads every input bit over the key.
std::uint64_t mix(std::uint64_t z) {
  z += 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

std::uint64_t key_of(std::uint64_t parent, std::string_view name, std::uint64_t run) {
  std::uint64_t key = mix(parent);
  for (const char c : name) key = mix(key ^ static_cast<unsigned char>(c));
  return mix(key ^ mix(run ^ (static_cast<std::uint64_t>(name.size()) << 56)));
}

constexpr double kTwoToMinus53 = 0x1.0p-53;

__extension__ using Uint128 = unsigned __int128;

double to_unit(std::uint64_t bits) { return static_cast<double>(bits >> 11) * kTwoToMinus53; }

}  // namespace

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> c,
                                        std::array<std::uint32_t, 2> k) {
  constexpr std::uint64_t kM0 = 0xD2511F53, kM1 = 0xCD9E8D57;
  constexpr std::uint32_t kW0 = 0x9E3779B9, kW1 = 0xBB67AE85;
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = kM0 * c[0], p1 = kM1 * c[2];
    const auto hi0 = static_cast<std::uint32_t>(p0 >> 32), lo0 = static_cast<std::uint32_t>(p0);
    const auto hi1 = static_cast<std::uint32_t>(p1 >> 32), lo1 = static_cast<std::uint32_t>(p1);
    c = {hi1 ^ c[1] ^ k[0], lo1, hi0 ^ c[3] ^ k[1], lo0};
    k[0] += kW0;
    k[1] += kW1;
  }
  return c;
}

RandomStream::RandomStream(std::uint64_t seed, std::string_view name, std::uint64_t run)
    : key_(key_of(seed, name, run)) {}

RandomStream RandomStream::at_step(std::uint64_t step) const { return {key_, step}; }

RandomStream RandomStream::child(std::string_view name, std::uint64_t run) const {
  return {key_of(key_ ^ mix(step_), name, run), 0};
}

std::array<std::uint32_t, 4> RandomStream::block(std::uint64_t index) const {
  return philox4x32({static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32),
                     static_cast<std::uint32_t>(step_), static_cast<std::uint32_t>(step_ >> 32)},
                    {static_cast<std::uint32_t>(key_), static_cast<std::uint32_t>(key_ >> 32)});
}

std::uint64_t RandomStream::bits(std::uint64_t index) const {
  const auto b = block(index >> 1);
  const std::size_t half = (index & 1) * 2;
  return b[half] | (static_cast<std::uint64_t>(b[half + 1]) << 32);
}

double RandomStream::uniform(std::uint64_t index) const { return to_unit(bits(index)); }

double RandomStream::normal(std::uint64_t index) const {
  const auto b = block(index >> 1);
  const double u1 = to_unit(b[0] | (static_cast<std::uint64_t>(b[1]) << 32));
  const double u2 = to_unit(b[2] | (static_cast<std::uint64_t>(b[3]) << 32));
  const double radius = std::sqrt(-2.0 * std::log1p(-u1));  // 1 − u1 lies in (0, 1]
  const double angle = 2.0 * std::numbers::pi * u2;
  return radius * ((index & 1) ? std::sin(angle) : std::cos(angle));
}

std::uint64_t RandomStream::below(std::uint64_t index, std::uint64_t bound) const {
  ANISO_CHECK(bound > 0, "RandomStream::below: bound must be positive");
  // Lemire's multiply-shift with rejection; a rejected draw moves to an index that no caller uses.
  const std::uint64_t threshold = (0 - bound) % bound;
  for (std::uint64_t attempt = 0;; ++attempt) {
    const auto product = static_cast<Uint128>(bits(index ^ (attempt << 48))) * bound;
    if (static_cast<std::uint64_t>(product) >= threshold)
      return static_cast<std::uint64_t>(product >> 64);
  }
}

Matrix RandomStream::normals(Index rows, Index cols, std::uint64_t first) const {
  Matrix m(rows, cols);
  for (Index k = 0; k < m.size(); ++k) m.data()[k] = normal(first + static_cast<std::uint64_t>(k));
  return m;
}

Vector RandomStream::normals(Index n, std::uint64_t first) const {
  Vector v(n);
  for (Index k = 0; k < n; ++k) v[k] = normal(first + static_cast<std::uint64_t>(k));
  return v;
}

Vector RandomStream::uniforms(Index n, double low, double high, std::uint64_t first) const {
  Vector v(n);
  for (Index k = 0; k < n; ++k)
    v[k] = low + (high - low) * uniform(first + static_cast<std::uint64_t>(k));
  return v;
}

std::vector<Index> RandomStream::permutation(Index n) const {
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  for (std::size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[below(static_cast<std::uint64_t>(i), i)]);
  return order;
}

}  // namespace aniso
