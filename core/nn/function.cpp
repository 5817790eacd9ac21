#include "core/nn/function.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"

namespace aniso::nn {
namespace {

constexpr Index kChunk = 512;

template <typename Body>
void for_each_chunk(Index rows, Body body) {
  for (Index at = 0; at < rows; at += kChunk) body(at, std::min(kChunk, rows - at));
}

void add_moment(const Matrix& rows, Matrix& sum) { sum.noalias() += rows.transpose() * rows; }

/// g(a) = f(origin + basis·a) by the chain rule.
class LiftedFunction : public Function {
 public:
  LiftedFunction(std::unique_ptr<Function> inner, VectorRef origin, MatrixRef basis)
      : inner_(std::move(inner)), origin_(origin), basis_(basis) {}

  Index inputs() const override { return basis_.cols(); }
  Index outputs() const override { return inner_->outputs(); }
  SecondOrder second_order() const override { return inner_->second_order(); }

  Matrix values(MatrixRef a) const override { return inner_->values(lifted(a)); }
  Matrix vector_jacobian(MatrixRef a, MatrixRef v) const override {
    return inner_->vector_jacobian(lifted(a), v) * basis_;
  }
  Jets jets(MatrixRef a, MatrixRef directions) const override {
    ANISO_CHECK_SHAPE(directions, inputs(), -1);
    const Matrix lifted_directions = basis_ * directions;
    return inner_->jets(lifted(a), lifted_directions);
  }
  std::unique_ptr<Function> clone() const override {
    return std::make_unique<LiftedFunction>(inner_->clone(), origin_, basis_);
  }

 private:
  Matrix lifted(MatrixRef a) const {
    ANISO_CHECK_SHAPE(a, -1, inputs());
    Matrix x = a * basis_.transpose();
    x.rowwise() += origin_.transpose();
    return x;
  }

  std::unique_ptr<Function> inner_;
  Vector origin_;
  Matrix basis_;
};

}  // namespace

std::size_t Jets::pair(std::size_t i, std::size_t j, std::size_t k) {
  if (i > j) std::swap(i, j);
  ANISO_CHECK(j < k, "jets along ", k, " directions have no pair (", i, ", ", j, ")");
  return i * k - i * (i + 1) / 2 + j;
}

Matrix Function::input_gradients(MatrixRef x, VectorRef readout) const {
  check_size("readout", readout.size(), outputs());
  const Matrix v = readout.transpose().replicate(x.rows(), 1);
  return vector_jacobian(x, v);
}

Matrix Function::jacobians(MatrixRef x) const {
  const Index n = x.rows(), c = outputs(), d = inputs();
  Matrix all(n * c, d);
  for (Index output = 0; output < c; ++output) {
    const Matrix rows = input_gradients(x, Vector::Unit(c, output));
    for (Index k = 0; k < n; ++k) all.row(k * c + output) = rows.row(k);
  }
  return all;
}

void Function::accumulate_output_moment(MatrixRef x, Matrix& sum) const {
  ANISO_CHECK_SHAPE(sum, outputs(), outputs());
  for_each_chunk(x.rows(),
                 [&](Index at, Index n) { add_moment(values(x.middleRows(at, n)), sum); });
}

void Function::accumulate_gradient_moment(MatrixRef x, VectorRef readout, Matrix& sum) const {
  ANISO_CHECK_SHAPE(sum, inputs(), inputs());
  for_each_chunk(x.rows(), [&](Index at, Index n) {
    add_moment(input_gradients(x.middleRows(at, n), readout), sum);
  });
}

std::unique_ptr<Function> Function::restricted(VectorRef origin, MatrixRef basis) const {
  check_size("origin", origin.size(), inputs());
  ANISO_CHECK_SHAPE(basis, inputs(), -1);
  return std::make_unique<LiftedFunction>(clone(), origin, basis);
}

Matrix FunctionFamily::own_values(const Matrix& parameters, MatrixRef x) const {
  const Index networks = parameters.rows();
  ANISO_CHECK(networks > 0 && x.rows() % networks == 0, "own_values: ", x.rows(),
              " inputs cannot be shared out among ", networks, " networks");
  const Index n = x.rows() / networks;
  Matrix out;
  for (Index r = 0; r < networks; ++r) {
    const Matrix f = values(parameters.middleRows(r, 1), x.middleRows(r * n, n)).front();
    if (r == 0) out.resize(x.rows(), f.cols());
    out.middleRows(r * n, n) = f;
  }
  return out;
}

}  // namespace aniso::nn
