#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/params.h"
#include "core/base/random.h"
#include "core/base/types.h"

namespace aniso::nn {

/// How the network's output depends on its input to second order.
enum class SecondOrder {
  smooth,            ///< a Hessian exists everywhere
  piecewise_linear,  ///< the Hessian is zero away from kinks
  affine,            ///< the Hessian is zero
};

enum class Activation { identity, relu, gelu, silu, tanh, softplus, quadratic };

/// One operation of a network. A plan says *what* is computed and holds no numbers; the engines
/// (explicit Eigen loops for dense chains, LibTorch for everything) say how.
struct Layer {
  enum class Op { dense, activation };
  Op op = Op::dense;
  std::string name;                              ///< "dense 1"; unique within the plan
  Index in = 0;                                  ///< features per sample going in
  Index out = 0;                                 ///< and coming out
  bool bias = true;                              ///< dense
  Activation activation = Activation::identity;  ///< activation

  bool operator==(const Layer&) const = default;
};

/// One trainable array within the flat parameter vector.
struct ParameterBlock {
  std::string name;  ///< "dense 1.weight"
  Index layer = 0;   ///< index into the plan's layers
  Index rows = 0;    ///< out; row-major (out, in) like LibTorch's Linear
  Index cols = 0;    ///< in; 1 for a bias
  Index offset = 0;  ///< first entry within the flat vector
  bool is_bias = false;
  Index size() const { return rows * cols; }
  bool operator==(const ParameterBlock&) const = default;
};

/// A network's structure: layers in order of evaluation.
struct NetworkPlan {
  Index inputs = 0;   ///< D
  Index outputs = 0;  ///< C
  std::vector<Layer> layers;

  /// Every layer is dense or an activation, so that the explicit engine can run it.
  bool is_dense_chain() const;
  /// From the activations used.
  SecondOrder second_order() const;
  /// Parameters in registration order: per layer weight, then bias.
  std::vector<ParameterBlock> layout() const;
  Index parameter_count() const;
  bool operator==(const NetworkPlan&) const = default;
};

/// The largest network that is accepted: 400 MB in float64, before gradients and optimiser state.
inline constexpr Index kMaxParameters = 50'000'000;

/// Checks that layers follow on from one another, names are unique, sizes are positive and the
/// parameters number at most kMaxParameters. @throws InvalidInput saying which layer is wrong.
void check_plan(const NetworkPlan& plan);

/// dense 1, activation 1, dense 2, …, dense L, checked. No layer is made for the identity.
NetworkPlan dense_chain_plan(Index inputs, const std::vector<Index>& hidden, Index outputs,
                             Activation activation, bool bias);

/// Whether parameters of one plan fit the other: same shapes and names in the same order. The
/// activations between them may differ.
bool same_shapes(const NetworkPlan& a, const NetworkPlan& b);

/// The choices for an `activation` parameter, with one-line docs.
std::vector<Choice> activation_choices();
/// @throws InvalidInput naming the nearest.
Activation activation_of(std::string_view id);
std::string activation_name(Activation activation);
SecondOrder second_order_of(Activation activation);

}  // namespace aniso::nn
