#include "core/session/experiment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/analysis/registry.h"
#include "tests/support/session_helpers.h"

namespace aniso::session {
namespace {

using test::message_of;
using test::small_experiment;
using test::small_experiment_with;
using ::testing::Contains;
using ::testing::HasSubstr;

TEST(Experiment, RoundTripsForEveryRegisteredCombination) {
  int count = 0;
  for (const auto& dataset : ids_of_section("dataset"))
    for (const auto& architecture : ids_of_section("architecture"))
      for (const auto& objective : ids_of_section("objective"))
        for (const auto& optimizer : ids_of_section("optimizer")) {
          const Json json = {{"dataset", dataset},
                             {"architecture", architecture},
                             {"objective", objective},
                             {"optimizer", optimizer}};
          const Experiment e = experiment_from_json(json);
          const std::string written = to_json(e).dump();
          const Experiment back = experiment_from_json(parse_json(written, "test"));
          ASSERT_EQ(back, e) << written;
          ASSERT_EQ(to_json(back).dump(), written);
          ASSERT_EQ(back.dataset.id, dataset);
          ASSERT_EQ(back.optimizer.id, optimizer);
          ++count;
        }
  EXPECT_GE(count, 4 * 3 * 3 * 4);
}

TEST(Experiment, EveryPartSurvives) {
  Json json = small_experiment();
  json["watch"] = "Look.";
  json["views"] = {{"layout", {1, 2}}, {"free", "form"}};
  json["analyses"] = {analysis::analyses().front().id};
  json["dtype"] = "float64";
  json["device"] = "cpu";
  json["threads"] = 2;
  json["expect"] = {{{"quantity", "test_accuracy"}, {"op", ">="}, {"value", 0.9}},
                    {{"name", "floor"},
                     {"quantity", "loss"},
                     {"op", "=="},
                     {"value", 1},
                     {"tolerance", 0.5},
                     {"judged", false}}};
  const Experiment e = experiment_from_json(json);
  EXPECT_EQ(e.watch, "Look.");
  EXPECT_EQ(e.dtype(), Dtype::float64);
  EXPECT_EQ(e.threads(), 2);
  EXPECT_EQ(e.seed(), 3u);
  EXPECT_EQ(e.steps(), 1000);
  EXPECT_EQ(e.analyses.at(0).id, analysis::analyses().front().id);
  EXPECT_EQ(e.expect.at(0).name, "test_accuracy >= 0.9");
  EXPECT_TRUE(e.expect.at(0).judged);
  EXPECT_EQ(e.expect.at(1).name, "floor");
  EXPECT_FALSE(e.expect.at(1).judged);
  EXPECT_EQ(e.views["layout"][1], 2);
  EXPECT_EQ(experiment_from_json(to_json(e)), e);
}

struct Bad {
  const char* path;  // JSON pointer of what is replaced
  Json value;
  const char* message;
};

TEST(Experiment, MessagesNameThePathAndTheWayOut) {
  const std::vector<Bad> cases = {
      {"/sead", 3, "experiment.sead: unknown key. Did you mean 'seed'?"},
      {"/seed", "x", "seed: expected an integer, got \"x\""},
      {"/seed", -1, "seed: -1 is out of range"},
      {"/dtype", "float16", "dtype: 'float16' is not known. Did you mean 'float32'?"},
      {"/threads", 0, "threads: 0 is out of range; it must be between 1 and 1024"},
      {"/title", 3, "title: expected text, got 3"},
      {"/schema", 2, "schema: this experiment has format 2"},
      {"/schema", 2, "Update the program"},
      {"/schema", "1", "schema: expected a whole number"},
      {"/dataset", 3, "dataset: expected an object"},
      {"/dataset", Json::object(), "dataset: needs the key 'id'. Known: "},
      {"/dataset/id", "two_moon", "dataset.id: 'two_moon' is not known. Did you mean 'two_moons'?"},
      {"/dataset/id", 7, "dataset.id: expected text, got 7"},
      {"/dataset/nois", 0.1, "dataset.nois: unknown key. Did you mean 'noise'?"},
      {"/dataset/n", 0.5, "dataset.n: expected an integer, got 0.5"},
      {"/architecture/id", "mpl", "architecture.id: 'mpl' is not known. Did you mean 'mlp'?"},
      {"/architecture/hidden", {8, "a"}, "architecture.hidden[1]: expected an integer"},
      {"/objective", "logistics",
       "objective.id: 'logistics' is not known. Did you mean 'logistic'"},
      {"/optimizer/lerning_rate", 1, "Did you mean 'learning_rate'?"},
      {"/optimizer/learning_rate", "big", "optimizer.learning_rate: expected a number"},
      {"/training/steps", -5, "training.steps: -5 is out of range"},
      {"/training/log_every", 0, "training.log_every: 0 is out of range"},
      {"/training/engine", "autograb", "Did you mean 'autograd'?"},
      {"/training", 5, "training: expected an object"},
      {"/analyses", "field", "analyses: expected a list"},
      {"/analyses", {"nothing_like_it"}, "analyses[0].id: 'nothing_like_it' is not known."},
      {"/views", 3, "views: expected an object"},
      {"/expect", {{{"op", "=="}, {"value", 1}}}, "expect[0]: needs the key 'quantity'"},
      {"/expect", {{{"quantity", "loss"}, {"op", "="}, {"value", 1}}}, "expect[0].op: '='"},
      {"/expect", {{{"quantity", "loss"}, {"op", "<"}}}, "expect[0]: needs the key 'value'"},
      {"/expect",
       {{{"quantity", "loss"}, {"op", "<"}, {"value", 1}, {"tolerance", -1}}},
       "expect[0].tolerance: -1 is out of range"},
      {"/expect", {{{"quantity", ""}, {"op", "<"}, {"value", 1}}}, "expect[0].quantity: must not"},
  };
  for (const auto& bad : cases) {
    Json json = small_experiment();
    json[Json::json_pointer(bad.path)] = bad.value;
    EXPECT_THAT(message_of([&] { experiment_from_json(json); }), HasSubstr(bad.message))
        << bad.path;
  }
}

TEST(Experiment, NeedsItsFourSections) {
  for (const char* section : {"dataset", "architecture", "objective", "optimizer"}) {
    Json json = small_experiment();
    json.erase(section);
    EXPECT_THAT(message_of([&] { experiment_from_json(json); }),
                HasSubstr(std::string("needs the key '") + section + "'"));
  }
  EXPECT_THAT(message_of([] { experiment_from_json(Json::array()); }),
              HasSubstr("expected a JSON object"));
}

TEST(Experiment, AnAnalysisIsListedOnce) {
  const auto id = analysis::analyses().front().id;
  EXPECT_THAT(message_of([&] {
                experiment_from_json(small_experiment_with("analyses", {id, id}));
              }),
              HasSubstr("analyses[1]: '" + id + "' is listed twice"));
}

TEST(ParseJson, GivesLineAndColumn) {
  EXPECT_THAT(message_of([] { parse_json("{\n  \"a\": 1,\n  \"b\" 2\n}", "x.json"); }),
              HasSubstr("x.json, line 3, column 7: "));
  EXPECT_THAT(message_of([] { parse_json("", "x.json"); }), HasSubstr("x.json, line 1, column 1"));
  EXPECT_THAT(message_of([] { parse_json("{\"a\": 1", "x.json"); }),
              HasSubstr("x.json, line 1, column 8"));
}

TEST(ParseJson, RefusesAKeyThatIsGivenTwice) {
  EXPECT_THAT(message_of([] { parse_json(R"({"seed": 1, "title": "", "seed": 2})", "x.json"); }),
              HasSubstr("x.json: the key 'seed' is given twice"));
  EXPECT_THAT(message_of([] {
                parse_json(R"({"optimizer": {"id": "adam", "beta1": 0.9, "beta1": 0.5}})", "x");
              }),
              HasSubstr("'optimizer.beta1'"));
  // The same key in different objects is no repetition.
  const Json twice = parse_json(R"({"a": {"id": 1}, "b": [{"id": 2}, {"id": 3}], "id": 4})", "x");
  EXPECT_EQ(twice["b"][1]["id"], 3);
  EXPECT_EQ(twice["id"], 4);
}

TEST(WaitingForReset, NamesSettingsThatActAtTheStartOnly) {
  const Experiment begun = experiment_from_json(small_experiment());
  EXPECT_THAT(waiting_for_reset(begun, begun), testing::IsEmpty());
  Json json = small_experiment();
  set_by_path(json, "architecture.scale", std::string_view("2"));
  set_by_path(json, "optimizer.learning_rate", std::string_view("0.5"));  // acts at the next step
  EXPECT_THAT(waiting_for_reset(begun, experiment_from_json(json)),
              testing::ElementsAre("architecture.scale"));
  set_by_path(json, "seed", std::string_view("77"));
  EXPECT_THAT(waiting_for_reset(begun, experiment_from_json(json)),
              testing::ElementsAre("architecture.scale", "seed"));
  set_by_path(json, "architecture.id", std::string_view("linear"));  // another network: a new run
  EXPECT_THAT(waiting_for_reset(begun, experiment_from_json(json)), testing::ElementsAre("seed"));
}

TEST(SetByPath, SetsWhatTheJsonNames) {
  Json json = small_experiment();
  set_by_path(json, "optimizer.learning_rate", std::string_view("0.25"));
  set_by_path(json, "architecture.hidden[1]", std::string_view("32"));
  set_by_path(json, "architecture.hidden.0", std::string_view("16"));
  set_by_path(json, "seed", std::string_view("9"));
  set_by_path(json, "device", std::string_view("cpu"));
  set_by_path(json, "training.batch_size", std::string_view("0"));
  set_by_path(json, "title", std::string_view("A title: with [signs"));
  set_by_path(json, "views.layout.big", std::string_view("true"));
  const Experiment e = experiment_from_json(json);
  EXPECT_EQ(e.optimizer.params.real("learning_rate"), 0.25);
  EXPECT_EQ(e.architecture.params.integers("hidden"), (std::vector<std::int64_t>{16, 32}));
  EXPECT_EQ(e.seed(), 9u);
  EXPECT_EQ(e.general.text("device"), "cpu");
  EXPECT_EQ(e.training.integer("batch_size"), 0);
  EXPECT_EQ(e.title, "A title: with [signs");
  EXPECT_EQ(e.views["layout"]["big"], true);
}

TEST(SetByPath, ReachesEntriesOfADefaultAndOfADirection) {
  Json json = small_experiment();
  json["dataset"] = "rotated_plane";
  set_by_path(json, "dataset.u1", std::string_view("random:3"));
  set_by_path(json, "dataset.u2.index", std::string_view("5"));
  json["architecture"] = "mlp";
  set_by_path(json, "architecture.hidden[0]", std::string_view("7"));
  const Experiment e = experiment_from_json(json);
  EXPECT_EQ(e.dataset.params.direction("u1")["index"], 3);
  EXPECT_EQ(e.dataset.params.direction("u2")["index"], 5);
  EXPECT_EQ(e.architecture.params.integers("hidden").at(0), 7);
}

TEST(SetByPath, ListsOfExpectationsGoByIndex) {
  Json json = small_experiment();
  set_by_path(json, "expect[0].quantity", std::string_view("loss"));
  set_by_path(json, "expect[0].op", std::string_view("<="));
  set_by_path(json, "expect[0].value", std::string_view("2"));
  EXPECT_EQ(experiment_from_json(json).expect.at(0).name, "loss <= 2");
  EXPECT_THAT(message_of([&] { set_by_path(json, "expect[5].op", std::string_view("<")); }),
              HasSubstr("not an entry of a list of 1"));
}

TEST(SetByPath, ErrorsNameTheNearestPathAndChangeNothing) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"optimizer.learning_rat", "Did you mean 'optimizer.learning_rate'?"},
      {"optimiser.learning_rate", "Did you mean 'optimizer.learning_rate'?"},
      {"learning_rate", "is not a setting of this experiment."},
      {"sed", "Did you mean 'seed'?"},
      {"training.step", "Did you mean 'training.steps'?"},
      {"architecture.hidden[2]", "which has 2 (counted from 0)"},
      {"architecture.hidden.first", "'first' is not an entry of 'hidden'"},
      {"seed.low", "is not a setting of this experiment."},
      {"training.steps.x", "'steps' is a single value"},
      {"", "is not a path"},
      {"dataset..n", "is not a path"},
      {"dataset.n.x.y", "nothing can be set that deep"},
  };
  for (const auto& [path, message] : cases) {
    Json json = small_experiment();
    EXPECT_THAT(message_of([&, p = path] { set_by_path(json, p, std::string_view("1")); }),
                HasSubstr(message))
        << path;
    EXPECT_EQ(json, small_experiment()) << path;
  }
  Json json = small_experiment();
  EXPECT_THAT(message_of([&] { set_by_path(json, "training.steps", std::string_view("many")); }),
              HasSubstr("training.steps: expected an integer"));
  EXPECT_EQ(json, small_experiment());
}

