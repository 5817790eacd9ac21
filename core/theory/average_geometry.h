#pragma once

#include <vector>

#include "core/base/types.h"

/// Closed forms of the average geometry G = E[∇f ∇fᵀ] of fresh networks and of its evolution
/// Δ = dG/dt under gradient flow. S is the sum Σ x xᵀ over the training inputs, and the loss is
/// ½ Σ (f − y)², summed over samples.
namespace aniso::theory {

/// G of a ReLU MLP with one output whose weights and biases are independent and symmetric is
/// isotropic, at every input: this factor times the identity,
///   σ_out² Π_l (n_l σ_l²/2).
///
/// @param widths     n_l of the hidden layers; may be empty.
/// @param variances  of the weights: one per hidden layer, then the output layer's.
/// @throws InvalidInput if there is not one more variance than widths, a width is not positive or
///         a variance is negative or not finite.
double relu_mlp_geometry(const std::vector<Index>& widths, const std::vector<double>& variances);

/// Δ at initialisation of f = aᵀWx with n hidden units and independent Gaussian weights, exact at
/// every width:
///   −2 [σ_a² σ_w⁴ (n(n+1) S + n tr(S) I) + σ_a⁴ n(n+2) σ_w² S].
///
/// @param s  (D, D) symmetric. @param var_w  σ_w² > 0. @param var_a  σ_a² > 0.
/// @throws InvalidInput.
Matrix two_layer_linear_evolution(const MatrixRef& s, Index hidden, double var_w, double var_a);

/// Windows of a linear convolution with one input channel on height × width pixels.
struct ConvolutionWindows {
  Index height = 1;  ///< 1 for a signal
  Index width = 1;
  Index kernel_height = 1;  ///< odd; windows are centred
  Index kernel_width = 1;
  bool circular = true;  ///< else zeros beyond the edges
};

/// Q = Σ_k T_kᵀ PᵀP T_k with T_k the shift by kernel offset k: what a convolution followed by the
/// linear pooling P makes of isotropic weights. G = C σ_a² σ_w² Q for C channels and a dense
/// read-out with variance σ_a².
///
/// @param pooling  (m, D) P. @return (D, D). @throws InvalidInput. Cost O(k m D + k D²).
Matrix convolution_moment(const ConvolutionWindows& windows, const MatrixRef& pooling);

/// Δ of that network at infinite width: −2(1/σ_a² + 1/σ_w²) G S G.
/// @throws InvalidInput.
Matrix convolution_evolution(const MatrixRef& g, const MatrixRef& s, double var_w, double var_a);

/// Δ of any network that is linear in its input, at infinite width: −(K S G + G S K), with K the
/// (D, D) input-space tangent kernel, k(x, x') = xᵀ K x'. @throws InvalidInput.
Matrix linear_network_evolution(const MatrixRef& kernel, const MatrixRef& g, const MatrixRef& s);

/// What averaging over `window` neighbours on a ring of `length` leaves of each Fourier mode's
/// energy, (sin(sω/2)/(s sin(ω/2)))² at ω = 2πk/length: the eigenvalues of G after a circular
/// convolution and average pooling with stride 1, up to a factor.
///
/// @return (length), k = 0 … length − 1. @throws InvalidInput unless 1 ≤ window ≤ length.
Vector average_pooling_transfer(Index length, Index window);

}  // namespace aniso::theory
