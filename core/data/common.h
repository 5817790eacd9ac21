#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/params.h"
#include "core/base/random.h"
#include "core/data/dataset.h"

namespace aniso::data {

/// "n", the number of samples: 4 to 1,000,000.
ParamSpec samples_param(std::int64_t fallback);
/// "dimension", D: `low` to 65,536.
ParamSpec dimension_param(std::int64_t fallback, std::int64_t low);

/// "layout": whether the D inputs are an image to architectures and direction bases.
ParamSpec layout_param(std::string fallback);
/// "test_fraction", one of the common parameters; a type may declare it with another default.
ParamSpec test_fraction_param(double fallback);
/// Ascending rows that are this fraction of all, round(fraction·n), and of every class to within
/// one row, chosen at random. @param labels  (n), or empty with classes = 0.
std::vector<Index> stratified_rows(Index n, const Labels& labels, Index classes, double fraction,
                                   const RandomStream& stream);
/// The shape by "dimension" and "layout". @throws InvalidInput if it is to be an image and cannot.
InputShape input_shape(const Params& params);

/// @throws InvalidInput if (n, dim) has more than 2^28 entries (2 GiB).
void check_entries(Index n, Index dim);

/// The law N(0, `covariance`). @param covariance  (D, D).
std::shared_ptr<MixtureLaw> gaussian_law(Matrix covariance);
/// Whether K dense covariances of D inputs are small enough to go with a dataset: 2^24 numbers.
bool can_keep_law(Index components, Index dim);

/// The upper median: the value with ⌊n/2⌋ entries below it in order. Needs n ≥ 1.
double median(const Vector& values);

/// The plane with u, v made orthonormal by Gram–Schmidt: u keeps its direction, v loses its
/// component along u.
///
/// @param what  names the two directions, for the message.
/// @throws InvalidInput if a direction is 0 or they are parallel to 1e-8.
Plane orthonormal_plane(Vector origin, const Vector& u, const Vector& v, const std::string& what);

/// The plane through 0 along unit vector u and the coordinate axis farthest from it: for data that
/// has one direction. @throws InvalidInput for D = 1.
Plane plane_along(const Vector& u);

/// Unit vectors (D, k) along the direction parameters of these names, made orthonormal in this
/// order: the first keeps its direction, each later one loses its components along those before.
/// @throws InvalidInput if one lies in the span of those before it, to 1e-8.
Matrix frame_of(const Params& params, const std::vector<std::string>& names,
                const InputShape& shape);

/// (D, count) orthonormal: the direction `first` and the count − 1 elements of its basis that
/// follow it. Random ones are made orthogonal in this order; those of a basis are it already.
/// @throws InvalidInput if there are not that many, or numbers are given and count > 1.
Matrix successive_frame(const Json& first, Index count, const InputShape& shape,
                        const std::string& path);

/// Adds Gaussian noise of this std to the rows of x (n, D) in the directions orthogonal to the
/// frame's columns (D, k). Draws nothing for std 0.
void add_complement_noise(Matrix& x, const Matrix& frame, double deviation,
                          const RandomStream& stream);

/// (D, k) orthonormal columns, uniform over all such frames (QR of a Gaussian matrix with the
/// signs of R's diagonal taken out). @throws InvalidInput unless 0 < k ≤ dim. Cost O(D k²).
Matrix random_frame(Index dim, Index k, const RandomStream& stream);

}  // namespace aniso::data
