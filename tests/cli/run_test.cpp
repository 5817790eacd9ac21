#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>

#include "tests/cli/program.h"
#include "tests/support/scratch_folder.h"

namespace aniso::testing_support {
namespace {

using testing::HasSubstr;

class Run : public testing::Test {
 protected:
  std::string experiment(const Json& json, const std::string& name = "experiment.json") {
    write_file(scratch_ / name, json.dump());
    return (scratch_ / name).string();
  }
  std::string out(const std::string& name = "out") { return (scratch_ / name).string(); }
  Finished run(std::vector<std::string> arguments, const std::string& folder = "out",
               const Program::Options& options = {}) {
    arguments.insert(arguments.begin(), "run");
    arguments.insert(arguments.end(), {"--out", out(folder)});
    return run_program(arguments, options);
  }
  bool exists(const std::string& path) { return std::filesystem::exists(scratch_ / path); }

  ScratchFolder scratch_;
};

TEST_F(Run, WritesTheWholeFolder) {
  const auto finished =
      run({experiment(small_experiment()), "--every", "20", "--figures", "pdf,svg,png"});
  ASSERT_EQ(finished.code, 0) << finished.err;
  EXPECT_TRUE(std::regex_match(
      finished.last_line(),
      std::regex("done: 40 steps, [0-9.]+ steps/s, weights [0-9a-f]{64}, " + out())))
      << finished.last_line();
  for (const char* name :
       {"experiment.json", "metrics.csv", "results.npz", "summary.json", "log.txt",
        "session/session.json", "figures/curves.pdf", "figures/curves.svg", "figures/curves.png",
        "figures/field.pdf", "figures/trajectory.png", "figures/weight_spectra.svg",
        "figures/weight_spectra_over_time.png"})
    EXPECT_TRUE(exists(std::string("out/") + name)) << name;

  const std::string metrics = content_of(out() + "/metrics.csv");
  EXPECT_THAT(metrics, testing::StartsWith("step,epoch,loss,test_loss,accuracy,test_accuracy,"
                                           "learning_rate,grad_norm,weight_norm,wall_s\n0,0,"));
  EXPECT_EQ(std::count(metrics.begin(), metrics.end(), '\n'), 1 + 5);  // 0, 10, 20, 30, 40

  const Json summary = json_of(out() + "/summary.json");
  EXPECT_EQ(summary["ended"], "finished");
  EXPECT_EQ(summary["steps"], 40);
  EXPECT_EQ(summary["weights_sha256"], finished.sha256());
  EXPECT_GT(summary["steps_per_s"].get<double>(), 0);
  EXPECT_EQ(summary["metrics"]["final"]["step"], 40);
  EXPECT_LT(summary["metrics"]["final"]["loss"].get<double>(), 1);
  EXPECT_EQ(summary["device"], "cpu");
  for (const char* key : {"blas", "versions", "engine", "parameters", "metrics", "analyses"})
    EXPECT_TRUE(summary.contains(key)) << key;
  EXPECT_EQ(summary["analyses"]["trajectory"]["quantities"]["path"]["status"], "valid");
  EXPECT_FALSE(summary.contains("checks"));

  // Complete and canonical: running it again is the same run.
  const Json written = json_of(out() + "/experiment.json");
  EXPECT_EQ(written["dataset"]["noise"], 0.1);
  EXPECT_EQ(written["analyses"].size(), 3u);
  const auto again = run({out() + "/experiment.json", "--figures", "none"}, "again");
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(again.sha256(), finished.sha256());
  EXPECT_EQ(content_of(out("again") + "/experiment.json"), content_of(out() + "/experiment.json"));
  EXPECT_FALSE(exists("again/figures"));
}

TEST_F(Run, ResultsAreReadByNumpy) {
  ASSERT_EQ(run({experiment(small_experiment()), "--every", "15", "--figures", "none"}).code, 0);
  write_file(scratch_ / "read.py", R"(
import sys, numpy as np
r = np.load(sys.argv[1])
assert list(r['field/steps']) == [0, 15, 30, 40], r['field/steps']
assert r['field/steps'].dtype == np.int64
assert r['field/value'].shape == (4, 128, 128)
assert np.isfinite(r['field/value']).all()
assert r['field/value_extent'].shape == (4, 4) and r['field/value_plane'].shape == (4, 3, 2)
assert r['weight_spectra/dense_1'].shape == (4, 2)
assert (np.diff(r['weight_spectra/dense_1']) <= 0).all()
path, steps = r['trajectory/path'], r['trajectory/path_steps']
assert path.shape[0] == 4 and path.shape[2] == 3 and steps.shape == path.shape[:2]
assert np.isnan(path[0]).all() and (steps[0] == -1).all()   # undefined with one record
assert steps[3].max() == 40 and np.isfinite(path[3][steps[3] >= 0]).all()
share = r['trajectory/explained'][3]
assert 0 < np.nansum(share) <= 1 + 1e-9 and share[0] == np.nanmax(share)
print('good')
)");
  const std::string command = "/usr/bin/python3 " + (scratch_ / "read.py").string() + " " + out() +
                              "/results.npz > " + (scratch_ / "said").string() + " 2>&1";
  EXPECT_EQ(std::system(command.c_str()), 0) << content_of(scratch_ / "said");
  EXPECT_EQ(content_of(scratch_ / "said"), "good\n");
}

TEST_F(Run, WeightsAreLoadedByTheProgramBesideThem) {
  ASSERT_EQ(run({experiment(small_experiment()), "--figures", "none", "--weights"}).code, 0);
  ASSERT_TRUE(exists("out/weights/weights.safetensors"));
  const std::string command = "/usr/bin/python3 " + out() + "/weights/network.py > " +
                              (scratch_ / "said").string() + " 2>&1";
  EXPECT_EQ(std::system(command.c_str()), 0) << content_of(scratch_ / "said");
  EXPECT_NE(content_of(scratch_ / "said").find("Linear"), std::string::npos);
}

TEST_F(Run, SameExperimentSameWeightsAndAnotherSeedOthers) {
  const auto file = experiment(small_experiment());
  const auto first = run({file, "--analyses", "none", "--figures", "none"}, "a");
  const auto second = run({file, "--figures", "none", "--every", "7"}, "b");
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(first.sha256().size(), 64u);
  EXPECT_EQ(first.sha256(), second.sha256());  // looking changes nothing
  EXPECT_FALSE(exists("a/results.npz"));
  EXPECT_NE(run({file, "--seed", "1", "--figures", "none"}, "c").sha256(), first.sha256());
  // -D wins over the file and over the flag.
  const auto forced = run({file, "--seed", "1", "-D", "seed=0", "--figures", "none"}, "d");
  EXPECT_EQ(forced.sha256(), first.sha256());
}

TEST_F(Run, ASessionGoesOnWhereItStopped) {
  const auto file = experiment(small_experiment());
  const std::vector<std::string> quiet = {"--analyses", "none", "--figures", "none"};
  const auto with = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), quiet.begin(), quiet.end());
    return arguments;
  };
  const auto whole = run(with({file, "--steps", "60"}), "whole");
  ASSERT_EQ(run(with({file}), "part").code, 0);
  const auto rest = run(with({out("part") + "/session", "--steps", "60"}), "rest");
  ASSERT_EQ(rest.code, 0) << rest.err;
  EXPECT_EQ(rest.sha256(), whole.sha256());
  EXPECT_THAT(rest.last_line(), HasSubstr("done: 60 steps"));
  // The metrics of both sittings; the folder of a run opens like its session.
  EXPECT_THAT(content_of(out("rest") + "/metrics.csv"), HasSubstr("\n20,"));
  const auto folder = run(with({out("part"), "--steps", "60"}), "folder");
  EXPECT_EQ(folder.sha256(), whole.sha256());
  const auto nothing = run(with({out("rest"), "--steps", "30"}), "nothing");
  EXPECT_EQ(nothing.code, 0);
  EXPECT_THAT(nothing.err, HasSubstr("nothing left to train: the session stands at step 60 and the "
                                     "experiment has 30. Raise training.steps"));
  // What changes shapes cannot go on.
  const auto other = run(with({out("part"), "-D", "architecture.hidden=[9]"}), "other");
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.err, HasSubstr("needs a new run"));
}

