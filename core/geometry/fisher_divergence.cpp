#include "core/geometry/fisher_divergence.h"

#include <cmath>

#include "core/base/check.h"

namespace aniso::geometry {

FisherDivergence fisher_divergence(const MatrixRef& learned, const MatrixRef& exact,
                                   const VectorRef& weights) {
  ANISO_CHECK(learned.rows() > 0 && learned.cols() > 0, "fisher_divergence: there are no points");
  check_shape("fisher_divergence: exact scores", exact, learned.rows(), learned.cols());
  check_finite("fisher_divergence: learned scores", learned);
  check_finite("fisher_divergence: exact scores", exact);
  Vector w = Vector::Ones(learned.rows());
  if (weights.size() > 0) {
    check_size("fisher_divergence: weights", weights.size(), learned.rows());
    check_finite("fisher_divergence: weights", weights);
    ANISO_CHECK(weights.minCoeff() >= 0 && weights.maxCoeff() > 0,
                "fisher_divergence: weights must not be negative nor all be 0");
    w = weights / weights.maxCoeff();  // so that their squares neither overflow nor vanish
  }
  const Vector squared = (learned - exact).rowwise().squaredNorm();
  FisherDivergence out;
  out.value = w.dot(squared) / w.sum();
  if (!std::isfinite(out.value))
    throw NumericalError("fisher_divergence: the scores are too large to be squared");
  const auto counted = static_cast<double>((w.array() > 0).count());
  if (counted >= 2) {
    const double spread = (w.array() * (squared.array() - out.value)).matrix().norm();
    out.error = std::sqrt(counted / (counted - 1)) * spread / w.sum();
  }
  return out;
}

}  // namespace aniso::geometry
