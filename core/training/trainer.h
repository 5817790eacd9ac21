#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/params.h"
#include "core/base/types.h"
#include "core/data/dataset.h"
#include "core/nn/plan.h"

namespace aniso::training {

enum class Engine {
  automatic,  ///< explicit for dense chains on the CPU, autograd otherwise
  explicit_,  ///< hand-written forward and backward, no graph
  autograd,   ///< LibTorch
};

/// Everything a trainer needs to know, resolved to numbers. The `Params` are validated against the
/// schemas in objectives.h and optimizers.h.
struct TrainingSpec {
  nn::NetworkPlan plan;
  std::string objective;  ///< id
  Params objective_params;
  std::string optimizer;    ///< id
  Params optimizer_params;  ///< learning rate, momentum, decay, schedule, clipping …
  Index batch_size = 128;   ///< 0 for the full training set
  Index total_steps = 0;    ///< horizon of the learning-rate schedule
  std::uint64_t seed = 0;   ///< of the batch order
  std::uint64_t run = 0;
  Dtype dtype = Dtype::float32;
  std::string device = "cpu";  ///< resolved, never "auto"
  int threads = 1;
  Engine engine = Engine::automatic;
};

/// What one optimiser step reports.
struct StepResult {
  Index step = 0;            ///< steps done after this one
  double loss = 0;           ///< mean over the batch, before the update
  double grad_norm = 0;      ///< Euclidean norm before clipping, weight decay excluded
  double learning_rate = 0;  ///< used by this step
  bool finite = true;        ///< loss and gradient norm are finite; otherwise nothing was updated
};

struct Evaluation {
  double loss = 0;      ///< mean over the samples
  double accuracy = 0;  ///< fraction correct; NaN for regression
  Index count = 0;      ///< samples; 0 when there are none (loss and accuracy are NaN then)
};

/// Everything that a later step depends on, in float64 (exact for both dtypes).
struct TrainerState {
  Index step = 0;
  Vector parameters;                 ///< layout order: what is trained, then buffers
  std::vector<Vector> optimizer;     ///< slots of what is trained; empty before first use
  std::int64_t optimizer_steps = 0;  ///< Adam's bias-correction count
};

/// Trains one network. Owned and called by one thread at a time.
class Trainer {
 public:
  virtual ~Trainer() = default;

  /// One optimiser step on the next batch. Batches are a function of (seed, run, epoch, index).
  /// @throws InvalidInput while the data have no training rows.
  virtual StepResult step() = 0;
  /// Takes a changed spec between steps. @throws InvalidInput when a shape changed.
  virtual void apply(const TrainingSpec& spec) = 0;
  /// Replaces the data. @throws InvalidInput when D or the number of targets changed.
  virtual void set_data(data::DatasetPtr data) = 0;

  virtual Index steps_done() const = 0;
  virtual double epoch() const = 0;          ///< passes through the training set, fractional
  virtual double learning_rate() const = 0;  ///< that the next step will use
  /// Mean loss as outside training: batch normalisation uses its running statistics.
  virtual Evaluation evaluate_train() = 0;
  virtual Evaluation evaluate_test() = 0;
  /// Network outputs (logits) as outside training, with running statistics: x (n, D) → (n, C).
  virtual Matrix outputs(MatrixRef x) = 0;

  virtual Vector parameters() const = 0;
  virtual TrainerState state() const = 0;
  /// @throws InvalidInput when the sizes do not fit.
  virtual void restore(const TrainerState& state) = 0;
  /// SHA-256 over parameters in layout order: contiguous, little-endian, native dtype, no names.
  virtual std::string weights_sha256() const = 0;

  virtual std::string engine_name() const = 0;  ///< "explicit" or "autograd"
  virtual std::string device() const = 0;
  /// Whether the same experiment gives the same bits again.
  virtual bool is_bitwise_reproducible() const = 0;
};

/// Makes a trainer that starts from `initial` (layout order). The session takes one of these, so
/// that it never names an engine and tests can pass a fake.
using TrainerFactory = std::function<std::unique_ptr<Trainer>(
    const TrainingSpec& spec, data::DatasetPtr data, const Vector& initial)>;

}  // namespace aniso::training
