#include "core/session/theory_values.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/theory/linear_descent.h"
#include "core/training/objectives.h"
#include "core/training/optimizers.h"

namespace aniso::session {
namespace {

// Why plain gradient descent on linear regression does not describe this run; empty where it does.
std::string descent_obstacle(const ResolvedExperiment& resolved) {
  const auto& plan = resolved.plan();
  if (plan.layers.size() != 1 || plan.layers[0].op != nn::Layer::Op::dense)
    return "the closed form is that of one linear layer";
  if (training::objective(resolved.spec.objective).loss != training::Loss::squared)
    return "the closed form is that of the squared loss";
  const auto& optimizer = training::optimizer(resolved.spec.optimizer);
  if (!optimizer.full_batch || !training::plain_rate(optimizer, resolved.spec.optimizer_params))
    return "the closed form is that of gradient descent at a constant rate without decay, warm-up "
           "or clipping";
  return {};
}

// The layer's parameters as (inputs [+ 1 for the bias], outputs).
Matrix weights_of(const nn::NetworkPlan& plan, const Vector& parameters) {
  const auto blocks = plan.layout();
  Matrix out(plan.inputs + static_cast<Index>(blocks.size()) - 1, plan.outputs);
  for (const auto& block : blocks) {
    const Eigen::Map<const Matrix> values(parameters.data() + block.offset, block.rows, block.cols);
    if (block.role == nn::Role::bias)
      out.bottomRows(1) = values.transpose();
    else
      out.topRows(plan.inputs) = values.transpose();
  }
  return out;
}

double descent_distance(const ResolvedExperiment& resolved, const Vector& parameters, Index step) {
  const auto& data = *resolved.data;
  const Matrix start = weights_of(resolved.plan(), resolved.initial);
  Matrix x = Matrix::Ones(static_cast<Index>(data.train.size()), start.rows());
  x.leftCols(data.x.cols()) = data.x(data.train, Eigen::all);
  const Matrix y = training::squared_targets(data)(data.train, Eigen::all);
  const double rate = *training::plain_rate(training::optimizer(resolved.spec.optimizer),
                                            resolved.spec.optimizer_params);
  const Matrix expected = theory::LinearDescent(x, y, start).weights(rate, step);
  return (weights_of(resolved.plan(), parameters) - expected).norm() / expected.norm();
}

std::string imbalance_obstacle(const nn::NetworkPlan& plan) {
  if (plan.layers.size() < 2) return "needs two or more layers";
  for (const auto& layer : plan.layers)
    if (layer.op != nn::Layer::Op::dense) return "needs a chain of linear layers";
  return {};
}

double imbalance(const nn::NetworkPlan& plan, const Vector& parameters) {
  std::vector<Matrix> weights;
  for (const auto& block : plan.layout())
    if (block.role == nn::Role::weight)
      weights.emplace_back(
          Eigen::Map<const Matrix>(parameters.data() + block.offset, block.rows, block.cols));
  double worst = 0;
  for (std::size_t l = 0; l + 1 < weights.size(); ++l) {
    const Matrix below = weights[l] * weights[l].transpose();
    const Matrix above = weights[l + 1].transpose() * weights[l + 1];
    worst = std::max(worst, (above - below).norm() / below.norm());
  }
  return worst;
}

}  // namespace

void add_theory(Measurements& measurements, const ResolvedExperiment& resolved,
                const Vector& parameters, Index step) {
  const auto set = [&](const char* name, const std::string& obstacle, const auto& value) {
    if (obstacle.empty())
      measurements.set(name, value());
    else
      measurements.set(name, MetricsRow::kNone, Status::undefined(obstacle));
  };
  set("theory/descent_distance", descent_obstacle(resolved),
      [&] { return descent_distance(resolved, parameters, step); });
  set("theory/imbalance", imbalance_obstacle(resolved.plan()),
      [&] { return imbalance(resolved.plan(), parameters); });
}

}  // namespace aniso::session
