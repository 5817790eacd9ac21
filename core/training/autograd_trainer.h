#pragma once

#include <memory>

#include "core/data/dataset.h"
#include "core/training/step_graph.h"
#include "core/training/trainer.h"

namespace aniso::training {

/// A trainer for any plan on any device that LibTorch knows, through its autograd. Batches, update
/// rule and reported numbers are those of the explicit engine. Defined where LibTorch is built in
/// (target aniso_training_torch).
///
/// Where steps can be recorded, the second step of a batch size is, and later ones are replays;
/// what cannot be recorded runs eagerly. `engine_name` says which: "autograd, captured graph".
///
/// @param initial   (P) parameters in layout order.
/// @param recorder  what records steps; by default the device's own.
/// @throws InvalidInput when the device does not exist, or sizes, data and objective do not fit
///         one another.
std::unique_ptr<Trainer> make_autograd_trainer(const TrainingSpec& spec, data::DatasetPtr data,
                                               const Vector& initial);
std::unique_ptr<Trainer> make_autograd_trainer(const TrainingSpec& spec, data::DatasetPtr data,
                                               const Vector& initial, StepRecorder recorder);

}  // namespace aniso::training
