#include "app/views/refined.h"

#include <algorithm>

namespace aniso::app {
namespace {

// (fine, coarse) weights of the samples along one axis; beyond the ends the field goes on straight.
Matrix weights(Index samples, Index factor) {
  Matrix out = Matrix::Zero((samples - 1) * factor + 1, samples);
  const auto add = [&](Index row, Index at, double weight) {
    if (at < 0 && samples > 1) {
      out(row, 0) += 2 * weight;
      out(row, 1) -= weight;
    } else if (at >= samples && samples > 1) {
      out(row, samples - 1) += 2 * weight;
      out(row, samples - 2) -= weight;
    } else {
      out(row, std::clamp<Index>(at, 0, samples - 1)) += weight;
    }
  };
  for (Index row = 0; row < out.rows(); ++row) {
    const Index base = row / factor;
    const double t = static_cast<double>(row % factor) / static_cast<double>(factor);
    if (t == 0) {
      out(row, base) = 1;
      continue;
    }
    add(row, base - 1, 0.5 * t * (t * (2 - t) - 1));
    add(row, base, 0.5 * (t * t * (3 * t - 5) + 2));
    add(row, base + 1, 0.5 * t * (t * (4 - 3 * t) + 1));
    add(row, base + 2, 0.5 * t * t * (t - 1));
  }
  return out;
}

}  // namespace

Matrix refined(const Matrix& values, Index factor) {
  if (factor <= 1 || !values.allFinite()) return values;
  return weights(values.rows(), factor) * values * weights(values.cols(), factor).transpose();
}

}  // namespace aniso::app
