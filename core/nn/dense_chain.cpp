#include "core/nn/dense_chain.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/gemm.h"
#include "core/nn/dense_passes.h"
#include "core/nn/restriction.h"

namespace aniso::nn {
namespace {

template <typename Scalar>
class DenseChain : public LayeredFunction {
 public:
  using Weights = DenseWeights<Scalar>;

  explicit DenseChain(std::shared_ptr<const Weights> weights) : weights_(std::move(weights)) {}

  Index inputs() const override { return plan().inputs; }
  Index outputs() const override { return plan().outputs; }
  SecondOrder second_order() const override { return plan().second_order(); }
  std::size_t layer_count() const override { return weights_->dense_count(); }
  std::string layer_name(std::size_t layer) const override {
    return plan().layers[op_of(layer)].name;
  }
  Matrix weight(std::size_t layer) const override {
    return weights_->weight(weights_->ops()[op_of(layer)]).template cast<double>();
  }
  std::unique_ptr<Function> clone() const override {
    return std::make_unique<DenseChain>(weights_);
  }

  Matrix values(MatrixRef x) const override { return forward_to(x, op_count(), outputs()); }

  Matrix layer_inputs(std::size_t layer, MatrixRef x) const override {
    const std::size_t op = op_of(layer);
    return forward_to(x, op, weights_->ops()[op].in);
  }

  Matrix vector_jacobian(MatrixRef x, MatrixRef v) const override {
    return backward_to(x, v, 0, inputs());
  }

  Matrix layer_vector_jacobian(std::size_t layer, MatrixRef x, MatrixRef v) const override {
    const std::size_t op = op_of(layer);
    return backward_to(x, v, op, weights_->ops()[op].in);
  }

  Matrix jacobians(MatrixRef x) const override {
    ANISO_CHECK_SHAPE(x, -1, inputs());
    Matrix all(x.rows() * outputs(), inputs());
    // Gradients outnumber samples by C: smaller chunks keep them in cache all the same.
    const Index most = std::max<Index>(1, DensePass<Scalar>::chunk_rows(*weights_) / outputs());
    for_each_chunk(x.rows(), most, [&](Index at, Index m) {
      pass_.forward(*weights_, x, at, m, op_count(), true);
      pass_.seed_units(outputs());
      pass_.backward(*weights_, op_count(), 0);
      all.middleRows(at * outputs(), m * outputs()) = pass_.gradient().template cast<double>();
    });
    return all;
  }

  Matrix weight_gradient(std::size_t layer, MatrixRef x, MatrixRef loss_gradient) const override {
    ANISO_CHECK_SHAPE(x, -1, inputs());
    ANISO_CHECK_SHAPE(loss_gradient, x.rows(), outputs());
    const std::size_t op = op_of(layer);
    const auto& dense = weights_->ops()[op];
    Matrix sum = Matrix::Zero(dense.out, dense.in);
    Rows<Scalar> part(dense.out, dense.in);
    for_each_chunk(x.rows(), chunk(), [&](Index at, Index m) {
      run_backward(x, loss_gradient, at, m, op + 1);
      gemm(Transpose::yes, Transpose::no, dense.out, dense.in, m, Scalar(1),
           pass_.gradient().data(), dense.out, pass_.input_of(op).data(), dense.in, Scalar(0),
           part.data(), dense.in);
      sum += part.template cast<double>();
    });
    return sum;
  }

  Jets jets(MatrixRef x, MatrixRef directions) const override {
    ANISO_CHECK_SHAPE(x, -1, inputs());
    ANISO_CHECK_SHAPE(directions, inputs(), -1);
    const Index n = x.rows(), k = directions.cols();
    Jets jets;
    jets.value.resize(n, outputs());
    jets.first.assign(static_cast<std::size_t>(k), Matrix(n, outputs()));
    jets.second.assign(static_cast<std::size_t>(k * (k + 1) / 2), Matrix(n, outputs()));
    for_each_chunk(n, jet_rows(*weights_, k), [&](Index at, Index m) {
      propagate_jets(*weights_, x, directions, at, m, scratch_, jets);
    });
    return jets;
  }

  void accumulate_output_moment(MatrixRef x, Matrix& sum) const override {
    ANISO_CHECK_SHAPE(sum, outputs(), outputs());
    for_each_chunk(x.rows(), chunk(),
                   [&](Index at, Index m) { add_moment(values(x.middleRows(at, m)), sum); });
  }

