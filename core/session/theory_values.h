#pragma once

#include "core/session/expectations.h"
#include "core/session/resolved.h"

namespace aniso::session {

/// Closed forms that a run can be held against, under theory/…; undefined, with why, where they do
/// not apply:
/// - theory/descent_distance: ‖W − W_t‖_F/‖W_t‖_F between the weights and gradient descent in
/// closed
///   form after the same steps (linear network, squared loss, plain gradient descent);
/// - theory/imbalance: the largest ‖W_{l+1}ᵀW_{l+1} − W_l W_lᵀ‖_F/‖W_l W_lᵀ‖_F over neighbouring
///   layers, conserved at 0 by gradient flow from a balanced start (chains of linear layers).
///
/// @param parameters  (P) layout order, after `step` steps.
/// Cost O(n D² + D³).
void add_theory(Measurements& measurements, const ResolvedExperiment& resolved,
                const Vector& parameters, Index step);

}  // namespace aniso::session
