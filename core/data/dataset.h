#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/input_shape.h"
#include "core/base/types.h"

namespace aniso::data {

using aniso::InputShape;

/// A 2-D plane through input space: x(s, t) = origin + s·u + t·v, with u, v orthonormal (D).
/// For D = 1 there is no second direction and v = 0.
struct Plane {
  Vector origin;
  Vector u;
  Vector v;
  /// Half the side of the square around the origin that is worth seeing even where no data lies;
  /// 0 for as far as the data reaches.
  double half_extent = 0;
};

/// A density Σ_k w_k N(μ_k, Σ_k) on R^D.
struct MixtureLaw {
  Vector weights;                   ///< (K) sums to 1
  Matrix means;                     ///< (K, D)
  std::vector<Matrix> covariances;  ///< (K) of (D, D); may be singular
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
  /// What the inputs were drawn from, after normalisation; nullptr where it is not known.
  std::shared_ptr<const MixtureLaw> law;
  /// x = (what the source gave − input_mean) ∘ input_scale; both (D), or empty where x is as given.
  Vector input_mean, input_scale;
  /// Rows come and go while a network trains on them, drawn by hand: there may be none, and a
  /// batch larger than the training set is all of it.
  bool by_hand = false;
  std::vector<std::string> class_names;
  std::vector<std::string> notes;  ///< what was done that the viewer should know

  Index size() const { return x.rows(); }
  bool is_classification() const { return classes > 0; }
  /// Targets per sample: the number of classes, or of regression outputs.
  Index targets() const { return is_classification() ? classes : y.cols(); }
};

using DatasetPtr = std::shared_ptr<const Dataset>;

}  // namespace aniso::data
