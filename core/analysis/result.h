#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/result.h"
#include "core/base/types.h"
#include "core/data/dataset.h"

namespace aniso::analysis {

/// What every quantity carries to the screen and into files.
struct Quantity {
  std::string id;     ///< name in results.npz: "<analysis>/<id>"
  std::string title;  ///< "Singular values, dense 1"
  std::string unit;
  std::string x_label, y_label;
  Status status;
};

/// y against x.
struct ScalarSeries {
  Quantity quantity;
  Vector x, y;
};

/// A scalar on a regular grid: values(row, col) at (x_low + col·dx, y_low + row·dy).
struct Field2D {
  Quantity quantity;
  Matrix values;
  double x_low = 0, x_high = 0, y_low = 0, y_high = 0;
  bool is_signed = true;  ///< zero is meaningful: diverging colours, decision boundary
  /// Where the grid lies in input space: the point (x, y) is origin + x·u + y·v. Empty when the
  /// grid is not a plane of input space.
  std::optional<data::Plane> plane;
};

/// A vector on a regular grid, components x and y.
struct VectorField2D {
  Quantity quantity;
  Matrix x, y;
  double x_low = 0, x_high = 0, y_low = 0, y_high = 0;
};

/// Values in descending order, with the directions they belong to where they are known.
struct Spectrum {
  Quantity quantity;
  Vector values;
  Matrix directions;  ///< (values, dim), one per row; may be empty
};

/// A matrix to be looked at as an image.
struct MatrixMap {
  Quantity quantity;
  Matrix values;
  bool is_signed = true;
};

/// Points with classes.
struct PointSet {
  Quantity quantity;
  Matrix points;  ///< (n, dim)
  Labels labels;  ///< (n) or empty
};

/// An ordered path, such as the run's predictions in their first principal components.
struct Trajectory {
  Quantity quantity;
  Matrix points;             ///< (m, dim)
  std::vector<Index> steps;  ///< (m) training step of each point
  Vector explained;          ///< (dim) share of the variance along each axis, 0 … 1
};

/// The closed set of kinds that views draw and files store. A new analysis returns these and
/// touches no view.
using Result =
    std::variant<ScalarSeries, Field2D, VectorField2D, Spectrum, MatrixMap, PointSet, Trajectory>;

const Quantity& quantity_of(const Result& result);

/// What one evaluation of an analysis gave, tagged with where it came from. Immutable.
struct Results {
  std::string analysis;  ///< id
  std::uint64_t run = 0;
  Index step = 0;
  double elapsed_ms = 0;
  std::vector<Result> results;
  std::vector<std::string> notes;  ///< anything clamped, floored, regularised or skipped
};

using ResultsPtr = std::shared_ptr<const Results>;

}  // namespace aniso::analysis
