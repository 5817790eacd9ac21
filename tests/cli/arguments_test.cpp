#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "tests/cli/program.h"
#include "tests/support/scratch_folder.h"

namespace aniso::testing_support {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::StartsWith;

TEST(CommandLine, VersionAndHelp) {
  const auto version = run_program({"--version"});
  EXPECT_EQ(version.code, 0);
  EXPECT_TRUE(std::regex_match(version.out, std::regex("anisoscope [0-9]+\\.[0-9]+\\.[0-9]+\n")))
      << version.out;
  const auto help = run_program({"--help"});
  EXPECT_EQ(help.code, 0);
  for (const char* word : {"run", "list", "describe", "--preset", "--check", "--memory-limit"})
    EXPECT_THAT(help.out, HasSubstr(word));
}

TEST(CommandLine, ListAsJsonHasExactlyTheKeysThatProgramsRead) {
  const auto list = run_program({"list", "--json"});
  ASSERT_EQ(list.code, 0) << list.err;
  const Json json = Json::parse(list.out);
  std::vector<std::string> keys;
  for (const auto& [key, value] : json.items()) {
    keys.push_back(key);
    for (const auto& entry : value) {
      EXPECT_EQ(entry.size(), 2u);
      EXPECT_TRUE(entry["id"].is_string() && entry["title"].is_string()) << entry;
    }
  }
  EXPECT_THAT(keys, testing::UnorderedElementsAre("datasets", "architectures", "analyses", "views",
                                                  "presets", "devices"));
  const auto ids = [&](const char* key) {
    std::vector<std::string> out;
    for (const auto& entry : json[key]) out.push_back(entry["id"]);
    return out;
  };
  EXPECT_THAT(ids("datasets"), Contains("two_moons"));
  EXPECT_THAT(ids("architectures"), Contains("mlp"));
  EXPECT_THAT(ids("analyses"), Contains("trajectory"));
  EXPECT_EQ(ids("presets").front(), "rotated-plane-mlp");
  EXPECT_EQ(ids("devices").front(), "cpu");
}

TEST(CommandLine, PlainListNamesTheBlas) {
  const auto list = run_program({"list"});
  EXPECT_EQ(list.code, 0);
  EXPECT_THAT(list.out, HasSubstr("Optimisers"));
  EXPECT_TRUE(std::regex_search(list.out, std::regex("BLAS: \\S"))) << list.out;
}

TEST(CommandLine, DescribeGivesParametersWithRangeDefaultAndUnit) {
  const auto mlp = run_program({"describe", "two_moons"});
  EXPECT_EQ(mlp.code, 0);
  EXPECT_THAT(mlp.out, HasSubstr("two_moons (dataset)"));
  EXPECT_TRUE(std::regex_search(mlp.out, std::regex("noise = 0\\.1 .*\\[.*\\]"))) << mlp.out;
  for (const char* id : {"mlp", "logistic", "adam", "field", "training", "moons-mlp"})
    EXPECT_EQ(run_program({"describe", id}).code, 0) << id;
}

struct BadInput {
  std::vector<std::string> arguments;
  std::string message;  // part of it
};

TEST(CommandLine, BadInputIsRefusedWithCodeTwoAndWhatToDo) {
  const ScratchFolder scratch;
  const std::string good = (scratch / "good.json").string();
  write_file(good, small_experiment().dump());
  const auto file = [&](const std::string& name, const std::string& content) {
    write_file(scratch / name, content);
    return (scratch / name).string();
  };
  Json newer = small_experiment();
  newer["schema"] = 99;
  Json unknown_key = small_experiment();
  unknown_key["optimiser"] = "adam";
  Json csv = small_experiment();
  csv["dataset"] = {{"id", "file"},
                    {"path", file("ragged.csv", "a,b,label\n1,2,0\n3,4,1\n5,6\n7,8,1\n")}};
  Json npz = small_experiment();
  npz["dataset"] = {{"id", "file"}, {"path", file("broken.npz", "PK\x03\x04 this is no archive")}};
  Json npy = small_experiment();
  npy["dataset"] = {{"id", "file"}, {"path", file("short.npy", "\x93NUMPY\x01")}};
  Json gone = small_experiment();
  gone["dataset"] = {{"id", "file"}, {"path", (scratch / "gone.csv").string()}};

  const std::string out = (scratch / "out").string();
  const std::vector<BadInput> cases = {
      {{"rnu"}, "Did you mean 'run'"},
      {{"run", good, "--stpes", "5"}, "Did you mean '--steps'"},
      {{"run", good, "--steps", "many"}, "--steps: 'many' is no whole number"},
      {{"run", good, "--seed", "1e3"}, "--seed: '1e3' is no whole number"},
      {{"run", good, "--threads", "99999999999999999999"}, "is no whole number"},
      {{"run", good, "--memory-limit", "1G"}, "--memory-limit: '1G' is no whole number"},
      {{"run", good, "--steps", "-4"}, "training.steps"},
      {{"describe", "trajektory"}, "Did you mean 'trajectory'"},
      {{"describe"}, "ID"},
      {{"run", "--preset", "moons-mpl"}, "Did you mean 'moons-mlp'"},
      {{"run", "--preset", "moons-mlp", "--config", good}, "one experiment"},
      {{"run", (scratch / "nothing.json").string()}, "no such file"},
      {{"run", file("half.json", "{\"dataset\": ")}, "line 1"},
      {{"run", file("newer.json", newer.dump())}, "newer"},
      {{"run", file("key.json", unknown_key.dump())}, "Did you mean 'optimizer'"},
      {{"run", file("csv.json", csv.dump())}, "line 4"},
      {{"run", file("npz.json", npz.dump())}, "broken.npz"},
      {{"run", file("npy.json", npy.dump())}, "short.npy"},
      {{"run", file("gone.json", gone.dump())}, "gone.csv"},
      {{"run", file("noise.bin", std::string("\0\1\2\3", 4))}, "not an experiment"},
      {{"run", scratch.path().string()}, "no session"},
      {{"run", good, "-D", "optimizer.lerning_rate=0.1"}, "Did you mean 'optimizer.learning_rate'"},
      {{"run", good, "-D", "dataset.id=two_mons"}, "Did you mean 'two_moons'"},
      {{"run", good, "-D", "optimizer.learning_rate=-1"}, "out of range"},
      {{"run", good, "-D", "seed"}, "PATH=VALUE"},
      {{"run", good, "--device", "cuda:99"}, "cuda:99"},
      {{"run", good, "--device", "gpu"}, "gpu"},
      {{"run", good, "--analyses", "feild"}, "Did you mean 'field'"},
      {{"run", good, "--figures", "pfd"}, "only as pdf, svg or png. Did you mean 'pdf'"},
      {{"run", good, "--size", "900"}, "WIDTHxHEIGHT"},
      {{"run", good, "--log-level", "inof"}, "Did you mean 'info'"},
      {{"run", good, "--memory-limit", "0"}, "--memory-limit"},
      {{"run", good, "--check"}, "expect"},
      {{"run", good, "-D", "training.batch_size=5000"}, "batch_size"},
      {{"run", good, "-D", "objective.id=squared", "-D", "dataset.id=linear_teacher", "-D",
        "objective.id=logistic"},
       "Use 'squared'"}};
  for (auto [arguments, message] : cases) {
    if (arguments[0] == "run") arguments.insert(arguments.end(), {"--out", out});
    const auto finished = run_program(arguments);
    const std::string what = testing::PrintToString(arguments);
    EXPECT_EQ(finished.code, 2) << what << finished.err;
    EXPECT_THAT(finished.err, StartsWith("anisoscope: ")) << what;
    EXPECT_THAT(finished.err, HasSubstr(message)) << what;
    EXPECT_EQ(finished.out, "") << what;
    EXPECT_FALSE(std::filesystem::exists(out)) << what;
  }
}

TEST(CommandLine, AMistakeInAnAnalysisIsFoundBeforeTraining) {
  const ScratchFolder scratch;
  Json experiment = small_experiment(1'000'000'000);
  experiment["analyses"] = {{{"id", "field"}, {"u", "pixel:1"}, {"v", "pixel:1"}}};
  write_file(scratch / "e.json", experiment.dump());
  const auto finished =
      run_program({"run", (scratch / "e.json").string(), "--out", (scratch / "out").string()});
  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.err, HasSubstr("same way as u"));
}

TEST(CommandLine, AnExpectationThatNamesNothingIsFoundBeforeTraining) {
  const ScratchFolder scratch;
  Json experiment = small_experiment(1'000'000'000);
  experiment["expect"] = {{{"quantity", "test_acuracy"}, {"op", ">="}, {"value", 0.5}}};
  write_file(scratch / "e.json", experiment.dump());
  const auto finished = run_program(
      {"run", (scratch / "e.json").string(), "--check", "--out", (scratch / "out").string()});
  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.err, HasSubstr("Did you mean 'test_accuracy'"));
}

}  // namespace
}  // namespace aniso::testing_support
