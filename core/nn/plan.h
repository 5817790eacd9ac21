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
  smooth,            ///< a Hessian that is not zero, everywhere or away from kinks
  piecewise_linear,  ///< the Hessian is zero away from kinks
  affine,            ///< the Hessian is zero
};

enum class Activation { identity, relu, gelu, silu, tanh, softplus, quadratic };
enum class Wrap { zero, circular };
enum class Pooling { average, max };
/// Over what mean and variance are taken: the batch and all positions (running values outside
/// training), the channels of a group and all positions of one sample, or one token's features.
enum class Norm { batch, group, layer };
enum class KernelKind { rbf, laplace, arc_cosine };

/// How the features of one sample are arranged between two layers. The flat order is row-major
/// over (channels, height, width) for a map and over (tokens, features) for tokens.
struct FeatureShape {
  enum class Kind { plain, map, tokens };
  Kind kind = Kind::plain;
  Index channels = 0;  ///< features of a plain vector, of one token, or channels of a map
  Index height = 1;    ///< of a map; number of tokens
  Index width = 1;     ///< of a map

  static FeatureShape plain(Index features) { return {Kind::plain, features, 1, 1}; }
  static FeatureShape map(Index c, Index h, Index w) { return {Kind::map, c, h, w}; }
  static FeatureShape tokens(Index count, Index f) { return {Kind::tokens, f, count, 1}; }
  Index size() const { return channels * height * width; }
  Index positions() const { return height * width; }
  /// "64", "16×32×32", "17 tokens × 32".
  std::string text() const;
  bool operator==(const FeatureShape&) const = default;
};

/// Instead of a layer's number: the network's own inputs.
inline constexpr Index kNetworkInputs = -2;

/// One operation of a network. A plan says *what* is computed and holds no numbers; the engines
/// (explicit Eigen loops for dense chains, LibTorch for everything) say how.
struct Layer {
  enum class Op {
    dense,           ///< W h + b; on every token alike where there are tokens
    activation,      ///< element by element
    convolution,     ///< map → map, W (out, in·k·k) on every window
    pool,            ///< map → map, average or maximum of every window
    global_average,  ///< map → one feature per channel
    normalise,       ///< mean 0 and variance 1, then scale and shift
    add,             ///< plus what layer `plus` gave
    embed,           ///< map → one token per position; class token in front, positions added
    attention,       ///< per token queries, keys and values (3F) → F, softmax over tokens
    token_mean,      ///< tokens → their mean
    first_token,     ///< tokens → the first
    kernel,          ///< k(x, c_j) for every centre c_j
    slice,           ///< the features `offset`, `offset` + 1, … of what goes in
    time_features,  ///< τ → (cos 1000 τ ω_i …, sin 1000 τ ω_i …), ω_i = 10⁴^(−i/m), 2m features
    modulate,     ///< per channel h (1 + s) + b; (b, s), or b alone, is what layer `plus` gave
    gate,         ///< per channel h g; g is what layer `plus` gave
    concatenate,  ///< channels of what goes in, then those of what layer `plus` gave
    upsample,     ///< map → map of `stride` times its sides, every pixel repeated
    unpatchify,   ///< tokens × (window² · channels) → map, patches side by side
  };
  Op op = Op::dense;
  std::string name;                              ///< "dense 1"; unique within the plan
  Index in = 0;                                  ///< features per sample going in
  Index out = 0;                                 ///< and coming out
  bool bias = true;                              ///< dense, convolution
  Activation activation = Activation::identity;  ///< activation
  FeatureShape in_shape = {};                    ///< left empty for plain vectors
  FeatureShape out_shape = {};

  /// Number of the layer whose output goes in; −1 for the one before, or kNetworkInputs.
  Index from = -1;
  Index plus = -1;     ///< add, modulate, gate, concatenate: number of the other layer
  Index offset = 0;    ///< slice
  bool fixed = false;  ///< dense: drawn once, not trained

