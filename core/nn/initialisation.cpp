#include "core/nn/initialisation.h"

#include <Eigen/QR>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

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

Vector orthogonal_weight(const ParameterBlock& block, const RandomStream& stream) {
  Matrix weight;
  if (block.rows >= block.cols)
    weight = random_orthonormal(block.rows, block.cols, stream);
  else
    weight = random_orthonormal(block.cols, block.rows, stream).transpose();
  return Eigen::Map<const Vector>(weight.data(), weight.size());
}

Vector draw_weight(const Layer& layer, const ParameterBlock& block, const Initialisation& how,
                   const RandomStream& stream) {
  const auto in = static_cast<double>(block.cols);
  const double both = in + static_cast<double>(block.rows * layer.window * layer.window);
  const auto gaussian = [&](double std) -> Vector { return std * stream.normals(block.size()); };
  const auto uniform = [&](double bound) { return stream.uniforms(block.size(), -bound, bound); };
  switch (how.scheme) {
    case Scheme::torch:
      return uniform(1 / std::sqrt(in));
    case Scheme::kaiming_normal:
      return gaussian(std::sqrt(2 / in));
    case Scheme::kaiming_uniform:
      return uniform(std::sqrt(6 / in));
    case Scheme::xavier_normal:
      return gaussian(std::sqrt(2 / both));
    case Scheme::xavier_uniform:
      return uniform(std::sqrt(6 / both));
    case Scheme::lecun_normal:
      return gaussian(1 / std::sqrt(in));
    case Scheme::gaussian:
      return gaussian(how.std);
    case Scheme::orthogonal:
      return orthogonal_weight(block, stream);
  }
  throw InvalidInput("unknown initialisation scheme");
}

// Of a layer whose weight has `fan_in` columns.
Vector draw_bias(Index size, Index fan_in, const Initialisation& how, const RandomStream& stream) {
  if (how.bias == BiasScheme::zero) return Vector::Zero(size);
  const double bound = 1 / std::sqrt(static_cast<double>(fan_in));
  return stream.child("bias").uniforms(size, -bound, bound);
}

// Standard deviation of class tokens and positions, as vision transformers have it.
constexpr double kTokenStd = 0.02;

Vector draw_block(const Layer& layer, const ParameterBlock& block, Index fan_in,
                  const Initialisation& how, const RandomStream& stream) {
  switch (block.role) {
    case Role::weight:
      return how.scale * draw_weight(layer, block, how, stream);
    case Role::bias:
      return how.scale * draw_bias(block.size(), fan_in, how, stream);
    case Role::scale:
    case Role::running_variance:
      return Vector::Ones(block.size());
    case Role::shift:
    case Role::running_mean:
      return Vector::Zero(block.size());
    case Role::class_token:
      return kTokenStd * stream.child("class token").normals(block.size());
    case Role::positions:
      return kTokenStd * stream.child("positions").normals(block.size());
    case Role::centres:
      return stream.normals(block.size());
  }
  throw InvalidInput("unknown kind of parameter");
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

double weight_variance(const Initialisation& how, Index fan_in, Index fan_out) {
  const auto in = static_cast<double>(fan_in), both = static_cast<double>(fan_in + fan_out);
  const auto variance = [&] {
    switch (how.scheme) {
      case Scheme::torch:
        return 1 / (3 * in);
      case Scheme::kaiming_normal:
      case Scheme::kaiming_uniform:
        return 2 / in;
      case Scheme::xavier_normal:
      case Scheme::xavier_uniform:
        return 2 / both;
      case Scheme::lecun_normal:
        return 1 / in;
      case Scheme::gaussian:
        return how.std * how.std;
      case Scheme::orthogonal:
        break;
    }
    return std::numeric_limits<double>::quiet_NaN();
  };
  return variance() * how.scale * how.scale;
}

Vector draw_parameters(const NetworkPlan& plan, const Initialisation& how,
                       const RandomStream& stream) {
  Vector parameters(plan.parameter_count());
  Index fan_in = 1;  // a bias follows its weight
  for (const auto& block : plan.layout()) {
    const Layer& layer = plan.layers[static_cast<std::size_t>(block.layer)];
    if (block.role == Role::weight) fan_in = block.cols;
    parameters.segment(block.offset, block.size()) =
        draw_block(layer, block, fan_in, how, stream.child(layer.name));
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

ParamSchema initialisation_params(Biases biases) {
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
  ParamSpec bias = choice_param("bias_initialisation", "torch",
                                {{"torch", "LibTorch default", "U(±1/√fan_in)."},
                                 {"zero", "Zero", "All biases start at 0."}})
                       .titled("Bias initialisation")
                       .about("How the biases are drawn.")
                       .starts_only();
  if (biases == Biases::by_parameter) bias.when("bias", {"true"});
  schema.push_back(std::move(bias));
  return schema;
}

Initialisation initialisation_of(const Params& params) {
  Initialisation how;
  const std::string id = params.choice("initialisation");
  for (const auto& entry : kSchemes)
    if (id == entry.id) how.scheme = entry.scheme;
  how.std = params.real("std");
  how.scale = params.real("scale");
  if (params.choice("bias_initialisation") == "zero") how.bias = BiasScheme::zero;
  return how;
}

Vector draw_as_declared(const NetworkPlan& plan, const Params& params, const RandomStream& stream) {
  return draw_parameters(plan, initialisation_of(params), stream);
}

}  // namespace aniso::nn
