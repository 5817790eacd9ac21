#include "core/nn/initialisation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "core/base/errors.h"
#include "core/nn/registry.h"
#include "core/nn/weights.h"

namespace aniso::nn {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr Index kIn = 150, kOut = 100;

NetworkPlan one_layer() { return dense_chain_plan(kIn, {}, kOut, Activation::identity, true); }

Vector weights_of(const Initialisation& how) {
  return draw_parameters(one_layer(), how, RandomStream(1, "init")).head(kIn * kOut);
}

struct Expected {
  Scheme scheme;
  double variance;
  double bound;  // 0 for a normal distribution
};

class SchemeTest : public testing::TestWithParam<Expected> {};

TEST_P(SchemeTest, HasItsVarianceAndRange) {
  const auto [scheme, variance, bound] = GetParam();
  const Vector w = weights_of({.scheme = scheme, .std = 0.3});
  const double n = static_cast<double>(w.size());
  // Five standard errors; a variance estimate's is about variance·√((kurtosis − 1)/n).
  EXPECT_NEAR(w.mean(), 0, 5 * std::sqrt(variance / n));
  const double kurtosis = bound > 0 ? 1.8 : 3;
  EXPECT_NEAR(w.squaredNorm() / n, variance, 5 * variance * std::sqrt((kurtosis - 1) / n));
  const double fourth = w.array().pow(4).mean() / std::pow(w.squaredNorm() / n, 2);
  EXPECT_NEAR(fourth, kurtosis, 0.25) << "not the declared distribution";
  const double largest = w.cwiseAbs().maxCoeff();
  if (bound > 0) {
    EXPECT_LE(largest, bound);
    EXPECT_GT(largest, 0.999 * bound);
  } else {
    EXPECT_GT(largest, 3.3 * std::sqrt(variance));
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, SchemeTest,
    testing::Values(Expected{Scheme::torch, 1 / (3.0 * kIn), 1 / std::sqrt(kIn)},
                    Expected{Scheme::kaiming_normal, 2.0 / kIn, 0},
                    Expected{Scheme::kaiming_uniform, 2.0 / kIn, std::sqrt(6.0 / kIn)},
                    Expected{Scheme::xavier_normal, 2.0 / (kIn + kOut), 0},
                    Expected{Scheme::xavier_uniform, 2.0 / (kIn + kOut),
                             std::sqrt(6.0 / (kIn + kOut))},
                    Expected{Scheme::lecun_normal, 1.0 / kIn, 0},
                    Expected{Scheme::gaussian, 0.09, 0}));

TEST(Initialisation, OrthogonalHasOrthonormalRowsOrColumns) {
  for (const auto& [in, out] : {std::pair<Index, Index>{7, 4}, {4, 7}, {5, 5}}) {
    const NetworkPlan plan = dense_chain_plan(in, {}, out, Activation::identity, false);
    const Vector p = draw_parameters(plan, {.scheme = Scheme::orthogonal}, RandomStream(2, "init"));
    const Eigen::Map<const Matrix> w(p.data(), out, in);
    const Matrix gram = out <= in ? Matrix(w * w.transpose()) : Matrix(w.transpose() * w);
    EXPECT_LT((gram - Matrix::Identity(gram.rows(), gram.cols())).cwiseAbs().maxCoeff(), 1e-14);
  }
}

TEST(Initialisation, OrthonormalDrawsAreUniform) {
  // On the sphere of R³ each coordinate of a uniform vector is uniform on [−1, 1]: a fixed sign
  // convention (without Mezzadri's correction) would show in the mean.
  double mean = 0, square = 0;
  const int n = 2000;
  for (int i = 0; i < n; ++i) {
    const double q = random_orthonormal(3, 2, RandomStream(5, "q", static_cast<unsigned>(i)))(0, 0);
    mean += q / n;
    square += q * q / n;
  }
  EXPECT_NEAR(mean, 0, 5 * std::sqrt(1.0 / 3 / n));
  EXPECT_NEAR(square, 1.0 / 3, 5 * std::sqrt(4.0 / 45 / n));
  EXPECT_THROW(random_orthonormal(2, 3, RandomStream(1, "q")), InvalidInput);
}

TEST(Initialisation, BiasesAreLikeLibTorchsOrZeroAndScaleMultipliesAll) {
  const RandomStream stream(1, "init");
  const Vector base = draw_parameters(one_layer(), {}, stream);
  const Vector bias = base.tail(kOut);
  EXPECT_LE(bias.cwiseAbs().maxCoeff(), 1 / std::sqrt(kIn));
  EXPECT_GT(bias.cwiseAbs().maxCoeff(), 0.9 / std::sqrt(kIn));
  EXPECT_EQ(draw_parameters(one_layer(), {.scale = 2}, stream), 2 * base);
  const Vector zero = draw_parameters(one_layer(), {.bias = BiasScheme::zero}, stream);
  EXPECT_EQ(zero.tail(kOut), Vector::Zero(kOut));
  EXPECT_EQ(zero.head(kIn * kOut), base.head(kIn * kOut));
}

TEST(Initialisation, ALayersDrawsDoNotDependOnTheOthers) {
  const RandomStream stream(1, "init");
  const NetworkPlan shallow = dense_chain_plan(3, {4}, 5, Activation::tanh, true);
  const NetworkPlan deep = dense_chain_plan(3, {4, 5}, 2, Activation::tanh, true);
  const Vector a = draw_parameters(shallow, {}, stream), b = draw_parameters(deep, {}, stream);
  EXPECT_EQ(a, b.head(a.size())) << "dense 1 and dense 2 have the same shapes in both";
  NetworkPlan renamed = shallow;
  renamed.layers[0].name = "another";
  EXPECT_NE(draw_parameters(renamed, {}, stream).head(12), a.head(12));
  EXPECT_NE(draw_parameters(shallow, {}, RandomStream(1, "init", 1)), a);
  EXPECT_NE(draw_parameters(shallow, {}, RandomStream(2, "init")), a);
}

// A change of these digests changes every run that anyone has stored.
TEST(Initialisation, DrawsAreTheSameForever) {
  const std::map<std::string, std::string> golden = {
      {"mlp", "914fa3f38a7681c1e836aa00ffaecc91b98b9a33ffe86c095ecaa24b484469fc"},
      {"deep_linear", "97df2835f09d6446dbec8fcba47d08bbaee0a4867beeb4e340bc888b1d5c3eb2"},
      {"linear", "58e4dae32011d45033b1f26a97173b4e58821c83f4103a7b949de0fd43047552"},
      {"residual_mlp", "bdafe351adc5ab8a7aad257dd6262425aea27613975d0a3a1cac44699fc7a338"},
      {"random_features", "a4bbf4aa6741fbafec57b169162e54850d097adcefa4e95d87fc2724710fc040"},
      {"kernel_machine", "11a1824d23ce0f5de99ee69bdb458b72d1b3fb696d2d44ace078e3012ea45ab0"},
      {"conv_pool_dense", "48ffa958a3e6844ce395ed0c87fb92fc532a5faa40e333a1c23c6a805e796dab"},
      {"lenet", "ca7ea7d67b87b8d2e179fd155f07cc4398ecb3aa122a205eb06dff4aa5c7248e"},
      {"resnet", "1015da1996df3c4ed5f2bd7bc2017ed806f6e8b7a16e60d351e4c0af88793ac3"},
      {"vit", "6352050b530c5a98a0cb4e5311bad98a47239221779f73fd6e9f0ee08e7e55de"},
      {"linear_score", "20a0b62c386b3e51040104005102b1402644567e1249228bfcca1684d6f348b9"},
      {"score_mlp", "6581dcb4738f90cac03e8517eec09bae6a57659fef1c66e101938d1df8d0b129"},
      {"score_cnn", "5a2739001e7d92fed6ae798a2fa3db2f5e09e64f9ad3cc29115d6df92a0e9965"},
      {"unet", "68c508e5a81622bec4a55a1d5a637f349924c364e0d96d4a24be21a18f57d778"},
      {"dit", "5af72f0a846d25ec14ae3072d4dfffaccab1ee80012f299dd7f4144caefd9069"},
  };
  for (const auto& entry : architectures()) {
    const Params params = validated(entry.params, Json::object(), "architecture");
    const NetworkPlan plan = entry.plan(params, entry.on_images ? 256 : 3,
                                        entry.has_time ? (entry.on_images ? 256 : 3) : 2);
    const Vector p = entry.initialise(plan, params, RandomStream(42, "init"));
    // 9 decimals, so that the last bits of a library or of an optimisation are not part of the
    // promise, and hardly ever tip a digit.
    const Vector rounded = (p.array() * 1e9).round();
    const std::string hash = weights_sha256(plan, rounded, Dtype::float64);
    EXPECT_TRUE(golden.contains(entry.id)) << "new: record " << entry.id << " " << hash;
    if (golden.contains(entry.id)) {
      EXPECT_EQ(hash, golden.at(entry.id)) << entry.id;
    }
  }
}

Matrix product_of(const NetworkPlan& plan, const Vector& p) {
  Matrix product = Matrix::Identity(plan.inputs, plan.inputs);
  for (const auto& block : plan.layout())
    product =
        Matrix(Eigen::Map<const Matrix>(p.data() + block.offset, block.rows, block.cols) * product);
  return product;
}

// Golden check 1 of the neural feature ansatz: (W₁ᵀW₁)^L = PᵀP with constant exactly 1.
TEST(BalancedInitialisation, FeatureMatrixToThePowerOfTheDepthIsTheGramOfTheProduct) {
  for (std::int64_t depth = 1; depth <= 8; ++depth) {
    const auto& kind = architecture("deep_linear");
    const Params params = validated(kind.params,
                                    Json{{"depth", depth},
                                         {"width", 8},
                                         {"initialisation", "balanced"},
                                         {"singular_values", {1.5, 1.0, 0.5}}},
                                    "architecture");
    const NetworkPlan plan = kind.plan(params, 10, 4);
    const Vector p = kind.initialise(plan, params, RandomStream(9, "init"));
    const auto layout = plan.layout();
    ASSERT_EQ(layout.size(), static_cast<std::size_t>(depth));
    const auto weight = [&](std::size_t l) {
      return Matrix(
          Eigen::Map<const Matrix>(p.data() + layout[l].offset, layout[l].rows, layout[l].cols));
    };
    const Matrix n = weight(0).transpose() * weight(0), product = product_of(plan, p);
    Matrix power = Matrix::Identity(10, 10);
    for (std::int64_t l = 0; l < depth; ++l) power = power * n;
    const Matrix gram = product.transpose() * product;
    EXPECT_LT((power - gram).norm() / gram.norm(), 1e-12) << "L = " << depth;
    for (std::size_t l = 0; l + 1 < layout.size(); ++l)
      EXPECT_LT((weight(l + 1).transpose() * weight(l + 1) - weight(l) * weight(l).transpose())
                    .cwiseAbs()
                    .maxCoeff(),
                1e-13);
    EXPECT_NEAR(product.norm(), std::sqrt(std::pow(2.25, depth) + 1 + std::pow(0.25, depth)),
                1e-12);
  }
}

TEST(BalancedInitialisation, SaysWhatIsTooNarrow) {
  const auto& kind = architecture("deep_linear");
  const auto draw = [&](Json extra, Index in, Index out) {
    return [&kind, extra, in, out] {
      Json given = {{"initialisation", "balanced"}};
      given.update(extra);
      const Params params = validated(kind.params, given, "architecture");
      kind.initialise(kind.plan(params, in, out), params, RandomStream(1, "init"));
    };
  };
  const Json three = {{"singular_values", {3, 2, 1}}};
  EXPECT_NO_THROW(draw(three, 5, 3)());
  EXPECT_THAT(draw(three, 5, 1), ThrowsMessage<InvalidInput>(HasSubstr("'dense 3' has only 1")));
  EXPECT_THAT(draw(three, 2, 3), ThrowsMessage<InvalidInput>(HasSubstr("the input has only 2")));
  EXPECT_THAT(draw({{"width", 2}, {"singular_values", {3, 2, 1}}}, 5, 3),
              ThrowsMessage<InvalidInput>(HasSubstr("'dense 1' has only 2")));
  EXPECT_THROW(draw({{"singular_values", {-1}}}, 5, 3)(), InvalidInput);
  EXPECT_THROW(draw({{"singular_values", Json::array()}}, 5, 3)(), InvalidInput);
  EXPECT_THROW(draw_balanced(dense_chain_plan(3, {3}, 3, Activation::tanh, false), {1},
                             RandomStream(1, "init")),
               InvalidInput);
  EXPECT_THROW(draw_balanced(dense_chain_plan(3, {3}, 3, Activation::identity, true), {1},
                             RandomStream(1, "init")),
               InvalidInput);
}

}  // namespace
}  // namespace aniso::nn
