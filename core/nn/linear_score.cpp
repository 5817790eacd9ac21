#include <algorithm>
#include <cmath>

#include "core/geometry/basis.h"
#include "core/nn/initialisation.h"
#include "core/nn/registry.h"
#include "core/nn/score_network.h"

namespace aniso::nn {
namespace {

ParamSchema params() {
  return {reals_param("eigenvalues", {8, 5, 3, 2, 1})
              .titled("Eigenvalues")
              .about("λ of ΦΦᵀ, one for each element of the basis in its order; the last one "
                     "stands for all that follow, and those beyond the inputs are not used.")
              .range(0, 1e6)
              .lengths(1, 4096)
              .starts_only(),
          choice_param("basis", "pixel",
                       {{"pixel", "Pixels", "The inputs themselves."},
                        {"dct", "Cosine modes", "DCT-II, from slow to fast."},
                        {"hadamard", "Walsh functions", "From few sign changes to many."},
                        {"dft", "Fourier modes", "From slow to fast."}})
              .about("Eigenvectors of ΦΦᵀ.")
              .starts_only(),
          real_param("scale", 1)
              .titled("Initial scale")
              .about("The standard deviation of an entry of Θ is scale/√D; 0 starts from F = 0.")
              .range(0, 1000)
              .starts_only()};
}

// U diag(√λ) Uᵀ.
Matrix square_root(const Params& params, const FeatureShape& sample) {
  const Index dim = sample.size();
  const geometry::Grid grid = sample.kind == FeatureShape::Kind::map
                                  ? geometry::Grid{sample.channels, sample.height, sample.width}
                                  : geometry::Grid{1, 1, dim};
  const auto values = params.reals("eigenvalues");
  Matrix root = Matrix::Zero(dim, dim);
  for (Index k = 0; k < dim; ++k) {
    const Vector u = geometry::basis_element(geometry::basis_from_id(params.choice("basis")), k,
                                             grid, RandomStream(0, "no draws"));
    const auto at = std::min(static_cast<std::size_t>(k), values.size() - 1);
    root.noalias() += std::sqrt(values[at]) * u * u.transpose();
  }
  return root;
}

Vector initialise(const NetworkPlan& plan, const Params& params, const RandomStream& stream) {
  Vector out = draw_parameters(
      plan, {.scheme = Scheme::lecun_normal, .scale = params.real("scale")}, stream);
  for (const auto& block : plan.layout())
    if (!block.trained)
      Eigen::Map<Matrix>(out.data() + block.offset, block.rows, block.cols) =
          square_root(params, plan.layers.front().output_shape());
  return out;
}

}  // namespace

Architecture linear_score() {
  Architecture a;
  a.id = "linear_score";
  a.title = "Linear score model";
  a.doc =
      "F(x) = Φ Θ x without a time: Θ learns, and the fixed factor Φ makes some directions louder "
      "than others, with the eigenvalues and eigenvectors of ΦΦᵀ that you choose. The one model "
      "for "
      "which score anisotropy directions are a theorem.";
  a.has_time = true;
  a.params = params();
  a.plan = [](const Params&, const InputShape& inputs, Index outputs) {
    check_score_outputs(inputs, outputs);
    PlanBuilder net = PlanBuilder::with_time(
        inputs.is_image() ? FeatureShape::map(inputs.channels, inputs.height, inputs.width)
                          : FeatureShape::plain(inputs.dim));
    net.dense(outputs, {.bias = false, .name = "learned"});
    net.dense(outputs, {.bias = false, .fixed = true, .name = "fixed"});
    return net.finish(outputs);
  };
  a.initialise = initialise;
  return a;
}

}  // namespace aniso::nn
