#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/params.h"
#include "core/data/dataset.h"

namespace aniso::training {

/// A loss over a batch of network outputs, as data and formulas in both engines.
enum class Loss { cross_entropy, logistic, squared };

/// A kind of objective as menus, JSON and help see it.
struct Objective {
  std::string id;
  std::string title;
  std::string doc;
  ParamSchema params;
  Loss loss;
  /// Network outputs that this objective needs for the data (C logits, 1 logit, C values).
  /// @throws InvalidInput when it cannot be used with the data, naming one that can.
  Index (*outputs)(const data::Dataset&);
};

const std::vector<Objective>& objectives();
/// @throws InvalidInput naming the nearest id.
const Objective& objective(std::string_view id);

}  // namespace aniso::training
