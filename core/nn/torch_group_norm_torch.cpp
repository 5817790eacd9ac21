#include "core/nn/torch_group_norm_torch.h"

#include <ATen/Parallel.h>

#include <Eigen/Core>
#include <cmath>

namespace aniso::nn {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

using Channels = Eigen::ArrayXf;
using Rows = Eigen::Map<const Eigen::Array<float, Eigen::Dynamic, Eigen::Dynamic>>;  // (c, h·w)
using WritableRows = Eigen::Map<Eigen::Array<float, Eigen::Dynamic, Eigen::Dynamic>>;

struct Sizes {
  Index samples, channels, positions, groups;
  explicit Sizes(const Tensor& x, Index g)
      : samples(x.size(0)), channels(x.size(1)), positions(x.size(2) * x.size(3)), groups(g) {}
  Index per_group() const { return channels / groups; }
  double count() const { return static_cast<double>(per_group() * positions); }
  Index image() const { return channels * positions; }
};

// The sum of each group's channels, given back to all of them.
Channels over_groups(const Channels& values, const Sizes& s) {
  Channels out(s.channels);
  for (Index g = 0; g < s.groups; ++g) {
    const Index first = g * s.per_group();
    const double sum = values.segment(first, s.per_group()).cast<double>().sum();
    out.segment(first, s.per_group()).setConstant(static_cast<float>(sum / s.count()));
  }
  return out;
}

constexpr Index kGrain = 8;  // samples that are worth a thread

// y = (x − mean)/deviation · scale + shift. `moments` (n, 2, c) gets mean and 1/deviation.
Tensor normalised(const Tensor& x, const Tensor& scale, const Tensor& shift, const Sizes& s,
                  double epsilon, Tensor& moments) {
  Tensor y = torch::empty_like(x);
  const float* from = x.data_ptr<float>();
  float* to = y.data_ptr<float>();
  float* kept = moments.data_ptr<float>();
  const Eigen::Map<const Channels> gain(scale.data_ptr<float>(), s.channels);
  const Eigen::Map<const Channels> offset(shift.data_ptr<float>(), s.channels);
  at::parallel_for(0, s.samples, kGrain, [&](Index begin, Index end) {
    Channels sum(s.channels);
    for (Index n = begin; n < end; ++n) {
      const Rows in(from + n * s.image(), s.channels, s.positions);
      WritableRows out(to + n * s.image(), s.channels, s.positions);
      sum.setZero();
      for (Index p = 0; p < s.positions; ++p) sum += in.col(p);
      const Channels mean = over_groups(sum, s);
      sum.setZero();
      for (Index p = 0; p < s.positions; ++p) sum += (in.col(p) - mean).square();
      const Channels inverse = (over_groups(sum, s) + static_cast<float>(epsilon)).rsqrt();
      const Channels factor = inverse * gain;
      for (Index p = 0; p < s.positions; ++p) out.col(p) = (in.col(p) - mean) * factor + offset;
      Eigen::Map<Channels>(kept + 2 * n * s.channels, s.channels) = mean;
      Eigen::Map<Channels>(kept + (2 * n + 1) * s.channels, s.channels) = inverse;
    }
  });
  return y;
}

// Gradients with respect to x, scale and shift. With x̂ = (x − m)/d and averages over a group,
//   g_x = (γ g − ⟨γ g⟩ − x̂ ⟨γ g x̂⟩)/d.
variable_list gradients(const Tensor& g, const Tensor& x, const Tensor& scale,
                        const Tensor& moments, const Sizes& s) {
  Tensor gx = torch::empty_like(x);
  Tensor sums = torch::empty({s.samples, 2, s.channels}, x.options());  // of g x̂ and of g
  const float* from = x.data_ptr<float>();
  const float* slope = g.data_ptr<float>();
  const float* kept = moments.data_ptr<float>();
  float* to = gx.data_ptr<float>();
  float* sum = sums.data_ptr<float>();
  const Eigen::Map<const Channels> gain(scale.data_ptr<float>(), s.channels);
  at::parallel_for(0, s.samples, kGrain, [&](Index begin, Index end) {
    for (Index n = begin; n < end; ++n) {
      const Rows in(from + n * s.image(), s.channels, s.positions);
      const Rows back(slope + n * s.image(), s.channels, s.positions);
      WritableRows out(to + n * s.image(), s.channels, s.positions);
      const Channels mean = Eigen::Map<const Channels>(kept + 2 * n * s.channels, s.channels);
      const Channels inverse =
          Eigen::Map<const Channels>(kept + (2 * n + 1) * s.channels, s.channels);
      Channels along = Channels::Zero(s.channels), plain = along;
      for (Index p = 0; p < s.positions; ++p) {
        along += back.col(p) * (in.col(p) - mean);
        plain += back.col(p);
      }
      along *= inverse;
      const Channels factor = inverse * gain;
      const Channels constant = inverse * over_groups(plain * gain, s);
      const Channels bent = inverse.square() * over_groups(along * gain, s);
      for (Index p = 0; p < s.positions; ++p)
        out.col(p) = factor * back.col(p) - constant - bent * (in.col(p) - mean);
      Eigen::Map<Channels>(sum + 2 * n * s.channels, s.channels) = along;
      Eigen::Map<Channels>(sum + (2 * n + 1) * s.channels, s.channels) = plain;
    }
  });
  const Tensor total = sums.sum(0);
  return {gx, total[0], total[1]};
}

// The same in operations that autograd differentiates once more.
variable_list gradients_with_graph(const Tensor& g, const Tensor& x, const Tensor& scale,
                                   const Sizes& s, double epsilon) {
  const auto in_groups = [&](const Tensor& t) { return t.reshape({s.samples, s.groups, -1}); };
  const Tensor away = in_groups(x) - in_groups(x).mean(-1, true);
  const Tensor inverse = (away.square().mean(-1, true) + epsilon).rsqrt();
  const Tensor unit = away * inverse;
  const Tensor scaled = in_groups(g * scale.view({1, -1, 1, 1}));
  const Tensor gx =
      inverse * (scaled - scaled.mean(-1, true) - unit * (scaled * unit).mean(-1, true));
  return {gx.reshape(x.sizes()), (g * unit.reshape(x.sizes())).sum({0, 2, 3}), g.sum({0, 2, 3})};
}

struct ChannelsLastNorm : torch::autograd::Function<ChannelsLastNorm> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& scale,
                        const Tensor& shift, Index groups, double epsilon) {
    const Sizes sizes(x, groups);
    Tensor moments = torch::empty({sizes.samples, 2, sizes.channels}, x.options());
    const Tensor y = normalised(x, scale, shift, sizes, epsilon, moments);
    context->save_for_backward({x, scale});
    context->saved_data["moments"] = moments;
    context->saved_data["groups"] = groups;
    context->saved_data["epsilon"] = epsilon;
    return y;
  }
  static variable_list backward(AutogradContext* context, variable_list gradient) {
    const auto saved = context->get_saved_variables();
    const Sizes sizes(saved[0], context->saved_data["groups"].toInt());
    const double epsilon = context->saved_data["epsilon"].toDouble();
    variable_list out =
        torch::GradMode::is_enabled()  // a graph of these gradients is wanted
            ? gradients_with_graph(gradient[0], saved[0], saved[1], sizes, epsilon)
            : gradients(gradient[0].contiguous(at::MemoryFormat::ChannelsLast), saved[0], saved[1],
                        context->saved_data["moments"].toTensor(), sizes);
    out.resize(5);  // none for what is no tensor
    return out;
  }
};

}  // namespace

Tensor group_normalised(const Tensor& x, Index groups, const Tensor& scale, const Tensor& shift,
                        double epsilon) {
  const bool own = x.device().is_cpu() && x.scalar_type() == torch::kFloat32 && x.dim() == 4 &&
                   x.is_contiguous(at::MemoryFormat::ChannelsLast) && !x.is_contiguous() &&
                   scale.defined() && shift.defined() && x.size(1) % groups == 0;
  if (!own) return torch::group_norm(x, groups, scale, shift, epsilon);
  return ChannelsLastNorm::apply(x, scale.contiguous(), shift.contiguous(), groups, epsilon);
}

}  // namespace aniso::nn
