#include <ATen/Context.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/base/check.h"
#include "core/nn/torch_network_torch.h"
#include "core/training/autograd_trainer.h"
#include "core/training/engine_trainer.h"

namespace aniso::training {
namespace {

using torch::Tensor;

// Rows per forward pass outside training.
constexpr Index kChunk = 512;

struct TensorSamples {
  Tensor x;       // (n, D)
  Tensor labels;  // (n) int64; undefined for regression
  Tensor y;       // (n, C): squared targets, or the labels as 0 and 1 for the logistic loss

  Index size() const { return x.size(0); }
  TensorSamples rows(Index first, Index count) const {
    return {x.narrow(0, first, count), labels.defined() ? labels.narrow(0, first, count) : labels,
            y.defined() ? y.narrow(0, first, count) : y};
  }
  TensorSamples select(const Tensor& positions) const {
    return {x.index_select(0, positions),
            labels.defined() ? labels.index_select(0, positions) : labels,
            y.defined() ? y.index_select(0, positions) : y};
  }
};

TensorSamples select_tensors(const data::Dataset& data, const std::vector<Index>& rows, Loss loss,
                             const torch::TensorOptions& options) {
  TensorSamples out;
  out.x = nn::to_tensor(data.x(rows, Eigen::all), options);
  if (data.is_classification()) {
    const Vector labels = data.labels(rows).cast<double>();
    out.labels = nn::vector_tensor(labels, options.dtype(torch::kInt64));
    if (loss == Loss::logistic) out.y = out.labels.to(options.dtype()).unsqueeze(1);
  }
  if (loss == Loss::squared)
    out.y = nn::to_tensor(squared_targets(data)(rows, Eigen::all), options);
  return out;
}

Tensor mean_loss(Loss loss, const Tensor& f, const TensorSamples& samples) {
  switch (loss) {
    case Loss::cross_entropy:
      return torch::cross_entropy_loss(f, samples.labels);
    case Loss::logistic:
      return torch::binary_cross_entropy_with_logits(f, samples.y);
    case Loss::squared:
      return (f - samples.y).square().sum() * (0.5 / static_cast<double>(samples.size()));
  }
  throw InvalidInput("unknown loss");
}

// apply_update in tensor operations, for memory that the host cannot reach.
void update_on_device(const UpdateRule& rule, double learning_rate, double gradient_scale,
                      std::int64_t count, const Tensor& theta, const Tensor& gradient,
                      const std::vector<Tensor>& slots) {
  Tensor g = gradient * gradient_scale;
  if (rule.decoupled_decay)
    theta.mul_(1 - learning_rate * rule.weight_decay);
  else if (rule.weight_decay != 0)
    g.add_(theta, rule.weight_decay);
  if (rule.formula == UpdateFormula::gradient) {
    if (rule.momentum != 0) {
      slots[0].mul_(rule.momentum).add_(g);
      g = rule.nesterov ? g.add(slots[0], rule.momentum) : slots[0];
    }
    theta.add_(g, -learning_rate);
    return;
  }
  const double t = static_cast<double>(count);
  slots[0].mul_(rule.beta1).add_(g, 1 - rule.beta1);
  slots[1].mul_(rule.beta2).addcmul_(g, g, 1 - rule.beta2);
  const Tensor root =
      slots[1].sqrt().mul_(1 / std::sqrt(1 - std::pow(rule.beta2, t))).add_(rule.epsilon);
  theta.addcdiv_(slots[0], root, -learning_rate / (1 - std::pow(rule.beta1, t)));
}

template <typename T>
class AutogradEngine final : public GradientEngine {
 public:
  AutogradEngine(const TrainingSpec& spec, const Vector& initial)
      : plan_(spec.plan),
        device_name_(spec.device),
        options_(torch::TensorOptions()
                     .dtype(nn::scalar_type(spec.dtype))
                     .device(nn::torch_device(spec.device))),
        theta_(nn::vector_tensor(initial, options_)),
        gradient_(torch::zeros_like(theta_)) {
    const auto gradients = nn::parameter_views(plan_, gradient_);
    leaves_ = nn::parameter_views(plan_, theta_);
    for (std::size_t i = 0; i < leaves_.size(); ++i) {
      leaves_[i] = leaves_[i].detach().requires_grad_();
      leaves_[i].mutable_grad() = gradients[i];
    }
  }

  void set_plan(const nn::NetworkPlan& plan) override { plan_ = plan; }

  void set_data(const data::Dataset& data, Loss loss) override {
    loss_ = loss;
    train_ = select_tensors(data, data.train, loss, options_);
    test_ = select_tensors(data, data.test, loss, options_);
  }

  double loss_and_gradient(std::span<const Index> positions, bool whole) override {
    const TensorSamples batch = whole ? train_ : train_.select(index_tensor(positions));
    gradient_.zero_();
    const Tensor loss = mean_loss(loss_, nn::torch_forward(plan_, leaves_, batch.x), batch);
    loss.backward();
    return loss.item<double>();
  }

