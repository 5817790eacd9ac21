#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/geometry/spectra.h"
#include "core/nn/plan_builder.h"
#include "core/nn/torch_function.h"
#include "core/nn/torch_network_torch.h"
#include "tests/nn/function_checks.h"

// What the layers compute, held against loops and closed forms.
namespace aniso::nn {
namespace {

constexpr double kPi = std::numbers::pi;

struct Network {
  NetworkPlan plan;
  Vector parameters;
  std::unique_ptr<LayeredFunction> function() const {
    return make_torch_function(plan, parameters);
  }
};

Network network(const char* id, const Json& params, const InputShape& inputs, Index outputs) {
  const auto& kind = architecture(id);
  const Params valid = validated(kind.params, params, "architecture");
  const NetworkPlan plan = kind.plan(valid, inputs, outputs);
  return {plan, kind.initialise(plan, valid, RandomStream(7, "init"))};
}

Eigen::Map<Matrix> block(Network& net, const std::string& name) {
  for (const auto& b : net.plan.layout())
    if (b.name == name) return {net.parameters.data() + b.offset, b.rows, b.cols};
  throw InvalidInput("no block " + name);
}

// Rows of (c, h, w) images moved down and right, around the edges.
Matrix rolled(const Matrix& x, const FeatureShape& s, Index down, Index right) {
  Matrix out(x.rows(), x.cols());
  for (Index c = 0; c < s.channels; ++c)
    for (Index i = 0; i < s.height; ++i)
      for (Index j = 0; j < s.width; ++j)
        out.col((c * s.height + (i + down) % s.height) * s.width + (j + right) % s.width) =
            x.col((c * s.height + i) * s.width + j);
  return out;
}

double pixel(const Matrix& x, Index row, const FeatureShape& s, Index c, Index i, Index j,
             bool circular) {
  if (circular) i = (i + s.height) % s.height, j = (j + s.width) % s.width;
  if (i < 0 || j < 0 || i >= s.height || j >= s.width) return 0;
  return x(row, (c * s.height + i) * s.width + j);
}

TEST(Convolution, EqualsItsDefinition) {
  for (const bool circular : {false, true})
    for (const Index stride : {1, 2}) {
      const FeatureShape in = FeatureShape::map(2, 5, 4);
      PlanBuilder builder(in);
      builder.convolution(3, {.stride = stride, .wrap = circular ? Wrap::circular : Wrap::zero});
      const FeatureShape out = builder.shape();
      Network net{builder.finish(out.size()), {}};
      net.parameters = RandomStream(2, "weights").normals(net.plan.parameter_count());
      const Matrix weight = block(net, "conv 1.weight"), bias = block(net, "conv 1.bias");
      const Matrix x = test_points(3, in.size());
      const auto f = net.function();
      const Matrix values = f->values(x), windows = f->layer_inputs(0, x);
      EXPECT_EQ(out.height, stride == 1 ? 5 : 3);
      ASSERT_EQ(f->layer_positions(0), out.positions());
      EXPECT_EQ(f->weight(0), weight);
      for (Index n = 0; n < 3; ++n)
        for (Index i = 0; i < out.height; ++i)
          for (Index j = 0; j < out.width; ++j) {
            Vector window(18);
            for (Index c = 0; c < 2; ++c)
              for (Index a = 0; a < 3; ++a)
                for (Index b = 0; b < 3; ++b)
                  window[(c * 3 + a) * 3 + b] =
                      pixel(x, n, in, c, i * stride + a - 1, j * stride + b - 1, circular);
            const Index position = i * out.width + j;
            EXPECT_EQ(windows.row(n * out.positions() + position), window.transpose());
            for (Index o = 0; o < 3; ++o)
              EXPECT_NEAR(values(n, o * out.positions() + position),
                          weight.row(o).dot(window) + bias(o, 0), 1e-13);
          }
    }
}

// Few channels, float32 and stride 1: loops of our own; float64 goes through LibTorch's.
TEST(Convolution, GradientOfFewChannelsEqualsLibTorchs) {
  for (const Index channels : {1, 3})
    for (const bool padded : {false, true})
      for (const Index window : {1, 5}) {
        const FeatureShape in = FeatureShape::map(channels, 9, 21);
        PlanBuilder builder(in);
        builder.convolution(2, {.window = window, .padded = padded});
        builder.activation(Activation::tanh);
        builder.dense(3);
        NetworkPlan plan = builder.finish(3);
        const Vector p = 0.1 * RandomStream(2, "weights").normals(plan.parameter_count());
        const Matrix x = test_points(4, in.size()), v = test_points(4, 3, "cotangents");
        const auto own = make_torch_function(plan, p, Dtype::float32);
        const auto wide = make_torch_function(plan, p, Dtype::float64);
        EXPECT_LT(relative_error(own->vector_jacobian(x, v), wide->vector_jacobian(x, v)), 1e-5)
            << channels << " channels, window " << window;
        const Matrix u = test_points(in.size(), 2, "directions");
        EXPECT_LT(relative_error(own->jets(x, u).second[1], wide->jets(x, u).second[1]), 1e-4);
      }
}

TEST(Convolution, WithCircularPaddingMovesWithTheImage) {
  const FeatureShape in = FeatureShape::map(1, 6, 6);
  const InputShape image = InputShape::image(1, 6, 6);
  const Matrix x = test_points(4, 36), moved = rolled(x, in, 2, 3);
  const Json params = {{"channels", {3, 2}},
                       {"pool_size", 1},
                       {"hidden", Json::array()},
                       {"activation", "tanh"},
                       {"padding", "circular"}};
  Json pooled = params;
  pooled["head"] = "global_average";
  const auto f = network("conv_pool_dense", pooled, image, 2).function();
  EXPECT_LT(relative_error(f->values(moved), f->values(x)), 1e-13);
  pooled["padding"] = "zero";
  const auto g = network("conv_pool_dense", pooled, image, 2).function();
  EXPECT_GT(relative_error(g->values(moved), g->values(x)), 1e-4) << "edges are visible";
  const auto resnet = network("resnet",
                              {{"widths", {3}},
                               {"padding", "circular"},
                               {"normalisation", "group"},
                               {"groups", 1},
                               {"activation", "tanh"}},
                              image, 2)
                          .function();
  EXPECT_LT(relative_error(resnet->values(moved), resnet->values(x)), 1e-13);
}

// Linear, circular, averaged over the image: only its mean is seen.
TEST(Convolution, LinearWithGlobalAverageSeesTheMeanOnly) {
  const auto f = network("conv_pool_dense",
                         {{"channels", {4}},
                          {"activation", "identity"},
                          {"padding", "circular"},
                          {"pool_size", 1},
                          {"head", "global_average"},
                          {"hidden", Json::array()}},
                         InputShape::image(1, 5, 5), 1)
                     .function();
  const Matrix g = f->input_gradients(test_points(2, 25), Vector::Ones(1));
  EXPECT_GT(std::abs(g(0, 0)), 1e-4);
  EXPECT_LT((g.array() - g(0, 0)).abs().maxCoeff(), 1e-15);
}

// Overlapping circular average pooling of width s has the singular values
// |sin(sω/2)/(s sin(ω/2))| of both axes, multiplied.
TEST(Pooling, CircularAverageIsDiagonalInTheFourierBasis) {
  constexpr Index kSide = 6, kWidth = 3;
  PlanBuilder builder(FeatureShape::map(1, kSide, kSide));
  builder.pool(Pooling::average, kWidth, 1, Wrap::circular);
  const Network net{builder.finish(kSide * kSide), Vector()};
  const Matrix jacobian = net.function()->jacobians(test_points(1, kSide * kSide));
  std::vector<double> expected, axis;
  for (Index k = 0; k < kSide; ++k) {
    const double w = 2 * kPi * static_cast<double>(k) / kSide;
    axis.push_back(k == 0 ? 1 : std::abs(std::sin(kWidth * w / 2) / (kWidth * std::sin(w / 2))));
  }
  for (const double a : axis)
    for (const double b : axis) expected.push_back(a * b);
  std::sort(expected.rbegin(), expected.rend());
  const Vector measured = geometry::singular_values(jacobian);
  for (Index i = 0; i < measured.size(); ++i)
    EXPECT_NEAR(measured[i], expected[static_cast<std::size_t>(i)], 1e-7) << i;
}

TEST(Pooling, MaximumAndAverageOfWindows) {
  const Matrix x =
      (Matrix(1, 16) << 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16).finished();
  for (const auto pooling : {Pooling::average, Pooling::max}) {
    PlanBuilder builder(FeatureShape::map(1, 4, 4));
    builder.pool(pooling, 2, 2);
    const Network net{builder.finish(4), Vector()};
    const Matrix average = (Matrix(1, 4) << 3.5, 5.5, 11.5, 13.5).finished();
    const Matrix largest = (Matrix(1, 4) << 6, 8, 14, 16).finished();
    EXPECT_EQ(net.function()->values(x), pooling == Pooling::max ? largest : average);
  }
}

Matrix run(const Network& net, const Matrix& x, bool training, Vector* after = nullptr) {
  const auto options = torch::TensorOptions().dtype(torch::kFloat64);
  const torch::Tensor flat = vector_tensor(net.parameters, options);
  const torch::Tensor y = TorchNetwork(net.plan).forward(parameter_views(net.plan, flat),
                                                         to_tensor(x, options), training);
  if (after != nullptr) *after = to_matrix(flat).row(0);
  return to_matrix(y);
}

TEST(Normalisation, OfABatchUsesItsMomentsAndMovesTheRunningOnes) {
  const FeatureShape in = FeatureShape::map(2, 3, 3);
  PlanBuilder builder(in);
  builder.normalise(Norm::batch);
  Network net{builder.finish(18), Vector(8)};
  net.parameters << 2, 0.5, -1, 3, 0, 0, 1, 1;  // scale, shift, running mean and variance
  const Matrix x = 3 * test_points(5, 18).array() + 1;
  Vector after;
  const Matrix y = run(net, x, true, &after);
  for (Index c = 0; c < 2; ++c) {
    const Matrix channel = x.middleCols(9 * c, 9);
    const double mean = channel.mean();
    const double variance = (channel.array() - mean).square().mean();
    const double scale = net.parameters[c], shift = net.parameters[2 + c];
    const Matrix expected =
        ((channel.array() - mean) / std::sqrt(variance + 1e-5) * scale + shift).matrix();
    EXPECT_LT(relative_error(y.middleCols(9 * c, 9), expected), 1e-13);
    EXPECT_NEAR(after[4 + c], 0.1 * mean, 1e-14);
    EXPECT_NEAR(after[6 + c], 0.9 + 0.1 * variance * 45 / 44, 1e-14) << "the unbiased variance";
    const Matrix fresh = (channel.array() / std::sqrt(1 + 1e-5) * scale + shift).matrix();
    EXPECT_LT(relative_error(run(net, x, false).middleCols(9 * c, 9), fresh), 1e-14);
  }
  EXPECT_EQ(after.head(4), net.parameters.head(4));
  EXPECT_LT(relative_error(net.function()->values(x), run(net, x, false)), 1e-15)
      << "looking uses running statistics";
  Network small{NetworkPlan(), Vector(4)};
  PlanBuilder one(FeatureShape::map(1, 1, 1));
  one.normalise(Norm::batch);
  small.plan = one.finish(1);
  small.parameters << 1, 0, 0, 1;
  EXPECT_THROW(run(small, Matrix::Ones(1, 1), true), InvalidInput);
}

TEST(Normalisation, OfGroupsAndTokensIsPerSample) {
  const Matrix x = test_points(3, 24);
  for (const Index groups : {1, 2, 4}) {  // 4 groups of one channel: instance normalisation
    PlanBuilder builder(FeatureShape::map(4, 2, 3));
    builder.normalise(Norm::group, groups);
    Network net{builder.finish(24), Vector(8)};
    net.parameters << 1, 2, 3, 4, 5, 6, 7, 8;
    const Matrix y = net.function()->values(x);
    const Index size = 24 / groups;
    for (Index n = 0; n < 3; ++n)
      for (Index g = 0; g < groups; ++g) {
        const Vector part = x.row(n).segment(g * size, size).transpose();
        const double deviation = std::sqrt((part.array() - part.mean()).square().mean() + 1e-5);
        for (Index k = 0; k < size; ++k) {
          const Index channel = (g * size + k) / 6;
          EXPECT_NEAR(y(n, g * size + k),
                      (part[k] - part.mean()) / deviation * net.parameters[channel] +
                          net.parameters[4 + channel],
                      1e-12);
        }
      }
  }
}

// softmax(Q Kᵀ/√d) V for each head, by hand.
TEST(Attention, EqualsItsDefinition) {
  constexpr Index kTokens = 4, kFeatures = 6, kHeads = 2, kDepth = 3;
  NetworkPlan plan;
  plan.inputs = kTokens * 3 * kFeatures;
  plan.outputs = kTokens * kFeatures;
  Layer layer;
  layer.op = Layer::Op::attention;
  layer.name = "attention 1";
  layer.in = plan.inputs;
  layer.out = plan.outputs;
  layer.in_shape = FeatureShape::tokens(kTokens, 3 * kFeatures);
  layer.out_shape = FeatureShape::tokens(kTokens, kFeatures);
  layer.heads = kHeads;
  plan.layers = {layer};
  check_plan(plan);
  const Matrix x = test_points(2, plan.inputs);
  const Matrix y = make_torch_function(plan, Vector())->values(x);
  for (Index n = 0; n < 2; ++n) {
    const Vector row = x.row(n);
    const Eigen::Map<const Matrix> qkv(row.data(), kTokens, 3 * kFeatures);
    const Vector out = y.row(n);
    const Eigen::Map<const Matrix> result(out.data(), kTokens, kFeatures);
    for (Index h = 0; h < kHeads; ++h) {
      const Matrix q = qkv.middleCols(h * kDepth, kDepth);
      const Matrix k = qkv.middleCols(kFeatures + h * kDepth, kDepth);
      const Matrix v = qkv.middleCols(2 * kFeatures + h * kDepth, kDepth);
      Matrix weights = (q * k.transpose() / std::sqrt(3.0)).array().exp();
      weights.array().colwise() /= weights.rowwise().sum().eval().array();
      EXPECT_LT(relative_error(result.middleCols(h * kDepth, kDepth), weights * v), 1e-13);
    }
  }
}

// Columns of 1×4×4 images with the four 2×2 patches in another order.
Matrix with_patches_permuted(const Matrix& x, const std::vector<Index>& order) {
  Matrix out(x.rows(), 16);
  for (Index p = 0; p < 4; ++p)
    for (Index a = 0; a < 2; ++a)
      for (Index b = 0; b < 2; ++b) {
        const Index from = order[static_cast<std::size_t>(p)];
        out.col((2 * (p / 2) + a) * 4 + 2 * (p % 2) + b) =
            x.col((2 * (from / 2) + a) * 4 + 2 * (from % 2) + b);
      }
  return out;
}

TEST(VisionTransformer, WithoutPositionsDoesNotSeeTheOrderOfPatches) {
  const Matrix x = test_points(3, 16), other = with_patches_permuted(x, {2, 0, 3, 1});
  for (const char* head : {"mean", "class_token"})
    for (const bool positions : {false, true}) {
      const auto f = network("vit",
                             {{"patch", 2},
                              {"width", 8},
                              {"depth", 2},
                              {"heads", 2},
                              {"head", head},
                              {"positions", positions}},
                             16, 2)
                         .function();
      const double change = relative_error(f->values(other), f->values(x));
      if (positions)
        EXPECT_GT(change, 1e-4) << head;
      else
        EXPECT_LT(change, 1e-12) << head;
    }
}

// One centre, read out with weight 1.
Network one_centre(const Json& params, const Vector& centre) {
  Json given = params;
  given["centres"] = 1;
  given["bias"] = false;
  Network net = network("kernel_machine", given, centre.size(), 1);
  net.parameters.tail(centre.size()) = centre;
  net.parameters[0] = 1;
  return net;
}

TEST(Kernels, HaveTheirClosedForms) {
  const Matrix x = test_points(6, 3);
  const Vector c = (Vector(3) << 0.4, -1.1, 0.8).finished();
  const double width = 0.7 * std::sqrt(3.0);
  const auto values = [&](const Json& params) {
    return one_centre(params, c).function()->values(x);
  };
  const Matrix rbf = values({{"bandwidth", 0.7}});
  const Matrix laplace = values({{"kernel", "laplace"}, {"bandwidth", 0.7}});
  std::vector<Matrix> arc;
  for (const int order : {0, 1, 2})
    arc.push_back(values({{"kernel", "arc_cosine"}, {"order", order}}));
  for (Index k = 0; k < x.rows(); ++k) {
    const Vector p = x.row(k);
    const double r = (p - c).norm(), lengths = p.norm() * c.norm();
    EXPECT_NEAR(rbf(k, 0), std::exp(-r * r / (2 * width * width)), 1e-14);
    EXPECT_NEAR(laplace(k, 0), std::exp(-r / width), 1e-14);
    const double t = std::acos(p.dot(c) / lengths);
    EXPECT_NEAR(arc[0](k, 0), 1 - t / kPi, 1e-14);
    EXPECT_NEAR(arc[1](k, 0), lengths / kPi * (std::sin(t) + (kPi - t) * std::cos(t)), 1e-13);
    EXPECT_NEAR(
        arc[2](k, 0),
        lengths * lengths / kPi *
            (3 * std::sin(t) * std::cos(t) + (kPi - t) * (1 + 2 * std::cos(t) * std::cos(t))),
        1e-13);
  }
}

// The order-1 kernel is twice the mean of relu(w·x) relu(w·c) over w ~ N(0, I).
TEST(Kernels, ArcCosineIsThatOfWideReluNetworks) {
  const Matrix x = test_points(1, 3);
  const Vector c = (Vector(3) << 0.4, -1.1, 0.8).finished();
  const Matrix w = RandomStream(3, "features").normals(400'000, Index{3});
  const Eigen::ArrayXd products =
      (w * x.row(0).transpose()).array().max(0) * (w * c).array().max(0) * 2;
  const double spread = std::sqrt((products - products.mean()).square().mean() / 400'000);
  const double k = one_centre({{"kernel", "arc_cosine"}}, c).function()->values(x)(0, 0);
  EXPECT_NEAR(products.mean(), k, 4 * spread);
  EXPECT_LT(spread, 0.01 * k);
}

TEST(Kernels, HaveFiniteDerivativesAtACentreAndAtZero) {
  const Vector c = (Vector(3) << 0.4, -1.1, 0.8).finished();
  Matrix x(3, 3);
  x.row(0) = c;
  x.row(1) = -2 * c;  // the opposite direction
  x.row(2).setZero();
  const Matrix u = Matrix::Identity(3, 2);
  const std::vector<Json> all = {Json::object(),
                                 {{"kernel", "laplace"}},
                                 {{"kernel", "arc_cosine"}, {"order", 0}},
                                 {{"kernel", "arc_cosine"}, {"order", 1}},
                                 {{"kernel", "arc_cosine"}, {"order", 2}}};
  for (const Json& params : all) {
    const auto f = one_centre(params, c).function();
    const Jets jets = f->jets(x, u);
    EXPECT_TRUE(jets.value.allFinite()) << params;
    for (const auto& first : jets.first) EXPECT_TRUE(first.allFinite()) << params;
    for (const auto& second : jets.second) EXPECT_TRUE(second.allFinite()) << params;
  }
  const auto gradient = [&](const Json& params) -> Vector {
    return one_centre(params, c).function()->input_gradients(x, Vector::Ones(1)).row(0);
  };
  EXPECT_EQ(gradient({{"kernel", "laplace"}}).norm(), 0) << "the kink counts as flat";
  EXPECT_LT(gradient(Json::object()).norm(), 1e-15);
  // ∇k₁(x, c) at x = c is c; of k₂ it is 2·3|c|²c.
  EXPECT_LT((gradient({{"kernel", "arc_cosine"}, {"order", 1}}) - c).norm(), 1e-7);
  EXPECT_LT((gradient({{"kernel", "arc_cosine"}, {"order", 2}}) - 6 * c.squaredNorm() * c).norm(),
            1e-7);
}

}  // namespace
}  // namespace aniso::nn
