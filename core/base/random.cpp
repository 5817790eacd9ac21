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

using Block = std::array<std::uint32_t, 4>;

constexpr double kTwoToMinus53 = 0x1.0p-53;

__extension__ using Uint128 = unsigned __int128;

double to_unit(std::uint64_t bits) { return static_cast<double>(bits >> 11) * kTwoToMinus53; }

std::uint64_t word(const Block& b, std::size_t half) {
  return b[2 * half] | (static_cast<std::uint64_t>(b[2 * half + 1]) << 32);
}

// Box–Muller. Not inlined, so that one draw alone and a whole array get the same machine code and
// hence the same bits.
[[gnu::noinline]] std::array<double, 2> normal_pair(const Block& b) {
  // 1 − u lies in (0, 1] and is exact, since u is a multiple of 2^−53.
  const double radius = std::sqrt(-2.0 * std::log(1.0 - to_unit(word(b, 0))));
  const double angle = 2.0 * std::numbers::pi * to_unit(word(b, 1));
  return {radius * std::cos(angle), radius * std::sin(angle)};
}

// What philox4x32 gives for many counters that follow on from one another, in lanes that the
// compiler turns into vector instructions.
constexpr std::size_t kLanes = 32;
using Lane = std::array<std::uint32_t, kLanes>;

std::array<Lane, 4> philox_lanes(std::uint64_t first, std::uint64_t step, std::uint64_t key) {
  constexpr std::uint64_t kM0 = 0xD2511F53, kM1 = 0xCD9E8D57;
  constexpr std::uint32_t kW0 = 0x9E3779B9, kW1 = 0xBB67AE85;
  std::array<Lane, 4> c;
  for (std::size_t i = 0; i < kLanes; ++i) {
    const std::uint64_t index = first + i;
    c[0][i] = static_cast<std::uint32_t>(index);
    c[1][i] = static_cast<std::uint32_t>(index >> 32);
    c[2][i] = static_cast<std::uint32_t>(step);
    c[3][i] = static_cast<std::uint32_t>(step >> 32);
  }
  auto k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    for (std::size_t i = 0; i < kLanes; ++i) {
      const std::uint64_t p0 = kM0 * c[0][i], p1 = kM1 * c[2][i];
      c[0][i] = static_cast<std::uint32_t>(p1 >> 32) ^ c[1][i] ^ k0;
      c[1][i] = static_cast<std::uint32_t>(p1);
      c[2][i] = static_cast<std::uint32_t>(p0 >> 32) ^ c[3][i] ^ k1;
      c[3][i] = static_cast<std::uint32_t>(p0);
    }
    k0 += kW0;
    k1 += kW1;
  }
  return c;
}

// Writes draws first … first + n − 1, computing each block once.
template <typename BlockOf, typename LanesOf, typename PairOf>
void fill(double* out, std::uint64_t n, std::uint64_t first, const BlockOf& block_of,
          const LanesOf& lanes_of, const PairOf& pair_of) {
  std::uint64_t k = 0;
  if (n > 0 && (first & 1) != 0) out[k++] = pair_of(block_of(first >> 1))[1];
  for (; k + 2 * kLanes <= n; k += 2 * kLanes) {
    const auto lanes = lanes_of((first + k) >> 1);
    for (std::size_t i = 0; i < kLanes; ++i) {
      const auto pair = pair_of(Block{lanes[0][i], lanes[1][i], lanes[2][i], lanes[3][i]});
      out[k + 2 * i] = pair[0];
      out[k + 2 * i + 1] = pair[1];
    }
  }
  for (; k + 2 <= n; k += 2) {
    const auto pair = pair_of(block_of((first + k) >> 1));
    out[k] = pair[0];
    out[k + 1] = pair[1];
  }
  if (k < n) out[k] = pair_of(block_of((first + k) >> 1))[0];
}

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
  return word(block(index >> 1), index & 1);
}

double RandomStream::uniform(std::uint64_t index) const { return to_unit(bits(index)); }

double RandomStream::normal(std::uint64_t index) const {
  return normal_pair(block(index >> 1))[index & 1];
}

std::uint64_t RandomStream::below(std::uint64_t index, std::uint64_t bound) const {
  ANISO_CHECK(bound > 0, "RandomStream::below: bound must be positive");
  // Lemire's multiply-shift. A rejected draw goes on in another stream at the same index, so that
  // it meets no other caller's draws and never the same bits again.
  // The exact threshold costs a division and lies below `bound`, so it is rarely looked at.
  RandomStream stream = *this;
  for (std::uint64_t attempt = 1;; ++attempt) {
    const auto product = static_cast<Uint128>(stream.bits(index)) * bound;
    const auto low = static_cast<std::uint64_t>(product);
    if (low >= bound || low >= (0 - bound) % bound)
      return static_cast<std::uint64_t>(product >> 64);
    stream.key_ = key_of(key_, "rejected", attempt);
  }
}

void RandomStream::fill_normals(double* out, Index n, std::uint64_t first) const {
  fill(
      out, static_cast<std::uint64_t>(n), first, [this](std::uint64_t k) { return block(k); },
      [this](std::uint64_t k) { return philox_lanes(k, step_, key_); }, normal_pair);
}

Matrix RandomStream::normals(Index rows, Index cols, std::uint64_t first) const {
  ANISO_CHECK(rows >= 0 && cols >= 0, "RandomStream::normals: shape (", rows, ", ", cols,
              ") is negative");
  Matrix m(rows, cols);
  fill_normals(m.data(), m.size(), first);
  return m;
}

Vector RandomStream::normals(Index n, std::uint64_t first) const {
  ANISO_CHECK(n >= 0, "RandomStream::normals: size ", n, " is negative");
  Vector v(n);
  fill_normals(v.data(), n, first);
  return v;
}

Vector RandomStream::uniforms(Index n, double low, double high, std::uint64_t first) const {
  ANISO_CHECK(n >= 0, "RandomStream::uniforms: size ", n, " is negative");
  Vector v(n);
  fill(
      v.data(), static_cast<std::uint64_t>(n), first, [this](std::uint64_t k) { return block(k); },
      [this](std::uint64_t k) { return philox_lanes(k, step_, key_); },
      [=](const Block& b) {
        return std::array<double, 2>{low + (high - low) * to_unit(word(b, 0)),
                                     low + (high - low) * to_unit(word(b, 1))};
      });
  return v;
}

std::vector<Index> RandomStream::permutation(Index n) const {
  ANISO_CHECK(n >= 0, "RandomStream::permutation: size ", n, " is negative");
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  for (std::size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[below(static_cast<std::uint64_t>(i), i)]);
  return order;
}

}  // namespace aniso
