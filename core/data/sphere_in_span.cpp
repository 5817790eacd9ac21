#include <cmath>

#include "core/data/common.h"
#include "core/data/registry.h"

namespace aniso::data {
namespace {

constexpr int kOctants = 8;

// Sets labels (and for shells moves the inner class inwards) from points (n, 3) of unit length.
void label(RawData& raw, Matrix& points, const Params& params) {
  const auto kind = params.choice("labels");
  raw.labels.resize(points.rows());
  if (kind == "shell") {
    raw.classes = 2;
    raw.class_names = {"inner sphere", "outer sphere"};
    for (Index i = 0; i < points.rows(); ++i) {
      raw.labels[i] = static_cast<std::int32_t>(i % 2);
      if (raw.labels[i] == 0) points.row(i) *= params.real("inner_radius");
    }
    return;
  }
  if (kind == "hemisphere") {
    raw.classes = 2;
    raw.class_names = {"below", "above"};
    raw.labels = (points.col(0).array() > 0).cast<std::int32_t>();
    return;
  }
  raw.classes = kOctants;
  for (int c = 0; c < kOctants; ++c)
    raw.class_names.push_back({c & 1 ? '+' : '-', c & 2 ? '+' : '-', c & 4 ? '+' : '-'});
  for (Index i = 0; i < points.rows(); ++i)
    raw.labels[i] =
        (points(i, 0) > 0 ? 1 : 0) + (points(i, 1) > 0 ? 2 : 0) + (points(i, 2) > 0 ? 4 : 0);
}

RawData generate(const Params& params, const RandomStream& stream) {
  RawData raw;
  raw.shape = input_shape(params);
  const Index n = params.integer("n"), dim = raw.shape.dim;
  check_entries(n, dim);
  const Matrix frame = frame_of(params, {"u1", "u2", "u3"}, raw.shape);
  Matrix points = stream.child("direction").normals(n, Index{3});
  points.rowwise().normalize();
  label(raw, points, params);
  raw.x = params.real("radius") * std::sqrt(static_cast<double>(dim)) * points * frame.transpose();
  if (dim > 3) add_complement_noise(raw.x, frame, params.real("noise"), stream.child("complement"));
  raw.plane = {Vector::Zero(dim), frame.col(0), frame.col(1)};
  return raw;
}

}  // namespace

DatasetType sphere_in_span_type() {
  return {"sphere_in_span",
          "Sphere in three directions",
          "A two-dimensional sphere of radius √D in the span of three directions of R^D: as much "
          "variance as a white Gaussian, all of it in a subspace that you choose.",
          {samples_param(4000), dimension_param(256, 3), layout_param("image"),
           direction_param("u1", "dct:1").titled("u₁").about("First direction; kept."),
           direction_param("u2", "dct:2").titled("u₂").about("Second, orthogonal to u₁."),
           direction_param("u3", "dct:3").titled("u₃").about("Third, orthogonal to both."),
           real_param("radius", 1).range(0.001, 100).in("√D").about("Radius of the sphere."),
           choice_param("labels", "hemisphere",
                        {{"hemisphere", "Hemisphere", "Two classes: the sign along u₁."},
                         {"octant", "Octant", "Eight classes: the three signs."},
                         {"shell", "Shell", "Two classes: half the points on a smaller sphere."}})
               .about("What the classes are."),
           real_param("inner_radius", 0.5)
               .range(0, 1)
               .in("of the radius")
               .when("labels", {"shell"})
               .about("Radius of the smaller sphere."),
           real_param("noise", 0.1)
               .range(0, 100)
               .in("std")
               .about("Gaussian noise in the other D − 3 directions.")},
          generate};
}

}  // namespace aniso::data
