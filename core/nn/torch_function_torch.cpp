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

constexpr Index kChunk = 512;

/// d(Σ outputs · weights)/d input; zeros where autograd finds no dependence.
Tensor gradient(const Tensor& output, const Tensor& input, const Tensor& weight,
                bool create_graph = false, bool retain_graph = false) {
  if (!output.requires_grad()) return torch::zeros_like(input);
  const auto grads =
      torch::autograd::grad({output}, {input}, {weight}, retain_graph || create_graph, create_graph,
                            /*allow_unused=*/true);
  return grads[0].defined() ? grads[0] : torch::zeros_like(input);
}

template <typename Body>
void for_each_chunk(Index rows, Body body) {
  for (Index at = 0; at < rows; at += kChunk) body(at, std::min(kChunk, rows - at));
}

class TorchFunction : public LayeredFunction {
 public:
  TorchFunction(const NetworkPlan& plan, const Tensor& flat)
      : plan_(plan), flat_(flat), parameters_(parameter_views(plan, flat)) {
    for (const auto& block : plan.layout())
      if (!block.is_bias) weights_.push_back(block);
  }

  Index inputs() const override { return plan_.inputs; }
  Index outputs() const override { return plan_.outputs; }
  SecondOrder second_order() const override { return plan_.second_order(); }
  std::size_t layer_count() const override { return weights_.size(); }
  std::string layer_name(std::size_t layer) const override {
    return plan_.layers[op_of(layer)].name;
  }
  Matrix weight(std::size_t layer) const override {
    return to_matrix(parameters_[position_of(layer)]);
  }
  std::unique_ptr<Function> clone() const override {
    return std::make_unique<TorchFunction>(plan_, flat_);
  }

  Matrix values(MatrixRef x) const override { return evaluate(x, kAllLayers, outputs()); }

  Matrix layer_inputs(std::size_t layer, MatrixRef x) const override {
    const std::size_t op = op_of(layer);
    return evaluate(x, op, plan_.layers[op].in);
  }

  Matrix vector_jacobian(MatrixRef x, MatrixRef v) const override {
    return pulled_back(x, v, 0, inputs());
  }

  Matrix layer_vector_jacobian(std::size_t layer, MatrixRef x, MatrixRef v) const override {
    const std::size_t op = op_of(layer);
    return pulled_back(x, v, op, plan_.layers[op].in);
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
    const std::size_t op = op_of(layer), position = position_of(layer);
    auto parameters = parameters_;
    parameters[position] = parameters[position].detach().clone().requires_grad_();
    Tensor sum = torch::zeros_like(parameters[position], torch::kFloat64);
    for_each_chunk(x.rows(), [&](Index at, Index m) {
      const Tensor hidden = forward_to(tensor(x.middleRows(at, m)), op);
      const Tensor out = torch_forward(plan_, parameters, hidden, op);
      sum += gradient(out, parameters[position], tensor(loss_gradient.middleRows(at, m)));
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
    if (!can_fold_restriction(plan_)) return Function::restricted(origin, basis);
    const Vector parameters = to_matrix(flat_).row(0);
    const auto small = fold_restriction(plan_, parameters, origin, basis);
    return std::make_unique<TorchFunction>(small.plan,
                                           vector_tensor(small.parameters, flat_.options()));
  }

 private:
  std::size_t op_of(std::size_t layer) const {
    ANISO_CHECK(layer < layer_count(), "layer ", layer, " does not exist; the network has ",
                layer_count(), " layers with weights, counted from 0");
    return static_cast<std::size_t>(weights_[layer].layer);
  }
  /// Position of the layer's weight within `parameters_`.
  std::size_t position_of(std::size_t layer) const {
    const std::size_t op = op_of(layer);
    std::size_t position = 0;
    for (std::size_t i = 0; i < op; ++i)
      if (plan_.layers[i].op == Layer::Op::dense) position += plan_.layers[i].bias ? 2 : 1;
    return position;
  }

  torch::TensorOptions wide_options() const { return flat_.options().dtype(torch::kFloat64); }
  Tensor tensor(MatrixRef matrix) const { return to_tensor(matrix, flat_.options()); }
  Tensor forward(const Tensor& x) const { return torch_forward(plan_, parameters_, x); }
  Tensor forward_to(const Tensor& x, std::size_t end) const {
    const torch::NoGradGuard no_grad;
    return torch_forward(plan_, parameters_, x, 0, end);
  }

  Matrix evaluate(MatrixRef x, std::size_t end, Index features) const {
    ANISO_CHECK_SHAPE(x, -1, inputs());
    Matrix out(x.rows(), features);
    for_each_chunk(x.rows(), [&](Index at, Index m) {
      out.middleRows(at, m) = to_matrix(forward_to(tensor(x.middleRows(at, m)), end));
    });
    return out;
  }

  Matrix pulled_back(MatrixRef x, MatrixRef v, std::size_t op, Index features) const {
    ANISO_CHECK_SHAPE(x, -1, inputs());
    ANISO_CHECK_SHAPE(v, x.rows(), outputs());
    Matrix out(x.rows(), features);
    for_each_chunk(x.rows(), [&](Index at, Index m) {
      const Tensor hidden = forward_to(tensor(x.middleRows(at, m)), op).detach().requires_grad_();
      const Tensor y = torch_forward(plan_, parameters_, hidden, op);
      out.middleRows(at, m) = to_matrix(gradient(y, hidden, tensor(v.middleRows(at, m))));
    });
    return out;
  }

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

  NetworkPlan plan_;
  Tensor flat_;                     // never written to: shared between clones
  std::vector<Tensor> parameters_;  // views of it
  std::vector<ParameterBlock> weights_;
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
