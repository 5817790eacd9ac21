#include "core/nn/torch_function.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/nn/restriction.h"
#include "core/nn/torch_network_torch.h"
#include "core/nn/weights.h"

namespace aniso::nn {
namespace {

using torch::Tensor;

// Samples at a time: what an image network keeps per sample is large.
constexpr Index kPlainChunk = 512;
constexpr Index kImageChunk = 64;

/// d(Σ outputs · weights)/d input; zeros where autograd finds no dependence.
Tensor gradient(const Tensor& output, const Tensor& input, const Tensor& weight,
                bool create_graph = false, bool retain_graph = false) {
  if (!output.requires_grad()) return torch::zeros_like(input);
  const auto grads =
      torch::autograd::grad({output}, {input}, {weight}, retain_graph || create_graph, create_graph,
                            /*allow_unused=*/true);
  return grads[0].defined() ? grads[0] : torch::zeros_like(input);
}

class TorchFunction : public LayeredFunction {
 public:
  TorchFunction(const NetworkPlan& plan, const Tensor& flat)
      : network_(plan), flat_(flat), blocks_(parameter_views(plan, flat)) {
    for (std::size_t i = 0; i < plan.layers.size(); ++i)
      if (network_.block(i, Role::weight) >= 0) weights_.push_back(i);
    is_plain_ = std::all_of(plan.layers.begin(), plan.layers.end(), [](const Layer& layer) {
      return layer.output_shape().kind == FeatureShape::Kind::plain;
    });
  }

  Index inputs() const override { return plan().inputs; }
  Index outputs() const override { return plan().outputs; }
  SecondOrder second_order() const override { return plan().second_order(); }
  std::size_t layer_count() const override { return weights_.size(); }
  std::string layer_name(std::size_t layer) const override {
    return plan().layers[op_of(layer)].name;
  }
  Matrix weight(std::size_t layer) const override { return to_matrix(blocks_[position_of(layer)]); }
  Index layer_positions(std::size_t layer) const override {
    return network_.positions(op_of(layer));
  }
  std::unique_ptr<Function> clone() const override {
    return std::make_unique<TorchFunction>(plan(), flat_);
  }

  Matrix values(MatrixRef x) const override {
    ANISO_CHECK_SHAPE(x, -1, inputs());
    const torch::NoGradGuard no_grad;
    Matrix out(x.rows(), outputs());
    for_each_chunk(x.rows(), [&](Index at, Index m) {
      out.middleRows(at, m) = to_matrix(forward(tensor(x.middleRows(at, m))));
    });
    return out;
  }

  Matrix layer_inputs(std::size_t layer, MatrixRef x) const override {
    ANISO_CHECK_SHAPE(x, -1, inputs());
    const std::size_t op = op_of(layer);
    const torch::NoGradGuard no_grad;
    const Index p = network_.positions(op);
    Matrix out(x.rows() * p, blocks_[position_of(layer)].size(1));
    for_each_chunk(x.rows(), [&](Index at, Index m) {
      Tap tap{.layer = op, .stop = true, .input = {}, .output = {}};
      network_.forward(blocks_, tensor(x.middleRows(at, m)), false, &tap);
      out.middleRows(at * p, m * p) = to_matrix(network_.input_rows(op, tap.input));
    });
    return out;
  }

  Matrix vector_jacobian(MatrixRef x, MatrixRef v) const override {
    ANISO_CHECK_SHAPE(x, -1, inputs());
    ANISO_CHECK_SHAPE(v, x.rows(), outputs());
    Matrix out(x.rows(), inputs());
    for_each_chunk(x.rows(), [&](Index at, Index m) {
      const Tensor in = tensor(x.middleRows(at, m)).requires_grad_();
      out.middleRows(at, m) = to_matrix(gradient(forward(in), in, tensor(v.middleRows(at, m))));
    });
    return out;
  }

