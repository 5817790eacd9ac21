#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/result.h"
#include "core/base/types.h"
#include "core/data/dataset.h"
#include "core/geometry/gradient_moment.h"

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
  Vector low = {}, high = {};  ///< uncertainty around y; empty for none
  /// Series of the same non-empty panel are drawn in one; `name` tells them apart there.
  std::string panel = {};
  std::string name = {};
  /// A closed form: drawn dashed, in the colour of a measured series right before it.
  bool is_theory = false;
  /// Drawn over the logarithm of y where all of y is positive.
  bool log_y = false;
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

/// Values in descending order, with the directions they belong to where they are known, and what
/// they can be judged by. Everything after the values may be empty.
struct Spectrum {
  Quantity quantity;
  Vector values;
  Matrix directions = {};                ///< (values, dim), one per row
  Vector null_low = {}, null_high = {};  ///< (values) envelope of what chance alone would give
  std::string null_name = {};            ///< "95 % of random rotations"
  Vector theory = {};                    ///< (values) closed form, falling
  std::string theory_name = {};
  double guide_low = 0, guide_high = 0;           ///< Marchenko–Pastur edges; equal for none
  std::vector<geometry::EigenGroup> groups = {};  ///< values that cannot be told apart
  Vector stability = {};  ///< (groups) split-half overlap of the subspaces, 0 … 1
};

/// A matrix to be looked at as an image; row 0 on top.
struct MatrixMap {
  Quantity quantity;
  Matrix values;
  bool is_signed = true;
};

/// Points with classes.
struct PointSet {
  Quantity quantity;
  Matrix points;                              ///< (n, dim)
  Labels labels;                              ///< (n) or empty
  std::vector<std::string> label_names = {};  ///< what each label stands for; may be empty
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
  double share = 1;  ///< of the work that is done; below 1 while the results still sharpen
  std::vector<Result> results;
  std::vector<std::string> notes;  ///< anything clamped, floored, regularised or skipped
};

using ResultsPtr = std::shared_ptr<const Results>;

}  // namespace aniso::analysis
