#include "core/training/dense_chain.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/gemm.h"
#include "core/nn/activation.h"
#include "core/training/row_kernels.h"

namespace aniso::training {
namespace {

using nn::Activation;

bool keeps_slope(Activation a) {
  return a != Activation::identity && a != Activation::relu && a != Activation::tanh;
}

// Calls f.template operator()<A>() with the activation as a type; the ones that keep a slope array
// are handled around it and count as the identity here.
template <typename F>
void with_activation(Activation activation, F f) {
  if (activation == Activation::tanh)
    f.template operator()<kernels::Tanh>();
  else if (activation == Activation::relu)
    f.template operator()<kernels::Relu>();
  else
    f.template operator()<kernels::Identity>();
}

template <typename F>
void with_narrow_width(Index in, F f) {
  static_assert(kernels::kNarrow == 4);
  if (in == 1)
    f.template operator()<1>();
  else if (in == 2)
    f.template operator()<2>();
  else if (in == 3)
    f.template operator()<3>();
  else
    f.template operator()<4>();
}

template <typename T>
using RowMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <typename T>
using ConstMap = Eigen::Map<const RowMajor<T>>;
template <typename T>
using ConstColumn = Eigen::Map<const Eigen::Matrix<T, Eigen::Dynamic, 1>>;
template <typename T>
using Column = Eigen::Map<Eigen::Matrix<T, Eigen::Dynamic, 1>>;

// z (n, out) = x (n, in) Wᵀ.
template <typename T>
void multiply_weight(Index n, Index in, Index out, const T* x, const T* weight, T* z) {
  if (out == 1)
    Column<T>(z, n).noalias() = ConstMap<T>(x, n, in) * ConstColumn<T>(weight, in);
  else
    gemm(Transpose::no, Transpose::yes, n, out, in, T(1), x, in, weight, in, T(0), z, out);
}

// weight_gradient (out, in) = deltaᵀ x.
template <typename T>
void sum_weight_gradient(Index n, Index in, Index out, const T* x, const T* delta, T* sum) {
  if (out == 1)
    Column<T>(sum, in).noalias() = ConstMap<T>(x, n, in).transpose() * ConstColumn<T>(delta, n);
  else
    gemm(Transpose::yes, Transpose::no, out, in, n, T(1), delta, out, x, in, T(0), sum, in);
}

// delta_in (n, in) = delta W.
template <typename T>
void propagate(Index n, Index in, Index out, const T* delta, const T* weight, T* delta_in) {
  if (out == 1)
    Eigen::Map<RowMajor<T>>(delta_in, n, in).noalias() =
        ConstColumn<T>(delta, n) * ConstColumn<T>(weight, in).transpose();
  else
    gemm(Transpose::no, Transpose::no, n, in, out, T(1), delta, out, weight, in, T(0), delta_in,
         in);
}

}  // namespace

template <typename T>
DenseChain<T>::DenseChain(const nn::NetworkPlan& plan)
    : inputs_(plan.inputs), outputs_(plan.outputs), widest_(plan.outputs) {
  ANISO_CHECK(plan.is_dense_chain(),
              "the explicit engine runs dense chains only; choose the "
              "autograd engine for this network");
  Index narrow_entries = 1;
  for (std::size_t i = 0; i < plan.layers.size(); ++i) {
    const nn::Layer& layer = plan.layers[i];
    widest_ = std::max({widest_, layer.in, layer.out});
    if (layer.op == nn::Layer::Op::activation) {
      const bool follows_bare_dense =
          !stages_.empty() && stages_.back().dense && plan.layers[i - 1].op == nn::Layer::Op::dense;
      if (!follows_bare_dense) stages_.push_back({.in = layer.in, .out = layer.out});
      stages_.back().activation = layer.activation;
      continue;
    }
    Stage stage{.dense = true, .fixed = layer.fixed, .in = layer.in, .out = layer.out};
    for (const auto& block : plan.layout())
      if (block.layer == static_cast<Index>(i))
        (block.role == nn::Role::bias ? stage.bias : stage.weight) = block.offset;
    stages_.push_back(std::move(stage));
    if (layer.in <= kernels::kNarrow)
      narrow_entries = std::max(narrow_entries, layer.in * layer.out);
  }
  transposed_.resize(narrow_entries + widest_);
  const auto trained = std::find_if(stages_.begin(), stages_.end(),
                                    [](const Stage& s) { return s.dense && !s.fixed; });
  first_trained_ = static_cast<std::size_t>(trained - stages_.begin());
}

template <typename T>
void DenseChain<T>::reserve(Index batch) {
  if (batch <= capacity_) return;
  for (auto& stage : stages_) {
    stage.output.resize(batch * stage.out);
    if (keeps_slope(stage.activation)) stage.slope.resize(batch * stage.out);
  }
  for (auto& delta : deltas_) delta.resize(batch * widest_);
  capacity_ = batch;
}

template <typename T>
const T* DenseChain<T>::forward(const T* theta, const T* x, Index batch) {
  reserve(batch);
  theta_ = theta;
  x_ = x;
  batch_ = batch;
  const T* input = x;
  for (auto& stage : stages_) {
    forward_stage(stage, input);
    input = stage.output.data();
  }
  return input;
}

template <typename T>
void DenseChain<T>::forward_stage(Stage& stage, const T* input) {
  T* y = stage.output.data();
  const T* bias = stage.bias >= 0 ? theta_ + stage.bias : nullptr;
  const bool narrow = stage.dense && stage.in <= kernels::kNarrow && bias != nullptr;
  if (narrow) {
    RowMajor<T>::Map(transposed_.data(), stage.in, stage.out) =
        ConstMap<T>(theta_ + stage.weight, stage.out, stage.in).transpose();
  } else if (stage.dense) {
    multiply_weight<T>(batch_, stage.in, stage.out, input, theta_ + stage.weight, y);
  } else {
    std::copy_n(input, batch_ * stage.out, y);
  }
  with_activation(stage.activation, [&]<typename A>() {
    if (!narrow) return kernels::add_bias_activate<A>(batch_, stage.out, bias, y);
    with_narrow_width(stage.in, [&]<int K>() {
      kernels::narrow_forward<A, K>(batch_, stage.out, input, transposed_.data(), bias, y);
    });
  });
  if (keeps_slope(stage.activation))
    nn::activation_first<T>(stage.activation, y, y, stage.slope.data(), batch_ * stage.out);
}

template <typename T>
void DenseChain<T>::backward(T* gradient) {
  T* delta = deltas_[0].data();
  T* other = deltas_[1].data();
  for (std::size_t i = stages_.size(); i-- > first_trained_;) {
    const T* input = i > 0 ? stages_[i - 1].output.data() : x_;
    T* delta_in = i > first_trained_ ? other : nullptr;
    if (backward_stage(stages_[i], input, delta, delta_in, gradient) == other)
      std::swap(delta, other);
  }
}

// Returns where ∂loss/∂input lies: in delta_in after a weight, in delta after a lone activation.
template <typename T>
const T* DenseChain<T>::backward_stage(Stage& stage, const T* input, T* delta, T* delta_in,
                                       T* gradient) {
  const Index narrow_entries = transposed_.size() - widest_;
  const bool sums_bias = stage.bias >= 0 && !stage.fixed;
  T* bias_sum = sums_bias ? gradient + stage.bias : transposed_.data() + narrow_entries;
  if (keeps_slope(stage.activation))
    kernels::multiply(batch_ * stage.out, stage.slope.data(), delta);
  const bool slope_is_one =
      keeps_slope(stage.activation) || stage.activation == Activation::identity;
  if (sums_bias || !slope_is_one)
    with_activation(stage.activation, [&]<typename A>() {
      kernels::slope_and_sum<A>(batch_, stage.out, stage.output.data(), delta, bias_sum);
    });
  if (!stage.dense) return delta;
  if (stage.fixed) {
    // Only what it is fed may learn.
  } else if (stage.in <= kernels::kNarrow) {
    with_narrow_width(stage.in, [&]<int K>() {
      kernels::narrow_weight_gradient<K>(batch_, stage.out, input, delta, transposed_.data());
    });
    RowMajor<T>::Map(gradient + stage.weight, stage.out, stage.in) =
        ConstMap<T>(transposed_.data(), stage.in, stage.out).transpose();
  } else {
    sum_weight_gradient<T>(batch_, stage.in, stage.out, input, delta, gradient + stage.weight);
  }
  if (delta_in != nullptr)
    propagate<T>(batch_, stage.in, stage.out, delta, theta_ + stage.weight, delta_in);
  return delta_in;
}

template class DenseChain<float>;
template class DenseChain<double>;

}  // namespace aniso::training
