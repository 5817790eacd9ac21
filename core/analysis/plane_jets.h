#pragma once

#include <array>
#include <stop_token>

#include "core/analysis/plane_grid.h"
#include "core/analysis/readout.h"

namespace aniso::analysis {

/// A scalar read-out and its derivatives on a grid: g, g_s, g_t, g_ss, g_st, g_tt, each
/// (side, side).
struct PlaneJets {
  std::array<Matrix, 6> parts;
  bool has_second = true;  ///< false: the last three are zero and say nothing

  explicit PlaneJets(Index side) { parts.fill(Matrix::Zero(side, side)); }
  /// Adds another network's, weighted; for means.
  void add(const PlaneJets& other, double weight);
};

/// Exact derivatives through the network's second-order jets, or of the first order alone.
/// @param network  in the plane's coordinates: two inputs.
/// @throws Cancelled when `stop` fires, looked at every 512 samples.
PlaneJets plane_jets(const nn::Function& network, const Readout& readout, const PlaneGrid& grid,
                     bool with_second, const std::stop_token& stop);

/// The same of the read-out averaged over a Gaussian of standard deviation `scale` on the plane,
/// by convolving sampled values with the Gaussian's derivatives: exact for the smoothed function
/// up to the sampling distance of scale/4. The Gaussian ends at 7 standard deviations (mass beyond:
/// 3e-12).
/// @param scale  [input units], above 0.
/// @throws InvalidInput if the picture is more than 290 scales wide; Cancelled.
/// Cost: (4 · width/scale + 56)² values of the network.
PlaneJets smoothed_plane_jets(const nn::Function& network, const Readout& readout,
                              const PlaneGrid& grid, double scale, const std::stop_token& stop);

}  // namespace aniso::analysis
