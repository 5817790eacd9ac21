#pragma once

#include "core/base/types.h"

namespace aniso::nn {

/// What a network's outputs mean; declared by the objective that it learns by.
enum class OutputKind {
  values,  ///< compared with the targets as they are, class codes included
  logit,   ///< one: log odds of class 1 against class 0
  logits,  ///< one per class; their softmax gives the probabilities
};

/// Outputs (n, C) as predictions in the unit of the targets: values as they are, the probability of
/// class 1 (n, 1), or the probability of each class (n, C). Does not overflow.
Matrix predictions(OutputKind kind, MatrixRef outputs);

}  // namespace aniso::nn
