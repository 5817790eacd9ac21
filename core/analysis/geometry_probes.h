#pragma once

#include "core/analysis/fresh_geometry.h"
#include "core/analysis/registry.h"

namespace aniso::analysis {

/// Parameters that say which scalar is differentiated and where: `probes`, `probe_law`,
/// `probe_scale`, `readout` (mean, output, difference), `output`, `against` and `seed`.
ParamSchema geometry_probe_params(Index probes);

/// Weights (C) of the outputs that `readout`, `output` and `against` stand for.
/// @throws InvalidInput for an output that the network does not have.
Vector geometry_readout(const Input& input);

/// The probe law that those parameters stand for, with the rows that it draws from.
class GeometryProbes {
 public:
  /// @throws InvalidInput where rows are asked for and there are none.
  explicit GeometryProbes(const Input& input);
  GeometryProbes(const GeometryProbes&) = delete;
  GeometryProbes& operator=(const GeometryProbes&) = delete;
  const ProbeLaw& law() const { return law_; }

 private:
  ProbeLaw law_;
  Matrix data_;
};

}  // namespace aniso::analysis
