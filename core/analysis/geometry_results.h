#pragma once

#include <string>
#include <vector>

#include "core/analysis/result.h"
#include "core/base/input_shape.h"
#include "core/geometry/gradient_moment.h"

namespace aniso::analysis {

/// The real Fourier basis of an input's layout, one element per row: (D, D), ordered by frequency
/// within each channel (geometry::basis_element).
Matrix fourier_basis(const InputShape& shape);

/// What is known of an average geometry beyond its estimate.
struct GeometryContext {
  std::string name = "average geometry";
  std::string unit = "(output unit / input unit)²";
  InputShape shape;
  Index step = 0;
  /// The directions are ordered and grouped by geometry::score_directions: eigenvalues that are 0
  /// to rounding are exactly 0 and one group, a subspace without an order. Not before there are as
  /// many outputs as dimensions.
  bool has_null_space = false;
  Vector theory;  ///< (D) eigenvalues in closed form, falling; empty for none
  std::string theory_name;
  Vector fourier_theory;  ///< (D) energies of the Fourier modes in closed form; empty for none
  const geometry::Band* null = nullptr;  ///< of the eigenvalues; nullptr while it is not known
};

/// The results of an average geometry:
/// - Spectrum `eigenvalues` with all directions, null band, Marchenko–Pastur edges, theory, groups
///   (neighbours closer than geometry::gap_resolutions) and their split-half stability;
/// - MatrixMap `g` and `g_dft`, G in pixels and in the Fourier basis; ScalarSeries `dft_energy`,
///   the latter's diagonal;
/// - one number each, against the step: `trace`, `participation_ratio` and `error`, the relative
///   standard error ‖G_even − G_odd‖_F/(2‖G‖_F) (undefined for one network).
/// Cost O(D³).
std::vector<Result> geometry_results(const geometry::GradientMoment& moment,
                                     const GeometryContext& context);

/// The same ids, all undefined for this reason.
std::vector<Result> undefined_geometry(const std::string& reason);

/// A single number at a step, under this id and title.
ScalarSeries number_at(Index step, const geometry::Scalar& number, std::string id,
                       std::string title);

}  // namespace aniso::analysis
