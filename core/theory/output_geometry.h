#pragma once

#include <vector>

#include "core/base/types.h"
#include "core/geometry/basis.h"

/// Closed forms of the average geometry of the output, G = E[F Fᵀ] over fresh networks, by what the
/// network ends in. Signals are laid out as `geometry::Grid` says: channel by channel.
namespace aniso::theory {

/// What follows the last linear layer.
enum class HeadActivation { identity, relu };

/// Moments of φ(z) for z ~ N(0, variance).
struct ActivationMoments {
  double mean = 0;      ///< E φ(z)
  double variance = 0;  ///< Var φ(z)
};
/// @throws InvalidInput if the variance is negative or not finite.
ActivationMoments activation_moments(HeadActivation activation, double variance);

/// G of a dense head φ(W h) with independent, equal rows of W: G = α I + β 1 1ᵀ.
struct DenseHead {
  double alpha = 0;  ///< E[Var(z | h)]
  double beta = 0;   ///< E[(E[z | h])²]
  /// (outputs, outputs) G; the all-ones direction has the eigenvalue α + β · outputs, all others α.
  /// @throws InvalidInput unless outputs ≥ 1.
  Matrix geometry(Index outputs) const;
};

/// Gaussian W without bias: z given h is N(0, s²‖h‖²), so that for ReLU
///   α = s²‖h‖² (1/2 − 1/(2π)), β = s²‖h‖²/(2π), and for the identity α = s²‖h‖², β = 0.
///
/// @param hidden  (m, h) hidden vectors, over which α and β are averaged.
/// @param weight_variance  s² ≥ 0 of each weight.
/// @throws InvalidInput. Cost O(m h).
DenseHead gaussian_dense_head(const MatrixRef& hidden, double weight_variance,
                              HeadActivation activation);

/// G of a convolutional head with C exchangeable output channels: I_C ⊗ A + 1 1ᵀ_C ⊗ B.
///
/// @param within  (P, P) A, of a channel given the layers before; P its pixels.
/// @param shared  (P, P) B, of the channels' common mean.
/// @return (C·P, C·P). @throws InvalidInput. Cost O(C² P²).
Matrix conv_head_geometry(const MatrixRef& within, const MatrixRef& shared, Index channels);

/// Where un-patchifying puts the features of tokens: entry token · p²C + feature is the place of
/// that feature in the image. Tokens go by rows; a token's features by pixel row, pixel column,
/// then channel, as in DiT (Peebles, Xie 2023).
/// @throws InvalidInput unless the patch divides height and width.
std::vector<Index> unpatchify(const geometry::Grid& grid, Index patch);

/// G of a head that maps every token by the same weights and un-patchifies: Q (A ⊗ I) Qᵀ. It has
/// at most as many different eigenvalues as there are tokens, each p²C times.
///
/// @param tokens  (T, T) A = E[⟨token_i, token_j⟩] times the variance of a weight.
/// @return (D, D), D = grid.dim(). @throws InvalidInput. Cost O(D² + T² p² C).
Matrix patch_head_geometry(const MatrixRef& tokens, const geometry::Grid& grid, Index patch);

/// (T, T) inner products ⟨LN(x_i), LN(x_j)⟩ of rows after layer normalisation without affine
/// parameters (variance over features, divided by their number).
/// @param rows  (T, h). @param epsilon  added to the variance, > 0. @throws InvalidInput.
Matrix layer_norm_kernel(const MatrixRef& rows, double epsilon = 1e-6);

/// A DiT at initialisation: adaLN-zero blocks (which then are the identity), fixed 2-D sine–cosine
/// positions, patch embedding without bias, layer normalisation without affine parameters, and a
/// Xavier-uniform final layer without bias.
struct DitOutput {
  geometry::Grid grid;
  Index patch = 2;
  Index hidden = 48;  ///< a multiple of 4
  /// c, the mean of 1/(1 − ᾱ_t) where F = ε_θ/√(1 − ᾱ_t), see
  /// `NoiseSchedule::mean_inverse_variance`; 1 for F = ε_θ.
  double scale = 1;
};

/// G of that DiT at x = 0, exactly: c · 2/(h + p²C) · (K ⊗ I_{p²C}) un-patchified, with K the
/// layer-norm kernel of the positions. A final layer of zeros has G = 0.
/// @return (D, D). @throws InvalidInput. Cost O(D² + T² h).
Matrix dit_output_geometry(const DitOutput& dit);

}  // namespace aniso::theory
