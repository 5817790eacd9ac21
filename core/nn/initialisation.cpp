#include "core/nn/initialisation.h"

#include <Eigen/QR>
#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::nn {
namespace {

struct SchemeEntry {
  Scheme scheme;
  const char* id;
  const char* title;
  const char* doc;
};

constexpr std::array<SchemeEntry, 8> kSchemes = {{
    {Scheme::torch, "torch", "LibTorch default", "U(±1/√fan_in), variance 1/(3 fan_in)."},
    {Scheme::kaiming_normal, "kaiming_normal", "Kaiming normal", "N(0, 2/fan_in)."},
    {Scheme::kaiming_uniform, "kaiming_uniform", "Kaiming uniform",
     "U(±√(6/fan_in)), variance 2/fan_in."},
    {Scheme::xavier_normal, "xavier_normal", "Xavier normal", "N(0, 2/(fan_in + fan_out))."},
    {Scheme::xavier_uniform, "xavier_uniform", "Xavier uniform",
     "U(±√(6/(fan_in + fan_out))), variance 2/(fan_in + fan_out)."},
    {Scheme::lecun_normal, "lecun_normal", "LeCun normal", "N(0, 1/fan_in)."},
    {Scheme::gaussian, "gaussian", "Gaussian", "N(0, std²), whatever the width."},
    {Scheme::orthogonal, "orthogonal", "Orthogonal",
     "Uniformly random with orthonormal rows or columns, whichever are fewer."},
}};

Vector gaussian_weight(const Layer& layer, double std, const RandomStream& stream) {
  return std * stream.normals(layer.out * layer.in);
}

Vector uniform_weight(const Layer& layer, double bound, const RandomStream& stream) {
  return stream.uniforms(layer.out * layer.in, -bound, bound);
}

Vector orthogonal_weight(const Layer& layer, const RandomStream& stream) {
  Matrix weight;
  if (layer.out >= layer.in)
    weight = random_orthonormal(layer.out, layer.in, stream);
  else
    weight = random_orthonormal(layer.in, layer.out, stream).transpose();
  return Eigen::Map<const Vector>(weight.data(), weight.size());
}

Vector draw_weight(const Layer& layer, const Initialisation& how, const RandomStream& stream) {
  const auto in = static_cast<double>(layer.in);
  const double both = in + static_cast<double>(layer.out);
  switch (how.scheme) {
    case Scheme::torch:
      return uniform_weight(layer, 1 / std::sqrt(in), stream);
    case Scheme::kaiming_normal:
      return gaussian_weight(layer, std::sqrt(2 / in), stream);
    case Scheme::kaiming_uniform:
      return uniform_weight(layer, std::sqrt(6 / in), stream);
    case Scheme::xavier_normal:
      return gaussian_weight(layer, std::sqrt(2 / both), stream);
    case Scheme::xavier_uniform:
      return uniform_weight(layer, std::sqrt(6 / both), stream);
    case Scheme::lecun_normal:
      return gaussian_weight(layer, 1 / std::sqrt(in), stream);
    case Scheme::gaussian:
      return gaussian_weight(layer, how.std, stream);
    case Scheme::orthogonal:
      return orthogonal_weight(layer, stream);
  }
  throw InvalidInput("unknown initialisation scheme");
}

Vector draw_bias(const Layer& layer, const Initialisation& how, const RandomStream& stream) {
  if (how.bias == BiasScheme::zero) return Vector::Zero(layer.out);
  const double bound = 1 / std::sqrt(static_cast<double>(layer.in));
  return stream.child("bias").uniforms(layer.out, -bound, bound);
}

void check_balanced(const NetworkPlan& plan, Index k) {
  ANISO_CHECK(k >= 1, "balanced initialisation: give at least one singular value");
  const auto needs_width = [&](Index width, const std::string& where) {
    ANISO_CHECK(width >= k, "balanced initialisation with ", k, " singular values: ", where,
                " has only ", width, width == 1 ? " feature" : " features", "; give at most ",
                width, " or make it wider");
  };
  needs_width(plan.inputs, "the input");
  for (const auto& layer : plan.layers) {
    ANISO_CHECK(layer.op == Layer::Op::dense && !layer.bias,
                "balanced initialisation is for linear networks without biases; '", layer.name,
                layer.op == Layer::Op::dense ? "' has a bias" : "' is an activation");
    needs_width(layer.out, "'" + layer.name + "'");
  }
}

}  // namespace

