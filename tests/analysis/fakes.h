#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/analysis/registry.h"
#include "core/base/check.h"
#include "core/nn/dense_chain.h"
#include "core/nn/family.h"
#include "core/nn/registry.h"

namespace aniso::analysis {

/// f(x) = W x + b, layer by layer given as weights; derivatives are exact by hand. Analyses are
/// tested on it without any engine.
class LinearFunction : public nn::LayeredFunction {
 public:
  LinearFunction(Matrix weight, Vector bias, std::vector<Matrix> layers = {})
      : weight_(std::move(weight)), bias_(std::move(bias)), layers_(std::move(layers)) {
    if (layers_.empty()) layers_ = {weight_};
  }

  Index inputs() const override { return weight_.cols(); }
  Index outputs() const override { return weight_.rows(); }
  nn::SecondOrder second_order() const override { return nn::SecondOrder::affine; }
  Matrix values(MatrixRef x) const override {
    if (on_call) on_call();
    return (x * weight_.transpose()).rowwise() + bias_.transpose();
  }
  Matrix vector_jacobian(MatrixRef, MatrixRef v) const override { return v * weight_; }
  nn::Jets jets(MatrixRef, MatrixRef) const override { throw InvalidInput("not asked for here"); }
  std::unique_ptr<nn::Function> restricted(VectorRef origin, MatrixRef basis) const override {
    auto out =
        std::make_unique<LinearFunction>(Matrix(weight_ * basis), Vector(weight_ * origin + bias_));
    out->on_call = on_call;
    return out;
  }
  std::unique_ptr<nn::Function> clone() const override {
    return std::make_unique<LinearFunction>(*this);
  }

  std::size_t layer_count() const override { return layers_.size(); }
  std::string layer_name(std::size_t layer) const override { return text("dense ", layer + 1); }
  Matrix weight(std::size_t layer) const override { return layers_[layer]; }
  Matrix layer_inputs(std::size_t, MatrixRef x) const override { return x; }
  Matrix layer_vector_jacobian(std::size_t, MatrixRef, MatrixRef v) const override {
    return v * weight_;
  }
  Matrix weight_gradient(std::size_t, MatrixRef x, MatrixRef v) const override {
    return v.transpose() * x;
  }

  std::function<void()> on_call;

 private:
  Matrix weight_;
  Vector bias_;
  std::vector<Matrix> layers_;
};

/// f_c(x) = ½ xᵀ A_c x + b_cᵀ x + a_c for each output c: all derivatives are known. A_c symmetric.
class QuadraticFunction : public nn::LayeredFunction {
 public:
  QuadraticFunction(std::vector<Matrix> hessians, Matrix slopes, Vector offsets,
                    nn::SecondOrder order = nn::SecondOrder::smooth)
      : hessians_(std::move(hessians)),
        slopes_(std::move(slopes)),
        offsets_(std::move(offsets)),
        order_(order) {}
  /// One output, ½ xᵀ A x.
  explicit QuadraticFunction(const Matrix& hessian)
      : QuadraticFunction({hessian}, Matrix::Zero(1, hessian.rows()), Vector::Zero(1)) {}

  Index inputs() const override { return slopes_.cols(); }
  Index outputs() const override { return slopes_.rows(); }
  nn::SecondOrder second_order() const override { return order_; }
  Matrix values(MatrixRef x) const override {
    Matrix out = (x * slopes_.transpose()).rowwise() + offsets_.transpose();
    for (Index c = 0; c < outputs(); ++c)
      out.col(c) += 0.5 * x.cwiseProduct(bent(x, c)).rowwise().sum();
    return out;
  }
  Matrix vector_jacobian(MatrixRef x, MatrixRef v) const override {
    Matrix out = v * slopes_;
    for (Index c = 0; c < outputs(); ++c) out += v.col(c).asDiagonal() * bent(x, c);
    return out;
  }
  nn::Jets jets(MatrixRef x, MatrixRef directions) const override {
    if (on_jets) on_jets(x.rows());
    nn::Jets jets;
    jets.value = values(x);
    const Index k = directions.cols();
    for (Index i = 0; i < k; ++i) {
      Matrix first(x.rows(), outputs());
      for (Index c = 0; c < outputs(); ++c)
        first.col(c) = (bent(x, c).rowwise() + slopes_.row(c)) * directions.col(i);
      jets.first.push_back(first);
      for (Index j = i; j < k; ++j) {
        Matrix second(x.rows(), outputs());
        for (Index c = 0; c < outputs(); ++c)
          second.col(c).setConstant(
              directions.col(i).dot(hessians_[static_cast<std::size_t>(c)] * directions.col(j)));
        jets.second.push_back(second);
      }
    }
    return jets;
  }
  std::unique_ptr<nn::Function> clone() const override {
    return std::make_unique<QuadraticFunction>(*this);
  }
  std::size_t layer_count() const override { return 0; }
  std::string layer_name(std::size_t) const override { return ""; }
  Matrix weight(std::size_t) const override { throw InvalidInput("a quadratic has no layers"); }
  Matrix layer_inputs(std::size_t, MatrixRef) const override { return {}; }
  Matrix layer_vector_jacobian(std::size_t, MatrixRef, MatrixRef) const override { return {}; }
  Matrix weight_gradient(std::size_t, MatrixRef, MatrixRef) const override { return {}; }

