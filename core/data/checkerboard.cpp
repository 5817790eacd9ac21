#include <algorithm>
#include <cmath>

#include "core/data/common.h"
#include "core/data/planar.h"
#include "core/data/registry.h"

namespace aniso::data {
namespace {

RawData generate(const Params& params, const RandomStream& stream) {
  RawData raw;
  const Index n = params.integer("n"), cells = params.integer("cells");
  const double side = params.real("side"), gap = params.real("gap");
  raw.classes = 2;
  raw.class_names = {"dark cell", "light cell"};
  raw.labels.resize(n);
  Matrix points(n, 2);
  const RandomStream places = stream.child("place");
  for (Index i = 0; i < n; ++i) {
    Index parity = 0;
    for (Index axis = 0; axis < 2; ++axis) {
      // Cell and place within it from one draw.
      const double at =
          static_cast<double>(cells) *
          places.uniform(2 * static_cast<std::uint64_t>(i) + static_cast<std::uint64_t>(axis));
      const Index cell = std::min(static_cast<Index>(at), cells - 1);
      const double within = gap / 2 + (1 - gap) * (at - static_cast<double>(cell));
      points(i, axis) =
          side * ((static_cast<double>(cell) + within) / static_cast<double>(cells) - 0.5);
      parity += cell;
    }
    raw.labels[i] = static_cast<std::int32_t>(parity % 2);
  }
  points += params.real("noise") * stream.child("noise").normals(n, Index{2});
  put_into_plane(raw, points, params, stream);
  return raw;
}

}  // namespace

DatasetType checkerboard_type() {
  return {"checkerboard", "Checkerboard",
          "Points in a square cut into k × k cells whose class alternates: class = (row + column) "
          "mod 2. High spatial frequency without any noise.",
          joined({samples_param(2000),
                  integer_param("cells", 4).range(2, 64).in("per side").about("k, cells per side."),
                  real_param("side", 4).range(0.01, 100).about("Side of the square, around 0."),
                  real_param("gap", 0)
                      .range(0, 0.9)
                      .in("of a cell")
                      .about("Empty share of each cell's side: the room between the classes."),
                  real_param("noise", 0)
                      .range(0, 10)
                      .in("std")
                      .about("Gaussian noise on the points after their class is decided.")},
                 planar_params()),
          generate};
}

}  // namespace aniso::data
