#pragma once

#include <Eigen/Core>
#include <vector>

#include "core/base/types.h"
#include "core/nn/plan.h"

namespace aniso::training {

/// Forward and backward passes of a dense chain over one flat parameter array, in float or double,
/// without a graph. Activations and deltas are row-major (batch, features); memory grows to the
/// largest batch seen and is kept, so that repeated calls allocate nothing. One thread.
template <typename T>
class DenseChain {
 public:
  /// @throws InvalidInput when the plan is no dense chain.
  explicit DenseChain(const nn::NetworkPlan& plan);

  /// f(x): theta (P), x (batch, D) → (batch, C), valid until the next call. Neither array is
  /// copied; both must stay until `backward` has run.
  const T* forward(const T* theta, const T* x, Index batch);

  /// Where the caller writes ∂loss/∂f (batch, C) of the last `forward`, before `backward`.
  T* output_gradient() { return deltas_[0].data(); }

  /// Gradient of the loss for the last `forward`: writes the entries of everything that is trained;
  /// overwrites output_gradient().
  void backward(T* gradient);

  Index inputs() const { return inputs_; }
  Index outputs() const { return outputs_; }

 private:
  using Buffer = Eigen::Array<T, Eigen::Dynamic, 1>;

  // A weight matrix and the activation after it, or an activation on its own.
  struct Stage {
    bool dense = false;
    bool fixed = false;  // its weight gets no gradient
    Index in = 0;
    Index out = 0;
    Index weight = 0;  // offsets into theta
    Index bias = -1;   // −1 for none
    nn::Activation activation = nn::Activation::identity;
    Buffer output = {};  // (batch, out)
    Buffer slope = {};   // (batch, out) where it is not a function of the output
  };

  void reserve(Index batch);
  void forward_stage(Stage& stage, const T* input);
  const T* backward_stage(Stage& stage, const T* input, T* delta, T* delta_in, T* gradient);

  Index inputs_ = 0;
  Index outputs_ = 0;
  Index widest_ = 0;
  std::size_t first_trained_ = 0;  // stages before it need no gradient
  std::vector<Stage> stages_;
  Buffer transposed_;  // a narrow layer's weight, or its gradient, as (in, out)
  Buffer deltas_[2];
  Index capacity_ = 0;
  const T* theta_ = nullptr;
  const T* x_ = nullptr;
  Index batch_ = 0;
};

extern template class DenseChain<float>;
extern template class DenseChain<double>;

}  // namespace aniso::training
