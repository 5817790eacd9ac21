#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "core/base/errors.h"
#include "core/geometry/basis.h"
#include "core/nn/plan_builder.h"
#include "core/nn/registry.h"

namespace aniso::nn {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

NetworkPlan plan_of(const char* id, const Json& params, const InputShape& inputs, Index outputs) {
  const auto& kind = architecture(id);
  const Json given = params.is_null() ? Json::object() : params;
  return kind.plan(validated(kind.params, given, "architecture"), inputs, outputs);
}

std::vector<std::string> names_of(const NetworkPlan& plan) {
  std::vector<std::string> names;
  for (const auto& layer : plan.layers) names.push_back(layer.name);
  return names;
}

TEST(Images, AreReadAsTheyAreOrFromSquares) {
  EXPECT_EQ(image_shape(InputShape::image(3, 5, 7), "x").text(), "3×5×7");
  EXPECT_EQ(image_shape(InputShape::vector(64), "x").text(), "1×8×8");
  EXPECT_EQ(image_shape(InputShape::vector(12), "x").text(), "3×2×2");
  EXPECT_EQ(image_shape(InputShape::vector(3 * 16 * 16), "x").text(), "3×16×16");
  for (const Index dim : {1, 2, 5, 3072 + 1})
    EXPECT_THAT([&] { image_shape(InputShape::vector(dim), "lenet"); },
                ThrowsMessage<InvalidInput>(HasSubstr("architecture 'lenet'")));
  // The reverse: dense networks read an image as its numbers.
  EXPECT_EQ(plan_of("mlp", {{"hidden", {4}}}, InputShape::image(3, 5, 7), 2).inputs, 105);
}

TEST(Architectures, HaveTheParametersOfTheirPapers) {
  EXPECT_EQ(plan_of("lenet", {}, InputShape::image(1, 32, 32), 10).trained_count(), 61'706);
  // 432 + 3 stages (4,608; 14,336; 57,344) + scales and shifts of 240 channels + 650.
  const NetworkPlan resnet = plan_of("resnet", {}, InputShape::image(3, 32, 32), 10);
  EXPECT_EQ(resnet.trained_count(), 77'850);
  EXPECT_EQ(resnet.parameter_count() - resnet.trained_count(), 480) << "running statistics";
  // 48·64 + 64 patches, 65 + 1 token vectors, 2 blocks, the last norm and the output.
  const Index block = 2 * 128 + (64 + 1) * 192 + (64 + 1) * 64 + (64 + 1) * 128 + (128 + 1) * 64;
  EXPECT_EQ(plan_of("vit", {}, InputShape::image(3, 32, 32), 10).trained_count(),
            49 * 64 + 66 * 64 + 2 * block + 128 + 650);
  EXPECT_EQ(plan_of("random_features", {{"features", 50}}, 7, 3).trained_count(), 153);
  EXPECT_EQ(plan_of("kernel_machine", {{"centres", 20}}, 7, 3).trained_count(), 63);
}

TEST(Architectures, ALinearScoreModelHasTheGeometryThatItIsGiven) {
  const Architecture& kind = architecture("linear_score");
  const auto fixed = [&](const Json& given, const InputShape& inputs) {
    const Params params = validated(kind.params, given, "architecture");
    const NetworkPlan plan = kind.plan(params, inputs, inputs.dim);
    EXPECT_EQ(plan.trained_count(), inputs.dim * inputs.dim);
    const Vector p = kind.initialise(plan, params, RandomStream(3, "init"));
    return Matrix(
        Eigen::Map<const Matrix>(p.data() + plan.trained_count(), inputs.dim, inputs.dim));
  };
  const Matrix few = fixed({{"eigenvalues", {4, 9, 1}}}, 2);
  EXPECT_LT((few - Matrix((Vector(2) << 2, 3).finished().asDiagonal())).norm(), 1e-14);
  const InputShape image = InputShape::image(1, 2, 4);
  for (const char* basis : {"pixel", "dct", "hadamard", "dft"}) {
    const Matrix phi = fixed({{"eigenvalues", {5, 2, 0}}, {"basis", basis}}, image);
    const Matrix kernel = phi * phi.transpose();
    EXPECT_NEAR(kernel.trace(), 7, 1e-12) << "the last one stands for the others";
    for (Index k = 0; k < 8; ++k) {
      const Vector u = geometry::basis_element(geometry::basis_from_id(basis), k, {1, 2, 4},
                                               RandomStream(0, "no draws"));
      const double expected = k == 0 ? 5 : k == 1 ? 2 : 0;
      EXPECT_LT((kernel * u - expected * u).norm(), 1e-12) << basis << " " << k;
    }
  }
  const Params still = validated(kind.params, {{"scale", 0.0}}, "architecture");
  const Vector p = kind.initialise(kind.plan(still, 5, 5), still, RandomStream(3, "init"));
  EXPECT_EQ(p.head(25), Vector::Zero(25));
}

// The networks of the rotated-plane experiment, written out.
TEST(Architectures, IncludeThoseOfTheRotatedPlane) {
  const InputShape image = InputShape::image(1, 16, 16);
  EXPECT_THAT(names_of(plan_of("conv_pool_dense", {}, image, 2)),
              testing::ElementsAre("conv 1", "relu 1", "pool 1", "conv 2", "relu 2", "pool 2",
                                   "dense 1", "relu 3", "dense 2"));
  const NetworkPlan plan = plan_of(
      "resnet",
      {{"widths", {16, 16, 32}}, {"normalisation", "none"}, {"downsampling", "convolution"}}, image,
      2);
  EXPECT_THAT(names_of(plan),
              testing::ElementsAre("conv 1", "relu 1", "conv 2", "relu 2", "conv 3", "add 1",
                                   "conv 4", "relu 3", "conv 5", "relu 4", "conv 6", "add 2",
                                   "relu 5", "conv 7", "relu 6", "conv 8", "relu 7", "conv 9",
                                   "add 3", "relu 8", "global average 1", "dense 1"));
  EXPECT_EQ(plan.trained_count(), 160 + 4640 + 2320 + 4640 + 4640 + 18496 + 66);
}

TEST(Architectures, SayWhatDoesNotFit) {
  const InputShape image = InputShape::image(3, 12, 12);
  const auto fails = [&](const char* id, const Json& params, const char* why) {
    EXPECT_THAT([&] { plan_of(id, params, image, 2); }, ThrowsMessage<InvalidInput>(HasSubstr(why)))
        << id;
  };
  fails("lenet", Json::object(), "use larger images");
  fails("conv_pool_dense", {{"kernel", 4}}, "architecture.kernel: 4 is even");
  fails("conv_pool_dense", {{"channels", {2, 2, 2, 2, 2}}}, "use larger images");
  fails("resnet", {{"normalisation", "group"}, {"groups", 3}}, "cannot be divided into 3 groups");
  fails("resnet", {{"normalisation", "instance"}, {"widths", {2, 2, 2, 2, 2}}}, "a single number");
  fails("vit", {{"patch", 5}}, "cannot be cut into patches of 5×5");
  fails("vit", {{"heads", 5}}, "cannot be shared by 5 heads");
}

TEST(KernelMachine, PlacesItsCentresOnTrainingPoints) {
  const auto& kind = architecture("kernel_machine");
  const auto params = [&](Json given) { return validated(kind.params, given, "architecture"); };
  const Params six = params({{"centres", 6}});
  const NetworkPlan plan = kind.plan(six, 3, 1);
  const Matrix x = RandomStream(1, "x").normals(9, Index{3});
  Vector placed = kind.initialise(plan, six, RandomStream(1, "init"));
  const Vector before = placed;
  kind.place(plan, six, x, RandomStream(1, "place"), placed);
  EXPECT_EQ(placed.head(plan.trained_count()), before.head(plan.trained_count()));
  const Eigen::Map<const Matrix> centres(placed.data() + plan.trained_count(), 6, 3);
  std::set<Index> rows;
  for (Index j = 0; j < 6; ++j)
    for (Index i = 0; i < 9; ++i)
      if (centres.row(j) == x.row(i)) rows.insert(i);
  EXPECT_EQ(rows.size(), 6U) << "each centre a training point of its own";
  const Matrix few = x.topRows(5);
  EXPECT_THAT([&] { kind.place(plan, six, few, RandomStream(1, "place"), placed); },
              ThrowsMessage<InvalidInput>(HasSubstr("more than the 5 training points")));
  Vector free = before;
  kind.place(plan, params({{"centres", 6}, {"placement", "gaussian"}}), few,
             RandomStream(1, "place"), free);
  EXPECT_EQ(free, before);
}

TEST(Layout, PutsWhatIsTrainedFirst) {
  const NetworkPlan plan = plan_of("random_features", {{"features", 4}}, 3, 1);
  const auto layout = plan.layout();
  ASSERT_EQ(layout.size(), 4U);
  EXPECT_EQ(layout[0].name, "dense 1.weight");
  EXPECT_EQ(layout[1].name, "dense 1.bias");
  EXPECT_EQ(layout[2].name, "fixed 1.weight");
  EXPECT_EQ(layout[3].name, "fixed 1.bias");
  EXPECT_TRUE(layout[1].trained);
  EXPECT_FALSE(layout[2].trained);
  EXPECT_EQ(layout[2].offset, plan.trained_count());
  EXPECT_EQ(layout[3].offset + 4, plan.parameter_count());
}

TEST(SecondOrder, FollowsFromTheOperations) {
  const InputShape image = InputShape::image(1, 16, 16);
  const auto order = [&](const char* id, const Json& params) {
    return plan_of(id, params, image, 1).second_order();
  };
  EXPECT_EQ(order("conv_pool_dense", {{"activation", "identity"}}), SecondOrder::affine);
  EXPECT_EQ(order("conv_pool_dense", {{"activation", "identity"}, {"pool", "max"}}),
            SecondOrder::piecewise_linear);
  EXPECT_EQ(order("lenet", Json::object()), SecondOrder::piecewise_linear);
  EXPECT_EQ(order("resnet", Json::object()), SecondOrder::piecewise_linear) << "running moments";
  EXPECT_EQ(order("resnet", {{"normalisation", "group"}}), SecondOrder::smooth);
  EXPECT_EQ(order("vit", {{"activation", "relu"}}), SecondOrder::smooth);
  EXPECT_EQ(order("kernel_machine", Json::object()), SecondOrder::smooth);
}

}  // namespace
}  // namespace aniso::nn
