#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/analysis/registry.h"

namespace aniso::analysis {

/// A regular grid of side × side samples on a plane through input space: sample (row, column) lies
/// at origin + (x_low + column·dx)·u + (y_low + row·dy)·v.
struct PlaneGrid {
  data::Plane plane;                         ///< u, v orthonormal
  std::string u_label = "u", v_label = "v";  ///< what the axes are called
  double x_low = -1, x_high = 1, y_low = -1, y_high = 1;
  Index side = 2;

  double dx() const { return (x_high - x_low) / static_cast<double>(side - 1); }
  double dy() const { return (y_high - y_low) / static_cast<double>(side - 1); }
  Index size() const { return side * side; }
  /// Plane coordinates of `count` samples from number `first` on, row by row: (count, 2).
  Matrix points(Index first, Index count) const;
  /// The same region with another number of samples.
  PlaneGrid with_side(Index samples) const;
};

/// Parameters that choose the plane, the region and the number of samples: `u`, `v`, `centre`,
/// `half_extent`, `resolution`.
ParamSchema plane_params();

/// What those parameters mean for this dataset. What was decided for the viewer goes into `notes`.
/// @throws InvalidInput if there is no dataset, its inputs have fewer than two dimensions, or the
///         directions span no plane.
PlaneGrid plane_grid(const Input& input, std::vector<std::string>& notes);

/// Why there is no plane through these inputs; empty where there is one.
std::string no_plane_reason(const Input& input);

/// `network` as a function of the plane's coordinates, so that the cost does not depend on D.
std::unique_ptr<nn::Function> on_plane(const nn::Function& network, const PlaneGrid& grid);

/// A result on the grid. Values that are not finite count as undefined; `why` says why when none
/// is finite.
Field2D plane_field(const char* id, std::string title, Matrix values, const PlaneGrid& grid,
                    const char* why = "the network's output is not finite on this plane");

/// A result that has no values, and why.
Field2D undefined_field(const char* id, const std::string& title, Index side, std::string why);

}  // namespace aniso::analysis
