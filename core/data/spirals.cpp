#include <cmath>
#include <numbers>

#include "core/base/check.h"
#include "core/data/common.h"
#include "core/data/planar.h"
#include "core/data/registry.h"

namespace aniso::data {
namespace {

RawData generate(const Params& params, const RandomStream& stream) {
  RawData raw;
  const Index n = params.integer("n"), arms = params.integer("arms");
  const double radius = params.real("radius"), turns = params.real("turns");
  raw.classes = arms;
  for (Index c = 0; c < arms; ++c) raw.class_names.push_back(text("arm ", c));
  raw.labels.resize(n);
  Matrix points = params.real("noise") * stream.child("noise").normals(n, Index{2});
  const RandomStream places = stream.child("place");
  for (Index i = 0; i < n; ++i) {
    const Index arm = i % arms;
    raw.labels[i] = static_cast<std::int32_t>(arm);
    // The root spreads the points evenly over the outer turns, where the arm is longest.
    const double part = std::sqrt(places.uniform(static_cast<std::uint64_t>(i)));
    const double phi = 2 * std::numbers::pi *
                       (turns * part + static_cast<double>(arm) / static_cast<double>(arms));
    points(i, 0) += radius * part * std::cos(phi);
    points(i, 1) += radius * part * std::sin(phi);
  }
  put_into_plane(raw, points, params, stream);
  return raw;
}

}  // namespace

DatasetType spirals_type() {
  return {
      "spirals", "Spirals",
      "Intertwined Archimedean spirals, one per class: arm c of k runs through (R t cos φ, "
      "R t sin φ) with φ = 2π (turns · t + c/k). The more turns, the finer the boundary.",
      joined({samples_param(1000),
              integer_param("arms", 2).range(2, 16).about("Number of spirals; each a class."),
              real_param("turns", 1.5).range(0, 10).about("Full turns from the centre to the end."),
              real_param("radius", 3).range(0.01, 100).about("Distance of the ends from 0."),
              real_param("noise", 0.08)
                  .range(0, 10)
                  .in("std")
                  .about("Gaussian noise around the spirals, within their plane.")},
             planar_params()),
      generate};
}

}  // namespace aniso::data
