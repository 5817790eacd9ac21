#include "app/document.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace aniso::app {
namespace {

session::Experiment start() {
  return session::experiment_from_json(Json::parse(
      R"({"schema": 1, "dataset": "two_moons", "architecture": "mlp", "objective": "logistic",
          "optimizer": {"id": "sgd", "learning_rate": 0.1}})"));
}

double learning_rate(const Document& document) {
  return document.json()["optimizer"]["learning_rate"].get<double>();
}

TEST(Document, AnEditIsValidatedAndRecorded) {
  Document document(start());
  EXPECT_FALSE(document.can_undo());
  EXPECT_EQ(document.edit("optimizer.learning_rate", 0.2, 0), std::nullopt);
  EXPECT_EQ(learning_rate(document), 0.2);
  EXPECT_TRUE(document.can_undo());
  EXPECT_NE(document.undo_title().find("0.1 → 0.2"), std::string::npos) << document.undo_title();
}

TEST(Document, ARefusedEditChangesNothingAndSaysWhy) {
  Document document(start());
  const auto version = document.version();
  const auto message = document.edit("optimizer.learning_rate", -1.0, 0);
  ASSERT_TRUE(message.has_value());
  EXPECT_NE(message->find("learning_rate"), std::string::npos) << *message;
  EXPECT_EQ(document.version(), version);
  EXPECT_EQ(learning_rate(document), 0.1);
  EXPECT_FALSE(document.can_undo());
  EXPECT_TRUE(document.edit("optimizer.lerning_rate", 1.0, 0).has_value());
  EXPECT_TRUE(document.replace(Json::parse(R"({"dataset": "nonsense"})")).has_value());
  EXPECT_EQ(document.version(), version);
}

TEST(Document, OneGestureIsOneStepOfTheHistory) {
  Document document(start());
  for (const double value : {0.2, 0.3, 0.4}) document.edit("optimizer.learning_rate", value, 7);
  document.edit("optimizer.learning_rate", 0.5, 8);
  EXPECT_EQ(learning_rate(document), 0.5);
  document.undo();
  EXPECT_EQ(learning_rate(document), 0.4);
  document.undo();
  EXPECT_EQ(learning_rate(document), 0.1);
  EXPECT_FALSE(document.can_undo());
  document.redo();
  EXPECT_EQ(learning_rate(document), 0.4);
  document.redo();
  EXPECT_EQ(learning_rate(document), 0.5);
  EXPECT_FALSE(document.can_redo());
}

TEST(Document, AnEditAfterUndoDropsTheFuture) {
  Document document(start());
  document.edit("optimizer.learning_rate", 0.2, 0);
  document.undo();
  EXPECT_TRUE(document.can_redo());
  document.edit("optimizer.learning_rate", 0.3, 0);
  EXPECT_FALSE(document.can_redo());
  document.undo();
  EXPECT_EQ(learning_rate(document), 0.1);
}

TEST(Document, AnEditThatChangesNothingIsNoStep) {
  Document document(start());
  EXPECT_EQ(document.edit("optimizer.learning_rate", 0.1, 0), std::nullopt);
  EXPECT_FALSE(document.can_undo());
}

}  // namespace
}  // namespace aniso::app
