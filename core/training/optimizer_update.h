#pragma once

#include <cstdint>

#include "core/base/params.h"
#include "core/base/types.h"
#include "core/training/optimizers.h"

namespace aniso::training {

/// An optimiser's formula with its numbers, read once so that steps touch no JSON.
struct UpdateRule {
  UpdateFormula formula = UpdateFormula::gradient;
  double momentum = 0;  ///< μ
  bool nesterov = false;
  double beta1 = 0;
  double beta2 = 0;
  double epsilon = 0;
  double weight_decay = 0;       ///< λ
  bool decoupled_decay = false;  ///< θ ← (1 − ηλ)θ instead of g ← g + λθ
  double clip_norm = 0;          ///< 0 for none

  /// Arrays of parameter size that the rule carries from step to step: 0 for plain gradient
  /// descent, 1 with momentum (v), 2 for Adam (m, v).
  int slot_count() const;
  /// The factor that clipping applies to a gradient of this norm; 1 when it is short enough.
  double clip_factor(double gradient_norm) const;
};

/// @throws InvalidInput when the parameters were not validated against the optimiser's schema.
UpdateRule update_rule(const Optimizer& optimizer, const Params& params);

/// One optimiser step over flat arrays of n entries, in one pass.
///
/// With g = gradient_scale·gradient (+ λθ when coupled):
///   gradient:  θ ← θ − ηg;  with momentum v ← μv + g and θ ← θ − ηv, or θ − η(g + μv) (Nesterov);
///   adam:      m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g²,
///              θ ← θ − η/(1 − β₁^t) · m / (√v/√(1 − β₂^t) + ε);
/// decoupled decay first multiplies θ by 1 − ηλ.
///
/// @param count   t, which number of update this is since the slots were zero, from 1.
/// @param first   v of momentum or m of Adam; unused (may be null) without slots.
/// @param second  v of Adam; unused otherwise.
/// No allocation. Cost O(n), bound by memory: 28 bytes a parameter for Adam in float32.
/// Source: Kingma and Ba 2015; Loshchilov and Hutter 2019 (decoupled); Sutskever et al. 2013.
template <typename T>
void apply_update(const UpdateRule& rule, double learning_rate, double gradient_scale,
                  std::int64_t count, Index n, T* theta, const T* gradient, T* first, T* second);

/// Euclidean norm, summed in blocks so that float32 keeps its accuracy for long arrays and does not
/// overflow. Infinite or NaN only when an entry is.
template <typename T>
double euclidean_norm(Index n, const T* values);

}  // namespace aniso::training
