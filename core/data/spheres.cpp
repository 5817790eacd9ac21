#include "core/base/check.h"
#include "core/base/names.h"
#include "core/data/common.h"
#include "core/data/registry.h"

namespace aniso::data {
namespace {

RawData generate(const Params& params, const RandomStream& stream) {
  RawData raw;
  raw.shape = input_shape(params);
  const Index n = params.integer("n"), dim = raw.shape.dim;
  check_entries(n, dim);
  const auto radii = params.reals("radii");
  const auto shells = static_cast<Index>(radii.size());
  raw.classes = shells;
  for (const double radius : radii) raw.class_names.push_back("radius " + number(radius));
  raw.labels.resize(n);
  // A Gaussian's direction is uniform on the sphere.
  raw.x = stream.child("direction").normals(n, dim);
  for (Index i = 0; i < n; ++i) {
    raw.labels[i] = static_cast<std::int32_t>(i % shells);
    raw.x.row(i) *= radii[static_cast<std::size_t>(i % shells)] / raw.x.row(i).norm();
  }
  if (const double noise = params.real("noise"); noise > 0)
    raw.x += noise * stream.child("noise").normals(n, dim);
  const Matrix frame = frame_of(params, {"u1", "u2"}, raw.shape);
  raw.plane = {Vector::Zero(dim), frame.col(0), frame.col(1)};
  return raw;
}

}  // namespace

DatasetType spheres_type() {
  return {"spheres",
          "Concentric spheres",
          "One sphere of R^D per class, all around 0. Every plane through 0 shows them alike; with "
          "many dimensions the projections crowd near the centre while the radii stay apart.",
          {samples_param(2000), dimension_param(3, 2), layout_param("vector"),
           reals_param("radii", {1, 2})
               .range(1e-6, 1e6)
               .lengths(2, 16)
               .about("Radius of each class's sphere."),
           real_param("noise", 0.05)
               .range(0, 100)
               .in("std")
               .about("Gaussian noise in all D directions."),
           direction_param("u1", "pixel:0")
               .titled("Shown u₁")
               .about("First direction of the plane shown; the data are the same along all."),
           direction_param("u2", "pixel:1").titled("Shown u₂").about("Second direction shown.")},
          generate};
}

}  // namespace aniso::data