  double gradient_norm() override {
    if (on_host()) return euclidean_norm(gradient_.numel(), gradient_.data_ptr<T>());
    return gradient_.to(torch::kFloat64).norm().template item<double>();
  }

  void update(const UpdateRule& rule, double learning_rate, double gradient_scale,
              std::int64_t count) override {
    const torch::NoGradGuard no_graph;
    if (!on_host())
      return update_on_device(rule, learning_rate, gradient_scale, count, theta_, gradient_,
                              slots_);
    apply_update<T>(rule, learning_rate, gradient_scale, count, theta_.numel(),
                    theta_.data_ptr<T>(), gradient_.data_ptr<T>(), slot(0), slot(1));
  }

  void reset_slots(int count) override {
    slots_.clear();
    for (int i = 0; i < count; ++i) slots_.push_back(torch::zeros_like(theta_));
  }
  Vector parameters() const override { return to_vector(theta_); }
  // Copies into the buffer: the leaves are views of it.
  void set_parameters(const Vector& values) override {
    theta_.copy_(nn::vector_tensor(values, options_));
  }
  std::vector<Vector> slots() const override {
    std::vector<Vector> out;
    for (const Tensor& values : slots_) out.push_back(to_vector(values));
    return out;
  }
  void set_slots(const std::vector<Vector>& values) override {
    for (std::size_t i = 0; i < slots_.size(); ++i)
      slots_[i].copy_(nn::vector_tensor(values[i], options_));
  }

  Evaluation evaluate(Split split) override {
    const torch::NoGradGuard no_graph;
    const TensorSamples& samples = split == Split::train ? train_ : test_;
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    Evaluation result{.loss = kNan, .accuracy = kNan, .count = samples.size()};
    if (result.count == 0) return result;
    double loss = 0, correct = 0;
    for (Index at = 0; at < result.count; at += kChunk) {
      const Index n = std::min(kChunk, result.count - at);
      const TensorSamples chunk = samples.rows(at, n);
      const Tensor f = nn::torch_forward(plan_, leaves_, chunk.x);
      loss += mean_loss(loss_, f, chunk).template item<double>() * static_cast<double>(n);
      if (!chunk.labels.defined()) continue;
      const Tensor guess = plan_.outputs == 1 ? (f.squeeze(1) > 0).to(torch::kInt64) : f.argmax(1);
      correct += static_cast<double>((guess == chunk.labels).sum().template item<std::int64_t>());
    }
    result.loss = loss / static_cast<double>(result.count);
    if (samples.labels.defined()) result.accuracy = correct / static_cast<double>(result.count);
    return result;
  }

  Matrix outputs(MatrixRef x) override {
    const torch::NoGradGuard no_graph;
    Matrix out(x.rows(), plan_.outputs);
    for (Index at = 0; at < x.rows(); at += kChunk) {
      const Index n = std::min(kChunk, x.rows() - at);
      const Tensor rows = nn::to_tensor(x.middleRows(at, n), options_);
      out.middleRows(at, n) = nn::to_matrix(nn::torch_forward(plan_, leaves_, rows));
    }
    return out;
  }

  std::string name() const override { return "autograd"; }
  std::string device() const override { return device_name_; }
  bool is_bitwise_reproducible() const override {
    return on_host() || at::globalContext().deterministicAlgorithms();
  }

 private:
  bool on_host() const { return options_.device().is_cpu(); }
  T* slot(std::size_t i) { return i < slots_.size() ? slots_[i].template data_ptr<T>() : nullptr; }

  static Vector to_vector(const Tensor& values) { return nn::to_matrix(values).row(0); }

  Tensor index_tensor(std::span<const Index> positions) const {
    static_assert(sizeof(Index) == sizeof(std::int64_t));
    auto* data = const_cast<Index*>(positions.data());
    return torch::from_blob(data, {static_cast<std::int64_t>(positions.size())}, torch::kInt64)
        .to(options_.device());
  }

  nn::NetworkPlan plan_;
  std::string device_name_;
  torch::TensorOptions options_;
  Tensor theta_;                // (P)
  Tensor gradient_;             // (P)
  std::vector<Tensor> leaves_;  // views of theta_ whose grads are views of gradient_
  std::vector<Tensor> slots_;   // (P) each
  Loss loss_ = Loss::squared;
  TensorSamples train_;
  TensorSamples test_;
};

}  // namespace

std::unique_ptr<Trainer> make_autograd_trainer(const TrainingSpec& spec, data::DatasetPtr data,
                                               const Vector& initial) {
  return std::make_unique<EngineTrainer>(
      spec, std::move(data), initial,
      [](const TrainingSpec& s, const Vector& values) -> std::unique_ptr<GradientEngine> {
        if (s.dtype == Dtype::float32) return std::make_unique<AutogradEngine<float>>(s, values);
        return std::make_unique<AutogradEngine<double>>(s, values);
      });
}

}  // namespace aniso::training
