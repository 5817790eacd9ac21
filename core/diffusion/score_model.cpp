#include "core/diffusion/score_model.h"

#include <utility>

#include "core/base/check.h"

namespace aniso::diffusion {

using theory::Prediction;

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

Matrix ScoreModel::inputs_of(const MatrixRef& x, Index t) const {
  check_shape("ScoreModel: x", x, -1, dim());
  check_finite("ScoreModel: x", x);
  ANISO_CHECK(t >= 0 && t < diffusion_.steps(), "ScoreModel: step ", t, " is not within 0 … ",
              diffusion_.steps() - 1);
  Matrix inputs(x.rows(), dim() + 1);
  inputs.leftCols(dim()) = x;
  inputs.col(dim()).setConstant(diffusion_.time(t));
  return inputs;
}

Matrix ScoreModel::prediction(MatrixRef x, Index t) const {
  Matrix values = network_->values(inputs_of(x, t));
  check_shape("ScoreModel: the network's values", values, x.rows(), dim());
  check_rows_finite("the values of the network", values, t);
  return values;
}

Matrix ScoreModel::score_gradient(MatrixRef x, Index t, Index component) const {
  ANISO_CHECK(component >= 0 && component < dim(), "ScoreModel: component ", component,
              " is not within 0 … ", dim() - 1);
  Matrix slopes =
      network_->input_gradients(inputs_of(x, t), Vector::Unit(dim(), component)).leftCols(dim());
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
  Matrix predicted = prediction(x, t);
  if (diffusion_.prediction == to) return predicted;
  const auto level = diffusion_.schedule.level(t);
  return theory::converted_prediction(x, predicted, diffusion_.prediction, to,
                                      Vector::Constant(x.rows(), level.signal),
                                      Vector::Constant(x.rows(), level.sigma));
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
