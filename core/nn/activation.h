#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <type_traits>
#include <unsupported/Eigen/SpecialFunctions>

#include "core/base/check.h"
#include "core/nn/plan.h"

/// Values and first two derivatives of the activations, element by element, in loops that the
/// compiler or Eigen's packet functions vectorise. Both explicit engines (function and trainer)
/// use these, so that they cannot differ.
///
/// Definitions: gelu(z) = z Φ(z) with Φ the normal distribution function (not its tanh
/// approximation); silu(z) = z σ(z); softplus(z) = log(1 + e^z), without a threshold;
/// quadratic(z) = z²; the derivatives of relu at 0 are 0.
namespace aniso::nn {
namespace detail {

template <typename Scalar>
using ArrayMap = Eigen::Map<Eigen::Array<Scalar, Eigen::Dynamic, 1>>;

/// Entries handled at a time: temporaries of one block stay in the first-level cache.
inline constexpr Index kActivationBlock = 256;

template <typename Scalar>
using Block = Eigen::Array<Scalar, Eigen::Dynamic, 1, Eigen::ColMajor, kActivationBlock, 1>;

template <typename Scalar>
void tanh_into(const Block<Scalar>& z, Block<Scalar>& y) {
  if constexpr (std::is_same_v<Scalar, float>) {
    y = z.tanh();
  } else {
    // Eigen has no vector tanh for float64. With e = exp(−2|z|) − 1 nothing overflows, and small
    // arguments keep their relative accuracy.
    const Block<Scalar> e = (Scalar(-2) * z.abs()).expm1();
    y = (z < Scalar(0)).select(e, -e) / (e + Scalar(2));
  }
}

template <typename Scalar>
Block<Scalar> sigmoid(const Block<Scalar>& z) {
  return Scalar(1) / (Scalar(1) + (-z).exp());
}

template <typename Scalar>
Block<Scalar> normal_distribution(const Block<Scalar>& z) {
  const Scalar root_half = static_cast<Scalar>(std::numbers::sqrt2 / 2);
  return Scalar(0.5) + Scalar(0.5) * (z * root_half).erf();
}

template <typename Scalar>
Block<Scalar> normal_density(const Block<Scalar>& z) {
  const Scalar scale = static_cast<Scalar>(std::numbers::inv_sqrtpi * std::numbers::sqrt2 / 2);
  return scale * (Scalar(-0.5) * z.square()).exp();
}

/// y = a(z), and where Order ≥ 1 d1 = a'(z), where Order = 2 d2 = a''(z), for one block.
template <int Order, typename Scalar>
void activation_block(Activation activation, const Block<Scalar>& z, Block<Scalar>& y,
                      Block<Scalar>& d1, Block<Scalar>& d2) {
  const Scalar zero(0), one(1), two(2);
  switch (activation) {
    case Activation::identity:
      y = z;
      if constexpr (Order >= 1) d1.setOnes(z.size());
      if constexpr (Order >= 2) d2.setZero(z.size());
      return;
    case Activation::relu:
      // Comparing this way keeps a NaN visible instead of turning it into 0.
      y = (z <= zero).select(zero, z);
      if constexpr (Order >= 1) d1 = (z > zero).select(Block<Scalar>::Ones(z.size()), zero);
      if constexpr (Order >= 2) d2.setZero(z.size());
      return;
    case Activation::quadratic:
      y = z.square();
      if constexpr (Order >= 1) d1 = two * z;
      if constexpr (Order >= 2) d2.setConstant(z.size(), two);
      return;
    case Activation::tanh:
      tanh_into<Scalar>(z, y);
      if constexpr (Order >= 1) d1 = one - y.square();
      if constexpr (Order >= 2) d2 = -two * y * d1;
      return;
    case Activation::silu: {
      const Block<Scalar> s = sigmoid<Scalar>(z);
      y = z * s;
      if constexpr (Order >= 1) d1 = s * (one + z * (one - s));
      if constexpr (Order >= 2) d2 = s * (one - s) * (two + z * (one - two * s));
      return;
    }
    case Activation::softplus: {
      y = z.max(zero) + (-z.abs()).exp().log1p();
      if constexpr (Order >= 1) d1 = sigmoid<Scalar>(z);
      if constexpr (Order >= 2) d2 = d1 * (one - d1);
      return;
    }
    case Activation::gelu: {
      const Block<Scalar> cdf = normal_distribution<Scalar>(z);
      y = z * cdf;
      if constexpr (Order >= 1) {
        const Block<Scalar> pdf = normal_density<Scalar>(z);
        d1 = cdf + z * pdf;
        if constexpr (Order >= 2) d2 = pdf * (two - z.square());
      }
      return;
    }
  }
  throw InvalidInput("unknown activation");
}

template <int Order, typename Scalar>
void for_each_block(Activation activation, const Scalar* z, Scalar* y, Scalar* d1, Scalar* d2,
                    Index n) {
  Block<Scalar> in, out, first, second;
  for (Index at = 0; at < n; at += kActivationBlock) {
    const Index size = std::min(kActivationBlock, n - at);
    in = Eigen::Map<const Eigen::Array<Scalar, Eigen::Dynamic, 1>>(z + at, size);
    activation_block<Order, Scalar>(activation, in, out, first, second);
    ArrayMap<Scalar>(y + at, size) = out;
    if constexpr (Order >= 1) ArrayMap<Scalar>(d1 + at, size) = first;
    if constexpr (Order >= 2) ArrayMap<Scalar>(d2 + at, size) = second;
  }
}

}  // namespace detail

/// y = a(z) for n contiguous entries; y may be z. Allocates nothing.
template <typename Scalar>
void activation_values(Activation activation, const Scalar* z, Scalar* y, Index n) {
  detail::for_each_block<0, Scalar>(activation, z, y, nullptr, nullptr, n);
}

/// y = a(z) and d1 = a'(z) for n contiguous entries; y or d1 may be z. Allocates nothing.
template <typename Scalar>
void activation_first(Activation activation, const Scalar* z, Scalar* y, Scalar* d1, Index n) {
  detail::for_each_block<1, Scalar>(activation, z, y, d1, nullptr, n);
}

/// y = a(z), d1 = a'(z), d2 = a''(z) for n contiguous entries; any may be z. Allocates nothing.
template <typename Scalar>
void activation_second(Activation activation, const Scalar* z, Scalar* y, Scalar* d1, Scalar* d2,
                       Index n) {
  detail::for_each_block<2, Scalar>(activation, z, y, d1, d2, n);
}

}  // namespace aniso::nn
