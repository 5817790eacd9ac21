#include "core/training/device_update_torch.h"

#include <cmath>

namespace aniso::training {

using torch::Tensor;

void update_on_device(const UpdateRule& rule, double learning_rate, double gradient_scale,
                      std::int64_t count, const Tensor& theta, const Tensor& gradient,
                      const std::vector<Tensor>& slots) {
  Tensor g = gradient * gradient_scale;
  if (rule.decoupled_decay)
    theta.mul_(1 - learning_rate * rule.weight_decay);
  else if (rule.weight_decay != 0)
    g.add_(theta, rule.weight_decay);
  if (rule.formula == UpdateFormula::gradient) {
    if (rule.momentum != 0) {
      slots[0].mul_(rule.momentum).add_(g);
      g = rule.nesterov ? g.add(slots[0], rule.momentum) : slots[0];
    }
    theta.add_(g, -learning_rate);
    return;
  }
  const double t = static_cast<double>(count);
  slots[0].mul_(rule.beta1).add_(g, 1 - rule.beta1);
  slots[1].mul_(rule.beta2).addcmul_(g, g, 1 - rule.beta2);
  const Tensor root =
      slots[1].sqrt().mul_(1 / std::sqrt(1 - std::pow(rule.beta2, t))).add_(rule.epsilon);
  theta.addcdiv_(slots[0], root, -learning_rate / (1 - std::pow(rule.beta1, t)));
}

}  // namespace aniso::training