TEST(SetByPath, ChangingAnIdKeepsWhatTheNewOneDeclares) {
  Json json = small_experiment();
  json["dataset"] = {{"id", "two_moons"}, {"n", 123}, {"off_plane_noise", 0.5}};
  set_by_path(json, "dataset.id", std::string_view("gaussian_mixture"));
  const Experiment e = experiment_from_json(json);
  EXPECT_EQ(e.dataset.id, "gaussian_mixture");
  EXPECT_EQ(e.dataset.params.integer("n"), 123);
  EXPECT_FALSE(json["dataset"].contains("off_plane_noise"));
  EXPECT_THAT(message_of([&] { set_by_path(json, "dataset.id", std::string_view("moon")); }),
              HasSubstr("dataset.id: 'moon' is not known."));
  EXPECT_EQ(json["dataset"]["id"], "gaussian_mixture");
}

TEST(SetByPath, EverySettablePathTakesItsOwnValue) {
  const Json full = to_json(experiment_from_json(small_experiment()));
  for (const auto& path : settable_paths(full)) {
    Json json = full;
    const auto dot = path.find('.');
    const Json value =
        dot == std::string::npos ? full[path] : full[path.substr(0, dot)][path.substr(dot + 1)];
    set_by_path(json, path, value);
    EXPECT_EQ(experiment_from_json(json), experiment_from_json(full)) << path;
  }
  EXPECT_THAT(settable_paths(full), Contains("optimizer.learning_rate"));
}

