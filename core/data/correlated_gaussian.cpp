#include <Eigen/Eigenvalues>
#include <cmath>
#include <vector>

#include "core/base/check.h"
#include "core/base/names.h"
#include "core/data/common.h"
#include "core/data/direction.h"
#include "core/data/registry.h"

namespace aniso::data {
namespace {

// (D, D) with Σ = R Rᵀ. @throws InvalidInput for a matrix that is no covariance.
Matrix root_of_covariance(const std::vector<double>& values, Index dim) {
  ANISO_CHECK(static_cast<Index>(values.size()) == dim * dim,
              "dataset.covariance_values: ", grouped(static_cast<Index>(values.size())),
              " numbers, but a covariance of ", dim, " inputs has ", grouped(dim * dim));
  const Eigen::Map<const Matrix> given(values.data(), dim, dim);
  ANISO_CHECK(
      (given - given.transpose()).cwiseAbs().maxCoeff() <= 1e-9 * given.cwiseAbs().maxCoeff(),
      "dataset.covariance_values: the matrix is not symmetric");
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(given);
  const Eigen::VectorXd& lambda = eigen.eigenvalues();
  ANISO_CHECK(lambda[0] >= -1e-9 * std::abs(lambda[dim - 1]),
              "dataset.covariance_values: the matrix has the negative eigenvalue ",
              number(lambda[0]), "; a covariance has none");
  return eigen.eigenvectors() * lambda.cwiseMax(0).cwiseSqrt().asDiagonal();
}

RawData generate(const Params& params, const RandomStream& stream) {
  RawData raw;
  raw.shape = input_shape(params);
  const Index n = params.integer("n"), dim = raw.shape.dim;
  check_entries(n, dim);
  const auto covariance = params.choice("covariance");
  ANISO_CHECK(covariance == "white" || covariance == "numbers", "dataset.covariance: '", covariance,
              "' belongs to an architecture; it must be resolved to numbers before data are made");
  raw.x = stream.child("inputs").normals(n, dim);
  Matrix sigma;
  if (covariance == "numbers") {
    const Matrix root = root_of_covariance(params.reals("covariance_values"), dim);
    raw.x *= root.transpose();
    sigma = root * root.transpose();
  } else if (can_keep_law(1, dim)) {
    sigma = Matrix::Identity(dim, dim);
  }
  if (can_keep_law(1, dim)) raw.law = gaussian_law(std::move(sigma));
  const Vector w =
      resolve_direction(params.direction("label_direction"), raw.shape, "dataset.label_direction");
  raw.classes = 2;
  if (params.choice("targets") == "side") {
    raw.class_names = {"negative side", "positive side"};
    raw.labels = ((raw.x * w).array() > 0).cast<std::int32_t>();
  } else {
    raw.class_names = {"heads", "tails"};
    const RandomStream coin = stream.child("coin");
    raw.labels.resize(n);
    for (Index i = 0; i < n; ++i)
      raw.labels[i] = static_cast<std::int32_t>(coin.below(static_cast<std::uint64_t>(i), 2));
  }
  return raw;
}

}  // namespace

DatasetType correlated_gaussian_type() {
  return {
      "correlated_gaussian",
      "Correlated Gaussian",
      "x ~ N(0, Σ) with Σ white, given, or the architecture's own average geometry, as it is or "
      "with its eigenvalues in reverse order, scaled to trace D. Labels are coin flips, which "
      "can only be memorised, or follow a direction.",
      {samples_param(1000), dimension_param(256, 2), layout_param("image"),
       choice_param("covariance", "white",
                    {{"white", "White", "Σ = I."},
                     {"average_geometry", "Average geometry",
                      "Σ ∝ G, the architecture's average geometry at initialisation."},
                     {"average_geometry_flipped", "Average geometry, flipped",
                      "G's eigenvectors with its eigenvalues in reverse order."},
                     {"numbers", "Numbers", "Given row by row."}})
           .about("Σ, the covariance of the inputs."),
       reals_param("covariance_values", {})
           .when("covariance", {"numbers"})
           .about("D² numbers, row by row; symmetric and positive semi-definite."),
       choice_param("targets", "coin",
                    {{"coin", "Coin flips", "Two classes that say nothing about the input."},
                     {"side", "Side", "Two classes: the sign of ⟨x, w⟩."}})
           .about("What is to be learned."),
       direction_param("label_direction", "dct:1")
           .titled("w")
           .when("targets", {"side"})
           .about("Direction that decides the class.")},
      generate};
}

}  // namespace aniso::data