  Matrix layer_vector_jacobian(std::size_t layer, MatrixRef x, MatrixRef v) const override {
    ANISO_CHECK_SHAPE(x, -1, inputs());
    ANISO_CHECK_SHAPE(v, x.rows(), outputs());
    const std::size_t op = op_of(layer);
    const Tensor weight = blocks_[position_of(layer)];
    const Index p = network_.positions(op);
    Matrix out(x.rows() * p, weight.size(1));
    for_each_chunk(x.rows(), [&](Index at, Index m) {
      Tap tap{.layer = op, .stop = false, .input = {}, .output = {}};
      const Tensor y = network_.forward(blocks_, tensor(x.middleRows(at, m)), false, &tap);
      const Tensor delta = gradient(y, tap.output, tensor(v.middleRows(at, m)));
      out.middleRows(at * p, m * p) = to_matrix(network_.output_rows(op, delta).matmul(weight));
    });
    return out;
  }

  Matrix jacobians(MatrixRef x) const override {
    ANISO_CHECK_SHAPE(x, -1, inputs());
    Matrix all(x.rows() * outputs(), inputs());
    for_each_chunk(x.rows(), [&](Index at, Index m) {
      const Tensor in = tensor(x.middleRows(at, m)).requires_grad_();
      const Tensor out = forward(in);
      const Tensor ones = torch::ones({m}, out.options());
      std::vector<Tensor> rows;
      for (Index c = 0; c < outputs(); ++c)
        rows.push_back(gradient(out.select(1, c), in, ones, false, true));
      all.middleRows(at * outputs(), m * outputs()) =
          to_matrix(torch::stack(rows, 1).reshape({m * outputs(), inputs()}));
    });
    return all;
  }

  Matrix weight_gradient(std::size_t layer, MatrixRef x, MatrixRef loss_gradient) const override {
    ANISO_CHECK_SHAPE(x, -1, inputs());
    ANISO_CHECK_SHAPE(loss_gradient, x.rows(), outputs());
    const std::size_t position = position_of(layer);
    auto blocks = blocks_;
    blocks[position] = blocks[position].detach().clone().requires_grad_();
    Tensor sum = torch::zeros_like(blocks[position], torch::kFloat64);
    for_each_chunk(x.rows(), [&](Index at, Index m) {
      const Tensor out = network_.forward(blocks, tensor(x.middleRows(at, m)));
      sum += gradient(out, blocks[position], tensor(loss_gradient.middleRows(at, m)));
    });
    return to_matrix(sum);
  }

  Jets jets(MatrixRef x, MatrixRef directions) const override {
    ANISO_CHECK_SHAPE(x, -1, inputs());
    ANISO_CHECK_SHAPE(directions, inputs(), -1);
    const Index n = x.rows(), k = directions.cols();
    Jets jets;
    jets.value.resize(n, outputs());
    jets.first.assign(static_cast<std::size_t>(k), Matrix(n, outputs()));
    jets.second.assign(static_cast<std::size_t>(k * (k + 1) / 2), Matrix(n, outputs()));
    const Tensor basis = tensor(directions).t();
    for_each_chunk(n, [&](Index at, Index m) {
      const Tensor along = torch::zeros({m, k}, flat_.options()).requires_grad_();
      const Tensor in = tensor(x.middleRows(at, m)) + along.matmul(basis);
      jets_of_chunk(forward(in), along, at, jets);
    });
    return jets;
  }

  void accumulate_output_moment(MatrixRef x, Matrix& sum) const override {
    ANISO_CHECK_SHAPE(x, -1, inputs());
    ANISO_CHECK_SHAPE(sum, outputs(), outputs());
    const torch::NoGradGuard no_grad;
    Tensor moment = torch::zeros({outputs(), outputs()}, wide_options());
    for_each_chunk(x.rows(), [&](Index at, Index m) {
      const Tensor out = forward(tensor(x.middleRows(at, m))).to(torch::kFloat64);
      moment.addmm_(out.t(), out);
    });
    sum += to_matrix(moment);
  }

