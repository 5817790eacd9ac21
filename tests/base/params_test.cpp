#include "core/base/params.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "core/base/errors.h"

namespace aniso {
namespace {

using ::testing::HasSubstr;

ParamSchema every_kind() {
  return {bool_param("bias", true),
          integer_param("depth", 3).range(1, 20),
          real_param("noise", 0.1).in("std").range(0, 10).about("Spread."),
          choice_param("activation", "tanh", {{"relu", "ReLU", ""}, {"tanh", "tanh", ""}}),
          text_param("file", ""),
          integers_param("widths", {64, 64}).range(1, 4096).lengths(1, 4),
          reals_param("values", {1.0, 0.5}).range(0, 100),
          direction_param("first", "dct:3"),
          direction_param("second", "none", true)};
}

Json parsed(const char* text) { return Json::parse(text); }

std::string refusal(const char* given) {
  try {
    validated(every_kind(), parsed(given), "model", {"id"});
  } catch (const InvalidInput& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Params, DefaultsAreComplete) {
  const Params p = validated(every_kind(), Json::object(), "model");
  EXPECT_TRUE(p.boolean("bias"));
  EXPECT_EQ(p.integer("depth"), 3);
  EXPECT_EQ(p.real("noise"), 0.1);
  EXPECT_EQ(p.choice("activation"), "tanh");
  EXPECT_EQ(p.text("file"), "");
  EXPECT_EQ(p.integers("widths"), (std::vector<std::int64_t>{64, 64}));
  EXPECT_EQ(p.reals("values"), (std::vector<double>{1, 0.5}));
  EXPECT_EQ(p.direction("first"), parsed(R"({"basis": "dct", "index": 3})"));
  EXPECT_EQ(p.direction("second"), parsed(R"({"basis": "none"})"));
  EXPECT_THROW(p.real("nois"), InvalidInput);
}

TEST(Params, GivenValuesReplaceDefaultsInDeclaredOrder) {
  const Params p =
      validated(every_kind(),
                parsed(R"({"values": [3], "widths": [8], "file": "a b.csv", "activation": "relu",
                 "noise": 1, "depth": 4.0, "bias": false, "id": "mlp"})"),
                "model", {"id"});
  EXPECT_FALSE(p.boolean("bias"));
  EXPECT_EQ(p.integer("depth"), 4);
  EXPECT_EQ(p.real("noise"), 1.0);
  EXPECT_EQ(p.choice("activation"), "relu");
  EXPECT_EQ(p.text("file"), "a b.csv");
  EXPECT_EQ(p.integers("widths"), (std::vector<std::int64_t>{8}));
  EXPECT_EQ(p.reals("values"), (std::vector<double>{3}));
  EXPECT_TRUE(p.json().begin().key() == "bias" && !p.json().contains("id"));
  // What came out goes in again unchanged.
  EXPECT_EQ(validated(every_kind(), p.json(), "model"), p);
  EXPECT_EQ(validated(every_kind(), Json::parse(p.json().dump()), "model"), p);
}

TEST(Params, UnknownKeysNameTheNearest) {
  EXPECT_EQ(refusal(R"({"niose": 1})"), "model.niose: unknown key. Did you mean 'noise'?");
  EXPECT_THAT(refusal(R"({"temperature": 1})"), HasSubstr("unknown key. Known: id, bias, depth"));
  EXPECT_EQ(refusal(R"({"id": "x"})"), "accepted");
}

TEST(Params, WrongTypesSayWhatIsExpected) {
  EXPECT_EQ(refusal(R"({"bias": 1})"), "model.bias: expected true or false, got 1");
  EXPECT_EQ(refusal(R"({"depth": 2.5})"), "model.depth: expected an integer, got 2.5");
  EXPECT_EQ(refusal(R"({"depth": "2"})"), R"(model.depth: expected an integer, got "2")");
  EXPECT_THAT(refusal(R"({"depth": 18446744073709551615})"), HasSubstr("below 2^63"));
  EXPECT_EQ(refusal(R"({"noise": "loud"})"), R"(model.noise: expected a number, got "loud")");
  EXPECT_EQ(refusal(R"({"noise": null})"), "model.noise: expected a number, got null");
  EXPECT_THAT(refusal(R"({"activation": 3})"), HasSubstr("expected one of the declared words"));
  EXPECT_EQ(refusal(R"({"file": []})"), "model.file: expected text, got []");
  EXPECT_THAT(refusal(R"({"widths": 64})"), HasSubstr("expected a list of numbers"));
  EXPECT_EQ(refusal(R"({"widths": [64, "a"]})"),
            R"(model.widths[1]: expected an integer, got "a")");
  EXPECT_EQ(refusal(R"([1])"), "model: expected an object of parameters, got [1]");
}

TEST(Params, LongValuesAreShortenedBetweenLetters) {
  // 56 bytes of ASCII and quote, then a letter of two bytes across the cut.
  const std::string refused =
      refusal((R"({"noise": ")" + std::string(55, 'a') + "éééééééé" + R"("})").c_str());
  EXPECT_THAT(refused, HasSubstr("a…"));
  EXPECT_NO_THROW(Json(refused).dump());  // still well-formed UTF-8
}

TEST(Params, RangesNameLimitAndUnit) {
  EXPECT_EQ(refusal(R"({"noise": 11})"),
            "model.noise: 11 is out of range; it must be between 0 and 10 std");
  EXPECT_EQ(refusal(R"({"depth": 0})"),
            "model.depth: 0 is out of range; it must be between 1 and 20");
  EXPECT_EQ(refusal(R"({"widths": [64, 5000]})"),
            "model.widths[1]: 5000 is out of range; it must be between 1 and 4096");
  EXPECT_EQ(refusal(R"({"widths": []})"),
            "model.widths: a list of 0 entries; its length must be at least 1 and at most 4");
  EXPECT_THAT(refusal(R"({"widths": [1, 2, 3, 4, 5]})"), HasSubstr("at most 4"));
}

TEST(Params, InfiniteNumbersAreRefused) {
  Json given = {{"noise", std::numeric_limits<double>::infinity()}};
  EXPECT_THROW(validated(every_kind(), given, "model"), InvalidInput);
  given["noise"] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(validated(every_kind(), given, "model"), InvalidInput);
  const ParamSchema open = {real_param("x", 0)};
  given = {{"x", std::numeric_limits<double>::infinity()}};
  EXPECT_THROW(validated(open, given, "model"), InvalidInput);
}

TEST(Params, OneSidedRanges) {
  const double inf = std::numeric_limits<double>::infinity();
  const auto refused = [](const ParamSpec& spec, double value) -> std::string {
    try {
      validated_value(spec, value, "x");
    } catch (const InvalidInput& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_EQ(refused(real_param("x", 1).range(0, inf), -1),
            "x: -1 is out of range; it must be at least 0");
  EXPECT_EQ(refused(real_param("x", 1).range(-inf, 2), 3),
            "x: 3 is out of range; it must be at most 2");
  EXPECT_EQ(refused(real_param("x", 1).range(0, 2), 2), "accepted");
}

TEST(Params, ChoicesNameTheNearest) {
  EXPECT_EQ(refusal(R"({"activation": "relo"})"),
            "model.activation: 'relo' is not known. Did you mean 'relu'? Choices: relu, tanh.");
  EXPECT_EQ(refusal(R"({"activation": "wibble"})"),
            "model.activation: 'wibble' is not known. Choices: relu, tanh.");
}

TEST(Params, DirectionsInShortAndLongForm) {
  const ParamSpec spec = direction_param("u", "pixel:0");
  const auto canonical = [&](const char* text) {
    return validated_value(spec, parsed(text), "u").dump();
  };
  EXPECT_EQ(canonical(R"("dct:3")"), R"({"basis":"dct","index":3})");
  EXPECT_EQ(canonical(R"("random")"), R"({"basis":"random","index":0})");
  EXPECT_EQ(canonical(R"({"basis": "hadamard"})"), R"({"basis":"hadamard","index":0})");
  EXPECT_EQ(canonical(R"({"index": 2, "basis": "dft"})"), R"({"basis":"dft","index":2})");
  EXPECT_EQ(canonical(R"({"basis": "numbers", "values": [1, 0]})"),
            R"({"basis":"numbers","values":[1.0,0.0]})");
}

TEST(Params, BadDirectionsAreRefused) {
  EXPECT_THAT(refusal(R"({"first": "dcx:3"})"), HasSubstr("Did you mean 'dct'?"));
  EXPECT_THAT(refusal(R"({"first": "none"})"), HasSubstr("'none' is not known"));
  EXPECT_EQ(refusal(R"({"second": "none"})"), "accepted");
  EXPECT_THAT(refusal(R"({"first": "dct:-1"})"), HasSubstr("at least 0"));
  EXPECT_THAT(refusal(R"({"first": "dct:x"})"), HasSubstr("expected an integer"));
  EXPECT_THAT(refusal(R"({"first": "dct:"})"), HasSubstr("expected an integer"));
  EXPECT_THAT(refusal(R"({"first": 7})"), HasSubstr("expected a direction such as"));
  EXPECT_THAT(refusal(R"({"first": {"index": 1}})"), HasSubstr("needs the key 'basis'"));
  EXPECT_THAT(refusal(R"({"first": {"basis": "dct", "indx": 1}})"),
              HasSubstr("model.first.indx: unknown key. Did you mean 'index'?"));
  EXPECT_THAT(refusal(R"({"first": {"basis": "numbers"}})"), HasSubstr("at least 1"));
  EXPECT_THAT(refusal(R"({"first": {"basis": "numbers", "values": [0, 0]}})"),
              HasSubstr("all entries are zero"));
  EXPECT_THROW(direction_param("u", "nonsense:1"), InvalidInput);
}

TEST(Params, TitlesFollowNames) {
  EXPECT_EQ(real_param("learning_rate", 1).title, "Learning rate");
  EXPECT_EQ(real_param("learning_rate", 1).titled("Step").title, "Step");
}

TEST(Params, SchemasJoinWithoutRepeats) {
  const ParamSchema schema = joined({real_param("a", 1)}, {real_param("b", 2)});
  EXPECT_EQ(find_param(schema, "b")->fallback, 2.0);
  EXPECT_EQ(find_param(schema, "c"), nullptr);
  EXPECT_THROW(joined(schema, {bool_param("a", true)}), InvalidInput);
  EXPECT_THROW(joined({real_param("a", 1), real_param("a", 1)}, {}), InvalidInput);
}

TEST(Params, ConditionsOnOtherValues) {
  const ParamSpec on_choice = real_param("x", 1).when("mode", {"fast", "slow"});
  EXPECT_TRUE(is_shown(on_choice, parsed(R"({"mode": "slow"})")));
  EXPECT_FALSE(is_shown(on_choice, parsed(R"({"mode": "off"})")));
  EXPECT_TRUE(is_shown(on_choice, Json::object()));
  const ParamSpec on_switch = real_param("x", 1).when("clip", {"true"});
  EXPECT_TRUE(is_shown(on_switch, parsed(R"({"clip": true})")));
  EXPECT_FALSE(is_shown(on_switch, parsed(R"({"clip": false})")));
  EXPECT_TRUE(is_shown(real_param("x", 1), Json::object()));
}

}  // namespace
}  // namespace aniso
