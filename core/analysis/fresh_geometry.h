#pragma once

#include <functional>
#include <stop_token>

#include "core/base/random.h"
#include "core/geometry/gradient_moment.h"
#include "core/nn/function.h"

namespace aniso::analysis {

/// How the average geometry of fresh networks is estimated.
struct FreshGeometry {
  Index networks = 600;       ///< M
  Index probes = 16;          ///< B per network, x ~ N(0, σ_x² I), shared by eight networks
  double probe_scale = 1e-3;  ///< σ_x [input units]
  Vector readout;             ///< (C) weights of the outputs; the mean of the logits is 1/C each
};

/// Equal weights of C outputs: the mean of the logits.
Vector mean_readout(Index outputs);

/// Draws networks and accumulates their input gradients.
///
/// Network m and its probes are functions of (stream, m): more networks refine the same estimate.
///
/// @param inputs   D. @param outputs  C.
/// @param on_block called after every eight networks; may be empty.
/// @throws InvalidInput if shapes do not fit; NumericalError naming the first network whose
///         gradients are not finite; Cancelled when `stop` fires.
/// Cost: M networks evaluated backwards on B points each, and O(M B D²).
geometry::GradientMoment fresh_moment(
    const nn::FunctionFamily& family, Index inputs, Index outputs, const FreshGeometry& how,
    const RandomStream& stream, const std::stop_token& stop,
    const std::function<void(const geometry::GradientMoment&)>& on_block = {});

}  // namespace aniso::analysis
