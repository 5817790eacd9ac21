#include "core/session/commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/session/command_queue.h"
#include "tests/support/session_helpers.h"

namespace aniso::session {
namespace {

using ::testing::HasSubstr;

std::vector<Command> one_of_each() {
  return {Play{},           Pause{},
          Step{7},          Reset{},
          Stop{},           SetExperiment{{{"seed", 3}}},
          SetSpeed{12.5},   OpenSession{"runs/a"},
          Scrub{40},        Live{},
          Fork{3},          Activate{2},
          CloseComparison{}};
}

std::vector<std::string> names(CommandQueue& queue) {
  std::vector<std::string> out;
  for (const auto& command : queue.take()) out.push_back(to_json(command).dump());
  return out;
}

TEST(Commands, RoundTripThroughJson) {
  EXPECT_EQ(one_of_each().size(), std::variant_size_v<Command>);
  for (const auto& command : one_of_each()) {
    const Json json = Json::parse(to_json(command).dump());
    EXPECT_EQ(to_json(command_from_json(json)), json);
    EXPECT_EQ(command_from_json(json).index(), command.index());
  }
}

TEST(Commands, LogRoundTripsWithRunAndStep) {
  std::vector<CommandRecord> log;
  Index step = 0;
  for (const auto& command : one_of_each()) log.push_back({2, step += 10, command});
  const Json json = to_json(log);
  const auto back = command_log_from_json(json);
  ASSERT_EQ(back.size(), log.size());
  EXPECT_EQ(back[3].run, 2u);
  EXPECT_EQ(back[3].step, 40);
  EXPECT_EQ(to_json(back), json);
}

TEST(Commands, MessagesNameWhatIsWrong) {
  const auto read = [](const char* json) {
    return test::message_of([&] { command_from_json(Json::parse(json)); });
  };
  EXPECT_THAT(read(R"({"command": "plya"})"), HasSubstr("Did you mean 'play'?"));
  EXPECT_THAT(read(R"({"command": "step", "m": 1})"), HasSubstr("command.m: unknown key"));
  EXPECT_THAT(read(R"({"command": "step", "n": 0})"), HasSubstr("command.n: 0 is out of range"));
  EXPECT_THAT(read(R"({"command": "set_experiment"})"), HasSubstr("needs the key 'experiment'"));
  EXPECT_THAT(read(R"([1])"), HasSubstr("expected an object"));
  const auto log = [](const char* json) {
    return test::message_of([&] { command_log_from_json(Json::parse(json)); });
  };
  EXPECT_THAT(log(R"([{"command": "play", "run": 1}])"), HasSubstr("commands[0]: needs the key"));
  EXPECT_THAT(log(R"([{"command": "play", "run": 1, "step": "x"}])"),
              HasSubstr("commands[0].step: expected an integer"));
  EXPECT_THAT(log(R"({})"), HasSubstr("expected a list"));
}

TEST(CommandQueue, SetReplacesAQueuedOneOfItsTag) {
  CommandQueue queue;
  EXPECT_FALSE(queue.has_any());
  queue.push(SetExperiment{{{"seed", 1}}});
  queue.push(SetSpeed{5});
  queue.push(SetExperiment{{{"seed", 2}}});
  EXPECT_TRUE(queue.has_any());
  const auto taken = queue.take();
  ASSERT_EQ(taken.size(), 2u);
  EXPECT_EQ(std::get<SetSpeed>(taken[0]).steps_per_s, 5);
  EXPECT_EQ(std::get<SetExperiment>(taken[1]).experiment["seed"], 2);
  EXPECT_FALSE(queue.has_any());
}

TEST(CommandQueue, StartStopStepAndResetNeverCoalesce) {
  CommandQueue queue;
  for (int i = 0; i < 3; ++i) {
    queue.push(Play{});
    queue.push(Step{2});
    queue.push(Reset{});
    queue.push(Stop{});
    queue.push(Pause{});
  }
  EXPECT_EQ(names(queue).size(), 15u);
}

TEST(CommandQueue, SetDoesNotJumpOverAReset) {
  CommandQueue queue;
  queue.push(SetExperiment{{{"seed", 1}}});
  queue.push(Reset{});
  queue.push(SetExperiment{{{"seed", 2}}});
  queue.push(SetExperiment{{{"seed", 3}}});
  const auto taken = queue.take();
  ASSERT_EQ(taken.size(), 3u);
  EXPECT_EQ(std::get<SetExperiment>(taken[0]).experiment["seed"], 1);
  EXPECT_TRUE(std::holds_alternative<Reset>(taken[1]));
  EXPECT_EQ(std::get<SetExperiment>(taken[2]).experiment["seed"], 3);
}

}  // namespace
}  // namespace aniso::session
