#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/types.h"

namespace aniso::data {

/// What the entries of an input mean: a plain vector, or an image stored channel by channel.
struct InputShape {
  Index channels = 0;  ///< 0 for a plain vector
  Index height = 0;
  Index width = 0;
  Index dim = 0;  ///< D; equals channels·height·width for an image

  static InputShape vector(Index dim) { return {0, 0, 0, dim}; }
  static InputShape image(Index c, Index h, Index w) { return {c, h, w, c * h * w}; }
  bool is_image() const { return channels > 0; }
  bool operator==(const InputShape&) const = default;
};

/// A 2-D plane through input space: x(s, t) = origin + s·u + t·v, with u, v orthonormal (D).
/// For D = 1 there is no second direction and v = 0.
struct Plane {
  Vector origin;
  Vector u;
  Vector v;
};

/// A generated or loaded dataset; immutable once made, shared between threads.
struct Dataset {
  std::string id;
  InputShape shape;
  Matrix x;                  ///< (n, D) inputs, after normalisation
  Labels labels;             ///< (n) classes after label noise; empty for regression
  Index classes = 0;         ///< number of classes; 0 for regression
  Matrix y;                  ///< (n, C) regression targets; empty for classification
  std::vector<Index> train;  ///< row indices of the training set, ascending
  std::vector<Index> test;   ///< row indices of the test set, ascending; may be empty
  Plane plane;               ///< the plane on which the data is best looked at
  std::vector<std::string> class_names;
  std::vector<std::string> notes;  ///< what was done that the viewer should know

  Index size() const { return x.rows(); }
  bool is_classification() const { return classes > 0; }
  /// Targets per sample: the number of classes, or of regression outputs.
  Index targets() const { return is_classification() ? classes : y.cols(); }
};

using DatasetPtr = std::shared_ptr<const Dataset>;

}  // namespace aniso::data
