#pragma once

#include <memory>

#include "core/data/dataset.h"
#include "core/training/trainer.h"

namespace aniso::training {

/// A trainer for dense chains on the CPU: hand-written forward and backward passes over one flat
/// parameter buffer, in the spec's dtype, without a graph and without allocation per step once it
/// is warm.
///
/// @param initial  (P) parameters in layout order.
/// @throws InvalidInput when the plan is no dense chain, the device is not "cpu", or sizes, data
///         and objective do not fit one another.
std::unique_ptr<Trainer> make_explicit_trainer(const TrainingSpec& spec, data::DatasetPtr data,
                                               const Vector& initial);

}  // namespace aniso::training
