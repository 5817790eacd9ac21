#include <cmath>
#include <numbers>

#include "core/data/common.h"
#include "core/data/registry.h"

namespace aniso::data {
namespace {

RawData generate(const Params& params, const RandomStream& stream) {
  RawData raw;
  const Index n = params.integer("n"), dim = params.integer("dimension");
  check_entries(n, dim);
  raw.shape = InputShape::vector(dim);
  raw.classes = 2;
  raw.class_names = {"upper moon", "lower moon"};
  raw.labels.resize(n);
  const RandomStream turns = stream.child("turn");
  Matrix moons = params.real("noise") * stream.child("noise").normals(n, Index{2});
  for (Index i = 0; i < n; ++i) {
    raw.labels[i] = static_cast<std::int32_t>(i % 2);
    const double t = std::numbers::pi * turns.uniform(static_cast<std::uint64_t>(i));
    moons(i, 0) += i % 2 == 0 ? std::cos(t) : 1 - std::cos(t);
    moons(i, 1) += i % 2 == 0 ? std::sin(t) : 0.5 - std::sin(t);
  }
  const Matrix frame =
      dim == 2 ? Matrix(Matrix::Identity(2, 2)) : random_frame(dim, 2, stream.child("plane"));
  raw.plane = {Vector::Zero(dim), frame.col(0), frame.col(1)};
  raw.x = moons * frame.transpose();
  if (dim > 2)
    add_complement_noise(raw.x, frame, params.real("off_plane_noise"), stream.child("off plane"));
  return raw;
}

}  // namespace

DatasetType two_moons_type() {
  return {
      "two_moons",
      "Two moons",
      "Two interleaved half circles of radius 1, one per class: the smallest problem that no "
      "line separates.",
      {samples_param(1000),
       real_param("noise", 0.1)
           .range(0, 10)
           .in("std")
           .about("Gaussian noise around the half circles, within their plane."),
       dimension_param(2, 2).about("Number of inputs, D; above 2 the moons lie in a random plane."),
       real_param("off_plane_noise", 0)
           .titled("Off-plane noise")
           .range(0, 10)
           .in("std")
           .about("Gaussian noise in the other D − 2 directions.")},
      generate};
}

}  // namespace aniso::data