  std::function<void(Index samples)> on_jets;

 private:
  Matrix bent(MatrixRef x, Index c) const { return x * hessians_[static_cast<std::size_t>(c)]; }

  std::vector<Matrix> hessians_;
  Matrix slopes_;
  Vector offsets_;
  nn::SecondOrder order_;
};

/// Fresh networks of a dense architecture, and trained ones and outcomes as the test says.
class FakeLaboratory : public Laboratory {
 public:
  FakeLaboratory(const std::string& architecture, const Json& params, Index inputs, Index outputs)
      : architecture_(nn::architecture(architecture)),
        params_(validated(architecture_.params, params, architecture)),
        plan_(architecture_.plan(params_, InputShape(inputs), outputs)),
        family_(nn::make_dense_family(architecture_, params_, InputShape(inputs), outputs)) {}

  const nn::FunctionFamily& family() override { return *family_; }
  std::unique_ptr<nn::LayeredFunction> function(VectorRef parameters) override {
    return nn::make_dense_chain(plan_, parameters, Dtype::float64);
  }
  std::vector<Checkpoint> checkpoints() override { return stored; }
  Index total_steps() const override { return steps; }
  Vector trained(Index member, Index step, const std::stop_token& stop) override {
    if (stop.stop_requested()) throw Cancelled{};
    return on_trained(member, step);
  }
  VariantMetrics outcome(const Variant& variant, const std::stop_token& stop) override {
    if (stop.stop_requested()) throw Cancelled{};
    return on_outcome(variant);
  }

  std::unique_ptr<Cohort> cohort(const std::vector<Variant>& variants) override {
    return on_cohort(variants);
  }

  const nn::NetworkPlan& plan() const { return plan_; }
  const Params& params() const { return params_; }
  /// Parameters of a fresh network.
  Vector fresh(Index number) const {
    return architecture_.initialise(plan_, params_,
                                    RandomStream(0, "fake", static_cast<std::uint64_t>(number)));
  }

  std::vector<Checkpoint> stored;
  Index steps = 100;
  std::function<Vector(Index member, Index step)> on_trained = [this](Index member, Index) {
    return fresh(member);
  };
  std::function<VariantMetrics(const Variant&)> on_outcome;
  std::function<std::unique_ptr<Cohort>(const std::vector<Variant>&)> on_cohort;

 private:
  const nn::Architecture& architecture_;
  Params params_;
  nn::NetworkPlan plan_;
  std::unique_ptr<nn::FunctionFamily> family_;
};

/// Everything an analysis looks at, owned in one place.
struct Scene {
  std::unique_ptr<LinearFunction> function;
  nn::NetworkPlan plan;
  data::Dataset data;
  std::vector<std::shared_ptr<const ProbeRecord>> probes;

  Scene(Matrix weight, Vector bias, std::vector<Matrix> layers = {}) {
    plan.inputs = weight.cols();
    plan.outputs = weight.rows();
    const Index d = weight.cols();
    function =
        std::make_unique<LinearFunction>(std::move(weight), std::move(bias), std::move(layers));
    data.shape = data::InputShape::vector(d);
    data.x = Matrix::Zero(0, d);
    data.plane.origin = Vector::Zero(d);
    if (d >= 2) {
      data.plane.u = Vector::Unit(d, 0);
      data.plane.v = Vector::Unit(d, 1);
    }
  }

  void add_record(Index step, Matrix outputs) {
    probes.push_back(std::make_shared<ProbeRecord>(ProbeRecord{step, std::move(outputs)}));
  }

  Input input(const std::string& id, const Json& params = Json::object()) const {
    Input in;
    in.function = function.get();
    in.plan = &plan;
    in.data = &data;
    in.probes = &probes;
    in.params = validated(aniso::analysis::analysis(id).params, params, id);
    in.step = probes.empty() ? 0 : probes.back()->step;
    return in;
  }

  ResultsPtr evaluate(const std::string& id, const Json& params = Json::object()) const {
    return aniso::analysis::evaluate(aniso::analysis::analysis(id), input(id, params), {});
  }
};

/// The result called `id`; a copy, so that the results may be a temporary.
template <typename Kind>
Kind result(const Results& results, const std::string& id) {
  for (const auto& entry : results.results)
    if (quantity_of(entry).id == id) return std::get<Kind>(entry);
  throw InvalidInput("no result called " + id);
}

}  // namespace aniso::analysis
