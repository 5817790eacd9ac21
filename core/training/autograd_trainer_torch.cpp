#include <ATen/Context.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "core/base/check.h"
#include "core/nn/torch_network_torch.h"
#include "core/training/autograd_trainer.h"
#include "core/training/device_update_torch.h"
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
    case Loss::denoising:
      return torch::mse_loss(f, samples.y);
  }
  throw InvalidInput("unknown loss");
}

template <typename T>
class AutogradEngine final : public GradientEngine {
 public:
  AutogradEngine(const TrainingSpec& spec, const Vector& initial, StepRecorder recorder)
      : recorder_(std::move(recorder)),
        network_(spec.plan),
        device_name_(spec.device),
        options_(torch::TensorOptions()
                     .dtype(nn::scalar_type(spec.dtype))
                     .device(nn::torch_device(spec.device))),
        theta_(nn::vector_tensor(initial, options_)),
        trained_(theta_.narrow(0, 0, spec.plan.trained_count())),
        gradient_(torch::zeros_like(trained_)),
        loss_value_(torch::zeros({}, options_)) {
    const auto gradients = nn::parameter_views(spec.plan, gradient_);
    leaves_ = nn::parameter_views(spec.plan, theta_);
    for (std::size_t i = 0; i < gradients.size(); ++i) {
      leaves_[i] = leaves_[i].detach().requires_grad_();
      leaves_[i].mutable_grad() = gradients[i];
    }
    training_ = leaves_;
    if (spec.plan.has_running_statistics()) copy_running_statistics();
  }

  void set_plan(const nn::NetworkPlan& plan) override {
    network_ = nn::TorchNetwork(plan);
    forget_recording();
  }

  void set_data(const data::Dataset& data, const LossSpec& loss) override {
    loss_ = loss.loss;
    train_ = select_tensors(data, data.train, loss_, options_);
    test_ = select_tensors(data, data.test, loss_, options_);
    if (loss.corruption) {
      noise_.emplace(loss.corruption, data.x(data.train, Eigen::all));
      test_ = noised(*loss.corruption, data.x(data.test, Eigen::all), diffusion::kTestDraw);
      train_ = noised(*loss.corruption, data.x(data.train, Eigen::all), diffusion::kTrainDraw);
    } else {
      noise_.reset();
    }
    forget_recording();
  }

  double loss_and_gradient(const BatchAt& batch) override {
    const std::span<const Index> positions = batch.positions;
    const bool whole = batch.whole;
    if (noise_) draw_noise(batch);
    // Recorded steps read the positions where they lay when they were recorded.
    const Key key{static_cast<Index>(positions.size()), whole};
    const bool replays = recorded_ && key == recorded_key_;
    if (replays) positions_ = recorded_positions_;
    if (whole)
      positions_ = Tensor();
    else if (replays)
      positions_.copy_(index_tensor(positions));
    else
      positions_ = index_tensor(positions).clone();
    if (replays)
      recorded_->replay();
    else if (recorder_ && key == last_key_)
      record(key);
    else
      compute();
    last_key_ = key;
    return loss_value_.template item<double>();
  }

  double gradient_norm() override {
    if (on_host()) return euclidean_norm(gradient_.numel(), gradient_.data_ptr<T>());
    return gradient_.to(torch::kFloat64).norm().template item<double>();
  }

  void update(const UpdateRule& rule, double learning_rate, double gradient_scale,
              std::int64_t count) override {
    const torch::NoGradGuard no_graph;
    if (moving_.defined()) buffers().copy_(moving_);
    if (!on_host())
      return update_on_device(rule, learning_rate, gradient_scale, count, trained_, gradient_,
                              slots_);
    apply_update<T>(rule, learning_rate, gradient_scale, count, trained_.numel(),
                    theta_.data_ptr<T>(), gradient_.data_ptr<T>(), slot(0), slot(1));
  }

