#include "core/nn/family.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/nn/dense_chain.h"
#include "core/nn/dense_passes.h"

namespace aniso::nn {
namespace {

template <typename Scalar>
class DenseFamily : public ArchitectureFamily {
 public:
  using ArchitectureFamily::ArchitectureFamily;

  std::vector<Matrix> values(const Matrix& parameters, MatrixRef x) const override {
    return for_each(parameters, x, plan().outputs,
                    [&](const auto& weights, Pass& pass, Index at, Index m) {
                      pass.forward(weights, x, at, m, weights.ops().size(), false);
                      return pass.result();
                    });
  }

  std::vector<Matrix> input_gradients(const Matrix& parameters, MatrixRef x,
                                      VectorRef readout) const override {
    check_size("readout", readout.size(), plan().outputs);
    const Matrix v =
        readout.transpose().replicate(std::min(x.rows(), DensePass<Scalar>::kMostRows), 1);
    return for_each(parameters, x, plan().inputs,
                    [&](const auto& weights, Pass& pass, Index at, Index m) {
                      pass.forward(weights, x, at, m, weights.ops().size(), true);
                      pass.seed(v.topRows(m));
                      pass.backward(weights, weights.ops().size(), 0);
                      return pass.gradient();
                    });
  }

 private:
  using Pass = DensePass<Scalar>;

  /// Calls evaluate(weights, pass, at, m) → (m, features) for every network and chunk.
  template <typename Evaluate>
  std::vector<Matrix> for_each(const Matrix& parameters, MatrixRef x, Index features,
                               Evaluate evaluate) const {
    check_shapes(parameters, x);
    std::vector<Matrix> results(static_cast<std::size_t>(parameters.rows()),
                                Matrix(x.rows(), features));
    if (results.empty()) return results;
    DenseWeights<Scalar> weights(plan(), parameters.row(0).transpose());
    Pass pass;
    const Index most = Pass::chunk_rows(weights);
    for (std::size_t r = 0; r < results.size(); ++r) {
      if (r > 0) weights.assign(parameters.row(static_cast<Index>(r)).transpose());
      for (Index at = 0; at < x.rows(); at += most) {
        const Index m = std::min(most, x.rows() - at);
        results[r].middleRows(at, m) = evaluate(weights, pass, at, m).template cast<double>();
      }
    }
    return results;
  }
};

}  // namespace

ArchitectureFamily::ArchitectureFamily(const Architecture& architecture, const Params& params,
                                       const InputShape& inputs, Index outputs)
    : initialise_(architecture.initialise),
      params_(params),
      plan_(architecture.plan(params, inputs, outputs)) {}

Matrix ArchitectureFamily::draw(const RandomStream& stream, Index count) const {
  ANISO_CHECK(count >= 0, "cannot draw ", count, " networks");
  Matrix parameters(count, parameter_count());
  for (Index r = 0; r < count; ++r) parameters.row(r) = draw_one(stream, r).transpose();
  return parameters;
}

void ArchitectureFamily::check_shapes(const Matrix& parameters, MatrixRef x) const {
  ANISO_CHECK_SHAPE(parameters, -1, parameter_count());
  ANISO_CHECK_SHAPE(x, -1, plan_.inputs);
}

std::unique_ptr<FunctionFamily> make_dense_family(const Architecture& architecture,
                                                  const Params& params, const InputShape& inputs,
                                                  Index outputs, Dtype dtype) {
  ANISO_CHECK(can_run_explicitly(architecture.plan(params, inputs, outputs)), "architecture '",
              architecture.id, "' is no chain of dense layers; use the LibTorch back end");
  if (dtype == Dtype::float32)
    return std::make_unique<DenseFamily<float>>(architecture, params, inputs, outputs);
  return std::make_unique<DenseFamily<double>>(architecture, params, inputs, outputs);
}

}  // namespace aniso::nn
