#include "core/nn/torch_kernels_torch.h"

#include <numbers>

#include "core/base/errors.h"

namespace aniso::nn {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;

// √s whose derivatives are 0 where s = 0 instead of infinite.
Tensor safe_root(const Tensor& s) {
  const Tensor positive = s > 0;
  return torch::where(positive, torch::where(positive, s, torch::ones_like(s)).sqrt(),
                      torch::zeros_like(s));
}

// arccos u whose derivatives are 0 at ±1 instead of infinite.
Tensor safe_acos(const Tensor& u) {
  const Tensor inside = u.abs() < 1;
  return torch::where(inside, torch::where(inside, u, torch::zeros_like(u)).acos(),
                      u.detach().clamp(-1, 1).acos());
}

// J₀, J₁, J₂ as functions of u = cos θ. J₂' = 4 J₁ and J₁' = J₀, while the formulas' own
// derivatives are ∞ − ∞ at u = 1.
Tensor angle_0(const Tensor& u) { return std::numbers::pi - safe_acos(u); }

struct Angle1 : torch::autograd::Function<Angle1> {
  static Tensor forward(AutogradContext* context, const Tensor& u) {
    context->save_for_backward({u});
    const Tensor cos = u.clamp(-1, 1);
    return (1 - cos * cos).sqrt() + (std::numbers::pi - cos.acos()) * cos;
  }
  static torch::autograd::variable_list backward(AutogradContext* context,
                                                 torch::autograd::variable_list gradient) {
    return {gradient[0] * angle_0(context->get_saved_variables()[0])};
  }
};

struct Angle2 : torch::autograd::Function<Angle2> {
  static Tensor forward(AutogradContext* context, const Tensor& u) {
    context->save_for_backward({u});
    const Tensor cos = u.clamp(-1, 1);
    return 3 * (1 - cos * cos).sqrt() * cos + (std::numbers::pi - cos.acos()) * (1 + 2 * cos * cos);
  }
  static torch::autograd::variable_list backward(AutogradContext* context,
                                                 torch::autograd::variable_list gradient) {
    return {gradient[0] * 4 * Angle1::apply(context->get_saved_variables()[0])};
  }
};

Tensor arc_cosine(int order, const Tensor& x, const Tensor& centres) {
  const Tensor lengths = safe_root((x * x).sum(1, true)) *
                         safe_root((centres * centres).sum(1)).unsqueeze(0);  // (n, m)
  const Tensor none = lengths == 0;
  const Tensor cos = x.matmul(centres.t()) / torch::where(none, torch::ones_like(lengths), lengths);
  const double scale = 1 / std::numbers::pi;
  if (order == 0) return angle_0(cos) * scale;
  if (order == 1) return lengths * Angle1::apply(cos) * scale;
  if (order == 2) return lengths * lengths * Angle2::apply(cos) * scale;
  throw InvalidInput("the arc-cosine kernel is there for the orders 0, 1 and 2");
}

}  // namespace

Tensor kernel_features(const Layer& layer, const Tensor& x, const Tensor& centres) {
  switch (layer.kernel) {
    case KernelKind::rbf: {
      // |x|² + |c|² − 2x·c: smooth, so that rounding near a centre does no harm.
      const Tensor squares = (x * x).sum(1, true) + (centres * centres).sum(1).unsqueeze(0);
      const Tensor distance = torch::addmm(squares, x, centres.t(), 1, -2);
      return (distance * (-0.5 / (layer.bandwidth * layer.bandwidth))).exp();
    }
    case KernelKind::laplace: {
      // Differences, because the root of a rounded 0 would point anywhere.
      const Tensor difference = x.unsqueeze(1) - centres.unsqueeze(0);  // (n, m, D)
      return (safe_root((difference * difference).sum(2)) * (-1 / layer.bandwidth)).exp();
    }
    case KernelKind::arc_cosine:
      return arc_cosine(layer.order, x, centres);
  }
  throw InvalidInput("unknown kernel");
}

}  // namespace aniso::nn
