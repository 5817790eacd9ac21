#include "core/nn/torch_group_norm_torch.h"

#include <gtest/gtest.h>

#include <vector>

namespace aniso::nn {
namespace {

using torch::Tensor;

constexpr auto kLast = at::MemoryFormat::ChannelsLast;

struct Case {
  std::vector<std::int64_t> shape;
  Index groups;
};

const std::vector<Case> kCases = {
    {{3, 8, 5, 7}, 2}, {{2, 6, 4, 4}, 6}, {{2, 48, 16, 16}, 8}, {{20, 4, 3, 1}, 1}};

// Far from zero, so that a variance by E[x²] − E[x]² would lose its digits.
struct Arrays {
  Tensor x, scale, shift, g;
  explicit Arrays(const Case& c) {
    torch::manual_seed(1);
    x = (torch::randn(c.shape, torch::kFloat64) + 20).contiguous(kLast);
    scale = torch::randn({c.shape[1]}, torch::kFloat64) + 1;
    shift = torch::randn({c.shape[1]}, torch::kFloat64);
    g = torch::randn(c.shape, torch::kFloat64);
  }
  std::vector<Tensor> leaves(torch::ScalarType type) const {
    std::vector<Tensor> out;
    for (const Tensor& t : {x, scale, shift})
      out.push_back(t.to(type).detach().clone().requires_grad_());
    return out;
  }
};

double off(const Tensor& a, const Tensor& b) {
  return (a.to(torch::kFloat64) - b).abs().max().item<double>() / b.abs().max().item<double>();
}

TEST(GroupNorm, InChannelsLastOrderEqualsLibTorchInFloat64) {
  for (const Case& c : kCases) {
    const Arrays arrays(c);
    const auto wide = arrays.leaves(torch::kFloat64), own = arrays.leaves(torch::kFloat32);
    ASSERT_TRUE(own[0].is_contiguous(kLast));
    const Tensor expected = torch::group_norm(wide[0], c.groups, wide[1], wide[2], 1e-5);
    const Tensor y = group_normalised(own[0], c.groups, own[1], own[2], 1e-5);
    EXPECT_TRUE(y.is_contiguous(kLast)) << "the next convolution wants it so";
    EXPECT_LT(off(y, expected), 5e-6);
    expected.backward(arrays.g);
    y.backward(arrays.g.to(torch::kFloat32));
    for (std::size_t i = 0; i < 3; ++i)
      EXPECT_LT(off(own[i].grad(), wide[i].grad()), 2e-5) << "gradient " << i;
  }
}

// The gradient of ‖∂(g·y)/∂(x, scale)‖² once more.
TEST(GroupNorm, IsDifferentiableTwice) {
  for (const Case& c : kCases) {
    const Arrays arrays(c);
    const auto twice = [&](std::vector<Tensor> leaves, const auto& norm) {
      const Tensor y = norm(leaves[0], leaves[1], leaves[2]);
      const auto first = torch::autograd::grad({y}, {leaves[0], leaves[1]},
                                               {arrays.g.to(y.scalar_type())}, true, true);
      const Tensor size = first[0].square().sum() + first[1].square().sum();
      return torch::autograd::grad({size}, {leaves[0], leaves[1]});
    };
    const auto expected = twice(arrays.leaves(torch::kFloat64),
                                [&](const Tensor& x, const Tensor& a, const Tensor& b) {
                                  return torch::group_norm(x, c.groups, a, b, 1e-5);
                                });
    const auto own = twice(arrays.leaves(torch::kFloat32),
                           [&](const Tensor& x, const Tensor& a, const Tensor& b) {
                             return group_normalised(x, c.groups, a, b, 1e-5);
                           });
    for (std::size_t i = 0; i < 2; ++i) EXPECT_LT(off(own[i], expected[i]), 1e-4) << i;
  }
}

TEST(GroupNorm, OfAConstantImageIsItsShift) {
  const Tensor x = torch::full({2, 4, 3, 3}, 1e3F).contiguous(kLast).requires_grad_();
  const Tensor scale = torch::ones({4}), shift = torch::arange(4, torch::kFloat32);
  const Tensor y = group_normalised(x, 2, scale, shift, 1e-5);
  EXPECT_TRUE(torch::equal(y, shift.view({1, 4, 1, 1}).expand_as(y)));
  y.sum().backward();
  EXPECT_EQ(x.grad().abs().max().item<float>(), 0);
}

TEST(GroupNorm, DoesNotDependOnTheOtherSamples) {
  const Arrays arrays({{20, 8, 5, 5}, 4});
  const Tensor x = arrays.x.to(torch::kFloat32);
  const auto norm = [&](const Tensor& part) {
    return group_normalised(part, 4, arrays.scale.to(torch::kFloat32),
                            arrays.shift.to(torch::kFloat32), 1e-5);
  };
  const Tensor all = norm(x);
  EXPECT_TRUE(torch::equal(norm(x.narrow(0, 7, 2)), all.narrow(0, 7, 2)));
}

}  // namespace
}  // namespace aniso::nn
