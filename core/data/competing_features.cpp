#include <cmath>
#include <numbers>
#include <vector>

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
  const double radii[2] = {params.real("inner_radius"), params.real("outer_radius")};
  ANISO_CHECK(radii[0] < radii[1], "dataset.inner_radius: ", number(radii[0]),
              " must be smaller than outer_radius, ", number(radii[1]));
  const Matrix frame = frame_of(params, {"u1", "u2", "v"}, raw.shape);
  raw.classes = 2;
  raw.class_names = {"inner circle", "outer circle"};
  raw.labels = Labels::NullaryExpr(n, [](Index i) { return static_cast<std::int32_t>(i % 2); });
  raw.test = stratified_rows(n, raw.labels, 2, params.real("test_fraction"), stream.child("test"));
  raw.test_is_fraction = true;
  std::vector<bool> contradicts(static_cast<std::size_t>(n), false);
  for (const Index row : *raw.test) contradicts[static_cast<std::size_t>(row)] = true;
  const RandomStream angles = stream.child("angle");
  Matrix features(n, 3);
  for (Index i = 0; i < n; ++i) {
    const double phi = 2 * std::numbers::pi * angles.uniform(static_cast<std::uint64_t>(i));
    const Index side = contradicts[static_cast<std::size_t>(i)] ? 1 - i % 2 : i % 2;
    features(i, 0) = radii[i % 2] * std::cos(phi);
    features(i, 1) = radii[i % 2] * std::sin(phi);
    features(i, 2) = (side == 0 ? -0.5 : 0.5) * params.real("margin");
  }
  raw.x = features * frame.transpose();
  if (dim > 3) add_complement_noise(raw.x, frame, params.real("noise"), stream.child("complement"));
  raw.plane = {Vector::Zero(dim), frame.col(0), frame.col(1)};
  raw.notes.emplace_back(
      "The test rows contradict themselves and are labelled by the circle: test accuracy is the "
      "share that follows the circle, 0 if all follow the line");
  return raw;
}

}  // namespace

DatasetType competing_features_type() {
  return {
      "competing_features",
      "Circle against line",
      "Two features that name the same class in every training row: the circle on which a point "
      "lies in one plane, and the side of a line along a third direction. In the test rows they "
      "disagree, so that test accuracy says which of them was learned (1 the circle, 0 the line).",
      {samples_param(4000), dimension_param(256, 3), layout_param("image"),
       direction_param("u1", "dct:1").titled("u₁").about("First direction of the circle's plane."),
       direction_param("u2", "dct:2")
           .titled("u₂")
           .about("Second direction; its component along u₁ is removed (Gram–Schmidt)."),
       direction_param("v", "dct:255")
           .about("The line's direction; its components along u₁ and u₂ are removed."),
       real_param("inner_radius", 0.5).range(0, 100).about("Radius of the circle of class 0."),
       real_param("outer_radius", 3).range(0.01, 100).about("Radius of the circle of class 1."),
       real_param("margin", 3).range(0, 1000).about("Distance between the classes along v."),
       real_param("noise", 1)
           .range(0, 100)
           .in("std")
           .about("Gaussian noise in the D − 3 other directions.")},
      generate};
}

}  // namespace aniso::data
