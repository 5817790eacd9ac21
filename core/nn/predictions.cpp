#include "core/nn/predictions.h"

namespace aniso::nn {

Matrix predictions(OutputKind kind, MatrixRef outputs) {
  if (kind == OutputKind::values) return outputs;
  if (kind == OutputKind::logit) {
    const auto decay = (-outputs.array().abs()).exp();
    return (outputs.array() >= 0).select(1 / (1 + decay), decay / (1 + decay)).matrix();
  }
  Matrix p = (outputs.colwise() - outputs.rowwise().maxCoeff()).array().exp().matrix();
  p.array().colwise() /= p.array().rowwise().sum().eval();
  return p;
}

}  // namespace aniso::nn
