#include "core/geometry/sincos_positions.h"

#include <cmath>

#include "core/base/check.h"

namespace aniso::geometry {

Matrix sincos_positions(Index rows, Index cols, Index features) {
  ANISO_CHECK(rows > 0 && cols > 0, "sincos_positions: the grid must not be empty, got ", rows, "×",
              cols);
  ANISO_CHECK(features > 0 && features % 4 == 0,
              "sincos_positions: features must be a positive multiple of 4, got ", features);
  const Index waves = features / 4;
  Matrix out(rows * cols, features);
  for (Index k = 0; k < waves; ++k) {
    const double omega = std::pow(10000.0, -static_cast<double>(k) / static_cast<double>(waves));
    for (Index r = 0; r < rows; ++r)
      for (Index c = 0; c < cols; ++c) {
        const Index token = r * cols + c;
        out(token, k) = std::sin(static_cast<double>(c) * omega);
        out(token, waves + k) = std::cos(static_cast<double>(c) * omega);
        out(token, 2 * waves + k) = std::sin(static_cast<double>(r) * omega);
        out(token, 3 * waves + k) = std::cos(static_cast<double>(r) * omega);
      }
  }
  return out;
}

}  // namespace aniso::geometry
