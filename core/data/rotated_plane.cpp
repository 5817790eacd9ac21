#include <cmath>
#include <numbers>
#include <optional>
#include <string>
#include <utility>

#include "core/base/check.h"
#include "core/base/names.h"
#include "core/data/common.h"
#include "core/data/direction.h"
#include "core/data/registry.h"

namespace aniso::data {
namespace {

// from turned by `angle` towards the part of `to` that is orthogonal to it.
Vector turned(const Params& params, const std::string& name, const InputShape& shape, double angle,
              const Vector& from) {
  const Json& target = params.direction(name + "_to");
  if (!has_direction(target)) return from;
  const Vector to = resolve_direction(target, shape, "dataset." + name + "_to");
  const Plane arc = orthonormal_plane(Vector::Zero(shape.dim), from, to,
                                      "dataset: " + name + " and " + name + "_to");
  return std::cos(angle) * arc.u + std::sin(angle) * arc.v;
}

Plane plane_of(const Params& params, const InputShape& shape) {
  const Plane from = orthonormal_plane(
      Vector::Zero(shape.dim), resolve_direction(params.direction("u1"), shape, "dataset.u1"),
      resolve_direction(params.direction("u2"), shape, "dataset.u2"), "dataset: u1 and u2");
  const double degrees = params.real("angle"), angle = degrees * std::numbers::pi / 180;
  return orthonormal_plane(
      Vector::Zero(shape.dim), turned(params, "u1", shape, angle, from.u),
      turned(params, "u2", shape, angle, from.v),
      text("dataset: u1 and u2, turned by ", number(degrees), "° towards their targets"));
}

RawData generate(const Params& params, const RandomStream& stream) {
  RawData raw;
  const Index n = params.integer("n");
  raw.shape = input_shape(params);
  check_entries(n, raw.shape.dim);
  const double radii[2] = {params.real("inner_radius"), params.real("outer_radius")};
  ANISO_CHECK(radii[0] < radii[1], "dataset.inner_radius: ", number(radii[0]),
              " must be smaller than outer_radius, ", number(radii[1]));
  raw.plane = plane_of(params, raw.shape);
  raw.classes = 2;
  raw.class_names = {"inner circle", "outer circle"};
  raw.labels.resize(n);
  const RandomStream angles = stream.child("angle");
  Matrix in_plane = params.real("in_plane_noise") * stream.child("in plane").normals(n, Index{2});
  for (Index i = 0; i < n; ++i) {
    raw.labels[i] = static_cast<std::int32_t>(i % 2);
    const double phi = 2 * std::numbers::pi * angles.uniform(static_cast<std::uint64_t>(i));
    in_plane(i, 0) += radii[i % 2] * std::cos(phi);
    in_plane(i, 1) += radii[i % 2] * std::sin(phi);
  }
  raw.x = in_plane.col(0) * raw.plane.u.transpose() + in_plane.col(1) * raw.plane.v.transpose();
  Matrix frame(raw.shape.dim, 2);
  frame << raw.plane.u, raw.plane.v;
  add_complement_noise(raw.x, frame, params.real("noise"), stream.child("complement"));
  return raw;
}

ParamSchema params() {
  return {
      samples_param(4000),
      dimension_param(256, 3),
      layout_param("image"),
      real_param("inner_radius", 0.5).range(0, 100).about("Radius of the circle of class 0."),
      real_param("outer_radius", 3).range(0.01, 100).about("Radius of the circle of class 1."),
      real_param("noise", 1)
          .range(0, 100)
          .in("std")
          .about("Gaussian noise in the directions orthogonal to the plane."),
      real_param("in_plane_noise", 0)
          .titled("In-plane noise")
          .range(0, 100)
          .in("std")
          .about("Gaussian noise within the plane, blurring the circles."),
      direction_param("u1", "dct:1").titled("u₁").about("First direction of the plane; kept."),
      direction_param("u2", "dct:2")
          .titled("u₂")
          .about("Second direction; its component along u₁ is removed (Gram–Schmidt)."),
      direction_param("u1_to", "none", true)
          .titled("u₁ turns to")
          .about("Where u₁ points at 90°; its component along u₁ is removed."),
      direction_param("u2_to", "none", true)
          .titled("u₂ turns to")
          .about("Where u₂ points at 90°; its component along u₂ is removed."),
      real_param("angle", 0)
          .range(-90, 90)
          .in("°")
          .about("u_k = cos(angle)·u_k + sin(angle)·target, made orthonormal, u₁ first; without "
                 "targets "
                 "it changes nothing.")};
}

}  // namespace

DatasetType rotated_plane_type() {
  return {"rotated_plane", "Rotated plane",
          "Two concentric circles, one per class, in a plane of R^D whose orientation you choose, "
          "with noise in every other direction. Shows which directions an architecture can use.",
          params(), generate};
}

}  // namespace aniso::data
