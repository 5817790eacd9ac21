#include "core/data/common.h"
#include "core/data/registry.h"

namespace aniso::data {
namespace {

Matrix drawn_factors(const Params& params, Index n, const RandomStream& stream) {
  const Index count = params.integer("factors");
  const auto law = params.choice("law");
  Matrix z = law == "uniform" ? Matrix(n, count) : stream.normals(n, count);
  if (law == "uniform")
    for (Index i = 0; i < z.size(); ++i)
      z.data()[i] = 2 * stream.uniform(static_cast<std::uint64_t>(i)) - 1;
  if (law == "signs") z = (z.array() < 0).select(Matrix::Constant(n, count, -1), 1);
  return z;
}

RawData generate(const Params& params, const RandomStream& stream) {
  RawData raw;
  raw.shape = input_shape(params);
  const Index n = params.integer("n"), dim = raw.shape.dim;
  check_entries(n, dim);
  const Matrix frame = successive_frame(params.direction("first"), params.integer("factors"),
                                        raw.shape, "dataset.first");
  Matrix z = drawn_factors(params, n, stream.child("factors"));
  raw.classes = 2;
  raw.class_names = {"negative", "positive"};
  raw.labels.resize(n);
  for (Index i = 0; i < n; ++i) {
    raw.labels[i] = static_cast<std::int32_t>(i % 2);
    // The laws are symmetric: turning one sign makes the classes equally large and changes no law.
    const bool positive = z.row(i).prod() > 0;
    if (positive != (raw.labels[i] == 1)) z(i, 0) = -z(i, 0);
  }
  raw.x = params.real("scale") * z * frame.transpose();
  if (frame.cols() < dim)
    add_complement_noise(raw.x, frame, params.real("noise"), stream.child("complement"));
  if (params.real("blur") > 0)
    raw.x +=
        params.real("blur") * stream.child("blur").normals(n, frame.cols()) * frame.transpose();
  raw.plane = frame.cols() > 1 ? Plane{Vector::Zero(dim), frame.col(0), frame.col(1)}
                               : plane_along(frame.col(0));
  return raw;
}

}  // namespace

DatasetType products_type() {
  return {
      "products",
      "XOR-like products",
      "The class is the sign of a product of k coordinates: k = 2 is XOR, larger k are sparse "
      "parities. No smaller set of the coordinates says anything about the class.",
      {samples_param(2000), dimension_param(16, 2), layout_param("vector"),
       integer_param("factors", 2).range(1, 16).about("k, the coordinates that are multiplied."),
       direction_param("first", "pixel:0")
           .titled("First factor")
           .about("The factors are this direction and the next k − 1 of the same basis."),
       choice_param("law", "signs",
                    {{"signs", "±1", "Each factor is −1 or +1."},
                     {"gaussian", "Gaussian", "Each factor is N(0, 1)."},
                     {"uniform", "Uniform", "Each factor is uniform in (−1, 1)."}})
           .about("Law of the factors; all are independent and symmetric."),
       real_param("scale", 1).range(0.001, 1000).about("Multiplies the factors."),
       real_param("noise", 1)
           .range(0, 100)
           .in("std")
           .about("Gaussian noise in the D − k directions that do not matter."),
       real_param("blur", 0.2)
           .range(0, 100)
           .in("std")
           .about("Gaussian noise on the factors themselves, after the class is decided.")},
      generate};
}

}  // namespace aniso::data
