#pragma once

#include <cstdint>

#include "core/base/types.h"
#include "core/training/objectives.h"

namespace aniso::training {

/// What a batch's outputs are compared with; the loss decides which array is read.
template <typename T>
struct Targets {
  const std::int32_t* labels = nullptr;  ///< (n) cross-entropy and logistic
  const T* values = nullptr;             ///< (n, C) squared
};

/// Mean loss over the batch, and ∂(mean loss)/∂f into `gradient` (n, C). f is (n, C), row-major.
/// NaN or infinity in f gives a loss that is not finite. No allocation.
template <typename T>
double loss_and_gradient(Loss loss, Index n, Index outputs, const T* f, Targets<T> targets,
                         T* gradient);

/// Sum of the losses over samples; for evaluation in chunks. No allocation.
template <typename T>
double loss_sum(Loss loss, Index n, Index outputs, const T* f, Targets<T> targets);

/// How many of n samples are classified correctly: by the sign of a single output (0 counts as
/// class 0), by the first largest of several.
template <typename T>
Index correct_count(Index n, Index outputs, const T* f, const std::int32_t* labels);

}  // namespace aniso::training
