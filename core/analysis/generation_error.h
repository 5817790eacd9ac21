#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/analysis/laboratory.h"
#include "core/base/params.h"
#include "core/data/dataset.h"
#include "core/diffusion/sampler.h"
#include "core/geometry/wasserstein.h"

namespace aniso::analysis {

/// How far generated points are from data, in units of the size of the data: 0 is perfect, 1 a
/// collapse to the origin, and what fresh rows of the data give is as good as it gets.
struct ErrorMeasure {
  enum class Kind {
    sliced,    ///< sliced W2 over the data's root mean square per input
    gaussian,  ///< Bures W2 of the means and covariances over E‖x‖, in closed form
  };
  Kind kind = Kind::sliced;
  Index projections = 256;

  /// @param points  (n, D) generated. @param reference  (m, D) of the data.
  /// @throws as the distances in geometry/wasserstein.h.
  double between(const Matrix& points, const Matrix& reference) const;
};

/// The declarations of `measure` and `projections`, and what they say.
ParamSchema error_measure_params();
ErrorMeasure error_measure_of(const Params& params);
/// "sliced W2 over 256 random directions, in units of the data's size".
std::string described(const ErrorMeasure& measure);

/// Second moment of the training rows (D, D). @throws InvalidInput if there are none.
Matrix training_moment(const data::Dataset& data);
/// Second moment E x xᵀ of the data (D, D): of their law where it is known, of the training rows
/// otherwise. Cost O(D²) times the components or the rows.
Matrix second_moment(const data::Dataset& data);
/// What generated points are compared with. Rows are taken in a shuffled order, as files may be
/// sorted, the same every time; those kept for testing come first.
struct Reference {
  Matrix compared;  ///< (m, D), at most 4,000 rows
  Matrix fresh;     ///< (h, D) others, as many as are generated where there are enough: their
                    ///< distance from `compared` is the floor that a perfect sampler reaches
};
/// @param samples  how many points are generated. @throws InvalidInput if there are fewer than four
/// rows.
Reference reference_of(const data::Dataset& data, Index samples);

/// Where points miss data along one axis, N(0, τ v vᵀ); nothing where the data are not known to be
/// that. Cost O(D³ + n D).
std::optional<geometry::GenerationError> axis_error(const Matrix& points,
                                                    const data::Dataset& data);

struct GenerationOptions {
  Index samples = 500;
  diffusion::SamplerOptions sampler;
  ErrorMeasure measure;
  std::uint64_t seed = 0;
};

/// Errors of a cohort's networks as they are now.
struct GenerationErrors {
  Vector error;                    ///< (R) NaN where there is none
  Vector scale, leakage;           ///< (R) along and off the axis, as axis_error; NaN for none
  std::vector<std::string> notes;  ///< per network: why there is none, or that it collapsed; or ""
};

/// Samples all networks side by side; one whose values are not finite does not spoil the others.
/// @throws InvalidInput where they are no score networks; Cancelled.
GenerationErrors generation_errors(const Cohort& cohort, const GenerationOptions& options,
                                   const std::stop_token& stop);

}  // namespace aniso::analysis