TEST(Diff, ListsChangesByPath) {
  const Experiment a = experiment_from_json(small_experiment());
  EXPECT_TRUE(diff(a, a).empty());
  Json json = small_experiment();
  set_by_path(json, "seed", Json(4));
  set_by_path(json, "optimizer.learning_rate", Json(0.5));
  set_by_path(json, "architecture.hidden[0]", Json(9));
  const auto changes = diff(a, experiment_from_json(json));
  ASSERT_EQ(changes.size(), 3u);
  EXPECT_EQ(changes[0].path, "architecture.hidden");
  EXPECT_EQ(changes[1].path, "optimizer.learning_rate");
  EXPECT_EQ(changes[1].before, 0.05);
  EXPECT_EQ(changes[1].after, 0.5);
  EXPECT_EQ(changes[2].path, "seed");
}

TEST(Schemas, EverySectionIsDeclared) {
  for (const char* section : {"dataset", "architecture", "objective", "optimizer"})
    for (const auto& id : ids_of_section(section))
      EXPECT_NO_THROW(schema_of_section(section, id)) << section << "." << id;
  EXPECT_NE(find_param(schema_of_section("training", ""), "steps"), nullptr);
  EXPECT_TRUE(ids_of_section("training").empty());
  EXPECT_THAT(message_of([] { schema_of_section("optimiser", "sgd"); }),
              HasSubstr("Did you mean 'optimizer'?"));
}

}  // namespace
}  // namespace aniso::session
