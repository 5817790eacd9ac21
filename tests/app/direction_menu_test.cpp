#include "app/views/direction_menu.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace aniso::app {
namespace {

Document rotated_plane() {
  return Document(session::experiment_from_json(Json::parse(
      R"({"schema": 1, "dataset": {"id": "rotated_plane", "dimension": 16}, "architecture": "mlp",
          "objective": "cross_entropy", "optimizer": "sgd"})")));
}

TEST(DirectionMenu, OffersTheDatasetsDirections) {
  const Document document = rotated_plane();
  const ParamSchema params = dataset_directions(document);
  ASSERT_GE(params.size(), 2u);
  EXPECT_EQ(params[0].name, "u1");
  EXPECT_EQ(params[1].name, "u2");
  for (const ParamSpec& spec : params) EXPECT_EQ(spec.kind, ParamKind::direction);
  const Document moons(session::experiment_from_json(Json::parse(
      R"({"schema": 1, "dataset": "two_moons", "architecture": "mlp", "objective": "logistic",
          "optimizer": "sgd"})")));
  for (const ParamSpec& spec : dataset_directions(moons))
    EXPECT_EQ(spec.kind, ParamKind::direction);
}

TEST(DirectionMenu, SetsNumbersThatUndoTakesBack) {
  Document document = rotated_plane();
  const Json before = document.json()["dataset"]["u1"];
  const Vector direction = Vector::LinSpaced(16, -1, 1).normalized();
  ASSERT_EQ(set_dataset_direction(document, "u1", direction), std::nullopt);
  const Json now = document.json()["dataset"]["u1"];
  EXPECT_EQ(now["basis"], "numbers");
  ASSERT_EQ(now["values"].size(), 16u);
  for (Index i = 0; i < 16; ++i)
    EXPECT_EQ(now["values"][static_cast<std::size_t>(i)].get<double>(), direction[i]);
  ASSERT_TRUE(document.can_undo());
  document.undo();
  EXPECT_EQ(document.json()["dataset"]["u1"], before);
}

TEST(DirectionMenu, SaysWhyADirectionIsRefused) {
  Document document = rotated_plane();
  EXPECT_TRUE(set_dataset_direction(document, "u9", Vector::Ones(16)).has_value());
  EXPECT_FALSE(document.can_undo());
}

}  // namespace
}  // namespace aniso::app