TEST_F(Run, APictureOpensAsItsExperiment) {
  const auto first = run({experiment(small_experiment()), "--analyses", "field"});
  ASSERT_EQ(first.code, 0) << first.err;
  const auto second = run({out() + "/figures/field.png", "--figures", "none"}, "again");
  EXPECT_EQ(second.code, 0) << second.err;
  EXPECT_EQ(second.sha256(), first.sha256());
}

TEST_F(Run, DataOpenAsAnExperiment) {
  std::string csv = "a,b,label\n";
  for (int i = 0; i < 60; ++i)
    csv += std::to_string(i % 7) + "," + std::to_string(i % 5) + "," + std::to_string(i % 3) + "\n";
  write_file(scratch_ / "mine.csv", csv);
  const auto finished =
      run({(scratch_ / "mine.csv").string(), "--steps", "5", "--figures", "none"});
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_EQ(json_of(out() + "/experiment.json")["objective"]["id"], "cross_entropy");
}

TEST_F(Run, AFolderOfImagesIsData) {
  const auto big_endian = [](std::uint32_t n) {
    return std::string{static_cast<char>(n >> 24), static_cast<char>(n >> 16 & 255),
                       static_cast<char>(n >> 8 & 255), static_cast<char>(n & 255)};
  };
  std::string images = std::string("\0\0\b\3", 4) + big_endian(300) + big_endian(4) + big_endian(4);
  std::string labels = std::string("\0\0\b\1", 4) + big_endian(300);
  for (int i = 0; i < 300; ++i) {
    for (int k = 0; k < 16; ++k) images += static_cast<char>((i * 7 + k * k * (i % 3)) % 251);
    labels += static_cast<char>(i % 3);
  }
  std::filesystem::create_directory(scratch_ / "mnist");
  write_file(scratch_ / "mnist" / "train-images-idx3-ubyte", images);
  write_file(scratch_ / "mnist" / "train-labels-idx1-ubyte", labels);
  const auto finished = run({(scratch_ / "mnist").string(), "--steps", "5", "--figures", "none"});
  EXPECT_EQ(finished.code, 0) << finished.err;
  const Json written = json_of(out() + "/experiment.json");
  EXPECT_EQ(written["dataset"]["id"], "images");
  EXPECT_EQ(written["objective"]["id"], "cross_entropy");
  write_file(scratch_ / "mnist" / "train-images-idx3-ubyte", images.substr(0, 1000));
  const auto broken = run({(scratch_ / "mnist").string(), "--steps", "5"}, "broken");
  EXPECT_EQ(broken.code, 2);
  EXPECT_THAT(broken.err, HasSubstr("cut off"));
}

