#include "core/nn/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "core/base/errors.h"
#include "tests/nn/cases.h"

namespace aniso::nn {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(ArchitectureRegistry, HasUniqueIdsAndFindsThem) {
  std::set<std::string> ids;
  for (const auto& entry : architectures()) {
    EXPECT_TRUE(ids.insert(entry.id).second) << entry.id;
    EXPECT_EQ(&architecture(entry.id), &entry);
  }
  EXPECT_TRUE(ids.contains("mlp") && ids.contains("deep_linear") && ids.contains("linear"));
  EXPECT_THAT([] { architecture("mpl"); },
              ThrowsMessage<InvalidInput>(HasSubstr("Did you mean 'mlp'?")));
}

TEST(ArchitectureRegistry, DeclarationsAreComplete) {
  for (const auto& entry : architectures()) {
    EXPECT_FALSE(entry.title.empty() || entry.doc.empty()) << entry.id;
    for (const auto& spec : entry.params) {
      EXPECT_FALSE(spec.title.empty()) << entry.id << "." << spec.name;
      EXPECT_FALSE(spec.doc.empty()) << entry.id << "." << spec.name;
      EXPECT_EQ(validated_value(spec, spec.fallback, spec.name), spec.fallback)
          << "a default that is not valid: " << entry.id << "." << spec.name;
      if (!spec.shown_if.empty()) {
        EXPECT_NE(find_param(entry.params, spec.shown_if), nullptr) << spec.name;
      }
    }
  }
}

// Architectures on images need a layout, so their cases are written out: none may be forgotten.
TEST(ArchitectureRegistry, EveryArchitectureHasACaseInTheContractTests) {
  std::set<std::string> covered;
  for (const auto& c : cases()) covered.insert(c.id);
  for (const auto& entry : architectures())
    EXPECT_TRUE(covered.contains(entry.id)) << entry.id << ": add it to tests/nn/cases.h";
}

TEST(ArchitectureRegistry, WhatOnlyInitialisationReadsIsFeltAtAResetOnly) {
  for (const auto& entry : architectures())
    for (const char* name :
         {"initialisation", "scale", "std", "bias_initialisation", "singular_values"})
      if (const ParamSpec* spec = find_param(entry.params, name)) {
        EXPECT_EQ(spec->effect, Effect::at_start) << entry.id << "." << name;
      }
}

class ArchitectureContract : public testing::TestWithParam<Case> {};

TEST_P(ArchitectureContract, HasTheDeclaredShapesAndFiniteParameters) {
  const auto& c = GetParam();
  const NetworkPlan plan = c.plan();
  EXPECT_EQ(plan.data_inputs(), c.inputs);
  EXPECT_EQ(plan.has_time, c.kind().has_time);
  EXPECT_EQ(plan.outputs, c.outputs);
  EXPECT_NO_THROW(check_plan(plan));
  const Vector p = c.parameters();
  EXPECT_EQ(p.size(), plan.parameter_count());
  EXPECT_TRUE(p.allFinite());
  EXPECT_GT(p.norm(), 0);
}

TEST_P(ArchitectureContract, SameSeedSameBytesOtherSeedOthers) {
  const auto& c = GetParam();
  EXPECT_EQ(c.parameters(3), c.parameters(3));
  EXPECT_NE(c.parameters(3), c.parameters(4));
}

TEST_P(ArchitectureContract, SurvivesJson) {
  const auto& c = GetParam();
  const Params params = c.validated_params();
  const Json stored = Json::parse(params.json().dump());
  const Params again = validated(c.kind().params, stored, "architecture");
  EXPECT_EQ(again, params);
  EXPECT_EQ(c.kind().plan(again, c.inputs, c.outputs), c.plan());
}

INSTANTIATE_TEST_SUITE_P(Registry, ArchitectureContract, testing::ValuesIn(cases()),
                         [](const auto& instance) { return case_name(instance.param); });

TEST(Mlp, RefusesWhatItCannotBuild) {
  const auto& kind = architecture("mlp");
  const auto plan = [&](Json given) {
    return [&kind, given] { kind.plan(validated(kind.params, given, "architecture"), 2, 1); };
  };
  EXPECT_THAT(plan({{"hidden", {100, 0}}}),
              ThrowsMessage<InvalidInput>(HasSubstr("architecture.hidden[1]: 0 is out of range")));
  EXPECT_THAT(plan({{"activation", "rellu"}}),
              ThrowsMessage<InvalidInput>(HasSubstr("Did you mean 'relu'?")));
  EXPECT_THAT(plan({{"hiden", {4}}}),
              ThrowsMessage<InvalidInput>(HasSubstr("Did you mean 'hidden'?")));
  EXPECT_THAT(plan({{"hidden", {60000, 60000}}}),
              ThrowsMessage<InvalidInput>(HasSubstr("at most 50,000,000")));
  EXPECT_THROW(kind.plan(validated(kind.params, Json::object(), "architecture"), 0, 1),
               InvalidInput);
}

}  // namespace
}  // namespace aniso::nn