  Index window = 1;      ///< side of a convolution's or pool's window
  Index stride = 1;      ///< of either; of upsampling, the factor
  Index pad_before = 0;  ///< rows above and columns to the left that `wrap` adds
  Index pad_after = 0;   ///< and below and to the right
  Wrap wrap = Wrap::zero;
  Pooling pooling = Pooling::average;
  Norm norm = Norm::batch;
  Index groups = 1;          ///< of group normalisation; as many as channels for instance
  bool affine = true;        ///< normalise: scales and shifts afterwards
  double epsilon = 1e-5;     ///< normalise: added to the variance
  Index heads = 1;           ///< attention
  bool class_token = false;  ///< embed
  bool positions = false;    ///< embed: adds a trained vector to every token
  bool sincos = false;       ///< embed: adds geometry::sincos_positions, which is not trained
  KernelKind kernel = KernelKind::rbf;
  double bandwidth = 1;  ///< ℓ of the RBF and Laplace kernels
  int order = 1;         ///< of the arc-cosine kernel

  FeatureShape input_shape() const {
    return in_shape.channels ? in_shape : FeatureShape::plain(in);
  }
  FeatureShape output_shape() const {
    return out_shape.channels ? out_shape : FeatureShape::plain(out);
  }
  bool operator==(const Layer&) const = default;
};

/// What an array of numbers is to its layer.
enum class Role {
  weight,  ///< (out, in), as of LibTorch's Linear; (out, in·k·k) of a convolution
  bias,
  scale,
  shift,
  class_token,
  positions,
  centres,
  running_mean,
  running_variance,
};

/// One array within the flat parameter vector.
struct ParameterBlock {
  std::string name;  ///< "dense 1.weight"
  Index layer = 0;   ///< index into the plan's layers
  Index rows = 0;    ///< row-major
  Index cols = 0;    ///< 1 for a bias
  Index offset = 0;  ///< first entry within the flat vector
  Role role = Role::weight;
  bool trained = true;  ///< false for buffers: running statistics, fixed weights, centres
  Index size() const { return rows * cols; }
  bool operator==(const ParameterBlock&) const = default;
};

/// A network's structure: layers in order of evaluation.
struct NetworkPlan {
  Index inputs = 0;   ///< D, or D + 1 with a time
  Index outputs = 0;  ///< C
  std::vector<Layer> layers;
  /// The last input is the time τ of a diffusion, in [0, 1): a score network F(x, τ).
  bool has_time = false;

  /// D, the inputs that data fill.
  Index data_inputs() const { return inputs - (has_time ? 1 : 0); }
  /// Every layer is dense on plain features or an activation, each fed by the one before, so that
  /// the explicit engine can run it.
  bool is_dense_chain() const;
  /// Batch normalisation computes something else in training than outside it.
  bool has_running_statistics() const;
  /// From the operations used.
  SecondOrder second_order() const;
  /// All arrays: what is trained, in registration order, then the buffers, in registration order.
  std::vector<ParameterBlock> layout() const;
  /// P, the length of the flat vector: everything that makes the network a function.
  Index parameter_count() const;
  /// How many of them, the first ones, are trained.
  Index trained_count() const;
  bool operator==(const NetworkPlan&) const = default;
};

/// The largest network that is accepted: 400 MB in float64, before gradients and optimiser state.
inline constexpr Index kMaxParameters = 50'000'000;

/// P in float64, so that absurd sizes are counted and not wrapped around.
double counted_parameters(const NetworkPlan& plan);

/// Checks that layers follow on from one another, names are unique, sizes are positive and the
/// parameters number at most kMaxParameters. @throws InvalidInput saying which layer is wrong.
void check_plan(const NetworkPlan& plan);

/// dense 1, activation 1, dense 2, …, dense L, checked. No layer is made for the identity.
NetworkPlan dense_chain_plan(Index inputs, const std::vector<Index>& hidden, Index outputs,
                             Activation activation, bool bias);

/// Whether parameters of one plan fit the other: same shapes and names in the same order. The
/// activations between them may differ.
bool same_shapes(const NetworkPlan& a, const NetworkPlan& b);

/// What a layer's name does not say: "3×3, stride 2, circular", "+ dense 1", "4 heads"; or empty.
std::string details_of(const NetworkPlan& plan, const Layer& layer);

/// The choices for an `activation` parameter, with one-line docs.
std::vector<Choice> activation_choices();
/// @throws InvalidInput naming the nearest.
Activation activation_of(std::string_view id);
std::string activation_name(Activation activation);
SecondOrder second_order_of(Activation activation);

}  // namespace aniso::nn
