#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/params.h"
#include "core/base/random.h"
#include "core/nn/plan.h"

namespace aniso::nn {

/// A kind of network. One file defines one of these, one line in registry.cpp lists it.
struct Architecture {
  std::string id;
  std::string title;
  std::string doc;
  ParamSchema params;
  /// The structure for D inputs and C outputs. @throws InvalidInput when it cannot take them.
  std::function<NetworkPlan(const Params&, Index inputs, Index outputs)> plan;
  /// Fresh parameters (plan.parameter_count()) drawn from the stream: a function of the stream
  /// alone, never of LibTorch's generator.
  std::function<Vector(const NetworkPlan&, const Params&, const RandomStream&)> initialise;
};

/// Every kind of network, in menu order.
const std::vector<Architecture>& architectures();
/// @throws InvalidInput naming the nearest id.
const Architecture& architecture(std::string_view id);

}  // namespace aniso::nn