TEST_F(Run, NothingDrawnIsNothingToTrainOn) {
  Json json = small_experiment(5);
  json["dataset"] = "drawn";
  const auto finished = run({experiment(json)});
  EXPECT_EQ(finished.code, 2) << finished.err;
  EXPECT_THAT(finished.err, HasSubstr("no points to train on"));
}

TEST_F(Run, AFolderThatIsNotEmptyIsRefusedUntouched) {
  std::filesystem::create_directory(out());
  write_file(out() + "/thesis.txt", "two years of work");
  const auto finished = run({experiment(small_experiment())});
  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.err, HasSubstr("not empty"));
  EXPECT_EQ(content_of(out() + "/thesis.txt"), "two years of work");
  EXPECT_FALSE(exists("out/experiment.json"));
}

TEST_F(Run, AFolderThatCannotBeMadeFailsBeforeTraining) {
  write_file(scratch_ / "file", "");
  const auto finished = run({experiment(small_experiment(1'000'000'000))}, "file/out");
  EXPECT_EQ(finished.code, 1);
  EXPECT_THAT(finished.err, testing::StartsWith("anisoscope: "));
  EXPECT_THAT(finished.err, HasSubstr("file/out"));
}

TEST_F(Run, AFullDiskAtTheStartFailsBeforeTraining) {
  Program::Options full;
  full.file_size = 64;
  const auto finished = run({experiment(small_experiment(1'000'000'000))}, "out", full);
  EXPECT_EQ(finished.code, 1);
  EXPECT_THAT(finished.err, HasSubstr("experiment.json"));
}

TEST_F(Run, AFullDiskAtTheEndLosesNothingThatFits) {
  Program::Options full;
  full.file_size = 20'000;
  const auto finished = run({experiment(small_experiment()), "--figures", "none"}, "out", full);
  EXPECT_EQ(finished.code, 1);
  EXPECT_THAT(finished.err, HasSubstr("not saved"));
  EXPECT_THAT(finished.err, HasSubstr("results.npz"));
  EXPECT_FALSE(exists("out/results.npz"));
  const Json summary = json_of(out() + "/summary.json");
  EXPECT_EQ(summary["steps"], 40);
  EXPECT_FALSE(summary["not_saved"].empty());
  EXPECT_THAT(finished.last_line(), HasSubstr("done: 40 steps"));
}

TEST_F(Run, DivergenceEndsWithCodeThreeAndEverythingSaved) {
  Json json = small_experiment(5000);
  json["dataset"] = {{"id", "linear_teacher"}, {"n", 100}};
  json["architecture"] = "linear";
  json["objective"] = "squared";
  json["optimizer"] = {{"id", "gd"}, {"learning_rate", 1000}};
  json["training"]["batch_size"] = 0;
  const auto finished = run({experiment(json)});
  EXPECT_EQ(finished.code, 3) << finished.err;
  EXPECT_THAT(finished.err, HasSubstr("diverged at step"));
  EXPECT_THAT(finished.err, HasSubstr("Lower the learning rate"));
  const Json summary = json_of(out() + "/summary.json");
  EXPECT_EQ(summary["ended"], "diverged");
  EXPECT_THAT(summary["cause"].get<std::string>(), HasSubstr("learning rate 1000"));
  EXPECT_LT(summary["steps"].get<int>(), 5000);
  for (const char* name : {"out/session/session.json", "out/results.npz", "out/figures/curves.png"})
    EXPECT_TRUE(exists(name)) << name;
  EXPECT_EQ(finished.sha256(), summary["weights_sha256"].get<std::string>());
}

TEST_F(Run, ChecksArePrintedAndJudged) {
  Json json = small_experiment(300);
  json["expect"] = {
      {{"name", "learns"}, {"quantity", "test_accuracy"}, {"op", ">="}, {"value", 0.7}},
      {{"quantity", "steps"}, {"op", "=="}, {"value", 300}},
      {{"quantity", "trajectory/explained[0:3].sum"},
       {"op", "<="},
       {"value", 1},
       {"tolerance", 1e-9}},
      {{"quantity", "min/loss"}, {"op", ">"}, {"value", 5}, {"judged", false}}};
  const auto good = run({experiment(json), "--check", "--figures", "none"}, "good");
  EXPECT_EQ(good.code, 0) << good.out << good.err;
  EXPECT_TRUE(std::regex_search(good.out, std::regex("^check: learns [0-9.]+ >=0\\.7 PASS\n")))
      << good.out;
  EXPECT_THAT(good.out, HasSubstr("check: steps == 300 300 ==300 PASS\n"));
  EXPECT_TRUE(
      std::regex_search(good.out, std::regex("check: min/loss > 5 [0-9.e-]+ >5 REPORTED\n")));
  const Json checks = json_of(out("good") + "/summary.json")["checks"];
  ASSERT_EQ(checks.size(), 4u);
  EXPECT_EQ(checks[0]["outcome"], "PASS");
  EXPECT_GE(checks[0]["measured"].get<double>(), 0.7);

  json["expect"][3]["judged"] = true;
  const auto bad = run({experiment(json), "--check", "--figures", "none"}, "bad");
  EXPECT_EQ(bad.code, 4);
  EXPECT_TRUE(std::regex_search(bad.out, std::regex("check: min/loss > 5 [0-9.e-]+ >5 FAIL\n")));
  EXPECT_TRUE(exists("bad/session/session.json"));
}

// Image networks take minutes: tools/check_presets.sh holds every preset to what it promises.
TEST_F(Run, PresetsOfDenseNetworksMeetTheirExpectations) {
  const Json list = Json::parse(run_program({"list", "--json"}).out);
  int checked = 0;
  for (const auto& preset : list["presets"]) {
    const auto id = preset["id"].get<std::string>();
    std::ifstream file(std::filesystem::path(ANISO_SOURCE_DIR) / "assets/presets" / (id + ".json"));
    const auto architecture = Json::parse(file)["architecture"];
    const auto kind = architecture.is_string() ? architecture : architecture["id"];
    if (kind != "mlp" && kind != "linear" && kind != "deep_linear") continue;
    const auto finished = run({"--preset", id, "--check", "--figures", "none"}, id);
    EXPECT_EQ(finished.code, 0) << id << "\n" << finished.out << finished.err;
    EXPECT_THAT(finished.out, HasSubstr(" PASS\n")) << id;
    ++checked;
  }
  EXPECT_GE(checked, 9);
}

TEST_F(Run, GradientDescentOnALinearTeacherFollowsTheClosedForm) {
  Json json = small_experiment(200);
  json["dataset"] = {{"id", "linear_teacher"}, {"n", 100}};
  json["architecture"] = "linear";
  json["objective"] = "squared";
  json["optimizer"] = {{"id", "gd"}, {"learning_rate", 0.05}};
  json["training"]["batch_size"] = 0;
  json["dtype"] = "float64";
  json["expect"] = {
      {{"quantity", "theory/descent_distance"}, {"op", "<"}, {"value", 1e-11}},
      {{"quantity", "theory/imbalance"}, {"op", "<"}, {"value", 1}, {"judged", false}}};
  const auto finished = run({experiment(json), "--check", "--figures", "none"});
  EXPECT_EQ(finished.code, 0) << finished.out << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("theory/imbalance < 1 undefined <1 REPORTED"));
}

TEST_F(Run, ControlCFinishesTheStepAndSavesEverything) {
  for (const int signal : {SIGINT, SIGTERM}) {
    const std::string folder = signal == SIGINT ? "int" : "term";
    Program program({"run", experiment(small_experiment(1'000'000'000)), "--out", out(folder)}, {});
    ASSERT_TRUE(program.read_until([&] {
      return program.err().find("step ") != std::string::npos;
    })) << program.err();
    program.send(signal);
    EXPECT_EQ(program.wait(), 130) << program.err();
    EXPECT_THAT(program.err(), HasSubstr("finishing the step"));
    EXPECT_THAT(program.out(), HasSubstr("done: "));
    const Json summary = json_of(out(folder) + "/summary.json");
    EXPECT_EQ(summary["ended"], "interrupted");
    EXPECT_EQ(summary["metrics"]["final"]["step"], summary["steps"]);
    EXPECT_TRUE(exists(folder + "/figures/field.png"));
    const auto steps = summary["steps"].get<Index>();
    const auto more =
        run({out(folder) + "/session", "--steps", std::to_string(steps + 3), "--figures", "none"},
            folder + "-more");
    EXPECT_EQ(more.code, 0) << more.err;
    EXPECT_THAT(more.last_line(), HasSubstr(text("done: ", steps + 3, " steps")));
  }
}

TEST_F(Run, AKilledRunGoesOnFromItsLastAutosave) {
  const std::vector<std::string> quiet = {"--analyses", "none", "--figures", "none"};
  const auto with = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), quiet.begin(), quiet.end());
    return arguments;
  };
  std::string input = experiment(small_experiment(1'000'000'000));
  Index last = 0;
  for (int k = 0; k < 3; ++k) {
    const std::string folder = "killed" + std::to_string(k);
    {
      Program program(with({"run", input, "--autosave", "0.001", "--out", out(folder)}), {});
      ASSERT_TRUE(program.read_until([&] { return exists(folder + "/session/session.json"); }))
          << program.err();
      program.read_until([] { return false; }, 0.05 + 0.07 * k);
      program.send(SIGKILL);
      EXPECT_EQ(program.wait(), -SIGKILL);
    }
    input = out(folder) + "/session";
    const auto step = json_of(input + "/session.json")["step"].get<Index>();
    EXPECT_GT(step, last);
    last = step;
  }
  const std::string steps = std::to_string(last + 5);
  const auto rest = run(with({input, "--steps", steps}), "rest");
  ASSERT_EQ(rest.code, 0) << rest.err;
  const auto whole = run(with({experiment(small_experiment()), "--steps", steps}), "whole");
  EXPECT_EQ(rest.sha256(), whole.sha256()) << "three kills change nothing that is learned";
}

TEST_F(Run, ASecondControlCEndsAtOnce) {
  Json json = small_experiment(1'000'000'000);
  json["architecture"]["hidden"] = {64, 64};
  json["analyses"] = {{{"id", "field"}, {"resolution", 1500}}};  // a slow last look
  Program program({"run", experiment(json), "--out", out()}, {});
  ASSERT_TRUE(program.read_until([&] { return program.err().find("step ") != std::string::npos; }));
  program.send(SIGINT);
  ASSERT_TRUE(program.read_until(
      [&] { return program.err().find("finishing the step") != std::string::npos; }));
  program.send(SIGINT);
  EXPECT_EQ(program.wait(), 130);
  EXPECT_EQ(program.out(), "");
  EXPECT_FALSE(exists("out/summary.json"));
}

TEST_F(Run, WithoutAWindowTheExperimentRunsIntoANumberedFolder) {
  const auto file = experiment(small_experiment(5));
  Program::Options here;
  here.folder = scratch_.path();
  here.environment = {"DISPLAY=", "WAYLAND_DISPLAY="};
  const auto finished = run_program({file}, here);
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.err, HasSubstr("without it"));
  EXPECT_THAT(finished.out, HasSubstr("out/small-001/figures/field.png\n"));
  EXPECT_THAT(finished.last_line(), HasSubstr("out/small-001"));
  EXPECT_EQ(run_program({"run", file}, here).code, 0);
  EXPECT_TRUE(exists("out/small-002/summary.json"));
}

TEST_F(Run, AssetsMayLieElsewhere) {
  std::filesystem::create_directories(scratch_ / "assets/presets");
  write_file(scratch_ / "assets/presets/mine.json", small_experiment(3).dump());
  Program::Options elsewhere;
  elsewhere.environment = {"ANISO_ASSETS=" + (scratch_ / "assets").string()};
  EXPECT_EQ(run({"--preset", "mine", "--figures", "none"}, "out", elsewhere).code, 0);
  elsewhere.environment = {"ANISO_ASSETS=" + (scratch_ / "nowhere").string()};
  const auto missing = run({"--preset", "mine"}, "other", elsewhere);
  EXPECT_EQ(missing.code, 2);
  EXPECT_THAT(missing.err, HasSubstr("ANISO_ASSETS"));
}

TEST_F(Run, StandardErrorShowsProgressAndStandardOutputOnlyResults) {
  const auto loud = run({experiment(small_experiment()), "--figures", "none"}, "loud");
  EXPECT_THAT(loud.err, HasSubstr("step 40 of 40"));
  EXPECT_EQ(std::count(loud.out.begin(), loud.out.end(), '\n'), 1);
  const auto quiet =
      run({experiment(small_experiment()), "--figures", "none", "--log-level", "error"}, "quiet");
  EXPECT_EQ(quiet.err, "");
}

}  // namespace
}  // namespace aniso::testing_support
