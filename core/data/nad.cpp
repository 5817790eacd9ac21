#include "core/data/common.h"
#include "core/data/direction.h"
#include "core/data/registry.h"

namespace aniso::data {
namespace {

RawData generate(const Params& params, const RandomStream& stream) {
  RawData raw;
  raw.shape = input_shape(params);
  const Index n = params.integer("n"), dim = raw.shape.dim;
  check_entries(n, dim);
  const Vector v = resolve_direction(params.direction("v"), raw.shape, "dataset.v");
  raw.classes = 2;
  raw.class_names = {"y = -1", "y = +1"};
  raw.labels.resize(n);
  raw.x = Matrix::Zero(n, dim);
  for (Index i = 0; i < n; ++i) {
    raw.labels[i] = static_cast<std::int32_t>(i % 2);
    raw.x.row(i) = (i % 2 == 0 ? -0.5 : 0.5) * params.real("margin") * v.transpose();
  }
  add_complement_noise(raw.x, v, params.real("noise"), stream.child("complement"));
  raw.plane = plane_along(v);
  return raw;
}

}  // namespace

DatasetType nad_type() {
  return {"nad",
          "Neural anisotropy directions",
          "x = (ε/2) y v + w with w ~ N(0, σ²(I − v vᵀ)): two classes told apart by one direction "
          "alone, with margin ε along it and noise in all others. Which v can be learned shows an "
          "architecture's bias (Ortiz-Jimenez et al. 2020).",
          {samples_param(4000), dimension_param(1024, 2), layout_param("image"),
           direction_param("v", "dft:1").about("The only direction that tells the classes apart."),
           real_param("margin", 1)
               .titled("ε")
               .range(0, 1000)
               .about("Distance between the classes along v."),
           real_param("noise", 1)
               .titled("σ")
               .range(0, 100)
               .in("std")
               .about("Gaussian noise in the D − 1 directions orthogonal to v.")},
          generate};
}

}  // namespace aniso::data
