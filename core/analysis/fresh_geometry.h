#pragma once

#include <functional>
#include <stop_token>

#include "core/base/random.h"
#include "core/geometry/gradient_moment.h"
#include "core/nn/function.h"

namespace aniso::analysis {

/// Inputs at which gradients are taken.
struct ProbeLaw {
  Index count = 16;              ///< B
  double scale = 1e-3;           ///< σ_x of x ~ N(0, σ_x² I) [input units]
  const Matrix* data = nullptr;  ///< rows (n, D) to draw from, with replacement, instead

  /// (B, D). A function of the stream. @throws InvalidInput if there are no rows to draw from.
  Matrix draw(Index inputs, const RandomStream& stream) const;
};

/// How the average geometry of fresh networks is estimated.
struct FreshGeometry {
  Index networks = 600;  ///< M
  ProbeLaw probes = {};  ///< shared by the few networks that are run together
  Vector readout;        ///< (C) weights of the outputs; the mean of the logits is 1/C each
};

/// Equal weights of C outputs: the mean of the logits.
Vector mean_readout(Index outputs);

/// Draws networks and hands on each one's input gradients (B, D), network by network.
///
/// Networks and probes are functions of (stream, number): more networks refine the same estimate.
///
/// @param inputs   D. @param outputs  C.
/// @throws InvalidInput if shapes do not fit; NumericalError naming the first network whose
///         gradients are not finite; Cancelled when `stop` fires.
/// Cost: M networks evaluated backwards on B points each.
void for_each_fresh(const nn::FunctionFamily& family, Index inputs, Index outputs,
                    const FreshGeometry& how, const RandomStream& stream,
                    const std::stop_token& stop,
                    const std::function<void(const Matrix& gradients)>& use);

/// The moment of all of them. The same errors; O(M B D²) on top.
geometry::GradientMoment fresh_moment(const nn::FunctionFamily& family, Index inputs, Index outputs,
                                      const FreshGeometry& how, const RandomStream& stream,
                                      const std::stop_token& stop);

}  // namespace aniso::analysis
