#include "core/data/linear_teacher.h"

#include <cmath>

#include "core/base/check.h"
#include "core/data/common.h"
#include "core/data/registry.h"

namespace aniso::data {
namespace {

RawData generate(const Params& params, const RandomStream& stream) {
  RawData raw;
  const Index n = params.integer("n"), dim = params.integer("dimension");
  check_entries(n, dim);
  const LinearTeacher teacher = linear_teacher(params, stream);
  raw.shape = InputShape::vector(dim);
  raw.x = stream.child("inputs").normals(n, dim) * teacher.input_variances.cwiseSqrt().asDiagonal();
  raw.y = raw.x * teacher.weights.transpose();
  if (const double noise = params.real("noise"); noise > 0)
    raw.y += noise * stream.child("noise").normals(n, raw.y.cols());
  if (teacher.right.cols() >= 2)
    raw.plane = {Vector::Zero(dim), teacher.right.col(0), teacher.right.col(1)};
  return raw;
}

ParamSchema params() {
  return {samples_param(1000),
          dimension_param(16, 1),
          integer_param("outputs", 8).range(1, 4096).about("Number of targets, C."),
          reals_param("singular_values", {3, 1.5, 0.5})
              .lengths(1, 4096)
              .range(0, 1e6)
              .about("Of the teacher W (C × D); as many as its rank, at most min(C, D). The "
                     "singular vectors are random."),
          real_param("input_decay", 0)
              .range(0, 20)
              .in("per index")
              .about("c in the input variances e^{−c i}, i = 0 … D−1; 0 for white inputs."),
          real_param("noise", 0).range(0, 100).in("std").about("Gaussian noise on every target.")};
}

}  // namespace

LinearTeacher linear_teacher(const Params& params, const RandomStream& stream) {
  const Index dim = params.integer("dimension"), outputs = params.integer("outputs");
  const auto values = params.reals("singular_values");
  const auto rank = static_cast<Index>(values.size());
  ANISO_CHECK(rank <= std::min(dim, outputs), "dataset.singular_values: ", rank, " values, but a ",
              outputs, " × ", dim, " teacher has at most ", std::min(dim, outputs));
  LinearTeacher teacher;
  teacher.singular_values = Eigen::Map<const Vector>(values.data(), rank);
  teacher.left = random_frame(outputs, rank, stream.child("left"));
  teacher.right = random_frame(dim, rank, stream.child("right"));
  teacher.weights = teacher.left * teacher.singular_values.asDiagonal() * teacher.right.transpose();
  teacher.input_variances.resize(dim);
  for (Index i = 0; i < dim; ++i)
    teacher.input_variances[i] = std::exp(-params.real("input_decay") * static_cast<double>(i));
  return teacher;
}

DatasetType linear_teacher_type() {
  return {"linear_teacher", "Linear teacher",
          "Regression y = W x + noise with a teacher W of chosen singular values. Linear networks "
          "learn its modes one after the other, and gradient descent has a closed form.",
          params(), generate};
}

}  // namespace aniso::data
