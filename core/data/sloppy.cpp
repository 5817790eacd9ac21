#include "core/data/sloppy.h"

#include <cmath>

#include "core/base/check.h"
#include "core/data/common.h"
#include "core/data/registry.h"

namespace aniso::data {
namespace {

// Outputs (n, C) of a bias-free tanh network with fresh Gaussian weights of std gain/√fan_in.
Matrix teacher_outputs(const Matrix& x, const Params& params, const RandomStream& stream) {
  const auto widths = params.integers("teacher_widths");
  Matrix h = x;
  for (std::size_t layer = 0; layer <= widths.size(); ++layer) {
    const bool last = layer == widths.size();
    const Index out = last ? params.integer("classes") : widths[layer];
    const double deviation = params.real("teacher_gain") / std::sqrt(static_cast<double>(h.cols()));
    h = h * (deviation * stream.at_step(layer).normals(h.cols(), out));
    if (!last) h = h.array().tanh();
  }
  return h;
}

RawData generate(const Params& params, const RandomStream& stream) {
  RawData raw;
  const Index n = params.integer("n"), dim = params.integer("dimension");
  check_entries(n, dim);
  raw.shape = InputShape::vector(dim);
  raw.x =
      stream.child("inputs").normals(n, dim) * sloppy_variances(params).cwiseSqrt().asDiagonal();
  raw.classes = params.integer("classes");
  for (Index c = 0; c < raw.classes; ++c) raw.class_names.push_back(text("class ", c));
  raw.labels.resize(n);
  if (params.choice("labels") == "random") {
    const RandomStream draws = stream.child("labels");
    for (Index i = 0; i < n; ++i)
      raw.labels[i] = static_cast<std::int32_t>(
          draws.below(static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(raw.classes)));
  } else {
    const Matrix outputs = teacher_outputs(raw.x, params, stream.child("teacher"));
    for (Index i = 0; i < n; ++i) {
      Index best = 0;
      outputs.row(i).maxCoeff(&best);
      raw.labels[i] = static_cast<std::int32_t>(best);
    }
  }
  if (const double noise = params.real("noise"); noise > 0)
    raw.x += noise * stream.child("noise").normals(n, dim);
  raw.plane = {Vector::Zero(dim), Vector::Unit(dim, 0), Vector::Unit(dim, 1)};
  return raw;
}

ParamSchema params() {
  return {samples_param(6000),
          dimension_param(200, 2),
          real_param("decay", 0.5)
              .range(0, 20)
              .in("per index")
              .about("c: the inputs' variances are b e^{−c k}/D, k = 0 … D−1, with b = 50 c (1 if "
                     "c = 0). 0 gives white inputs."),
          choice_param("scale", "published",
                       {{"published", "As published", "b = 50 c: the total depends on c."},
                        {"unit_trace", "Unit trace", "Variances divided by their sum."}})
              .about("Overall size of the inputs."),
          integer_param("classes", 5).range(2, 100).about("Number of classes, C."),
          choice_param("labels", "teacher",
                       {{"teacher", "Random teacher",
                         "The largest output of a tanh network with random weights."},
                        {"random", "Random", "Drawn evenly, whatever the input."}})
              .about("Where the labels come from."),
          integers_param("teacher_widths", {50})
              .lengths(0, 8)
              .range(1, 4096)
              .when("labels", {"teacher"})
              .about("Hidden widths of the teacher; empty for a linear one."),
          real_param("teacher_gain", 1)
              .range(0.01, 1000)
              .log_scale()
              .when("labels", {"teacher"})
              .about("Its weights have std gain/√fan_in: larger bends the class boundaries."),
          real_param("noise", 0)
              .range(0, 100)
              .in("std")
              .about("Gaussian noise on the inputs after their class is decided.")};
}

}  // namespace

Vector sloppy_variances(const Params& params) {
  const Index dim = params.integer("dimension");
  const double c = params.real("decay"), b = c == 0 ? 1 : 50 * c;
  Vector variances(dim);
  for (Index k = 0; k < dim; ++k)
    variances[k] = b * std::exp(-c * static_cast<double>(k)) / static_cast<double>(dim);
  if (params.choice("scale") == "unit_trace") variances /= variances.sum();
  return variances;
}

DatasetType sloppy_type() {
  return {
      "sloppy", "Sloppy inputs",
      "Gaussian inputs whose variances fall geometrically, labelled by a random teacher network. "
      "Training trajectories on such data lie on a thin, low-dimensional ribbon.",
      params(), generate};
}

}  // namespace aniso::data
