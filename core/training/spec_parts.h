#pragma once

#include "core/data/dataset.h"
#include "core/training/batch_order.h"
#include "core/training/objectives.h"
#include "core/training/optimizer_update.h"
#include "core/training/trainer.h"

/// What a spec says about one part of a trainer; every trainer reads it here.
namespace aniso::training {

/// Batches of these data. @throws InvalidInput when network, objective and data do not fit.
BatchOrder batch_order_of(const TrainingSpec& spec, const data::DatasetPtr& data);
UpdateRule update_rule_of(const TrainingSpec& spec);
/// @throws InvalidInput where a score network meets another objective or the other way round.
LossSpec loss_spec_of(const TrainingSpec& spec);
/// @throws InvalidInput unless `initial` are finite parameters of the plan and something is
///         trained.
void check_initial(const TrainingSpec& spec, const Vector& initial);

}  // namespace aniso::training