  void accumulate_gradient_moment(MatrixRef x, VectorRef readout, Matrix& sum) const override {
    ANISO_CHECK_SHAPE(x, -1, inputs());
    check_size("readout", readout.size(), outputs());
    ANISO_CHECK_SHAPE(sum, inputs(), inputs());
    const Tensor weight = vector_tensor(readout, flat_.options());
    Tensor moment = torch::zeros({inputs(), inputs()}, wide_options());
    for_each_chunk(x.rows(), [&](Index at, Index m) {
      const Tensor in = tensor(x.middleRows(at, m)).requires_grad_();
      const Tensor g = gradient(forward(in), in, weight.expand({m, outputs()})).to(torch::kFloat64);
      moment.addmm_(g.t(), g);
    });
    sum += to_matrix(moment);
  }

  std::unique_ptr<Function> restricted(VectorRef origin, MatrixRef basis) const override {
    if (!can_fold_restriction(plan())) return Function::restricted(origin, basis);
    const Vector parameters = to_matrix(flat_).row(0);
    const auto small = fold_restriction(plan(), parameters, origin, basis);
    return std::make_unique<TorchFunction>(small.plan,
                                           vector_tensor(small.parameters, flat_.options()));
  }

 private:
  const NetworkPlan& plan() const { return network_.plan(); }
  std::size_t op_of(std::size_t layer) const {
    ANISO_CHECK(layer < layer_count(), "layer ", layer, " does not exist; the network has ",
                layer_count(), " layers with weights, counted from 0");
    return weights_[layer];
  }
  std::size_t position_of(std::size_t layer) const {
    return static_cast<std::size_t>(network_.block(op_of(layer), Role::weight));
  }

  template <typename Body>
  void for_each_chunk(Index rows, Body body) const {
    const Index most = is_plain_ ? kPlainChunk : kImageChunk;
    for (Index at = 0; at < rows; at += most) body(at, std::min(most, rows - at));
  }

  torch::TensorOptions wide_options() const { return flat_.options().dtype(torch::kFloat64); }
  Tensor tensor(MatrixRef matrix) const { return to_tensor(matrix, flat_.options()); }
  Tensor forward(const Tensor& x) const { return network_.forward(blocks_, x); }

  void jets_of_chunk(const Tensor& out, const Tensor& along, Index at, Jets& jets) const {
    const Index m = along.size(0), k = along.size(1);
    const Tensor ones = torch::ones({m}, along.options());
    jets.value.middleRows(at, m) = to_matrix(out);
    for (Index c = 0; c < outputs(); ++c) {
      const Tensor first = gradient(out.select(1, c), along, ones, /*create_graph=*/true);
      const Matrix slopes = to_matrix(first);
      std::size_t pair = 0;
      for (Index i = 0; i < k; ++i) {
        jets.first[static_cast<std::size_t>(i)].col(c).segment(at, m) = slopes.col(i);
        const Matrix row = to_matrix(gradient(first.select(1, i), along, ones, false, true));
        for (Index j = i; j < k; ++j, ++pair) jets.second[pair].col(c).segment(at, m) = row.col(j);
      }
    }
  }

  TorchNetwork network_;
  Tensor flat_;                       // never written to: shared between clones
  std::vector<Tensor> blocks_;        // views of it
  std::vector<std::size_t> weights_;  // operations with a weight
  bool is_plain_ = true;              // no images and no tokens
};

}  // namespace

std::unique_ptr<LayeredFunction> make_torch_function(const NetworkPlan& plan, VectorRef parameters,
                                                     Dtype dtype, const std::string& device) {
  check_plan(plan);
  check_parameters(plan, parameters);
  const auto options =
      torch::TensorOptions().dtype(scalar_type(dtype)).device(torch_device(device));
  return std::make_unique<TorchFunction>(plan, vector_tensor(parameters, options));
}

}  // namespace aniso::nn
