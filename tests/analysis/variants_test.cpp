#include "core/analysis/variants.h"

#include <gtest/gtest.h>

#include "core/base/errors.h"

namespace aniso::analysis {
namespace {

VariantList list(const Json& given) {
  return VariantList(validated(variant_params("dataset.v", {1, 2}, "dct"), given, "test"));
}

TEST(Variants, NumbersWithAPrefixAreDirections) {
  const VariantList l = list({{"values", {0, 7}}});
  ASSERT_EQ(l.size(), 2);
  EXPECT_EQ(l.label(1), "dct:7");
  const Variant v = l.variant(1);
  ASSERT_EQ(v.changes.size(), 1U);
  EXPECT_EQ(v.changes[0].first, "dataset.v");
  EXPECT_EQ(v.changes[0].second, Json("dct:7"));
  EXPECT_EQ(l.axis(), "dataset.v = dct: k");
}

TEST(Variants, NumbersStayNumbers) {
  const VariantList l = list({{"path", "dataset.angle"}, {"prefix", ""}, {"values", {0.5, 30}}});
  EXPECT_EQ(l.variant(0).changes[0].second, Json(0.5));
  EXPECT_TRUE(l.variant(1).changes[0].second.is_number_integer());
  EXPECT_EQ(l.label(1), "30");
}

TEST(Variants, SeveralSettingsTakeConsecutiveNumbers) {
  const VariantList l = list({{"path", "dataset.u1, dataset.u2,dataset.u3"}, {"values", {4}}});
  const Variant v = l.variant(0);
  ASSERT_EQ(v.changes.size(), 3U);
  EXPECT_EQ(v.changes[2].first, "dataset.u3");
  EXPECT_EQ(v.changes[2].second, Json("dct:6"));
  EXPECT_EQ(l.label(0), "dct:4 and next 2");
}

TEST(Variants, WordsTakeThePlaceOfNumbers) {
  const VariantList l = list({{"path", "dataset.turn"}, {"words", "reversed , none"}});
  ASSERT_EQ(l.size(), 2);
  EXPECT_EQ(l.variant(1).changes[0].second, Json("none"));
  EXPECT_EQ(l.values(), (std::vector<double>{0, 1}));
  EXPECT_EQ(l.axis(), "dataset.turn = dct: k: 0 reversed, 1 none");
}

TEST(Variants, WordsThatAreNumbersStayNumbers) {
  EXPECT_EQ(value_of_word("12"), Json(12));
  EXPECT_TRUE(value_of_word("12").is_number_integer());
  EXPECT_EQ(value_of_word("0.5"), Json(0.5));
  EXPECT_EQ(value_of_word("1st"), Json("1st"));
  EXPECT_EQ(value_of_word("dct:1"), Json("dct:1"));
}

TEST(Variants, TrainForAsLongAsAsked) {
  Variant v;
  const auto params = [](int steps) {
    return validated({training_steps_param()}, {{"training_steps", steps}}, "test");
  };
  add_training_steps(params(0), v);
  EXPECT_TRUE(v.changes.empty());
  add_training_steps(params(40), v);
  ASSERT_EQ(v.changes.size(), 1U);
  EXPECT_EQ(v.changes[0].first, "training.steps");
  EXPECT_EQ(v.changes[0].second, Json(40));
}

TEST(Variants, NeedASetting) { EXPECT_THROW(list({{"path", " , "}}), InvalidInput); }

TEST(Variants, NumbersAreSaidWithTheirSetting) {
  EXPECT_EQ(said_word("seed", "2"), "seed 2");
  EXPECT_EQ(said_word("optimizer.learning_rate", "0.1"), "learning rate 0.1");
  EXPECT_EQ(said_word("architecture.normalisation", "group"), "group");
}

}  // namespace
}  // namespace aniso::analysis
