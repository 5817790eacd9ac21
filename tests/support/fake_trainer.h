#pragma once

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstring>
#include <memory>
#include <span>
#include <stdexcept>
#include <thread>
#include <utility>

#include "core/base/check.h"
#include "core/base/hash.h"
#include "core/base/random.h"
#include "core/nn/dense_chain.h"
#include "core/nn/family.h"
#include "core/session/engines.h"
#include "core/training/trainer.h"

namespace aniso::test {

/// What a test makes a FakeTrainer do, and what it counts. Shared between test and worker threads.
struct FakeControls {
  std::atomic<Index> diverge_at = -1;  ///< step number that is not finite
  std::atomic<Index> throw_at = -1;    ///< step number that throws
  std::atomic<Index> step_us = 0;      ///< time that a step takes
  std::atomic<bool> apply_throws = false;
  std::atomic<Index> steps_taken = 0;
  std::atomic<Index> parameter_copies = 0;
  std::atomic<Index> trainers_made = 0;
  std::atomic<int> threads = 0;
};

/// A trainer without a network: each step is a cheap, exactly reproducible function of the
/// parameters, the step number, the seed and the learning rate, so that any lost, repeated or
/// misplaced step changes the hash. It has momentum, so that optimiser state matters too.
class FakeTrainer : public training::Trainer {
 public:
  FakeTrainer(training::TrainingSpec spec, data::DatasetPtr data, const Vector& initial,
              std::shared_ptr<FakeControls> controls)
      : spec_(std::move(spec)),
        data_(std::move(data)),
        controls_(std::move(controls)),
        parameters_(initial),
        velocity_(Vector::Zero(initial.size())) {
    check_size("initial", initial.size(), spec_.plan.parameter_count());
    ++controls_->trainers_made;
  }

  training::StepResult step() override {
    if (const Index us = controls_->step_us.load(std::memory_order_relaxed); us > 0)
      std::this_thread::sleep_for(std::chrono::microseconds(us));
    if (steps_ + 1 == controls_->throw_at) throw std::runtime_error("the fake trainer broke");
    training::StepResult result;
    result.learning_rate = learning_rate();
    result.step = steps_;
    if (steps_ + 1 == controls_->diverge_at) {
      result.loss = result.grad_norm = INFINITY;
      result.finite = false;
      return result;
    }
    const RandomStream draws(spec_.seed, "fake");
    const Index at = steps_ % parameters_.size();
    velocity_ *= 0.5;
    velocity_[at] += draws.normal(static_cast<std::uint64_t>(steps_)) + data_->x(0, 0);
    parameters_ -= result.learning_rate * velocity_;
    result.loss = parameters_.squaredNorm();
    result.grad_norm = velocity_.norm();
    result.step = ++steps_;
    ++controls_->steps_taken;
    return result;
  }

  void apply(const training::TrainingSpec& spec) override {
    if (controls_->apply_throws) throw InvalidInput("the fake trainer refuses the change");
    ANISO_CHECK(nn::same_shapes(spec.plan, spec_.plan), "a shape changed");
    if (spec.optimizer != spec_.optimizer) velocity_.setZero();
    spec_ = spec;
  }
  void set_data(data::DatasetPtr data) override { data_ = std::move(data); }

  Index steps_done() const override { return steps_; }
  double epoch() const override { return static_cast<double>(steps_) / 10; }
  double learning_rate() const override { return spec_.optimizer_params.real("learning_rate"); }
  training::Evaluation evaluate_train() override { return {parameters_.squaredNorm(), 0.5, 8}; }
  training::Evaluation evaluate_test() override {
    return {std::nan(""), std::nan(""), 0};  // an empty test set
  }
  Matrix outputs(MatrixRef x) override {
    return Matrix::Constant(x.rows(), spec_.plan.outputs, parameters_.sum());
  }

  Vector parameters() const override {
    ++controls_->parameter_copies;
    return parameters_;
  }
  training::TrainerState state() const override {
    return {steps_, parameters_, {velocity_}, steps_};
  }
  void restore(const training::TrainerState& state) override {
    check_size("parameters", state.parameters.size(), parameters_.size());
    steps_ = state.step;
    parameters_ = state.parameters;
    if (!state.optimizer.empty()) velocity_ = state.optimizer.at(0);
  }
  std::string weights_sha256() const override {
    Sha256 hash;
    hash.update(
        std::as_bytes(std::span(parameters_.data(), static_cast<std::size_t>(parameters_.size()))));
    return hash.hex();
  }
  std::string engine_name() const override { return "fake"; }
  std::string device() const override { return spec_.device; }
  bool is_bitwise_reproducible() const override { return true; }

 private:
  training::TrainingSpec spec_;
  data::DatasetPtr data_;
  std::shared_ptr<FakeControls> controls_;
  Vector parameters_;
  Vector velocity_;
  Index steps_ = 0;
};

/// Engines whose trainer is the fake one; networks are evaluated by the explicit back end.
inline session::Engines fake_engines(std::shared_ptr<FakeControls> controls) {
  session::Engines engines;
  engines.trainer = [controls](const training::TrainingSpec& spec, data::DatasetPtr data,
                               const Vector& initial) -> std::unique_ptr<training::Trainer> {
    return std::make_unique<FakeTrainer>(spec, std::move(data), initial, controls);
  };
  engines.function = [](const nn::NetworkPlan& plan, const Vector& parameters,
                        const session::FunctionOptions& options) {
    return nn::make_dense_chain(plan, parameters, options.dtype);
  };
  engines.resolve_device = [](const std::string& device) {
    ANISO_CHECK(device == "auto" || device == "cpu", "device '", device, "' is not here");
    return std::string("cpu");
  };
  engines.family = [](const nn::Architecture& architecture, const Params& params,
                      const InputShape& inputs, Index outputs,
                      const session::FunctionOptions& options) {
    return nn::make_dense_family(architecture, params, inputs, outputs, options.dtype);
  };
  engines.set_thread_count = [controls](int threads) { controls->threads = threads; };
  return engines;
}

}  // namespace aniso::test