  void reset_slots(int count) override {
    slots_.clear();
    for (int i = 0; i < count; ++i) slots_.push_back(torch::zeros_like(trained_));
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
      const Tensor f = network_.forward(leaves_, chunk.x);
      loss += mean_loss(loss_, f, chunk).template item<double>() * static_cast<double>(n);
      if (!chunk.labels.defined()) continue;
      const Tensor guess =
          network_.plan().outputs == 1 ? (f.squeeze(1) > 0).to(torch::kInt64) : f.argmax(1);
      correct += static_cast<double>((guess == chunk.labels).sum().template item<std::int64_t>());
    }
    result.loss = loss / static_cast<double>(result.count);
    if (samples.labels.defined()) result.accuracy = correct / static_cast<double>(result.count);
    return result;
  }

  Matrix outputs(MatrixRef x) override {
    const torch::NoGradGuard no_graph;
    Matrix out(x.rows(), network_.plan().outputs);
    for (Index at = 0; at < x.rows(); at += kChunk) {
      const Index n = std::min(kChunk, x.rows() - at);
      const Tensor rows = nn::to_tensor(x.middleRows(at, n), options_);
      out.middleRows(at, n) = nn::to_matrix(network_.forward(leaves_, rows));
    }
    return out;
  }

  std::string name() const override { return recorded_ ? "autograd, captured graph" : "autograd"; }
  std::string device() const override { return device_name_; }
  bool is_bitwise_reproducible() const override {
    return on_host() || at::globalContext().deterministicAlgorithms();
  }

 private:
  // What a recorded step depends on, besides what forgets it.
  struct Key {
    Index samples = -1;
    bool whole = false;
    bool operator==(const Key&) const = default;
  };

  bool on_host() const { return options_.device().is_cpu(); }
  T* slot(std::size_t i) { return i < slots_.size() ? slots_[i].template data_ptr<T>() : nullptr; }

  // Loss and gradient of the samples at positions_, into memory that stays.
  void compute() {
    const TensorSamples batch = noise_                 ? noise_->batch
                                : positions_.defined() ? train_.select(positions_)
                                                       : train_;
    gradient_.zero_();
    if (moving_.defined()) moving_.copy_(buffers());
    const Tensor loss = mean_loss(loss_, network_.forward(training_, batch.x, true), batch);
    loss.backward();
    const torch::NoGradGuard no_graph;
    loss_value_.copy_(loss);
  }

  // Samples of the training set on the host, and where a step's noised ones go.
  struct Noise {
    using Rows = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    Noise(std::shared_ptr<const diffusion::Corruption> how, const Matrix& x)
        : corruption(std::move(how)), samples(x.cast<T>()) {}
    std::shared_ptr<const diffusion::Corruption> corruption;
    Rows samples, picked, inputs, targets;
    TensorSamples batch;  // on the device, in the same memory from step to step
  };

  void draw_noise(const BatchAt& at) {
    Noise& noise = *noise_;
    const auto n = static_cast<Index>(at.positions.size());
    const Index dim = noise.samples.cols();
    noise.picked.resize(n, dim);
    for (Index i = 0; i < n; ++i)
      noise.picked.row(i) = noise.samples.row(at.positions[static_cast<std::size_t>(i)]);
    fill(*noise.corruption, at.draw, noise.picked, noise.inputs, noise.targets, noise.batch);
  }

  void fill(const diffusion::Corruption& corruption, std::uint64_t draw,
            const typename Noise::Rows& x, typename Noise::Rows& inputs,
            typename Noise::Rows& targets, TensorSamples& to) const {
    const Index n = x.rows(), dim = x.cols();
    inputs.resize(n, dim + 1);
    targets.resize(n, dim);
    corruption.apply(draw, n, dim, x.data(), inputs.data(), targets.data());
    const auto on_host_options = torch::TensorOptions().dtype(options_.dtype());
    const Tensor in = torch::from_blob(inputs.data(), {n, dim + 1}, on_host_options);
    const Tensor out = torch::from_blob(targets.data(), {n, dim}, on_host_options);
    if (to.x.defined() && to.x.size(0) == n) {
      to.x.copy_(in);
      to.y.copy_(out);
    } else {
      to = {in.to(options_.device(), /*non_blocking=*/false, /*copy=*/true), Tensor(),
            out.to(options_.device(), /*non_blocking=*/false, /*copy=*/true)};
    }
  }

  TensorSamples noised(const diffusion::Corruption& corruption, const Matrix& x,
                       std::uint64_t draw) const {
    typename Noise::Rows inputs, targets;
    TensorSamples samples;
    fill(corruption, draw, x.cast<T>(), inputs, targets, samples);
    return samples;
  }

  void record(const Key& key) {
    try {
      recorded_ = recorder_([this] { compute(); });
      recorded_key_ = key;
      recorded_positions_ = positions_;
      recorded_->replay();
    } catch (const std::exception&) {
      forget_recording();
      recorder_ = {};  // eagerly from here on
      compute();
    }
  }

  void forget_recording() {
    recorded_.reset();
    recorded_positions_ = Tensor();
    last_key_ = {};
  }

  Tensor buffers() const {
    return theta_.narrow(0, trained_.numel(), theta_.numel() - trained_.numel());
  }
  // A step moves copies; they become the network's with the update, so that a step that diverges
  // leaves no trace.
  void copy_running_statistics() {
    moving_ = buffers().clone();
    const auto blocks = network_.plan().layout();
    for (std::size_t i = 0; i < blocks.size(); ++i)
      if (!blocks[i].trained)
        training_[i] = moving_.narrow(0, blocks[i].offset - trained_.numel(), blocks[i].size())
                           .view(leaves_[i].sizes());
  }

  static Vector to_vector(const Tensor& values) { return nn::to_matrix(values).row(0); }

  Tensor index_tensor(std::span<const Index> positions) const {
    static_assert(sizeof(Index) == sizeof(std::int64_t));
    auto* data = const_cast<Index*>(positions.data());
    return torch::from_blob(data, {static_cast<std::int64_t>(positions.size())}, torch::kInt64)
        .to(options_.device());
  }

  StepRecorder recorder_;
  nn::TorchNetwork network_;
  std::string device_name_;
  torch::TensorOptions options_;
  Tensor theta_;                // (P)
  Tensor trained_;              // its first part
  Tensor gradient_;             // of that part
  std::vector<Tensor> leaves_;  // views of theta_; grads of the trained ones are views of gradient_
  std::vector<Tensor> training_;  // the same, running statistics replaced by views of moving_
  Tensor moving_;                 // buffers as a step leaves them; undefined without statistics
  std::vector<Tensor> slots_;     // as gradient_, each
  Loss loss_ = Loss::squared;
  Tensor loss_value_;  // of the last step
  Tensor positions_;   // of its samples; undefined for all of them
  std::unique_ptr<StepGraph> recorded_;
  Key recorded_key_;
  Tensor recorded_positions_;
  Key last_key_;
  TensorSamples train_;
  TensorSamples test_;
  std::optional<Noise> noise_;  // of Loss::denoising
};

}  // namespace

std::unique_ptr<Trainer> make_autograd_trainer(const TrainingSpec& spec, data::DatasetPtr data,
                                               const Vector& initial, StepRecorder recorder) {
  return std::make_unique<EngineTrainer>(
      spec, std::move(data), initial,
      [&](const TrainingSpec& s, const Vector& values) -> std::unique_ptr<GradientEngine> {
        if (s.dtype == Dtype::float32)
          return std::make_unique<AutogradEngine<float>>(s, values, recorder);
        return std::make_unique<AutogradEngine<double>>(s, values, recorder);
      });
}

std::unique_ptr<Trainer> make_autograd_trainer(const TrainingSpec& spec, data::DatasetPtr data,
                                               const Vector& initial) {
  return make_autograd_trainer(spec, std::move(data), initial, step_recorder(spec.device));
}

}  // namespace aniso::training
