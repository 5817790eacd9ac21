#include "core/training/optimizer_update.h"

#include <algorithm>
#include <cmath>

namespace aniso::training {
namespace {

// Coefficients in the arrays' own type: mixed arithmetic would halve the vector width.
template <typename T>
struct Coefficients {
  T rate, scale, decay, shrink;

  Coefficients(const UpdateRule& rule, double learning_rate, double gradient_scale)
      : rate(T(learning_rate)),
        scale(T(gradient_scale)),
        decay(T(rule.decoupled_decay ? 0.0 : rule.weight_decay)),
        shrink(T(rule.decoupled_decay ? 1.0 - learning_rate * rule.weight_decay : 1.0)) {}
};

template <typename T>
void gradient_step(const Coefficients<T> c, Index n, T* __restrict theta,
                   const T* __restrict gradient) {
  for (Index i = 0; i < n; ++i)
    theta[i] = c.shrink * theta[i] - c.rate * (c.scale * gradient[i] + c.decay * theta[i]);
}

template <typename T, bool kNesterov>
void momentum_step(const Coefficients<T> c, T momentum, Index n, T* __restrict theta,
                   const T* __restrict gradient, T* __restrict velocity) {
  for (Index i = 0; i < n; ++i) {
    const T g = c.scale * gradient[i] + c.decay * theta[i];
    const T v = momentum * velocity[i] + g;
    velocity[i] = v;
    theta[i] = c.shrink * theta[i] - c.rate * (kNesterov ? g + momentum * v : v);
  }
}

template <typename T>
void adam_step(const Coefficients<T> c, const UpdateRule& rule, std::int64_t count, Index n,
               T* __restrict theta, const T* __restrict gradient, T* __restrict mean,
               T* __restrict square) {
  const double t = static_cast<double>(count);
  const T beta1 = T(rule.beta1), beta2 = T(rule.beta2);
  const T fresh1 = T(1 - rule.beta1), fresh2 = T(1 - rule.beta2);
  const T rate = T(static_cast<double>(c.rate) / (1 - std::pow(rule.beta1, t)));
  const T root_scale = T(1 / std::sqrt(1 - std::pow(rule.beta2, t)));
  const T epsilon = T(rule.epsilon);
  for (Index i = 0; i < n; ++i) {
    const T g = c.scale * gradient[i] + c.decay * theta[i];
    const T m = beta1 * mean[i] + fresh1 * g;
    const T v = beta2 * square[i] + fresh2 * g * g;
    mean[i] = m;
    square[i] = v;
    theta[i] = c.shrink * theta[i] - rate * (m / (std::sqrt(v) * root_scale + epsilon));
  }
}

double real_or_zero(const Params& params, const char* name) {
  return params.json().contains(name) ? params.real(name) : 0.0;
}

}  // namespace

int UpdateRule::slot_count() const {
  if (formula == UpdateFormula::adam) return 2;
  return momentum != 0 ? 1 : 0;
}

double UpdateRule::clip_factor(double gradient_norm) const {
  return clip_norm > 0 && gradient_norm > clip_norm ? clip_norm / gradient_norm : 1.0;
}

UpdateRule update_rule(const Optimizer& optimizer, const Params& params) {
  UpdateRule rule;
  rule.formula = optimizer.formula;
  rule.decoupled_decay = optimizer.decoupled_decay;
  rule.weight_decay = params.real("weight_decay");
  rule.clip_norm = params.real("clip_norm");
  rule.momentum = real_or_zero(params, "momentum");
  rule.nesterov = params.json().contains("nesterov") && params.boolean("nesterov");
  rule.beta1 = real_or_zero(params, "beta1");
  rule.beta2 = real_or_zero(params, "beta2");
  rule.epsilon = real_or_zero(params, "epsilon");
  return rule;
}

template <typename T>
void apply_update(const UpdateRule& rule, double learning_rate, double gradient_scale,
                  std::int64_t count, Index n, T* theta, const T* gradient, T* first, T* second) {
  const Coefficients<T> c(rule, learning_rate, gradient_scale);
  if (rule.formula == UpdateFormula::adam)
    adam_step<T>(c, rule, count, n, theta, gradient, first, second);
  else if (rule.momentum == 0)
    gradient_step<T>(c, n, theta, gradient);
  else if (rule.nesterov)
    momentum_step<T, true>(c, T(rule.momentum), n, theta, gradient, first);
  else
    momentum_step<T, false>(c, T(rule.momentum), n, theta, gradient, first);
}

template <typename T>
double euclidean_norm(Index n, const T* values) {
  constexpr Index kBlock = 1024;
  double sum = 0;
  for (Index start = 0; start < n; start += kBlock) {
    const Eigen::Map<const Eigen::Array<T, Eigen::Dynamic, 1>> block(values + start,
                                                                     std::min(kBlock, n - start));
    const double part = static_cast<double>(block.square().sum());
    // A float32 square overflows at 1.8e19 although the norm does not.
    sum += std::isfinite(part) ? part : block.template cast<double>().square().sum();
  }
  return std::sqrt(sum);
}

template void apply_update(const UpdateRule&, double, double, std::int64_t, Index, float*,
                           const float*, float*, float*);
template void apply_update(const UpdateRule&, double, double, std::int64_t, Index, double*,
                           const double*, double*, double*);
template double euclidean_norm(Index, const float*);
template double euclidean_norm(Index, const double*);

}  // namespace aniso::training
