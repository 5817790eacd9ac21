#pragma once

#include <string>

#include "core/analysis/registry.h"

namespace aniso::analysis {

/// The average geometry of fresh networks in closed form, where it has one.
struct GeometryTheory {
  Vector eigenvalues;  ///< (D) falling; empty where there is none
  Vector fourier;      ///< (D) energy of each Fourier mode, in fourier_basis order; likewise
  std::string name;    ///< of the result: "isotropic, in closed form"
};

/// - ReLU MLPs with independent symmetric weights, at every input: isotropic
///   (theory::relu_mlp_geometry);
/// - one circular convolution with stride 1, circular average pooling with stride 1 and one dense
///   layer, without activations: diagonal in the Fourier basis (theory::average_pooling_transfer
///   along each axis).
/// @param readout  (C) weights of the outputs; outputs are independent, so that ‖readout‖² enters.
GeometryTheory geometry_theory(const Input& input, const Vector& readout);

}  // namespace aniso::analysis
