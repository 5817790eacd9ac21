#include "core/session/expectations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/base/errors.h"
#include "tests/support/scratch_folder.h"

namespace aniso::session {
namespace {

using testing::HasSubstr;
using testing_support::message_of;

Measurements example() {
  Measurements m;
  m.set("loss", 0.25);
  m.set("accuracy", MetricsRow::kNone, Status::undefined("regression"));
  m.set_array("a/grid", {2, 3}, {0, 1, 2, 10, 11, 12});
  m.set_array("a/late", {0}, {}, Status::undefined("not yet"));
  return m;
}

TEST(Measurements, ScalarsEntriesRangesAndReductions) {
  const Measurements m = example();
  EXPECT_EQ(m.measure("loss").value, 0.25);
  EXPECT_EQ(m.measure("a/grid[1][2]").value, 12);
  EXPECT_EQ(m.measure("a/grid[1].min").value, 10);
  EXPECT_EQ(m.measure("a/grid[0:2][1:3].sum").value, 1 + 2 + 11 + 12);
  EXPECT_EQ(m.measure("a/grid.max").value, 12);
  EXPECT_EQ(m.measure("a/grid[0].mean").value, 1);
}

TEST(Measurements, WhatIsUndefinedSaysWhyWhateverTheIndex) {
  const Measurements m = example();
  EXPECT_EQ(m.measure("accuracy").undefined, "regression");
  EXPECT_EQ(m.measure("a/late[7]").undefined, "not yet");
}

TEST(Measurements, MistakesAreNamed) {
  const Measurements m = example();
  const auto message = [&](const std::string& quantity) {
    return message_of<InvalidInput>([&] { m.measure(quantity); });
  };
  EXPECT_THAT(message("los"), HasSubstr("Did you mean 'loss'?"));
  EXPECT_THAT(message("a/grid"), HasSubstr("stands for 6 numbers"));
  EXPECT_THAT(message("a/grid[2][0]"), HasSubstr("2×3"));
  EXPECT_THAT(message("a/grid[0][0][0]"), HasSubstr("fewer axes"));
  EXPECT_THAT(message("a/grid[0:4].sum"), HasSubstr("out of range"));
  EXPECT_THAT(message("a/grid[2:2].sum"), HasSubstr("is empty"));
  EXPECT_THAT(message("a/grid[x][0]"), HasSubstr("is no index"));
  EXPECT_THAT(message("a/grid[0"), HasSubstr("bracket"));
  EXPECT_THAT(message("a/grid.median"), HasSubstr(".median"));
  EXPECT_THAT(message("loss[0]"), HasSubstr("takes no index"));
}

TEST(Measurements, MetricsGiveLastFirstLowestAndHighest) {
  MetricsLog log;
  for (Index k = 0; k < 3; ++k) {
    MetricsRow row;
    row.step = 10 * k;
    row.loss = k == 1 ? 0.1 : 1.0 / static_cast<double>(k + 1);
    log.append(row);
  }
  Measurements m;
  add_metrics(m, log.snapshot());
  EXPECT_EQ(m.measure("loss").value, 1.0 / 3);
  EXPECT_EQ(m.measure("first/loss").value, 1);
  EXPECT_EQ(m.measure("min/loss").value, 0.1);
  EXPECT_EQ(m.measure("max/loss").value, 1);
  EXPECT_EQ(m.measure("steps").value, 20);
  EXPECT_THAT(m.measure("test_loss").undefined, HasSubstr("does not apply"));
}

TEST(Checks, EveryOperatorWithItsTolerance) {
  const Measurements m = example();  // loss = 0.25
  const auto passes = [&](const char* op, double value, double tolerance) {
    return judge({"n", "loss", op, value, tolerance, true}, m).outcome == Outcome::pass;
  };
  EXPECT_TRUE(passes(">=", 0.25, 0));
  EXPECT_FALSE(passes(">", 0.25, 0));
  EXPECT_TRUE(passes(">", 0.25, 0.01));
  EXPECT_TRUE(passes("<=", 0.25, 0));
  EXPECT_FALSE(passes("<", 0.25, 0));
  EXPECT_TRUE(passes("<", 0.25, 0.01));
  EXPECT_TRUE(passes("==", 0.25, 0));
  EXPECT_FALSE(passes("==", 0.26, 0.005));
  EXPECT_TRUE(passes("==", 0.26, 0.02));
}

TEST(Checks, LinesEndInMeasuredExpectedOutcome) {
  const Measurements m = example();
  EXPECT_EQ(check_line(judge({"two words", "loss", "<", 0.5, 0, true}, m)),
            "check: two words 0.25 <0.5 PASS");
  EXPECT_EQ(check_line(judge({"n", "loss", "==", 0.5, 0.125, true}, m)),
            "check: n 0.25 ==0.5±0.125 FAIL");
  EXPECT_EQ(check_line(judge({"n", "loss", ">", 0.5, 0, false}, m)), "check: n 0.25 >0.5 REPORTED");
}

TEST(Checks, WithoutANumberAJudgedOneFails) {
  const Check check = judge({"n", "accuracy", "<", 2, 0, true}, example());
  EXPECT_EQ(check.outcome, Outcome::fail);
  EXPECT_EQ(check_line(check), "check: n undefined <2 FAIL");
  const Json json = to_json(check);
  EXPECT_TRUE(json["measured"].is_null());
  EXPECT_EQ(json["undefined"], "regression");
}

}  // namespace
}  // namespace aniso::session