  void accumulate_gradient_moment(MatrixRef x, VectorRef readout, Matrix& sum) const override {
    ANISO_CHECK_SHAPE(sum, inputs(), inputs());
    for_each_chunk(x.rows(), chunk(), [&](Index at, Index m) {
      add_moment(input_gradients(x.middleRows(at, m), readout), sum);
    });
  }

  std::unique_ptr<Function> restricted(VectorRef origin, MatrixRef basis) const override {
    if (!can_fold_restriction(plan())) return Function::restricted(origin, basis);
    const auto small = fold_restriction(plan(), weights_->parameters(), origin, basis);
    return std::make_unique<DenseChain>(
        std::make_shared<const Weights>(small.plan, small.parameters));
  }

 private:
  const NetworkPlan& plan() const { return weights_->plan(); }
  std::size_t op_count() const { return weights_->ops().size(); }
  Index chunk() const { return DensePass<Scalar>::chunk_rows(*weights_); }

  std::size_t op_of(std::size_t layer) const {
    ANISO_CHECK(layer < layer_count(), "layer ", layer, " does not exist; the network has ",
                layer_count(), " layers with weights, counted from 0");
    return weights_->dense_op(layer);
  }

  template <typename Body>
  static void for_each_chunk(Index rows, Index most, Body body) {
    for (Index at = 0; at < rows; at += most) body(at, std::min(most, rows - at));
  }

  static void add_moment(const Matrix& rows, Matrix& sum) {
    gemm(Transpose::yes, Transpose::no, rows.cols(), rows.cols(), rows.rows(), 1.0, rows.data(),
         rows.cols(), rows.data(), rows.cols(), 1.0, sum.data(), rows.cols());
  }

  Matrix forward_to(MatrixRef x, std::size_t end, Index features) const {
    ANISO_CHECK_SHAPE(x, -1, inputs());
    Matrix out(x.rows(), features);
    for_each_chunk(x.rows(), chunk(), [&](Index at, Index m) {
      pass_.forward(*weights_, x, at, m, end, false);
      out.middleRows(at, m) = pass_.result().template cast<double>();
    });
    return out;
  }

  void run_backward(MatrixRef x, MatrixRef v, Index at, Index m, std::size_t to) const {
    pass_.forward(*weights_, x, at, m, op_count(), true);
    pass_.seed(v.middleRows(at, m));
    pass_.backward(*weights_, op_count(), to);
  }

  Matrix backward_to(MatrixRef x, MatrixRef v, std::size_t to, Index features) const {
    ANISO_CHECK_SHAPE(x, -1, inputs());
    ANISO_CHECK_SHAPE(v, x.rows(), outputs());
    Matrix out(x.rows(), features);
    for_each_chunk(x.rows(), chunk(), [&](Index at, Index m) {
      run_backward(x, v, at, m, to);
      out.middleRows(at, m) = pass_.gradient().template cast<double>();
    });
    return out;
  }

  std::shared_ptr<const Weights> weights_;
  mutable DensePass<Scalar> pass_;
  mutable std::vector<Eigen::Matrix<Scalar, Eigen::Dynamic, 1>> scratch_;
};

template <typename Scalar>
std::unique_ptr<LayeredFunction> make(const NetworkPlan& plan, VectorRef parameters) {
  return std::make_unique<DenseChain<Scalar>>(
      std::make_shared<const DenseWeights<Scalar>>(plan, parameters));
}

}  // namespace

bool can_run_explicitly(const NetworkPlan& plan) {
  return plan.is_dense_chain() &&
         std::any_of(plan.layers.begin(), plan.layers.end(),
                     [](const Layer& layer) { return layer.op == Layer::Op::dense; });
}

std::unique_ptr<LayeredFunction> make_dense_chain(const NetworkPlan& plan, VectorRef parameters,
                                                  Dtype dtype) {
  ANISO_CHECK(can_run_explicitly(plan),
              "the explicit engine runs dense layers and activations only; use the LibTorch back "
              "end for this network");
  check_plan(plan);
  if (dtype == Dtype::float32) return make<float>(plan, parameters);
  return make<double>(plan, parameters);
}

}  // namespace aniso::nn
