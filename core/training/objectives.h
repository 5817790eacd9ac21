#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/params.h"
#include "core/data/dataset.h"
#include "core/diffusion/corruption.h"
#include "core/nn/predictions.h"

namespace aniso::training {

/// A loss over a batch of network outputs f (B, C). Every loss is a mean over the batch's samples.
enum class Loss {
  cross_entropy,  ///< −log softmax(f)_label, C ≥ 2 logits
  logistic,       ///< log(1 + exp(−s f)), s = −1 for class 0 and +1 for class 1, one logit
  squared,        ///< ½ Σ_c (f_c − y_c)²: summed over outputs, and with the factor ½
  denoising,      ///< (1/D) Σ_c (f_c − y_c)², y and the inputs drawn anew for every step
};

/// A kind of objective as menus, JSON and help see it.
struct Objective {
  std::string id;
  std::string title;
  std::string doc;
  ParamSchema params;
  Loss loss;
  nn::OutputKind output_kind;  ///< what the network's outputs mean under it
  /// Network outputs that this objective needs for the data (C logits, 1 logit, C values).
  /// @throws InvalidInput when it cannot be used with the data, naming one that can.
  Index (*outputs)(const data::Dataset&);
  /// Trains score networks, which take a time beside the data.
  bool has_time = false;
};

/// A loss with what it draws.
struct LossSpec {
  Loss loss = Loss::squared;
  std::shared_ptr<const diffusion::Corruption> corruption = {};  ///< of Loss::denoising
};
/// @param params  validated against the objective's schema. @param stream  of the noise.
LossSpec loss_spec(const Objective& objective, const Params& params, const RandomStream& stream);

/// Every objective, in menu order.
const std::vector<Objective>& objectives();
/// @throws InvalidInput naming the nearest id.
const Objective& objective(std::string_view id);

/// What the squared loss is measured against: regression targets as they are; two classes as −1 and
/// +1 on one output; more classes as one-hot rows of 0 and 1.
///
/// @return (n, C), one row per row of the dataset.
Matrix squared_targets(const data::Dataset& data);

}  // namespace aniso::training
