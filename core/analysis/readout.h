#pragma once

#include <string>

#include "core/analysis/registry.h"

namespace aniso::analysis {

/// The scalar that a network with C outputs is looked at through.
struct Readout {
  enum class Kind {
    output,      ///< output number `a`
    difference,  ///< output `a` − output `b`
    margin,      ///< largest output − second largest
  };
  Kind kind = Kind::output;
  Index a = 0;
  Index b = 0;
  std::string title;      ///< "logit", "logit 1 − logit 0", "winning margin"
  bool is_signed = true;  ///< its zero is a decision boundary that it crosses

  /// outputs (n, C) → (n).
  Vector values(MatrixRef outputs) const;
  /// The derivative of the read-out with respect to the outputs: outputs (n, C) → (n, C). At a tie
  /// of the margin the lower indices count as winner and second.
  Matrix cotangents(MatrixRef outputs) const;
};

/// Parameters that choose a read-out: `readout` (auto, output, difference, margin), `output` and
/// `against`.
ParamSchema readout_params();

/// What those parameters mean for this network. "auto" is the logit where one output decides, the
/// difference of the two logits of a two-class network, the winning margin for more classes, and
/// `output` for a regression.
/// @throws InvalidInput when an output is chosen that the network does not have.
Readout readout_of(const Params& params, const Input& input);

}  // namespace aniso::analysis
