#include "core/data/index_model.h"

#include <cmath>

#include "core/base/check.h"
#include "core/data/common.h"
#include "core/data/registry.h"

namespace aniso::data {
namespace {

struct Link {
  Choice choice;
  double (*value)(double z, double frequency);
};

const std::vector<Link>& links() {
  static const std::vector<Link> list = {
      {{"linear", "Linear", "g(z) = z."}, [](double z, double) { return z; }},
      {{"quadratic", "Quadratic", "g(z) = z² − 1, the second Hermite polynomial."},
       [](double z, double) { return z * z - 1; }},
      {{"cubic", "Cubic", "g(z) = z³ − 3z, the third Hermite polynomial."},
       [](double z, double) { return z * z * z - 3 * z; }},
      {{"sine", "Sine", "g(z) = sin(ω z)."},
       [](double z, double frequency) { return std::sin(frequency * z); }},
      {{"relu", "ReLU", "g(z) = max(z, 0)."}, [](double z, double) { return z > 0 ? z : 0; }},
      {{"absolute", "Absolute value", "g(z) = |z|."}, [](double z, double) { return std::abs(z); }},
      {{"step", "Step", "g(z) = −1 or +1, the sign of z."},
       [](double z, double) { return z < 0 ? -1.0 : 1.0; }}};
  return list;
}

std::vector<Choice> link_choices() {
  std::vector<Choice> choices;
  for (const auto& link : links()) choices.push_back(link.choice);
  return choices;
}

// Two classes of equal size in place of the values.
void split_at_median(RawData& raw) {
  const double middle = median(raw.y.col(0));
  raw.classes = 2;
  raw.class_names = {"f below its median", "f above its median"};
  raw.labels = (raw.y.col(0).array() >= middle).cast<std::int32_t>();
  raw.y = Matrix();
}

RawData generate(const Params& params, const RandomStream& stream) {
  RawData raw;
  raw.shape = input_shape(params);
  const Index n = params.integer("n"), dim = raw.shape.dim;
  check_entries(n, dim);
  const IndexModel model = index_model(params, raw.shape);
  raw.x = stream.child("inputs").normals(n, dim) * model.input_variances.cwiseSqrt().asDiagonal();
  raw.y = model.values(raw.x);
  if (const double noise = params.real("noise"); noise > 0)
    raw.y += noise * stream.child("noise").normals(n, Index{1});
  if (params.choice("targets") == "classes") split_at_median(raw);
  const Vector u = model.directions.col(0);
  raw.plane = model.directions.cols() > 1 ? Plane{Vector::Zero(dim), u, model.directions.col(1)}
                                          : plane_along(u);
  return raw;
}

ParamSchema params() {
  return {samples_param(2000),
          dimension_param(16, 2),
          layout_param("vector"),
          integer_param("indices", 1)
              .range(1, 16)
              .about("k, the directions that matter: 1 for a single-index model."),
          direction_param("first", "pixel:0")
              .titled("First direction")
              .about("The directions are this one and the next k − 1 of the same basis."),
          choice_param("link", "sine", link_choices()).about("g, applied to each projection."),
          real_param("frequency", 2)
              .titled("ω")
              .range(0.01, 100)
              .when("link", {"sine"})
              .about("Frequency of the sine."),
          choice_param("combination", "sum",
                       {{"sum", "Sum", "f = Σ_j g(⟨x, u_j⟩)."},
                        {"product", "Product", "f = Π_j g(⟨x, u_j⟩)."}})
              .about("How the k values become one."),
          choice_param("targets", "values",
                       {{"values", "Values", "Regression on f."},
                        {"classes", "Two classes", "Whether f lies below or above its median."}})
              .about("What is to be learned of f."),
          real_param("input_decay", 0)
              .range(0, 20)
              .in("per index")
              .about("c in the input variances e^{−c i}, i = 0 … D−1; 0 for white inputs."),
          real_param("noise", 0).range(0, 100).in("std").about("Gaussian noise on every target.")};
}

}  // namespace

Vector IndexModel::values(const MatrixRef& x) const {
  const Matrix z = x * directions;
  Vector f = Vector::Constant(x.rows(), is_product ? 1 : 0);
  for (Index i = 0; i < z.rows(); ++i)
    for (Index j = 0; j < z.cols(); ++j) {
      const double g = link(z(i, j), frequency);
      f[i] = is_product ? f[i] * g : f[i] + g;
    }
  return f;
}

IndexModel index_model(const Params& params, const InputShape& shape) {
  IndexModel model;
  model.directions = successive_frame(params.direction("first"), params.integer("indices"), shape,
                                      "dataset.first");
  const auto id = params.choice("link");
  for (const auto& link : links())
    if (link.choice.id == id) model.link = link.value;
  model.frequency = params.real("frequency");
  model.is_product = params.choice("combination") == "product";
  model.input_variances.resize(shape.dim);
  for (Index i = 0; i < shape.dim; ++i)
    model.input_variances[i] = std::exp(-params.real("input_decay") * static_cast<double>(i));
  return model;
}

DatasetType index_model_type() {
  return {"index_model", "Index model",
          "Regression on a function of k projections of a Gaussian input: y = Σ_j g(⟨x, u_j⟩) + "
          "noise. k = 1 is the single-index model; all other directions are distraction.",
          params(), generate};
}

}  // namespace aniso::data
