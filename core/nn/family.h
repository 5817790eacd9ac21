#pragma once

#include <functional>
#include <memory>

#include "core/nn/function.h"
#include "core/nn/registry.h"

namespace aniso::nn {

/// The law of fresh networks of a dense chain on the CPU: all networks share one workspace and one
/// plan, so that a network costs its arithmetic and one copy of its parameters.
/// @throws InvalidInput if the architecture's plan is no dense chain.
std::unique_ptr<FunctionFamily> make_dense_family(const Architecture& architecture,
                                                  const Params& params, const InputShape& inputs,
                                                  Index outputs, Dtype dtype = Dtype::float64);

/// The parts that every family shares: the plan, and draws that depend on the stream and the
/// network's number only.
class ArchitectureFamily : public FunctionFamily {
 public:
  ArchitectureFamily(const Architecture& architecture, const Params& params,
                     const InputShape& inputs, Index outputs);

  Index parameter_count() const override { return plan_.parameter_count(); }
  Matrix draw(const RandomStream& stream, Index count) const override;

 protected:
  const NetworkPlan& plan() const { return plan_; }
  /// Parameters (P) of network `number` of a draw. Any thread.
  Vector draw_one(const RandomStream& stream, Index number) const {
    return initialise_(plan_, params_, stream.child("net", static_cast<std::uint64_t>(number)));
  }
  /// Throws InvalidInput unless parameters are (R, P) and x is (n, D).
  void check_shapes(const Matrix& parameters, MatrixRef x) const;

 private:
  std::function<Vector(const NetworkPlan&, const Params&, const RandomStream&)> initialise_;
  Params params_;
  NetworkPlan plan_;
};

}  // namespace aniso::nn
