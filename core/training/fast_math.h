#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace aniso::training {

/// Elementary functions without branches or calls, so that loops over them vectorise. All take
/// float or double; NaN goes in and comes out. Accurate to a few units in the last place, which
/// tests measure against the C library in extended precision.
namespace fast {

template <typename T>
struct ExpTraits;

template <>
struct ExpTraits<float> {
  using Int = std::int32_t;
  static constexpr float kRound = 0x1.8p23f;  // adding it rounds to an integer in the low bits
  static constexpr float kLn2High = 0x1.62e4p-1f;
  static constexpr float kLn2Low = 0x1.7f7d1cf79abcap-20f;
  static constexpr float kLowest = -86.0f;  // 2^k stays normal
  static constexpr int kMantissaBits = 23;
  static constexpr Int kBias = 127;
  static constexpr int kTerms = 7;       // r^7/7! at |r| ≤ ln2/2 leaves 2e-8 of an ulp's size
  static constexpr int kAtanhTerms = 8;  // s ≤ 1/3
};

template <>
struct ExpTraits<double> {
  using Int = std::int64_t;
  static constexpr double kRound = 0x1.8p52;
  static constexpr double kLn2High = 0x1.62e42fee00000p-1;
  static constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
  static constexpr double kLowest = -706.0;
  static constexpr int kMantissaBits = 52;
  static constexpr Int kBias = 1023;
  static constexpr int kTerms = 13;
  static constexpr int kAtanhTerms = 17;
};

/// 1/1!, 1/2!, … 1/13!.
inline constexpr std::array<double, 13> kInverseFactorials = [] {
  std::array<double, 13> values{};
  double factorial = 1;
  for (std::size_t i = 0; i < values.size(); ++i) {
    factorial *= static_cast<double>(i + 1);
    values[i] = 1.0 / factorial;
  }
  return values;
}();

/// exp(y) and exp(y) − 1, for y ≤ 0.
template <typename T>
struct ExpPair {
  T exp;
  T expm1;
};

/// Both exponentials for y ≤ 0, each to relative rounding. Below the smallest normal result the
/// argument is cut at −86 (float) or −706 (double).
///
/// y = k ln2 + r, expm1(y) = 2^k expm1(r) + (2^k − 1), expm1(r) by its Taylor polynomial.
template <typename T>
inline ExpPair<T> exp_nonpositive(T y) {
  using Traits = ExpTraits<T>;
  using Int = typename Traits::Int;
  y = y < Traits::kLowest ? Traits::kLowest : y;
  const T shifted = y * T(1.44269504088896340736) + Traits::kRound;
  const T k = shifted - Traits::kRound;
  const T r = (y - k * Traits::kLn2High) - k * Traits::kLn2Low;
  T tail = T(kInverseFactorials[Traits::kTerms - 1]);
  for (int i = Traits::kTerms - 2; i >= 1; --i)
    tail = tail * r + T(kInverseFactorials[static_cast<std::size_t>(i)]);
  const T expm1_r = r + r * r * tail;
  const Int exponent = std::bit_cast<Int>(shifted) - std::bit_cast<Int>(Traits::kRound);
  const T scale = std::bit_cast<T>(
      static_cast<Int>(static_cast<Int>(exponent + Traits::kBias) << Traits::kMantissaBits));
  return {scale + scale * expm1_r, scale * expm1_r + (scale - T(1))};
}

template <typename T>
inline T tanh(T z) {
  const T t = exp_nonpositive(T(-2) * std::abs(z)).expm1;
  return std::copysign(t / (T(-2) - t), z);
}

/// 1 / (1 + exp(−z)).
template <typename T>
inline T sigmoid(T z) {
  const T e = exp_nonpositive(-std::abs(z)).exp;
  const T numerator = z < T(0) ? e : T(1);
  return numerator / (T(1) + e);
}

/// log(1 + u) for 0 ≤ u ≤ 1, as 2 artanh(u / (2 + u)).
template <typename T>
inline T log1p_unit(T u) {
  const T s = u / (T(2) + u);
  const T s2 = s * s;
  T sum = T(1) / T(2 * ExpTraits<T>::kAtanhTerms + 1);
  for (int i = ExpTraits<T>::kAtanhTerms - 1; i >= 1; --i) sum = sum * s2 + T(1) / T(2 * i + 1);
  return T(2) * (s + s * s2 * sum);
}

/// log(1 + exp(z)).
template <typename T>
inline T softplus(T z) {
  const T positive = z < T(0) ? T(0) : z;
  return positive + log1p_unit(exp_nonpositive(-std::abs(z)).exp);
}

}  // namespace fast
}  // namespace aniso::training
