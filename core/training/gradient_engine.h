#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/base/types.h"
#include "core/data/dataset.h"
#include "core/nn/plan.h"
#include "core/training/objectives.h"
#include "core/training/optimizer_update.h"
#include "core/training/trainer.h"

namespace aniso::training {

enum class Split { train, test };

/// The training samples that a step looks at.
struct BatchAt {
  std::span<const Index> positions;
  bool whole = false;      ///< they are the whole training set, in order
  std::uint64_t draw = 0;  ///< number of the step's noise, for losses that draw some
};

/// What differs between the engines: it owns parameters, gradient, the optimiser's slots and the
/// data, in its dtype on its device. Everything else of a trainer is `EngineTrainer`.
class GradientEngine {
 public:
  virtual ~GradientEngine() = default;

  /// Takes a plan of the same shapes, with other activations perhaps.
  virtual void set_plan(const nn::NetworkPlan& plan) = 0;
  virtual void set_data(const data::Dataset& data, const LossSpec& loss) = 0;

  /// Mean loss over these training samples, its gradient into the engine's gradient array.
  virtual double loss_and_gradient(const BatchAt& batch) = 0;
  /// Euclidean norm of the gradient.
  virtual double gradient_norm() = 0;
  /// apply_update on the engine's arrays.
  virtual void update(const UpdateRule& rule, double learning_rate, double gradient_scale,
                      std::int64_t count) = 0;

  /// Makes this many slots, all zero.
  virtual void reset_slots(int count) = 0;
  virtual Vector parameters() const = 0;
  virtual void set_parameters(const Vector& values) = 0;
  virtual std::vector<Vector> slots() const = 0;
  virtual void set_slots(const std::vector<Vector>& values) = 0;

  virtual Evaluation evaluate(Split split) = 0;
  virtual Matrix outputs(MatrixRef x) = 0;

  virtual std::string name() const = 0;
  virtual std::string device() const = 0;
  virtual bool is_bitwise_reproducible() const = 0;
};

}  // namespace aniso::training
