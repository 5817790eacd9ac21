#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "core/base/types.h"
#include "core/data/dataset.h"
#include "core/training/trainer.h"

namespace aniso::training {

/// What one network of an ensemble has of its own.
struct Member {
  std::uint64_t seed = 0;  ///< of batches and noise
  std::uint64_t run = 0;
  data::DatasetPtr data;
  Vector initial;  ///< (P)
};

/// Trains several networks of one plan with the same settings, each on data of its own. What a
/// member becomes does not depend on the others, up to rounding. A member that diverges keeps its
/// last finite parameters; the others go on. One thread at a time.
class EnsembleTrainer {
 public:
  virtual ~EnsembleTrainer() = default;

  virtual Index members() const = 0;  ///< R
  virtual Index steps_done() const = 0;
  /// One optimiser step of every member that has not diverged.
  virtual void step() = 0;
  /// (R) loss of each member's last batch, before the update; NaN before the first.
  virtual Vector losses() const = 0;
  /// The step at which the member's loss or gradient was not finite, counted from 1; 0 if never.
  virtual Index diverged_at(Index member) const = 0;
  /// (R, P) layout order.
  virtual Matrix parameters() const = 0;
};

/// @param spec  of all members; its seed and run are those of each member instead.
using EnsembleFactory = std::function<std::unique_ptr<EnsembleTrainer>(
    const TrainingSpec& spec, const std::vector<Member>& members)>;

/// One trainer after the other: any plan and objective. @throws InvalidInput as the trainers.
std::unique_ptr<EnsembleTrainer> make_looped_ensemble(const TrainerFactory& make,
                                                      const TrainingSpec& spec,
                                                      const std::vector<Member>& members);

/// Whether all members can be run side by side: denoising score matching of networks without
/// running statistics, on as many training rows each.
bool can_stack(const TrainingSpec& spec, const std::vector<Member>& members);
/// All members side by side in one batch (target aniso_training_torch): what a step costs beside
/// arithmetic, it costs once. @throws InvalidInput unless `can_stack`.
std::unique_ptr<EnsembleTrainer> make_stacked_ensemble(const TrainingSpec& spec,
                                                       const std::vector<Member>& members);

}  // namespace aniso::training
