#include "core/session/eigen_directions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/analysis/generation_error.h"
#include "core/data/registry.h"
#include "core/session/looking.h"
#include "core/session/resolved.h"
#include "core/theory/alignment.h"
#include "tests/support/explicit_engines.h"
#include "tests/support/session_helpers.h"

namespace aniso::session {
namespace {

using test::message_of;
using ::testing::HasSubstr;

Json experiment(const Json& direction, std::int64_t seed = 3) {
  return {
      {"dataset", {{"id", "anisotropic_gaussian"}, {"n", 100}, {"dimension", 9}, {"v", direction}}},
      {"architecture", {{"id", "mlp"}, {"hidden", {6}}}},
      {"objective", "logistic"},
      {"optimizer", "sgd"},
      {"training", {{"steps", 10}, {"batch_size", 16}}},
      {"seed", seed}};
}

ResolvedPtr resolved(const Json& json, const ResolvedExperiment* reuse = nullptr) {
  return resolve(experiment_from_json(json), test::explicit_engines(), reuse);
}

Vector direction_of(const ResolvedExperiment& r) {
  const auto values = r.dataset.direction("v").at("values").get<std::vector<double>>();
  return Eigen::Map<const Vector>(values.data(), static_cast<Index>(values.size()));
}

TEST(EigenDirections, ArePutInPlaceOfTheirNameAndLeaveItInTheExperiment) {
  const auto r = resolved(experiment("average_geometry:2"));
  ASSERT_NE(r->directions, nullptr);
  EXPECT_EQ(direction_of(*r), Vector(r->directions->vectors.row(2).transpose()));
  EXPECT_NEAR(direction_of(*r).norm(), 1, 1e-12);
  EXPECT_LT(
      (r->directions->vectors * r->directions->vectors.transpose() - Matrix::Identity(9, 9)).norm(),
      1e-10);
  for (Index k = 1; k < 9; ++k) EXPECT_LE(r->directions->values[k], r->directions->values[k - 1]);
  EXPECT_EQ(r->experiment.dataset.params.direction("v"),
            Json({{"basis", "average_geometry"}, {"index", 2}}));
  EXPECT_EQ(to_json(experiment_from_json(to_json(r->experiment))), to_json(r->experiment));
  EXPECT_EQ(resolved(experiment("dct:1"))->directions, nullptr);
}

TEST(EigenDirections, BelongToTheArchitectureAndNotToTheSeed) {
  const auto a = resolved(experiment("average_geometry:0"));
  EXPECT_EQ(direction_of(*a), direction_of(*resolved(experiment("average_geometry:0", 8))));
  Json wider = experiment("average_geometry:0");
  wider["architecture"]["hidden"] = {7};
  EXPECT_NE(direction_of(*a), direction_of(*resolved(wider)));
}

TEST(EigenDirections, AreKeptWhileTheyAreTheSame) {
  const auto a = resolved(experiment("average_geometry:0"));
  const auto b = resolved(experiment("average_geometry:1"), a.get());
  EXPECT_EQ(a->directions, b->directions);
  EXPECT_NE(a->data, b->data);
  EXPECT_EQ(resolved(experiment("average_geometry:0"), a.get())->data, a->data);
  // The same words, another architecture: other numbers, other data.
  Json wider = experiment("average_geometry:0");
  wider["architecture"]["hidden"] = {7};
  EXPECT_NE(resolved(wider, a.get())->data, a->data);
}

TEST(EigenDirections, RefuseAnIndexBeyondTheInputs) {
  EXPECT_THAT(message_of([] { resolved(experiment("average_geometry:9")); }),
              HasSubstr("dataset.v: there is no eigenvector 9"));
}

TEST(EigenDirections, SpanThePlaneOfAPicture) {
  const auto r = resolved(experiment("average_geometry:0"));
  const auto results =
      look(test::explicit_engines(),
           chosen_analysis("field", {{"u", "average_geometry:1"}, {"resolution", 4}}),
           {.resolved = r, .parameters = &r->initial, .probes = {}, .run = 1, .step = 0}, {});
  const auto& field = std::get<analysis::Field2D>(results->results.front());
  EXPECT_LT((field.plane->u - r->directions->vectors.row(1).transpose()).norm(), 1e-12);
}

TEST(EigenDirections, GiveDataTheirCovarianceAsItIsOrFlipped) {
  Json json = experiment("dct:1");
  json["dataset"] = {{"id", "correlated_gaussian"},
                     {"n", 60},
                     {"dimension", 9},
                     {"covariance", "average_geometry"}};
  const auto sigma = [](const ResolvedExperiment& r) {
    const auto values = r.dataset.reals("covariance_values");
    return Matrix(Eigen::Map<const Matrix>(values.data(), 9, 9));
  };
  const auto straight = resolved(json);
  json["dataset"]["covariance"] = "average_geometry_flipped";
  const auto flipped = resolved(json, straight.get());
  EXPECT_EQ(straight->directions, flipped->directions);
  const Matrix& v = straight->directions->vectors;
  const Vector lambda = straight->directions->values * 9 / straight->directions->values.sum();
  EXPECT_LT((v * sigma(*straight) * v.transpose() - Matrix(lambda.asDiagonal())).norm(), 1e-10);
  EXPECT_LT((v * sigma(*flipped) * v.transpose() - Matrix(lambda.reverse().asDiagonal())).norm(),
            1e-10);
}

// tr(G W M Wᵀ) is largest for the aligned mixture and smallest for the reversed one.
TEST(EigenDirections, TurnAMixtureTowardsOrAwayFromThem) {
  Json json = experiment("dct:1");
  json["dataset"] = {{"id", "gaussian_mixture"}, {"n", 60},      {"dimension", 9},
                     {"components", 2},          {"noise", 0.3}, {"layout", "image"},
                     {"turn", "aligned"}};
  const auto moment = [](const ResolvedExperiment& r) { return analysis::second_moment(*r.data); };
  const auto aligned = resolved(json);
  ASSERT_NE(aligned->directions, nullptr);
  EXPECT_EQ(aligned->dataset.reals("turn_axes").size(), 81U);
  EXPECT_TRUE(aligned->data->shape.is_image());
  const Matrix g = aligned->directions->vectors.transpose() *
                   aligned->directions->values.asDiagonal() * aligned->directions->vectors;
  json["dataset"]["turn"] = "reversed";
  const auto reversed = resolved(json, aligned.get());
  EXPECT_EQ(reversed->directions, aligned->directions);
  json["dataset"]["turn"] = "none";
  const auto plain = resolved(json, aligned.get());
  EXPECT_EQ(plain->directions, nullptr);
  const auto range = theory::alignment_range(g, moment(*plain));
  const auto alpha = [&](const ResolvedExperiment& r) { return g.cwiseProduct(moment(r)).sum(); };
  EXPECT_NEAR(alpha(*aligned), range.highest_value, 1e-9 * range.highest_value);
  EXPECT_NEAR(alpha(*reversed), range.lowest_value, 1e-9 * range.highest_value);
  EXPECT_GT(alpha(*plain), range.lowest_value);
  EXPECT_LT(alpha(*plain), range.highest_value);
  EXPECT_NEAR(moment(*aligned).trace(), moment(*plain).trace(), 1e-9);
  // What was resolved is resolved: the same data again, whatever the network.
  Json again = json;
  again["dataset"]["turn"] = "aligned";
  again["dataset"]["turn_axes"] = aligned->dataset.reals("turn_axes");
  EXPECT_EQ(resolved(again)->data->x, aligned->data->x);
  again["dataset"]["turn_axes"] = std::vector<double>(81, 0.5);
  EXPECT_THAT(message_of([&] { resolved(again); }), HasSubstr("not orthonormal"));
}

TEST(EigenDirections, DataAreNeverMadeFromTheName) {
  const auto e = experiment_from_json(experiment("average_geometry:0"));
  EXPECT_THAT(message_of([&] {
                data::make_dataset(data::dataset_type("anisotropic_gaussian"), e.dataset.params, 0);
              }),
              HasSubstr("must be resolved to numbers"));
}

}  // namespace
}  // namespace aniso::session
