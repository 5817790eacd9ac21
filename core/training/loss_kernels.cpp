#include "core/training/loss_kernels.h"

#include <algorithm>
#include <cmath>

#include "core/base/errors.h"
#include "core/training/fast_math.h"

namespace aniso::training {
namespace {

// Each returns the sample's loss and writes scale · ∂loss/∂f into d unless it is null.

template <typename T>
T cross_entropy_row(Index outputs, const T* f, std::int32_t label, T scale, T* d) {
  T largest = f[0];
  for (Index c = 1; c < outputs; ++c) largest = f[c] > largest ? f[c] : largest;
  T sum = T(0);
  for (Index c = 0; c < outputs; ++c) {
    const T e = fast::exp_nonpositive(f[c] - largest).exp;
    if (d != nullptr) d[c] = e;
    sum += e;
  }
  if (d != nullptr) {
    const T factor = scale / sum;
    for (Index c = 0; c < outputs; ++c) d[c] *= factor;
    d[label] -= scale;
  }
  return std::log(sum) - (f[label] - largest);
}

template <typename T>
T logistic_row(T f, std::int32_t label, T scale, T* d) {
  const T sign = label == 1 ? T(1) : T(-1);
  if (d != nullptr) *d = -sign * scale * fast::sigmoid(-sign * f);
  return fast::softplus(-sign * f);
}

template <typename T>
T squared_row(Index outputs, const T* f, const T* y, T scale, T* d) {
  T sum = T(0);
  for (Index c = 0; c < outputs; ++c) {
    const T error = f[c] - y[c];
    if (d != nullptr) d[c] = scale * error;
    sum += error * error;
  }
  return T(0.5) * sum;
}

template <typename T>
double sum_over_rows(Loss loss, Index n, Index outputs, const T* f, Targets<T> targets, T scale,
                     T* gradient) {
  double sum = 0;
  for (Index i = 0; i < n; ++i) {
    const T* row = f + i * outputs;
    T* d = gradient == nullptr ? nullptr : gradient + i * outputs;
    switch (loss) {
      case Loss::cross_entropy:
        sum += static_cast<double>(cross_entropy_row(outputs, row, targets.labels[i], scale, d));
        break;
      case Loss::logistic:
        sum += static_cast<double>(logistic_row(*row, targets.labels[i], scale, d));
        break;
      case Loss::squared:
        sum +=
            static_cast<double>(squared_row(outputs, row, targets.values + i * outputs, scale, d));
        break;
      case Loss::denoising:
        throw InvalidInput("the explicit engine does not train score networks");
    }
  }
  return sum;
}

}  // namespace

template <typename T>
double loss_and_gradient(Loss loss, Index n, Index outputs, const T* f, Targets<T> targets,
                         T* gradient) {
  return sum_over_rows(loss, n, outputs, f, targets, T(1) / static_cast<T>(n), gradient) /
         static_cast<double>(n);
}

template <typename T>
double loss_sum(Loss loss, Index n, Index outputs, const T* f, Targets<T> targets) {
  return sum_over_rows<T>(loss, n, outputs, f, targets, T(0), nullptr);
}

template <typename T>
Index correct_count(Index n, Index outputs, const T* f, const std::int32_t* labels) {
  Index correct = 0;
  for (Index i = 0; i < n; ++i) {
    const T* row = f + i * outputs;
    const Index guess =
        outputs == 1 ? (row[0] > T(0) ? 1 : 0) : std::max_element(row, row + outputs) - row;
    correct += guess == labels[i] ? 1 : 0;
  }
  return correct;
}

template double loss_and_gradient(Loss, Index, Index, const float*, Targets<float>, float*);
template double loss_and_gradient(Loss, Index, Index, const double*, Targets<double>, double*);
template double loss_sum(Loss, Index, Index, const float*, Targets<float>);
template double loss_sum(Loss, Index, Index, const double*, Targets<double>);
template Index correct_count(Index, Index, const float*, const std::int32_t*);
template Index correct_count(Index, Index, const double*, const std::int32_t*);

}  // namespace aniso::training
