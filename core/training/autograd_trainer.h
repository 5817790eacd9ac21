#pragma once

#include <memory>

#include "core/data/dataset.h"
#include "core/training/trainer.h"

namespace aniso::training {

/// A trainer for any plan on any device that LibTorch knows, through its autograd. Batches, update
/// rule and reported numbers are those of the explicit engine. Defined where LibTorch is built in
/// (target aniso_training_torch).
///
/// @param initial  (P) parameters in layout order.
/// @throws InvalidInput when the device does not exist, or sizes, data and objective do not fit
///         one another.
std::unique_ptr<Trainer> make_autograd_trainer(const TrainingSpec& spec, data::DatasetPtr data,
                                               const Vector& initial);

}  // namespace aniso::training
