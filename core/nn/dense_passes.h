#pragma once

#include <memory>
#include <vector>

#include "core/base/types.h"
#include "core/nn/function.h"
#include "core/nn/plan.h"

/// Forward and backward passes over one chunk of samples, for the explicit function and family.
/// Conventions: activations (m, features) row-major, weights (out, in) row-major, Z = H Wᵀ + b.
namespace aniso::nn {

template <typename Scalar>
using Rows = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// A dense chain's parameters in the arithmetic's type, with where each operation finds its own.
template <typename Scalar>
class DenseWeights {
 public:
  /// One step of evaluation: a dense layer or an activation.
  struct Op {
    bool is_dense;
    Index in, out;
    Index weight;  ///< offset of W in `values`
    Index bias;    ///< offset of b, or −1
    Activation activation;
  };

  DenseWeights(const NetworkPlan& plan, VectorRef parameters);

  /// Replaces the numbers; allocates nothing.
  void assign(VectorRef parameters);

  const NetworkPlan& plan() const { return plan_; }
  /// The numbers in layout order, as float64.
  Vector parameters() const { return values_.template cast<double>(); }
  const std::vector<Op>& ops() const { return ops_; }
  /// Index into `ops` of the l-th dense layer.
  std::size_t dense_op(std::size_t layer) const { return dense_[layer]; }
  std::size_t dense_count() const { return dense_.size(); }
  Index widest() const { return widest_; }

  Eigen::Map<const Rows<Scalar>> weight(const Op& op) const {
    return {values_.data() + op.weight, op.out, op.in};
  }
  /// nullptr without a bias.
  const Scalar* bias(const Op& op) const {
    return op.bias < 0 ? nullptr : values_.data() + op.bias;
  }

 private:
  NetworkPlan plan_;
  Eigen::Matrix<Scalar, Eigen::Dynamic, 1> values_;
  std::vector<Op> ops_;
  std::vector<std::size_t> dense_;
  Index widest_ = 0;
};

/// out = in Wᵀ + b for m rows; `bias_rows` of them (the first ones) get the bias.
template <typename Scalar>
void dense_forward(const DenseWeights<Scalar>& weights, const typename DenseWeights<Scalar>::Op& op,
                   const Scalar* in, Scalar* out, Index m, Index bias_rows);

/// in = out W for m rows: the transposed product that a backward pass needs.
template <typename Scalar>
void dense_backward(const DenseWeights<Scalar>& weights,
                    const typename DenseWeights<Scalar>::Op& op, const Scalar* out, Scalar* in,
                    Index m);

/// Memory for one forward and backward pass over a chunk; grows to the largest use and is kept.
template <typename Scalar>
class DensePass {
 public:
  static constexpr Index kMostRows = 512;

  /// Rows per chunk, at most kMostRows, for which the activations of the widest layer stay in the
  /// second-level cache.
  static Index chunk_rows(const DenseWeights<Scalar>& weights);

  /// Evaluates the operations before `end` on rows [at, at + m) of x.
  /// @param keep_derivatives  so that `backward` can follow.
  void forward(const DenseWeights<Scalar>& weights, MatrixRef x, Index at, Index m, std::size_t end,
               bool keep_derivatives);

  /// What the last forward pass ended with: (m, features).
  Eigen::Map<const Rows<Scalar>> result() const;
  /// What went into an operation of the last forward pass: (m, in).
  Eigen::Map<const Rows<Scalar>> input_of(std::size_t op) const;

  /// Starts a backward pass with one gradient per sample: the rows of v given as float64 (m, C).
  void seed(const Eigen::Ref<const Matrix>& v);
  /// Starts a backward pass with the C unit vectors for every sample: (m·C) rows, sample-major.
  void seed_units(Index outputs);
  /// Takes the gradient from after operation `from` − 1 to before operation `to`.
  void backward(const DenseWeights<Scalar>& weights, std::size_t from, std::size_t to);
  /// The gradient as it stands: (rows, features).
  Eigen::Map<const Rows<Scalar>> gradient() const;

 private:
  using Buffer = Eigen::Matrix<Scalar, Eigen::Dynamic, 1>;
  static Scalar* reserve(Buffer& buffer, Index size) {
    if (buffer.size() < size) buffer.resize(size);
    return buffer.data();
  }
  void multiply_by_derivative(std::size_t op, Index features);

  Index rows_ = 0;
  Index repeats_ = 1;                // gradient rows per sample
  std::vector<Buffer> features_;     // what goes into op i, if op i is dense, and the result
  std::vector<const Scalar*> into_;  // input of op i; activations work in place
  std::vector<Index> widths_;
  std::vector<Buffer> derivatives_;  // of activation op i
  Buffer gradient_, spare_;
  Index gradient_width_ = 0;
  std::size_t end_ = 0;
};

/// Second-order jets of rows [at, at + m), written into rows [at, at + m) of `jets`.
///
/// @param directions  (D, k).
/// @param scratch     two buffers, grown as needed and kept.
template <typename Scalar>
void propagate_jets(const DenseWeights<Scalar>& weights, MatrixRef x, MatrixRef directions,
                    Index at, Index m,
                    std::vector<Eigen::Matrix<Scalar, Eigen::Dynamic, 1>>& scratch, Jets& jets);

/// Rows per tile of `propagate_jets` for k directions.
template <typename Scalar>
Index jet_rows(const DenseWeights<Scalar>& weights, Index k);

}  // namespace aniso::nn
