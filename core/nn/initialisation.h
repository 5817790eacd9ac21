#pragma once

#include <string_view>
#include <vector>

#include "core/base/params.h"
#include "core/base/random.h"
#include "core/nn/plan.h"

namespace aniso::nn {

/// How the weights of a layer are drawn; a convolution is (out, in·k·k), its fan-out out·k·k.
enum class Scheme {
  torch,            ///< U(±1/√in), variance 1/(3 in): LibTorch's default
  kaiming_normal,   ///< N(0, 2/in)
  kaiming_uniform,  ///< U(±√(6/in)), variance 2/in
  xavier_normal,    ///< N(0, 2/(in + out))
  xavier_uniform,   ///< U(±√(6/(in + out))), variance 2/(in + out)
  lecun_normal,     ///< N(0, 1/in)
  gaussian,         ///< N(0, std²)
  orthogonal,       ///< uniformly random with orthonormal rows or columns, whichever are fewer
};

/// How the biases of a layer are drawn.
enum class BiasScheme {
  torch,  ///< U(±1/√in): LibTorch's default
  zero,
};

/// How the parameters of a network are drawn.
struct Initialisation {
  Scheme scheme = Scheme::torch;
  double std = 0.1;  ///< of Scheme::gaussian
  BiasScheme bias = BiasScheme::torch;
  double scale = 1;  ///< multiplies every weight and bias
};

/// Variance of a dense layer's weights where they are independent, the factor `scale` included.
/// NaN for the orthogonal scheme, whose weights depend on one another.
double weight_variance(const Initialisation& how, Index fan_in, Index fan_out);

/// Draws weight and bias of every layer in float64. Normalisation starts as the identity (scale 1,
/// shift 0, running mean 0 and variance 1), tokens and positions as N(0, 0.02²), kernel centres as
/// N(0, 1). A layer's draws are a function of
/// the stream and the layer's name and shape alone: stream.child(name) for the weight and its
/// child "bias" for the bias, so that adding a layer leaves the others as they were.
///
/// @return parameters in layout order. Cost O(P), orthogonal O(P·min(in, out)).
Vector draw_parameters(const NetworkPlan& plan, const Initialisation& how,
                       const RandomStream& stream);

/// (rows, k) with orthonormal columns, uniform on the Stiefel manifold: the Q factor of Gaussian
/// draws, with the signs that make the factor R's diagonal positive. Needs k ≤ rows.
/// Source: Mezzadri 2007, "How to generate random matrices from the classical compact groups".
Matrix random_orthonormal(Index rows, Index k, const RandomStream& stream);

/// Weights W_l = Q_l diag(s) Q_{l−1}ᵀ with independent random orthonormal Q_l (d_l, k): adjacent
/// layers satisfy W_{l+1}ᵀW_{l+1} = W_l W_lᵀ, and the product of L layers has singular values s^L.
///
/// @param singular_values  s, of every layer; k of them, all ≥ 0.
/// @throws InvalidInput if a layer is narrower than k, has a bias, or an activation is present.
Vector draw_balanced(const NetworkPlan& plan, const std::vector<double>& singular_values,
                     const RandomStream& stream);

/// Whether an architecture's layers have biases: as its parameter `bias` says, or always.
enum class Biases { by_parameter, always };

/// The declarations of `initialisation`, `std`, `scale` and `bias_initialisation`; all of them felt
/// at the next reset only.
ParamSchema initialisation_params(Biases biases);
/// Reads what `initialisation_params` declares.
Initialisation initialisation_of(const Params& params);
/// Draws as those parameters say: what an architecture without a law of its own starts from.
Vector draw_as_declared(const NetworkPlan& plan, const Params& params, const RandomStream& stream);

}  // namespace aniso::nn
