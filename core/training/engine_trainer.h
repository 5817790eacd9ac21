#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/training/batch_order.h"
#include "core/training/gradient_engine.h"
#include "core/training/trainer.h"

namespace aniso::training {

/// The part of a trainer that all engines share: batch order, schedule, clipping, divergence,
/// changes under way, state.
///
/// A change of the optimiser's id, or of whether it has momentum, clears its slots and their count;
/// other parameters keep them. dtype, device and engine are fixed for a trainer's life.
class EngineTrainer final : public Trainer {
 public:
  using EngineFactory =
      std::function<std::unique_ptr<GradientEngine>(const TrainingSpec&, const Vector& initial)>;

  /// Checks the spec against the data and `initial`, then makes the engine.
  /// @throws InvalidInput when they do not fit one another.
  EngineTrainer(const TrainingSpec& spec, data::DatasetPtr data, const Vector& initial,
                const EngineFactory& make_engine);

  StepResult step() override;
  void apply(const TrainingSpec& spec) override;
  void set_data(data::DatasetPtr data) override;

  Index steps_done() const override { return step_; }
  double epoch() const override { return order_.epoch(step_); }
  double learning_rate() const override { return schedule_.at(step_, spec_.total_steps); }
  Evaluation evaluate_train() override { return engine_->evaluate(Split::train); }
  Evaluation evaluate_test() override { return engine_->evaluate(Split::test); }
  Matrix outputs(MatrixRef x) override;

  Vector parameters() const override { return engine_->parameters(); }
  TrainerState state() const override;
  void restore(const TrainerState& state) override;
  std::string weights_sha256() const override;

  std::string engine_name() const override { return engine_->name(); }
  std::string device() const override { return engine_->device(); }
  bool is_bitwise_reproducible() const override { return engine_->is_bitwise_reproducible(); }

 private:
  void reset_optimizer();

  TrainingSpec spec_;
  data::DatasetPtr data_;
  UpdateRule rule_;
  LearningRateSchedule schedule_;
  BatchOrder order_;
  std::unique_ptr<GradientEngine> engine_;
  Index step_ = 0;
  std::int64_t updates_ = 0;  // since the slots were zero
};

}  // namespace aniso::training
