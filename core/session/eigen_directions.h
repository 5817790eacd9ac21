#pragma once

#include <memory>
#include <stop_token>

#include "core/base/params.h"
#include "core/nn/function.h"
#include "core/nn/registry.h"
#include "core/session/experiment.h"

namespace aniso::session {

/// Eigenvectors of an architecture's average geometry at initialisation, by which a dataset's or a
/// picture's direction can be named. The mean of the outputs is looked at, on 600 networks × 16
/// probes of scale 10⁻³. A function of the architecture, the input shape and the number of outputs
/// alone: the same whatever the experiment's seed. Of a score network it is the average geometry of
/// its output, on 2,000 networks at x = 0, and depends on the objective's noise schedule too.
struct EigenDirections {
  Chosen architecture;
  Chosen objective;  ///< of score networks; empty for others
  InputShape shape;
  Index outputs = 0;
  Vector values;   ///< (D) falling
  Matrix vectors;  ///< (D, D) one per row, in the order of the values

  bool belong_to(const Chosen& a, const Chosen& o, const InputShape& s, Index c) const {
    return architecture == a && (objective.id.empty() || objective == o) && shape == s &&
           outputs == c;
  }
};
using EigenDirectionsPtr = std::shared_ptr<const EigenDirections>;

/// The largest D whose eigenvectors are computed: a dense G of 134 MB.
inline constexpr Index kMostEigenDirections = 4096;

/// @throws InvalidInput if D is larger than kMostEigenDirections; NumericalError if gradients are
///         not finite; analysis::Cancelled when `stop` fires.
EigenDirectionsPtr eigen_directions(const nn::FunctionFamily& family, const Chosen& architecture,
                                    const Chosen& objective, const InputShape& shape, Index outputs,
                                    const std::stop_token& stop = {});

/// Whether a direction, or the choice "covariance" or "turn", among these parameters is named by
/// the average geometry.
bool names_eigenvectors(const ParamSchema& schema, const Params& params);
/// The same parameters with such directions, covariances and turns as numbers. @param directions
/// nullptr: as random ones, to learn the shape of data that they do not change.
/// @param path  where the parameters stand, for messages.
/// @throws InvalidInput if an index is not below D.
Params with_numbers(const ParamSchema& schema, const Params& params,
                    const EigenDirections* directions, const std::string& path);

}  // namespace aniso::session
