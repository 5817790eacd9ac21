#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/input_shape.h"
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
  /// Works on images: plain vectors are read as one where D is a square or a few channels of one.
  bool on_images = false;
  /// A score network F(x, τ): one input more than the data have, as many outputs as they have.
  bool has_time = false;
  /// The structure for these inputs and C outputs. @throws InvalidInput when it cannot take them.
  std::function<NetworkPlan(const Params&, const InputShape& inputs, Index outputs)> plan;
  /// Fresh parameters (plan.parameter_count()) drawn from the stream: a function of the stream
  /// alone, never of LibTorch's generator.
  std::function<Vector(const NetworkPlan&, const Params&, const RandomStream&)> initialise;
  /// Finishes fresh parameters by what there is to train on, training inputs (n, D): kernel centres
  /// are training points. Empty where an architecture has no need of data; without data the law of
  /// fresh networks is that of `initialise`. @throws InvalidInput when there is too little of it.
  std::function<void(const NetworkPlan&, const Params&, MatrixRef inputs, const RandomStream&,
                     Vector& parameters)>
      place;
};

/// Every kind of network, in menu order.
const std::vector<Architecture>& architectures();
/// @throws InvalidInput naming the nearest id.
const Architecture& architecture(std::string_view id);

}  // namespace aniso::nn
