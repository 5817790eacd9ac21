#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/base/types.h"
#include "core/nn/plan.h"

namespace aniso::nn {

/// Second-order jets of a network along k directions u_1 … u_k, for n samples and C outputs.
/// With g(a) = f(x + Σ a_i u_i): value g, first ∂g/∂a_i, second ∂²g/∂a_i∂a_j at a = 0.
struct Jets {
  Matrix value;                ///< (n, C)
  std::vector<Matrix> first;   ///< k of (n, C)
  std::vector<Matrix> second;  ///< k(k+1)/2 of (n, C): (0,0), (0,1), …, (0,k−1), (1,1), …
  /// Position of the pair (i, j) within `second`, in either order.
  static std::size_t pair(std::size_t i, std::size_t j, std::size_t k);
};

/// One network with fixed parameters as a function of batches, as outside training: batch
/// normalisation uses its running statistics, so that no sample depends on another. Immutable;
/// const calls may run on several threads only through separate instances (they may share scratch
/// memory).
class Function {
 public:
  virtual ~Function() = default;

  virtual Index inputs() const = 0;   ///< D
  virtual Index outputs() const = 0;  ///< C
  virtual SecondOrder second_order() const = 0;

  /// f(x): (n, D) → (n, C).
  virtual Matrix values(MatrixRef x) const = 0;
  /// vᵀ ∂f/∂x per sample: x (n, D), v (n, C) → (n, D).
  virtual Matrix vector_jacobian(MatrixRef x, MatrixRef v) const = 0;
  /// Second-order jets along the columns of `directions` (D, k).
  virtual Jets jets(MatrixRef x, MatrixRef directions) const = 0;

  /// Gradient of the scalar read-out rᵀf(x): x (n, D), readout (C) → (n, D).
  virtual Matrix input_gradients(MatrixRef x, VectorRef readout) const;
  /// All Jacobians, one (C, D) matrix per sample, stacked: (n·C, D), sample-major.
  virtual Matrix jacobians(MatrixRef x) const;
  /// sum += Σ_k f(x_k) f(x_k)ᵀ; sum is (C, C). Large data need not leave the device.
  virtual void accumulate_output_moment(MatrixRef x, Matrix& sum) const;
  /// sum += Σ_k ∇(rᵀf)(x_k) ∇(rᵀf)(x_k)ᵀ; sum is (D, D).
  virtual void accumulate_gradient_moment(MatrixRef x, VectorRef readout, Matrix& sum) const;
  /// This network on the affine subspace x = origin + basis·a, as a function of a:
  /// origin (D), basis (D, k). The default lifts; dense chains fold the basis into layer one.
  virtual std::unique_ptr<Function> restricted(VectorRef origin, MatrixRef basis) const;
  /// A copy for use on another thread.
  virtual std::unique_ptr<Function> clone() const = 0;
};

/// A network whose layers can be looked into. Layers here are those with a weight matrix, in order
/// of evaluation. A layer applies it to `layer_positions` rows per sample: once for dense layers on
/// plain features, to every token, or to every window of a convolution, whose weight is unfolded to
/// (channels out, channels in·k·k). p stands for that number below; rows are sample-major.
class LayeredFunction : public Function {
 public:
  virtual std::size_t layer_count() const = 0;
  virtual std::string layer_name(std::size_t layer) const = 0;
  /// Weight of the layer, (out, in).
  virtual Matrix weight(std::size_t layer) const = 0;
  /// p: tokens, or output positions of a convolution; 1 otherwise.
  virtual Index layer_positions(std::size_t /*layer*/) const { return 1; }
  /// What the weight is applied to: (n·p, in). A convolution's windows overlap.
  virtual Matrix layer_inputs(std::size_t layer, MatrixRef x) const = 0;
  /// vᵀ ∂f/∂h with h a row of layer_inputs, through the layer's weight (a skip connection around
  /// the layer does not count, and overlapping windows are variables of their own): x (n, D), v (n,
  /// C) → (n·p, in). Equals δ·W, δ the gradient with respect to W h + b.
  virtual Matrix layer_vector_jacobian(std::size_t layer, MatrixRef x, MatrixRef v) const = 0;
  /// Gradient of a data loss with respect to the layer's weight, given ∂loss/∂f per sample:
  /// x (n, D), loss_gradient (n, C) → (out, in); sums over samples.
  virtual Matrix weight_gradient(std::size_t layer, MatrixRef x, MatrixRef loss_gradient) const = 0;
};

/// The law of fresh networks of one architecture: draws many, evaluates them at once.
class FunctionFamily {
 public:
  virtual ~FunctionFamily() = default;
  virtual Index parameter_count() const = 0;
  /// Parameters of R fresh networks, one per row: (R, P). Network r uses stream.child("net", r).
  virtual Matrix draw(const RandomStream& stream, Index count) const = 0;
  /// f_r(x) for each of R networks: parameters (R, P), x (n, D) → R of (n, C).
  virtual std::vector<Matrix> values(const Matrix& parameters, MatrixRef x) const = 0;
  /// f_r at inputs of its own: x (R·n, D), of which network r takes the rows r·n …, → (R·n, C).
  virtual Matrix own_values(const Matrix& parameters, MatrixRef x) const;
  /// ∇(rᵀf_r)(x) for each network: → R of (n, D).
  virtual std::vector<Matrix> input_gradients(const Matrix& parameters, MatrixRef x,
                                              VectorRef readout) const = 0;
};

}  // namespace aniso::nn
