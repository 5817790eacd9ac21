#include "core/nn/restriction.h"

#include <algorithm>
#include <iterator>

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

  PlanWithParameters result{plan, {}};
  result.plan.inputs = result.plan.layers.front().in = basis.cols();
  result.plan.layers.front().bias = true;
  result.parameters = Vector::Zero(result.plan.parameter_count());
  const auto from = plan.layout(), to = result.plan.layout();
  const auto into = [&](const ParameterBlock& block) {
    return std::find_if(to.begin(), to.end(),
                        [&](const ParameterBlock& b) { return b.name == block.name; });
  };
  for (const auto& block : from) {
    const auto given = parameters.segment(block.offset, block.size());
    if (block.layer != 0 || block.role != Role::weight) {
      result.parameters.segment(into(block)->offset, block.size()) += given;
      continue;
    }
    const Eigen::Map<const Matrix> weight(parameters.data() + block.offset, block.rows, block.cols);
    const auto folded = into(block);
    Eigen::Map<Matrix>(result.parameters.data() + folded->offset, folded->rows, folded->cols) =
        weight * basis;
    result.parameters.segment(std::next(folded)->offset, block.rows) += weight * origin;
  }
  return result;
}

}  // namespace aniso::nn
