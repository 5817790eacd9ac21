#pragma once

#include <memory>

#include "core/data/dataset.h"
#include "core/diffusion/diffusion.h"
#include "core/nn/plan.h"
#include "core/nn/predictions.h"
#include "core/session/eigen_directions.h"
#include "core/session/engines.h"
#include "core/session/experiment.h"
#include "core/training/trainer.h"

namespace aniso::session {

/// An experiment turned into numbers: data generated, network planned and initialised, training
/// specified. Immutable; shared between threads.
struct ResolvedExperiment {
  Experiment experiment;
  Params dataset;  ///< the dataset's parameters with every direction as numbers
  data::DatasetPtr data;
  EigenDirectionsPtr directions;  ///< by which the dataset is described; nullptr for none
  training::TrainingSpec spec;    ///< holds the network's plan; its device is resolved
  Vector initial;                 ///< parameters at step 0, layout order
  /// How a score network's samples are noised; nullptr for other objectives.
  std::shared_ptr<const diffusion::Diffusion> diffusion;
  nn::OutputKind output_kind = nn::OutputKind::values;  ///< declared by the objective

  const nn::NetworkPlan& plan() const { return spec.plan; }
};

using ResolvedPtr = std::shared_ptr<const ResolvedExperiment>;

/// Turns directions that are named by the architecture's average geometry into numbers, generates
/// and cross-checks: objective against data, architecture against both, batch size
/// against the training set, device against the machine.
///
/// @param reuse  where its dataset is described by the same values and seed, its data are shared
///               instead of made again, and its eigenvectors where they are the same
///               architecture's; may be nullptr.
/// @throws InvalidInput, IoError. Cost: that of making the dataset, and of 600 fresh networks on 16
/// probes where eigenvectors are named that `reuse` does not have. Deterministic.
ResolvedPtr resolve(const Experiment& experiment, const Engines& engines,
                    const ResolvedExperiment* reuse = nullptr);

/// Whether a run of `now` can go on as `next` with its parameters kept: the same shapes, seed,
/// dtype, device and engine. Everything else changes live, the data too: the network, the
/// optimiser's state and the step count stay, and the next step takes the batch of the new data's
/// order that it would have taken had they been there from the start.
bool can_apply_live(const ResolvedExperiment& now, const ResolvedExperiment& next);

}  // namespace aniso::session
