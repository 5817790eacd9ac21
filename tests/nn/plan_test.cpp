#include "core/nn/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/errors.h"
#include "core/nn/registry.h"
#include "core/nn/restriction.h"
#include "core/nn/weights.h"

namespace aniso::nn {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(Plan, NamesLayersAndLaysOutParametersInOrder) {
  const NetworkPlan plan = dense_chain_plan(2, {3}, 1, Activation::tanh, true);
  ASSERT_EQ(plan.layers.size(), 3U);
  EXPECT_EQ(plan.layers[0].name, "dense 1");
  EXPECT_EQ(plan.layers[1].name, "tanh 1");
  EXPECT_EQ(plan.layers[2].name, "dense 2");
  const auto layout = plan.layout();
  ASSERT_EQ(layout.size(), 4U);
  EXPECT_EQ(layout[0], (ParameterBlock{"dense 1.weight", 0, 3, 2, 0, Role::weight}));
  EXPECT_EQ(layout[1], (ParameterBlock{"dense 1.bias", 0, 3, 1, 6, Role::bias}));
  EXPECT_EQ(layout[2], (ParameterBlock{"dense 2.weight", 2, 1, 3, 9, Role::weight}));
  EXPECT_EQ(layout[3], (ParameterBlock{"dense 2.bias", 2, 1, 1, 12, Role::bias}));
  EXPECT_EQ(plan.parameter_count(), 13);
}

TEST(Plan, LeavesOutBiasesAndIdentityActivations) {
  const NetworkPlan plan = dense_chain_plan(4, {3, 2}, 5, Activation::identity, false);
  EXPECT_EQ(plan.layers.size(), 3U);
  EXPECT_EQ(plan.parameter_count(), 12 + 6 + 10);
  EXPECT_EQ(plan.second_order(), SecondOrder::affine);
}

TEST(Plan, SecondOrderFollowsTheActivations) {
  const auto order = [](Activation a) {
    return dense_chain_plan(2, {3}, 1, a, true).second_order();
  };
  EXPECT_EQ(order(Activation::relu), SecondOrder::piecewise_linear);
  for (const Activation a : {Activation::gelu, Activation::silu, Activation::tanh,
                             Activation::softplus, Activation::quadratic})
    EXPECT_EQ(order(a), SecondOrder::smooth);
  NetworkPlan mixed = dense_chain_plan(2, {3, 3}, 1, Activation::relu, true);
  mixed.layers[3].activation = Activation::tanh;
  EXPECT_EQ(mixed.second_order(), SecondOrder::smooth);
}

TEST(Plan, RefusesSizesThatCannotBe) {
  const auto plan = [](Index in, std::vector<Index> hidden, Index out) {
    return [=] { dense_chain_plan(in, hidden, out, Activation::relu, true); };
  };
  EXPECT_THAT(plan(0, {3}, 1), ThrowsMessage<InvalidInput>(HasSubstr("at least 1 input")));
  EXPECT_THAT(plan(2, {3}, 0), ThrowsMessage<InvalidInput>(HasSubstr("at least 1 output")));
  EXPECT_THAT(plan(2, {3, 0}, 1), ThrowsMessage<InvalidInput>(HasSubstr("'dense 2' has 0")));
  EXPECT_THAT(plan(2, {-5}, 1), ThrowsMessage<InvalidInput>(HasSubstr("'dense 1' has -5")));
}

TEST(Plan, RefusesAbsurdSizesAndSaysHowLarge) {
  const auto make = [](Index width) {
    return [=] { dense_chain_plan(2, {width, width}, 1, Activation::relu, true); };
  };
  EXPECT_NO_THROW(make(7000)());
  EXPECT_THAT(make(65536), ThrowsMessage<InvalidInput>(HasSubstr("4,295,294,977 parameters; at "
                                                                 "most 50,000,000")));
  // The count itself must not wrap around.
  EXPECT_THAT(make(Index{1} << 40), ThrowsMessage<InvalidInput>(HasSubstr("at most 50,000,000")));
}

TEST(Plan, CheckFindsLayersThatDoNotFollowOn) {
  NetworkPlan plan = dense_chain_plan(2, {3}, 1, Activation::tanh, true);
  plan.layers[2].in = 4;
  EXPECT_THAT([&] { check_plan(plan); },
              ThrowsMessage<InvalidInput>(HasSubstr("'dense 2' takes 4 features but is given 3")));
  plan = dense_chain_plan(2, {3}, 1, Activation::tanh, true);
  plan.layers[2].name = "dense 1";
  EXPECT_THAT([&] { check_plan(plan); },
              ThrowsMessage<InvalidInput>(HasSubstr("two layers are called 'dense 1'")));
  plan = dense_chain_plan(2, {3}, 1, Activation::tanh, true);
  plan.outputs = 2;
  EXPECT_THROW(check_plan(plan), InvalidInput);
  plan = dense_chain_plan(2, {3}, 1, Activation::tanh, true);
  plan.layers[1].out = 4;
  EXPECT_THROW(check_plan(plan), InvalidInput);
}

TEST(Plan, SameShapesIgnoresTheActivationOnly) {
  const auto plan = [](Activation a, Index width, bool bias) {
    return dense_chain_plan(2, {width}, 1, a, bias);
  };
  const NetworkPlan base = plan(Activation::tanh, 3, true);
  NetworkPlan other = base;
  other.layers[1].activation = Activation::relu;
  EXPECT_TRUE(same_shapes(base, other));
  EXPECT_TRUE(same_shapes(base, plan(Activation::silu, 3, true)));
  EXPECT_FALSE(same_shapes(base, plan(Activation::tanh, 4, true)));
  EXPECT_FALSE(same_shapes(base, plan(Activation::tanh, 3, false)));
  // Without its activation the second dense layer moves, and with it the blocks' layer numbers.
  EXPECT_TRUE(same_shapes(base, plan(Activation::identity, 3, true)));
}

TEST(Activations, AreFoundByNameAndSuggestTheNearest) {
  for (const auto& choice : activation_choices()) {
    EXPECT_EQ(activation_name(activation_of(choice.id)), choice.id);
    EXPECT_FALSE(choice.doc.empty());
  }
  EXPECT_EQ(activation_choices().size(), 7U);
  EXPECT_THAT([] { activation_of("rellu"); },
              ThrowsMessage<InvalidInput>(HasSubstr("Did you mean 'relu'?")));
}

TEST(Weights, DigestIsSha256OfTheNativeBytes) {
  const NetworkPlan plan = dense_chain_plan(1, {}, 1, Activation::identity, true);
  const Vector parameters = (Vector(2) << 1.0, -2.0).finished();
  // sha256 of 0000803f 000000c0, and of 000000000000f03f 00000000000000c0.
  EXPECT_EQ(weights_sha256(plan, parameters, Dtype::float32),
            "ee4ac73c2bd27756ab82780f27c73a7bc4d3f0bb6acb37e008bc27eccd7e588b");
  EXPECT_EQ(weights_sha256(plan, parameters, Dtype::float64),
            "7886fe67ba4484d889aa8ec41f0b242f914fbf6bae1be2ed23f56a007e3547b0");
  EXPECT_THROW(weights_sha256(plan, Vector::Zero(3), Dtype::float64), InvalidInput);
}

TEST(Restriction, NeedsADenseFirstLayerAndADirection) {
  const NetworkPlan plan = dense_chain_plan(3, {2}, 1, Activation::tanh, false);
  const Vector parameters = Vector::LinSpaced(plan.parameter_count(), -1, 1);
  const auto folded = fold_restriction(plan, parameters, Vector::Ones(3), Matrix::Identity(3, 2));
  EXPECT_EQ(folded.plan.inputs, 2);
  EXPECT_EQ(folded.plan.parameter_count(), 2 * 2 + 2 + 2);
  EXPECT_NEAR(folded.parameters[4], parameters.head(3).sum(), 1e-15);
  EXPECT_THROW(fold_restriction(plan, parameters, Vector::Ones(3), Matrix(3, 0)), InvalidInput);
  NetworkPlan early = plan;
  early.layers.insert(early.layers.begin(),
                      {Layer::Op::activation, "tanh 0", 3, 3, false, Activation::tanh});
  EXPECT_THROW(fold_restriction(early, parameters, Vector::Ones(3), Matrix::Identity(3, 2)),
               InvalidInput);
}

}  // namespace
}  // namespace aniso::nn
