#include "core/nn/restriction.h"

#include "core/base/check.h"
#include "core/nn/weights.h"

namespace aniso::nn {

bool can_fold_restriction(const NetworkPlan& plan) {
  return !plan.layers.empty() && plan.layers.front().op == Layer::Op::dense;
}

PlanWithParameters fold_restriction(const NetworkPlan& plan, VectorRef parameters, VectorRef origin,
                                    MatrixRef basis) {
  check_parameters(plan, parameters);
  check_size("origin", origin.size(), plan.inputs);
  ANISO_CHECK_SHAPE(basis, plan.inputs, -1);
  ANISO_CHECK(basis.cols() >= 1, "a restriction needs at least one direction");
  ANISO_CHECK(can_fold_restriction(plan), "only a dense first layer can take in a restriction");

  const Layer& first = plan.layers.front();
  const Eigen::Map<const Matrix> weight(parameters.data(), first.out, first.in);
  const Matrix folded = weight * basis;
  Vector bias = weight * origin;
  Index used = weight.size();
  if (first.bias) {
    bias += parameters.segment(used, first.out);
    used += first.out;
  }

  PlanWithParameters result{plan, {}};
  result.plan.inputs = result.plan.layers.front().in = basis.cols();
  result.plan.layers.front().bias = true;
  result.parameters.resize(result.plan.parameter_count());
  result.parameters << Eigen::Map<const Vector>(folded.data(), folded.size()), bias,
      parameters.tail(parameters.size() - used);
  return result;
}

}  // namespace aniso::nn
