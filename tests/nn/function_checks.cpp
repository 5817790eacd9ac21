#include "tests/nn/function_checks.h"

#include <algorithm>

#include "core/base/errors.h"

namespace aniso::nn {
namespace {

constexpr double kStep = 1e-5;
constexpr double kFirstOrder = 2e-8;   // error of a central difference in float64
constexpr double kSecondOrder = 2e-8;  // the same of exact first derivatives

void check_first(const LayeredFunction& f, const Matrix& x, const Matrix& directions,
                 const Jets& jets) {
  const auto values = [&](const Matrix& at) { return f.values(at); };
  for (Index i = 0; i < directions.cols(); ++i) {
    const Matrix expected = central(values, x, directions.col(i), kStep);
    const Matrix& measured = jets.first[static_cast<std::size_t>(i)];
    EXPECT_LT(relative_error(measured, expected), kFirstOrder) << "direction " << i;
    EXPECT_GT(measured.cwiseAbs().maxCoeff(), 0) << "a derivative that is 0 everywhere";
    EXPECT_NE(measured, expected) << "compared with itself?";
  }
}

void check_second(const LayeredFunction& f, const Matrix& x, const Matrix& directions,
                  const Jets& jets) {
  const auto k = static_cast<std::size_t>(directions.cols());
  for (std::size_t i = 0; i < k; ++i)
    for (std::size_t j = 0; j < k; ++j) {
      const auto first = [&](const Matrix& at) { return f.jets(at, directions).first[i]; };
      const Matrix expected = central(first, x, directions.col(static_cast<Index>(j)), kStep);
      const Matrix& measured = jets.second[Jets::pair(i, j, k)];
      if (f.second_order() != SecondOrder::smooth) {
        EXPECT_EQ(measured.cwiseAbs().maxCoeff(), 0) << "a Hessian where there is none";
        continue;
      }
      EXPECT_LT(relative_error(measured, expected), kSecondOrder) << "pair " << i << ", " << j;
      EXPECT_GT(measured.cwiseAbs().maxCoeff(), 0);
      EXPECT_NE(measured, expected) << "compared with itself?";
    }
}

/// The network from operation `op` on, as a network of its own.
std::pair<NetworkPlan, Vector> tail_of(const NetworkPlan& plan, const Vector& parameters,
                                       std::size_t op) {
  NetworkPlan tail = plan;
  tail.inputs = plan.layers[op].in;
  tail.layers.erase(tail.layers.begin(), tail.layers.begin() + static_cast<std::ptrdiff_t>(op));
  Vector rest(tail.parameter_count());
  for (const auto& to : tail.layout())
    for (const auto& from : plan.layout())
      if (from.name == to.name)
        rest.segment(to.offset, to.size()) = parameters.segment(from.offset, from.size());
  return {tail, rest};
}

std::vector<ParameterBlock> weight_blocks(const NetworkPlan& plan) {
  std::vector<ParameterBlock> blocks;
  for (const auto& block : plan.layout())
    if (block.role == Role::weight) blocks.push_back(block);
  std::sort(blocks.begin(), blocks.end(), [](const ParameterBlock& a, const ParameterBlock& b) {
    return a.layer < b.layer;  // buffers come last in the layout
  });
  return blocks;
}

void check_weight_gradient(const MakeFunction& make, const NetworkPlan& plan,
                           const Vector& parameters, std::size_t layer, const Matrix& x,
                           const Matrix& loss_gradient) {
  const ParameterBlock block = weight_blocks(plan)[layer];
  const Matrix measured = make(plan, parameters)->weight_gradient(layer, x, loss_gradient);
  ASSERT_EQ(measured.rows(), block.rows);
  ASSERT_EQ(measured.cols(), block.cols);
  // Of large blocks every so many-th entry is looked at, in all rows and columns in turn.
  constexpr Index kMost = 150;
  const Index stride = std::max<Index>(1, block.size() / kMost) | 1;
  Matrix expected = measured;
  for (Index entry = 0; entry < block.size(); entry += stride) {
    Vector up = parameters, down = parameters;
    up[block.offset + entry] += kStep;
    down[block.offset + entry] -= kStep;
    const Matrix difference = make(plan, up)->values(x) - make(plan, down)->values(x);
    expected.data()[entry] = difference.cwiseProduct(loss_gradient).sum() / (2 * kStep);
  }
  EXPECT_LT(relative_error(measured, expected), 5e-8) << block.name;
  EXPECT_GT(measured.norm(), 0);
}

}  // namespace

void check_input_derivatives(const Case& c, const MakeFunction& make) {
  const auto f = make(c.plan(), c.parameters());
  const Matrix x = c.points(13);
  const Matrix directions = c.directions(std::min<Index>(c.inputs, 3));
  const Jets jets = f->jets(x, directions);
  ASSERT_EQ(jets.first.size(), static_cast<std::size_t>(directions.cols()));
  EXPECT_LT(relative_error(jets.value, f->values(x)), 1e-13);
  check_first(*f, x, directions, jets);
  check_second(*f, x, directions, jets);

  const Matrix v = test_points(13, c.outputs, "cotangents");
  const Matrix pulled = f->vector_jacobian(x, v);
  for (Index d = 0; d < c.inputs; ++d) {
    const Matrix slope = central([&](const Matrix& at) { return f->values(at); }, x,
                                 Vector::Unit(c.width(), d), kStep);
    const Vector expected = slope.cwiseProduct(v).rowwise().sum();
    EXPECT_LT(relative_error(pulled.col(d), expected), 1e-7) << "input " << d;
  }
}

void check_layers(const Case& c, const MakeFunction& make) {
  const NetworkPlan plan = c.plan();
  const Vector parameters = c.parameters();
  const auto f = make(plan, parameters);
  const Matrix x = c.points(6);
  const Matrix v = test_points(6, c.outputs, "cotangents");
  const auto blocks = weight_blocks(plan);
  ASSERT_EQ(f->layer_count(), blocks.size());
  for (std::size_t layer = 0; layer < blocks.size(); ++layer) {
    const auto& block = blocks[layer];
    const auto op = static_cast<std::size_t>(block.layer);
    EXPECT_EQ(f->layer_name(layer), plan.layers[op].name);
    EXPECT_EQ(f->weight(layer),
              Eigen::Map<const Matrix>(parameters.data() + block.offset, block.rows, block.cols));
    const Matrix h = f->layer_inputs(layer, x);
    const Matrix pulled = f->layer_vector_jacobian(layer, x, v);
    ASSERT_EQ(h.rows(), x.rows() * f->layer_positions(layer));
    ASSERT_EQ(h.cols(), block.cols);
    ASSERT_EQ(pulled.rows(), h.rows());
    ASSERT_EQ(pulled.cols(), h.cols());
    check_weight_gradient(make, plan, parameters, layer, x, v);
    // Rows δ W and a weight gradient δᵀ h: (δ W)ᵀ h = Wᵀ (δᵀ h).
    const Matrix weight = f->weight(layer);
    const Matrix through = weight.transpose() * f->weight_gradient(layer, x, v);
    EXPECT_LT(relative_error(pulled.transpose() * h, through), 1e-12) << block.name;
    if (!plan.is_dense_chain()) continue;
    const auto [tail, tail_parameters] = tail_of(plan, parameters, op);
    const auto rest = make(tail, tail_parameters);
    EXPECT_LT(relative_error(rest->values(h), f->values(x)), 1e-13) << block.name;
    Matrix expected(h.rows(), h.cols());
    for (Index d = 0; d < h.cols(); ++d)
      expected.col(d) = central([&](const Matrix& at) { return rest->values(at); }, h,
                                Vector::Unit(h.cols(), d), kStep)
                            .cwiseProduct(v)
                            .rowwise()
                            .sum();
    EXPECT_LT(relative_error(pulled, expected), 5e-8) << block.name;
  }
  if (!plan.is_dense_chain()) return;
  EXPECT_LT(relative_error(f->layer_vector_jacobian(0, x, v), f->vector_jacobian(x, v)), 1e-14);
}

void check_consistency(const Case& c, const MakeFunction& make) {
  const auto f = make(c.plan(), c.parameters());
  const Matrix x = c.points(1100);  // more than two chunks
  const Vector readout = RandomStream(3, "readout").normals(c.outputs);

  const Matrix gradients = f->input_gradients(x, readout);
  const Matrix jacobians = f->jacobians(x);
  ASSERT_EQ(jacobians.rows(), x.rows() * c.outputs);
  Matrix combined(x.rows(), c.width());
  for (Index k = 0; k < x.rows(); ++k)
    combined.row(k) = readout.transpose() * jacobians.middleRows(k * c.outputs, c.outputs);
  EXPECT_LT(relative_error(gradients, combined), 1e-13);
  EXPECT_LT(relative_error(f->Function::jacobians(x), jacobians), 1e-13);

  const Matrix start = Matrix::Identity(c.width(), c.width());
  Matrix moment = start;
  f->accumulate_gradient_moment(x, readout, moment);
  EXPECT_LT(relative_error(moment, start + gradients.transpose() * gradients), 1e-12);
  const Matrix values = f->values(x);
  Matrix output_moment = Matrix::Zero(c.outputs, c.outputs);
  f->accumulate_output_moment(x, output_moment);
  EXPECT_LT(relative_error(output_moment, values.transpose() * values), 1e-12);

  const Index k = std::min<Index>(2, c.inputs);
  const Vector origin = RandomStream(5, "origin").normals(c.width());
  const Matrix basis = c.directions(k, "basis");
  const auto plane = f->restricted(origin, basis);
  const auto lifted = f->Function::restricted(origin, basis);
  const Matrix a = test_points(70, k, "plane points");
  const Matrix u = Matrix::Identity(k, k);
  EXPECT_EQ(plane->inputs(), k);
  EXPECT_LT(relative_error(plane->values(a), lifted->values(a)), 1e-12);
  EXPECT_LT(relative_error(plane->input_gradients(a, readout), lifted->input_gradients(a, readout)),
            1e-12);
  const Jets jets = plane->jets(a, u), lifted_jets = lifted->jets(a, u);
  for (std::size_t p = 0; p < jets.second.size(); ++p)
    EXPECT_LT(relative_error(jets.second[p], lifted_jets.second[p]), 1e-11);
  EXPECT_EQ(lifted->clone()->values(a), lifted->values(a));

  EXPECT_EQ(f->clone()->values(x), values);
  EXPECT_LT(relative_error(f->values(x.middleRows(700, 1)), values.row(700)), 1e-13)
      << "a value depends on its neighbours in the batch";
}

void check_bad_input(const Case& c, const MakeFunction& make) {
  const NetworkPlan plan = c.plan();
  const auto f = make(plan, c.parameters());
  const Matrix x = c.points(4), wrong = test_points(4, c.width() + 1);
  const Matrix v = test_points(4, c.outputs);
  const Matrix wrong_count = test_points(3, c.outputs);
  const Vector too_many = Vector::Zero(plan.parameter_count() + 1);
  const Vector long_readout = Vector::Ones(c.outputs + 1);
  Matrix moment = Matrix::Zero(c.width() + 1, c.width() + 1);
  EXPECT_THROW(make(plan, too_many), InvalidInput);
  EXPECT_THROW(make(plan, Vector()), InvalidInput);
  EXPECT_THROW(f->values(wrong), InvalidInput);
  EXPECT_THROW(f->jacobians(wrong), InvalidInput);
  EXPECT_THROW(f->vector_jacobian(x, wrong_count), InvalidInput);
  EXPECT_THROW(f->input_gradients(x, long_readout), InvalidInput);
  EXPECT_THROW(f->jets(x, wrong.transpose()), InvalidInput);
  EXPECT_THROW(f->jets(wrong, Matrix::Identity(c.width(), 1)), InvalidInput);
  EXPECT_THROW(f->accumulate_gradient_moment(x, Vector::Ones(c.outputs), moment), InvalidInput);
  EXPECT_THROW(f->layer_inputs(f->layer_count(), x), InvalidInput);
  EXPECT_THROW(f->weight(f->layer_count()), InvalidInput);
  EXPECT_THROW(f->weight_gradient(0, x, wrong_count), InvalidInput);
  EXPECT_THROW(f->restricted(Vector::Zero(c.width() + 1), Matrix::Identity(c.width(), 1)),
               InvalidInput);
  EXPECT_THROW(f->restricted(Vector::Zero(c.width()), Matrix::Identity(c.width() + 1, 1)),
               InvalidInput);

  const Matrix none(0, c.width());
  EXPECT_EQ(f->values(none).rows(), 0);
  EXPECT_EQ(f->vector_jacobian(none, Matrix(0, c.outputs)).rows(), 0);
  EXPECT_EQ(f->jacobians(none).rows(), 0);
  EXPECT_EQ(f->jets(none, Matrix::Identity(c.width(), 1)).second.at(0).rows(), 0);
  EXPECT_EQ(f->jets(x, Matrix(c.width(), 0)).first.size(), 0U);
  EXPECT_EQ(f->weight_gradient(0, none, Matrix(0, c.outputs)).norm(), 0);
}

}  // namespace aniso::nn
