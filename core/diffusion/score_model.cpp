#include "core/diffusion/score_model.h"

#include <utility>

#include "core/base/check.h"

namespace aniso::diffusion {

using theory::Prediction;

namespace {

// (x, τ).
Matrix network_inputs(const MatrixRef& x, Index dim, Index t, const Diffusion& diffusion) {
  check_shape("ScoreModel: x", x, -1, dim);
  check_finite("ScoreModel: x", x);
  ANISO_CHECK(t >= 0 && t < diffusion.steps(), "ScoreModel: step ", t, " is not within 0 … ",
              diffusion.steps() - 1);
  Matrix inputs(x.rows(), dim + 1);
  inputs.leftCols(dim) = x;
  inputs.col(dim).setConstant(diffusion.time(t));
  return inputs;
}

void check_answer(const Matrix& values, const MatrixRef& x, Index t) {
  check_shape("ScoreModel: the network's values", values, x.rows(), x.cols());
  check_rows_finite("the values of the network", values, t);
}

Matrix converted_to(Prediction to, const MatrixRef& x, Matrix predicted, Index t,
                    const Diffusion& diffusion) {
  if (diffusion.prediction == to) return predicted;
  const auto level = diffusion.schedule.level(t);
  return theory::converted_prediction(x, predicted, diffusion.prediction, to,
                                      Vector::Constant(x.rows(), level.signal),
                                      Vector::Constant(x.rows(), level.sigma));
}

}  // namespace

ScoreModel::ScoreModel(const nn::Function& network, Diffusion diffusion)
    : network_(&network), diffusion_(std::move(diffusion)) {
  ANISO_CHECK(network.outputs() > 0 && network.inputs() == network.outputs() + 1,
              "ScoreModel: a score network takes a point and a time and returns a point; this one "
              "has ",
              network.inputs(), " inputs and ", network.outputs(), " outputs");
}

Matrix ScoreModel::epsilon(MatrixRef x, Index t) const {
  return converted(x, t, Prediction::epsilon);
}

Matrix ScoreModel::score(MatrixRef x, Index t) const {
  Matrix values = epsilon(x, t);
  values *= -1 / diffusion_.schedule.level(t).sigma;
  return values;
}

Matrix ScoreModel::denoised(MatrixRef x, Index t) const { return converted(x, t, Prediction::x0); }

Matrix ScoreModel::prediction(MatrixRef x, Index t) const {
  Matrix values = network_->values(network_inputs(x, dim(), t, diffusion_));
  check_answer(values, x, t);
  return values;
}

Matrix ScoreModel::score_gradient(MatrixRef x, Index t, Index component) const {
  ANISO_CHECK(component >= 0 && component < dim(), "ScoreModel: component ", component,
              " is not within 0 … ", dim() - 1);
  Matrix slopes =
      network_
          ->input_gradients(network_inputs(x, dim(), t, diffusion_), Vector::Unit(dim(), component))
          .leftCols(dim());
  check_rows_finite("the slopes of the network", slopes, t);
  // ε = a x + b F, whichever of them F predicts.
  const auto level = diffusion_.schedule.level(t);
  const auto epsilon = [&](double x_t, double predicted) {
    return theory::converted_prediction(Matrix::Constant(1, 1, x_t),
                                        Matrix::Constant(1, 1, predicted), diffusion_.prediction,
                                        Prediction::epsilon, Vector::Constant(1, level.signal),
                                        Vector::Constant(1, level.sigma))(0, 0);
  };
  slopes *= -epsilon(0, 1) / level.sigma;
  slopes.col(component).array() -= epsilon(1, 0) / level.sigma;
  return slopes;
}

Matrix ScoreModel::converted(const MatrixRef& x, Index t, Prediction to) const {
  return converted_to(to, x, prediction(x, t), t, diffusion_);
}

StackedScoreModel::StackedScoreModel(const nn::FunctionFamily& family, Matrix parameters, Index dim,
                                     Diffusion diffusion)
    : family_(&family),
      parameters_(std::move(parameters)),
      dim_(dim),
      diffusion_(std::move(diffusion)) {}

Matrix StackedScoreModel::epsilon(MatrixRef x, Index t) const {
  Matrix values = family_->own_values(parameters_, network_inputs(x, dim_, t, diffusion_));
  check_answer(values, x, t);
  return converted_to(Prediction::epsilon, x, std::move(values), t, diffusion_);
}

void check_rows_finite(std::string_view what, const MatrixRef& values, Index t) {
  if (values.allFinite()) return;
  Index bad = 0;
  for (Index i = 0; i < values.rows(); ++i)
    if (!values.row(i).allFinite()) ++bad;
  throw NumericalError(text("At diffusion step ", t, " ", what, " are not finite in ", bad, " of ",
                            values.rows(), " rows."));
}

}  // namespace aniso::diffusion
