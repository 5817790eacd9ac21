#pragma once

#include "core/base/types.h"
#include "core/training/fast_math.h"

/// Loops over the rows of a batch in which a bias, an activation, its slope and a layer's sums are
/// applied in one pass over memory. Arrays are row-major and do not overlap.
namespace aniso::training::kernels {

/// Inputs per sample up to which a layer's products are cheaper in these loops than in BLAS.
inline constexpr Index kNarrow = 4;

/// Activations whose slope is a function of their own output.
struct Identity {
  template <typename T>
  static T value(T z) {
    return z;
  }
  template <typename T>
  static T slope(T) {
    return T(1);
  }
};
struct Relu {
  // Comparing this way keeps a NaN visible instead of turning it into 0.
  template <typename T>
  static T value(T z) {
    return z <= T(0) ? T(0) : z;
  }
  template <typename T>
  static T slope(T y) {
    return y > T(0) ? T(1) : T(0);
  }
};
struct Tanh {
  template <typename T>
  static T value(T z) {
    return fast::tanh(z);
  }
  template <typename T>
  static T slope(T y) {
    return T(1) - y * y;
  }
};

/// z (n, out) ← a(z + bias); bias (out) may be null.
template <typename A, typename T>
void add_bias_activate(Index n, Index out, const T* __restrict bias, T* __restrict z) {
  if (bias == nullptr) {
    for (Index i = 0; i < n * out; ++i) z[i] = A::value(z[i]);
    return;
  }
  for (Index row = 0; row < n; ++row, z += out)
    for (Index j = 0; j < out; ++j) z[j] = A::value(z[j] + bias[j]);
}

/// y (n, out) = a(x Wᵀ + bias) for K inputs: x (n, K), wt (K, out), bias (out).
template <typename A, int K, typename T>
void narrow_forward(Index n, Index out, const T* __restrict x, const T* __restrict wt,
                    const T* __restrict bias, T* __restrict y) {
  for (Index row = 0; row < n; ++row, x += K, y += out)
    for (Index j = 0; j < out; ++j) {
      T z = bias[j];
      for (int k = 0; k < K; ++k) z += x[k] * wt[k * out + j];
      y[j] = A::value(z);
    }
}

/// delta (n, out) ← delta · a'(y), and bias_sum (out) = its sum over rows.
template <typename A, typename T>
void slope_and_sum(Index n, Index out, const T* __restrict y, T* __restrict delta,
                   T* __restrict bias_sum) {
  for (Index j = 0; j < out; ++j) bias_sum[j] = T(0);
  for (Index row = 0; row < n; ++row, y += out, delta += out)
    for (Index j = 0; j < out; ++j) {
      const T d = delta[j] * A::slope(y[j]);
      delta[j] = d;
      bias_sum[j] += d;
    }
}

/// wt_sum (K, out) = xᵀ delta for K inputs.
template <int K, typename T>
void narrow_weight_gradient(Index n, Index out, const T* __restrict x, const T* __restrict delta,
                            T* __restrict wt_sum) {
  for (Index j = 0; j < K * out; ++j) wt_sum[j] = T(0);
  for (Index row = 0; row < n; ++row, x += K, delta += out)
    for (Index j = 0; j < out; ++j)
      for (int k = 0; k < K; ++k) wt_sum[k * out + j] += x[k] * delta[j];
}

/// delta (n, out) ← delta · slope.
template <typename T>
void multiply(Index n, const T* __restrict slope, T* __restrict delta) {
  for (Index i = 0; i < n; ++i) delta[i] *= slope[i];
}

}  // namespace aniso::training::kernels
