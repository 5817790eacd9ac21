#include "core/nn/dense_passes.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/gemm.h"
#include "core/nn/activation.h"
#include "core/nn/weights.h"

namespace aniso::nn {

template <typename Scalar>
DenseWeights<Scalar>::DenseWeights(const NetworkPlan& plan, VectorRef parameters) : plan_(plan) {
  const auto layout = plan.layout();
  widest_ = plan.inputs;
  for (std::size_t i = 0; i < plan.layers.size(); ++i) {
    const Layer& layer = plan.layers[i];
    Op op{layer.op == Layer::Op::dense, layer.in, layer.out, 0, -1, layer.activation};
    for (const auto& block : layout)
      if (block.layer == static_cast<Index>(i))
        (block.role == Role::bias ? op.bias : op.weight) = block.offset;
    if (op.is_dense) dense_.push_back(i);
    widest_ = std::max(widest_, layer.out);
    ops_.push_back(op);
  }
  assign(parameters);
}

template <typename Scalar>
void DenseWeights<Scalar>::assign(VectorRef parameters) {
  check_parameters(plan_, parameters);
  values_ = parameters.cast<Scalar>();
}

template <typename Scalar>
void dense_forward(const DenseWeights<Scalar>& weights, const typename DenseWeights<Scalar>::Op& op,
                   const Scalar* in, Scalar* out, Index m, Index bias_rows) {
  const auto weight = weights.weight(op);
  gemm(Transpose::no, Transpose::yes, m, op.out, op.in, Scalar(1), in, op.in, weight.data(), op.in,
       Scalar(0), out, op.out);
  if (const Scalar* bias = weights.bias(op)) {
    const Eigen::Map<const Eigen::Matrix<Scalar, 1, Eigen::Dynamic>> row(bias, op.out);
    Eigen::Map<Rows<Scalar>>(out, bias_rows, op.out).rowwise() += row;
  }
}

template <typename Scalar>
void dense_backward(const DenseWeights<Scalar>& weights,
                    const typename DenseWeights<Scalar>::Op& op, const Scalar* out, Scalar* in,
                    Index m) {
  const auto weight = weights.weight(op);
  gemm(Transpose::no, Transpose::no, m, op.in, op.out, Scalar(1), out, op.out, weight.data(), op.in,
       Scalar(0), in, op.in);
}

template <typename Scalar>
Index DensePass<Scalar>::chunk_rows(const DenseWeights<Scalar>& weights) {
  constexpr Index kBytes = 512 * 1024;
  const Index bytes_per_row = weights.widest() * static_cast<Index>(sizeof(Scalar));
  return std::clamp<Index>(kBytes / bytes_per_row, 64, kMostRows);
}

template <typename Scalar>
void DensePass<Scalar>::forward(const DenseWeights<Scalar>& weights, MatrixRef x, Index at, Index m,
                                std::size_t end, bool keep_derivatives) {
  const auto& ops = weights.ops();
  features_.resize(ops.size() + 1);
  derivatives_.resize(ops.size());
  into_.resize(ops.size() + 1);
  widths_.resize(ops.size() + 1);
  rows_ = m;
  end_ = end;
  Scalar* now = reserve(features_[0], m * x.cols());
  Eigen::Map<Rows<Scalar>>(now, m, x.cols()) = x.middleRows(at, m).template cast<Scalar>();
  into_[0] = now;
  widths_[0] = x.cols();
  for (std::size_t i = 0; i < end; ++i) {
    const auto& op = ops[i];
    const Index size = m * op.out;
    if (op.is_dense) {
      Scalar* next = reserve(features_[i + 1], size);
      dense_forward(weights, op, now, next, m, m);
      now = next;
    } else if (keep_derivatives) {
      activation_first(op.activation, now, now, reserve(derivatives_[i], size), size);
    } else {
      activation_values(op.activation, now, now, size);
    }
    into_[i + 1] = now;
    widths_[i + 1] = op.out;
  }
}

template <typename Scalar>
Eigen::Map<const Rows<Scalar>> DensePass<Scalar>::result() const {
  return input_of(end_);
}

template <typename Scalar>
Eigen::Map<const Rows<Scalar>> DensePass<Scalar>::input_of(std::size_t op) const {
  return {into_[op], rows_, widths_[op]};
}

template <typename Scalar>
void DensePass<Scalar>::seed(const Eigen::Ref<const Matrix>& v) {
  repeats_ = 1;
  gradient_width_ = v.cols();
  Scalar* to = reserve(gradient_, rows_ * v.cols());
  Eigen::Map<Rows<Scalar>>(to, rows_, v.cols()) = v.template cast<Scalar>();
}

template <typename Scalar>
void DensePass<Scalar>::seed_units(Index outputs) {
  repeats_ = outputs;
  gradient_width_ = outputs;
  Scalar* to = reserve(gradient_, rows_ * outputs * outputs);
  for (Index k = 0; k < rows_; ++k)
    Eigen::Map<Rows<Scalar>>(to + k * outputs * outputs, outputs, outputs).setIdentity();
}

template <typename Scalar>
void DensePass<Scalar>::multiply_by_derivative(std::size_t op, Index features) {
  using Array = Eigen::Array<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Scalar* derivative = derivatives_[op].data();
  if (repeats_ == 1) {
    detail::ArrayMap<Scalar>(gradient_.data(), rows_ * features) *=
        Eigen::Map<const Eigen::Array<Scalar, Eigen::Dynamic, 1>>(derivative, rows_ * features);
    return;
  }
  for (Index k = 0; k < rows_; ++k) {
    const Eigen::Map<const Eigen::Array<Scalar, 1, Eigen::Dynamic>> row(derivative + k * features,
                                                                        features);
    Eigen::Map<Array>(gradient_.data() + k * repeats_ * features, repeats_, features).rowwise() *=
        row;
  }
}

template <typename Scalar>
void DensePass<Scalar>::backward(const DenseWeights<Scalar>& weights, std::size_t from,
                                 std::size_t to) {
  const Index rows = rows_ * repeats_;
  for (std::size_t i = from; i-- > to;) {
    const auto& op = weights.ops()[i];
    if (!op.is_dense) {
      multiply_by_derivative(i, op.in);
      continue;
    }
    dense_backward(weights, op, gradient_.data(), reserve(spare_, rows * op.in), rows);
    gradient_.swap(spare_);
    gradient_width_ = op.in;
  }
}

template <typename Scalar>
Eigen::Map<const Rows<Scalar>> DensePass<Scalar>::gradient() const {
  return {gradient_.data(), rows_ * repeats_, gradient_width_};
}

#define ANISO_INSTANTIATE(Scalar)                                                            \
  template class DenseWeights<Scalar>;                                                       \
  template class DensePass<Scalar>;                                                          \
  template void dense_forward(const DenseWeights<Scalar>&, const DenseWeights<Scalar>::Op&,  \
                              const Scalar*, Scalar*, Index, Index);                         \
  template void dense_backward(const DenseWeights<Scalar>&, const DenseWeights<Scalar>::Op&, \
                               const Scalar*, Scalar*, Index)
ANISO_INSTANTIATE(float);
ANISO_INSTANTIATE(double);
#undef ANISO_INSTANTIATE

}  // namespace aniso::nn