Vector draw_parameters(const NetworkPlan& plan, const Initialisation& how,
                       const RandomStream& stream) {
  Vector parameters(plan.parameter_count());
  for (const auto& block : plan.layout()) {
    const Layer& layer = plan.layers[static_cast<std::size_t>(block.layer)];
    const RandomStream own = stream.child(layer.name);
    parameters.segment(block.offset, block.size()) =
        how.scale * (block.is_bias ? draw_bias(layer, how, own) : draw_weight(layer, how, own));
  }
  return parameters;
}

Matrix random_orthonormal(Index rows, Index k, const RandomStream& stream) {
  ANISO_CHECK(k >= 0 && k <= rows, "cannot draw ", k, " orthonormal vectors of length ", rows);
  const Matrix draws = stream.normals(rows, k);
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(draws);
  Matrix q = qr.householderQ() * Eigen::MatrixXd::Identity(rows, k);
  for (Index j = 0; j < k; ++j)
    if (qr.matrixQR()(j, j) < 0) q.col(j) = -q.col(j);
  return q;
}

Vector draw_balanced(const NetworkPlan& plan, const std::vector<double>& singular_values,
                     const RandomStream& stream) {
  const auto k = static_cast<Index>(singular_values.size());
  check_balanced(plan, k);
  const Eigen::Map<const Vector> s(singular_values.data(), k);
  ANISO_CHECK(s.allFinite() && s.minCoeff() >= 0,
              "balanced initialisation: singular values must be finite and at least 0");
  Vector parameters(plan.parameter_count());
  Matrix right = random_orthonormal(plan.inputs, k, stream.child("input"));
  for (const auto& block : plan.layout()) {
    const Layer& layer = plan.layers[static_cast<std::size_t>(block.layer)];
    Matrix left = random_orthonormal(layer.out, k, stream.child(layer.name));
    Eigen::Map<Matrix>(parameters.data() + block.offset, block.rows, block.cols).noalias() =
        left * s.asDiagonal() * right.transpose();
    right = std::move(left);
  }
  return parameters;
}

ParamSchema initialisation_params(bool with_bias) {
  std::vector<Choice> schemes;
  for (const auto& entry : kSchemes) schemes.push_back({entry.id, entry.title, entry.doc});
  ParamSchema schema = {
      choice_param("initialisation", "torch", std::move(schemes))
          .titled("Initialisation")
          .about("How the weights are drawn.")
          .starts_only(),
      real_param("std", 0.1)
          .titled("Weight std")
          .about("Standard deviation of the Gaussian weights.")
          .range(0, 1000)
          .when("initialisation", {"gaussian"})
          .starts_only(),
      real_param("scale", 1)
          .titled("Initial scale")
          .about("Multiplies every initial weight and bias: small values start near the origin, "
                 "large ones in the lazy regime.")
          .range(0, 1000)
          .starts_only()};
  if (with_bias)
    schema.push_back(choice_param("bias_initialisation", "torch",
                                  {{"torch", "LibTorch default", "U(±1/√fan_in)."},
                                   {"zero", "Zero", "All biases start at 0."}})
                         .titled("Bias initialisation")
                         .about("How the biases are drawn.")
                         .when("bias", {"true"})
                         .starts_only());
  return schema;
}

Initialisation initialisation_of(const Params& params) {
  Initialisation how;
  const std::string id = params.choice("initialisation");
  for (const auto& entry : kSchemes)
    if (id == entry.id) how.scheme = entry.scheme;
  how.std = params.real("std");
  how.scale = params.real("scale");
  if (params.json().contains("bias_initialisation") &&
      params.choice("bias_initialisation") == "zero")
    how.bias = BiasScheme::zero;
  return how;
}

}  // namespace aniso::nn
