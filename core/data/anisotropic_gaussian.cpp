#include <algorithm>
#include <cmath>
#include <vector>

#include "core/data/common.h"
#include "core/data/direction.h"
#include "core/data/registry.h"

namespace aniso::data {
namespace {

void label(RawData& raw, const Vector& along, const Params& params) {
  const auto kind = params.choice("targets");
  if (kind == "projection") {
    raw.y = along;
    return;
  }
  raw.classes = 2;
  if (kind == "side") {
    raw.class_names = {"negative side", "positive side"};
    raw.labels = (along.array() > 0).cast<std::int32_t>();
  } else {
    raw.class_names = {"inner half", "outer half"};
    const Vector size = along.cwiseAbs();
    raw.labels = (size.array() >= median(size)).cast<std::int32_t>();
  }
}

RawData generate(const Params& params, const RandomStream& stream) {
  RawData raw;
  raw.shape = input_shape(params);
  const Index n = params.integer("n"), dim = raw.shape.dim;
  check_entries(n, dim);
  const Vector v = resolve_direction(params.direction("v"), raw.shape, "dataset.v");
  // √τ z is N(0, τ I); an independent √D a v adds D v vᵀ to its covariance.
  raw.x = std::sqrt(params.real("noise")) * stream.child("white").normals(n, dim);
  raw.x += std::sqrt(static_cast<double>(dim)) * stream.child("along").normals(n) * v.transpose();
  if (can_keep_law(1, dim)) {
    Matrix covariance = static_cast<double>(dim) * v * v.transpose();
    covariance.diagonal().array() += params.real("noise");
    raw.law = gaussian_law(std::move(covariance));
  }
  const Json& given = params.direction("label_direction");
  const Vector w =
      has_direction(given) ? resolve_direction(given, raw.shape, "dataset.label_direction") : v;
  label(raw, raw.x * w, params);
  const bool apart = (w - v * v.dot(w)).norm() > 1e-6;
  raw.plane = apart ? orthonormal_plane(Vector::Zero(dim), v, w, "dataset: v and label_direction")
                    : plane_along(v);
  return raw;
}

}  // namespace

DatasetType anisotropic_gaussian_type() {
  return {"anisotropic_gaussian",
          "Anisotropic Gaussian",
          "x ~ N(0, D v vᵀ + τ I): nearly all variance along one direction v that you choose. The "
          "targets follow v or another direction, so that signal and variance can be set apart.",
          {samples_param(4000), dimension_param(256, 2), layout_param("image"),
           direction_param("v", "dct:1").about("Direction of the large variance D."),
           real_param("noise", 1)
               .titled("τ")
               .range(0, 1e4)
               .in("variance")
               .about("Variance of the white part, in every direction."),
           choice_param("targets", "side",
                        {{"side", "Side", "Two classes: the sign of ⟨x, w⟩."},
                         {"outside", "Inside or outside",
                          "Two classes of equal size: |⟨x, w⟩| below or above its median."},
                         {"projection", "Projection", "Regression on ⟨x, w⟩."}})
               .about("What is to be learned, along w."),
           direction_param("label_direction", "none", true)
               .titled("w")
               .about("Direction that decides the targets; none takes v.")},
          generate};
}

}  // namespace aniso::data
