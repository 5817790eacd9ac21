#include "core/nn/torch_convolution_torch.h"

#include <Eigen/Core>
#include <algorithm>
#include <vector>

namespace aniso::nn {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;

constexpr Index kFewChannels = 4;  // from eight on oneDNN's registers are full

struct Sizes {
  Index channels_in, height, width;  // of the gradient with respect to x
  Index channels_out, window, padding;
  Index out_height, out_width;  // of the gradient that comes in
};

constexpr Index kLane = 16;  // numbers of a row that stay in registers while all taps are added up
using Lane = Eigen::Array<float, kLane, 1>;

// The planes of one sample's g with zeros around them, so that no tap needs to look where it is:
// row y of g is at y + window − 1 − padding, column x at x + window − 1 − padding.
class PaddedPlanes {
 public:
  explicit PaddedPlanes(const Sizes& s)
      : sizes_(s),
        stride_((s.width + kLane - 1) / kLane * kLane + s.window - 1),
        rows_(s.height + s.window - 1),
        values_(static_cast<std::size_t>(s.channels_out * rows_ * stride_), 0.F) {}

  void fill(const float* g) {
    const Index before = sizes_.window - 1 - sizes_.padding;
    for (Index o = 0; o < sizes_.channels_out; ++o)
      for (Index y = std::max<Index>(0, -before); y < sizes_.out_height && y + before < rows_; ++y)
        std::copy_n(g + (o * sizes_.out_height + y) * sizes_.out_width, sizes_.out_width,
                    values_.data() + (o * rows_ + y + before) * stride_ + before);
  }
  const float* row(Index channel, Index y) const {
    return values_.data() + (channel * rows_ + y) * stride_;
  }

 private:
  Sizes sizes_;
  Index stride_, rows_;
  std::vector<float> values_;
};

// One lane of one row of the result: Σ over channels and taps. `w` (o, k, k) for one input channel,
// `channel_stride` numbers apart.
Lane gathered(const Sizes& s, const PaddedPlanes& g, const float* w, Index channel_stride, Index y,
              Index x) {
  Lane sum = Lane::Zero();
  for (Index o = 0; o < s.channels_out; ++o, w += channel_stride)
    for (Index dy = 0; dy < s.window; ++dy) {
      const float* from = g.row(o, y + s.window - 1 - dy) + x + s.window - 1;
      for (Index dx = 0; dx < s.window; ++dx)
        sum += w[dy * s.window + dx] * Eigen::Map<const Lane>(from - dx);
    }
  return sum;
}

// g (n, o, h', w') → (n, c, h, w), both dense.
Tensor input_gradient(const Tensor& g, const Tensor& kernel, const Sizes& s) {
  const Tensor dense = g.contiguous(), weights = kernel.contiguous();
  Tensor gx = torch::empty({g.size(0), s.channels_in, s.height, s.width}, g.options());
  const float* w = weights.data_ptr<float>();
  float* to = gx.data_ptr<float>();
  const Index taps = s.window * s.window;
  PaddedPlanes planes(s);
  for (Index n = 0; n < g.size(0); ++n) {
    planes.fill(dense.data_ptr<float>() + n * s.channels_out * s.out_height * s.out_width);
    for (Index c = 0; c < s.channels_in; ++c)
      for (Index y = 0; y < s.height; ++y, to += s.width)
        for (Index x = 0; x < s.width; x += kLane) {
          const Lane lane = gathered(s, planes, w + c * taps, s.channels_in * taps, y, x);
          std::copy_n(lane.data(), std::min(kLane, s.width - x), to + x);
        }
  }
  return gx;
}

struct FewChannels : torch::autograd::Function<FewChannels> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& kernel,
                        const Tensor& bias, Index padding) {
    context->save_for_backward({kernel});
    context->saved_data["sizes"] = std::vector<int64_t>(x.sizes().begin(), x.sizes().end());
    context->saved_data["padding"] = padding;
    return torch::conv2d(x, kernel, bias, 1, padding);
  }
  static torch::autograd::variable_list backward(AutogradContext* context,
                                                 torch::autograd::variable_list gradient) {
    const Tensor& g = gradient[0];
    const Tensor kernel = context->get_saved_variables()[0];
    const Index padding = context->saved_data["padding"].toInt();
    const auto x = context->saved_data["sizes"].toIntVector();
    Tensor gx;
    if (torch::GradMode::is_enabled())  // a graph of this gradient is wanted
      gx = torch::conv_transpose2d(g, kernel, {}, 1, padding);
    else
      gx = input_gradient(
          g, kernel, {x[1], x[2], x[3], g.size(1), kernel.size(2), padding, g.size(2), g.size(3)});
    return {gx, Tensor(), Tensor(), Tensor()};
  }
};

}  // namespace

Tensor convolution_of_fixed_kernel(const Tensor& x, const Tensor& kernel, const Tensor& bias,
                                   Index stride, Index padding) {
  const bool own = padding < kernel.size(2) && x.requires_grad() && x.device().is_cpu() &&
                   x.scalar_type() == torch::kFloat32 && x.size(1) <= kFewChannels && stride == 1;
  if (!own) return torch::conv2d(x, kernel, bias, stride, padding);
  // A function of one's own takes no undefined arguments.
  const Tensor offset = bias.defined() ? bias : torch::zeros({kernel.size(0)}, kernel.options());
  return FewChannels::apply(x, kernel, offset, padding);
}

torch::Tensor convolution_to_few(const torch::Tensor& x, const torch::Tensor& kernel,
                                 const torch::Tensor& bias, Index padding, Index networks) {
  const Index n = x.size(0), h = x.size(2), w = x.size(3), c = kernel.size(1), k = kernel.size(2);
  const Index o = kernel.size(0) / networks, back = k - 1 - padding;
  // What each pixel adds to the outputs around it; they lie the other way round.
  const torch::Tensor each = kernel.view({networks, o, c, k * k})
                                 .flip(3)
                                 .permute({0, 1, 3, 2})
                                 .reshape({networks, o * k * k, c});
  const torch::Tensor parts = networks == 1
                                  ? torch::matmul(each[0], x.flatten(2))
                                  : torch::matmul(each, x.reshape({n, networks, c, h * w}));
  const torch::Tensor y = torch::col2im(parts.reshape({n * networks, o * k * k, h * w}),
                                        {h + 2 * padding - k + 1, w + 2 * padding - k + 1}, {k, k},
                                        {1, 1}, {back, back}, {1, 1});
  const torch::Tensor out = y.reshape({n, networks * o, y.size(2), y.size(3)});
  return bias.defined() ? out + bias.view({1, -1, 1, 1}) : out;
}

torch::Tensor convolution_from_few(const torch::Tensor& x, const torch::Tensor& kernel,
                                   const torch::Tensor& bias, Index padding, Index networks) {
  const Index n = x.size(0), h = x.size(2), w = x.size(3), c = kernel.size(1), k = kernel.size(2);
  const Index o = kernel.size(0) / networks;
  const torch::Tensor windows =
      torch::im2col(x.reshape({n * networks, c, h, w}), {k, k}, {1, 1}, {padding, padding}, {1, 1});
  const torch::Tensor weight = kernel.view({networks, o, c * k * k});
  const torch::Tensor y =
      networks == 1
          ? torch::matmul(weight[0], windows)
          : torch::matmul(weight, windows.view({n, networks, c * k * k, windows.size(2)}));
  const torch::Tensor out =
      y.reshape({n, networks * o, h + 2 * padding - k + 1, w + 2 * padding - k + 1});
  return bias.defined() ? out + bias.view({1, -1, 1, 1}) : out;
}

}  // namespace aniso::nn
