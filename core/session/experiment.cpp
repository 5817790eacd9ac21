#include "core/session/experiment.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/analysis/registry.h"
#include "core/base/check.h"
#include "core/base/names.h"
#include "core/data/registry.h"
#include "core/nn/registry.h"
#include "core/training/objectives.h"
#include "core/training/optimizers.h"

namespace aniso::session {
namespace {

/// A part of an experiment that is chosen by id, with its registry behind it.
struct Section {
  const char* name;
  Chosen Experiment::*member;
  std::vector<std::string> (*ids)();
  ParamSchema (*schema)(std::string_view id);
};

template <typename Registry>
std::vector<std::string> ids_in(const Registry& registry) {
  std::vector<std::string> ids;
  for (const auto& entry : registry) ids.push_back(entry.id);
  return ids;
}

const std::vector<Section>& sections() {
  static const std::vector<Section> list = {
      {"dataset", &Experiment::dataset, [] { return ids_in(data::dataset_types()); },
       [](std::string_view id) { return data::schema_of(data::dataset_type(id)); }},
      {"architecture", &Experiment::architecture, [] { return ids_in(nn::architectures()); },
       [](std::string_view id) { return nn::architecture(id).params; }},
      {"objective", &Experiment::objective, [] { return ids_in(training::objectives()); },
       [](std::string_view id) { return training::objective(id).params; }},
      {"optimizer", &Experiment::optimizer, [] { return ids_in(training::optimizers()); },
       [](std::string_view id) { return training::optimizer(id).params; }}};
  return list;
}

const Section* find_section(std::string_view name) {
  for (const auto& section : sections())
    if (section.name == name) return &section;
  return nullptr;
}

const std::vector<std::string>& top_level_keys() {
  static const std::vector<std::string> keys = {
      "schema", "title", "watch",  "dataset", "architecture", "objective", "optimizer", "training",
      "seed",   "dtype", "device", "threads", "analyses",     "views",     "expect"};
  return keys;
}

std::string shown(const Json& json) {
  std::string dump = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  return dump.size() > 60 ? dump.substr(0, 57) + "…" : dump;
}

/// {"id": …, params} or the id alone → id and an object of parameters.
std::string id_of(const Json& given, const std::string& path, const std::vector<std::string>& ids) {
  ANISO_CHECK(given.is_object() || given.is_string(), path,
              R"(: expected an object such as {"id": ")", ids.empty() ? "" : ids.front(),
              R"("}, got )", shown(given));
  Json id = given;
  if (given.is_object()) {
    ANISO_CHECK(given.contains("id"), path, R"(: needs the key 'id'.)",
                " Known: ", joined_names(ids), ".");
    id = given["id"];
  }
  ANISO_CHECK(id.is_string(), path, ".id: expected text, got ", shown(id));
  auto word = id.get<std::string>();
  ANISO_CHECK(std::find(ids.begin(), ids.end(), word) != ids.end(), path, ".id: '", word,
              "' is not known.", suggestion(word, ids));
  return word;
}

Chosen chosen_from(const Json& given, const std::string& path, const std::vector<std::string>& ids,
                   ParamSchema (*schema)(std::string_view)) {
  Chosen chosen;
  chosen.id = id_of(given, path, ids);
  chosen.params =
      validated(schema(chosen.id), given.is_object() ? given : Json::object(), path, {"id"});
  return chosen;
}

ParamSchema analysis_schema(std::string_view id) { return analysis::analysis(id).params; }

std::vector<Chosen> analyses_from(const Json& given) {
  ANISO_CHECK(given.is_array(), "analyses: expected a list, got ", shown(given));
  const auto ids = ids_in(analysis::analyses());
  std::vector<Chosen> out;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const std::string path = text("analyses[", i, "]");
    out.push_back(chosen_from(given[i], path, ids, analysis_schema));
    ANISO_CHECK(seen.insert(out.back().id).second, path, ": '", out.back().id,
                "' is listed twice; results are named by the analysis, so list it once");
  }
  return out;
}

const ParamSchema& expectation_schema() {
  static const ParamSchema schema = {
      text_param("name", "").about("Shown by the check; from the other keys where empty."),
      text_param("quantity", "").about("What is measured, such as test_accuracy."),
      choice_param("op", "==",
                   {{">=", "at least", ""},
                    {"<=", "at most", ""},
                    {">", "above", ""},
                    {"<", "below", ""},
                    {"==", "equal", "Within the tolerance."}})
          .about("How measured and expected value compare."),
      real_param("value", 0).about("Expected value."),
      real_param("tolerance", 0).about("Absolute slack.").range(0, 1e300),
      bool_param("judged", true).about("Whether a miss is a failure; otherwise it is reported.")};
  return schema;
}

std::vector<Expectation> expectations_from(const Json& given) {
  ANISO_CHECK(given.is_array(), "expect: expected a list, got ", shown(given));
  std::vector<Expectation> out;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const std::string path = text("expect[", i, "]");
    const Params params = validated(expectation_schema(), given[i], path);
    for (const char* key : {"quantity", "op", "value"})
      ANISO_CHECK(given[i].contains(key), path, ": needs the key '", key, "'");
    Expectation e{params.text("name"),  params.text("quantity"),  params.choice("op"),
                  params.real("value"), params.real("tolerance"), params.boolean("judged")};
    ANISO_CHECK(!e.quantity.empty(), path, ".quantity: must not be empty");
    if (e.name.empty()) e.name = e.quantity + " " + e.op + " " + number(e.value);
    out.push_back(std::move(e));
  }
  return out;
}

std::string text_from(const Json& json, const char* key) {
  const auto it = json.find(key);
  if (it == json.end()) return {};
  ANISO_CHECK(it->is_string(), key, ": expected text, got ", shown(*it));
  return it->get<std::string>();
}

void check_schema_number(const Json& json) {
  const auto it = json.find("schema");
  if (it == json.end()) return;
  ANISO_CHECK(it->is_number_integer() && *it >= 1, "schema: expected a whole number such as ",
              kExperimentSchema, ", got ", shown(*it));
  ANISO_CHECK(*it <= kExperimentSchema, "schema: this experiment has format ", shown(*it),
              ", written by a newer version; this one reads up to format ", kExperimentSchema,
              ". Update the program, or export the experiment from the newer one in format ",
              kExperimentSchema, ".");
}

Json chosen_to_json(const Chosen& chosen) {
  Json out = {{"id", chosen.id}};
  for (const auto& [key, value] : chosen.params.json().items()) out[key] = value;
  return out;
}

Json expectation_to_json(const Expectation& e) {
  return {{"name", e.name},   {"quantity", e.quantity},   {"op", e.op},
          {"value", e.value}, {"tolerance", e.tolerance}, {"judged", e.judged}};
}

}  // namespace

Dtype Experiment::dtype() const {
  return general.choice("dtype") == "float64" ? Dtype::float64 : Dtype::float32;
}

const ParamSchema& schema_of_training() {
  static const ParamSchema schema = {
      integer_param("steps", 2000)
          .about("Optimiser steps of the run, and the horizon of the learning-rate schedule.")
          .range(0, 1e12),
      integer_param("batch_size", 128)
          .titled("Batch size")
          .in("samples")
          .about("Samples per step; 0 for the whole training set.")
          .range(0, 1e9),
      integer_param("log_every", 50)
          .titled("Log every")
          .in("steps")
          .about("How often loss and accuracy are measured on the whole training and test set.")
          .range(1, 1e12),
      integer_param("analyse_every", 0)
          .titled("Analyse every")
          .in("steps")
          .about("How often a run without a window evaluates its analyses; 0 for the last step.")
          .range(0, 1e12),
      choice_param(
          "engine", "auto",
          {{"auto", "Automatic", "Explicit for dense chains on the CPU, autograd otherwise."},
           {"explicit", "Explicit", "Hand-written forward and backward, no graph."},
           {"autograd", "Autograd", "LibTorch's graph: any architecture, any device."}})
          .about("What computes the gradients. Changing it restarts the run.")
          .starts_only()};
  return schema;
}

const ParamSchema& schema_of_general() {
  static const ParamSchema schema = {
      integer_param("seed", 0)
          .about("Of every random draw: data, initial weights, batches. Changing it restarts.")
          .range(0, 9007199254740992.0)
          .starts_only(),
      choice_param("dtype", "float32",
                   {{"float32", "float32", "Single precision."},
                    {"float64", "float64", "Double precision."}})
          .titled("Number type")
          .about("Of the network's parameters and arithmetic. Changing it restarts the run.")
          .starts_only(),
      text_param("device", "auto")
          .about("auto, cpu or cuda:N. Changing it restarts the run.")
          .starts_only(),
      integer_param("threads", 1)
          .about("Of the trainer; the same seed gives the same bits at the same count.")
          .range(1, 1024)};
  return schema;
}

ParamSchema schema_of_section(std::string_view section, std::string_view id) {
  if (section == "training") return schema_of_training();
  if (const Section* found = find_section(section)) return found->schema(id);
  std::vector<std::string> names = {"training"};
  for (const auto& entry : sections()) names.emplace_back(entry.name);
  throw InvalidInput(
      text("'", section, "' is not a section of an experiment.", suggestion(section, names)));
}

std::vector<std::string> ids_of_section(std::string_view section) {
  const Section* found = find_section(section);
  return found ? found->ids() : std::vector<std::string>{};
}

Json parse_json(std::string_view content, const std::string& source) {
  // JSON leaves open what a key given twice means; the library would keep the last one silently.
  std::vector<std::set<std::string>> seen;
  std::vector<std::string> path;
  const auto watch = [&](int /*depth*/, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) {
      seen.emplace_back();
      path.emplace_back();
    } else if (event == Json::parse_event_t::object_end) {
      seen.pop_back();
      path.pop_back();
    } else if (event == Json::parse_event_t::key) {
      path.back() = parsed.get<std::string>();
      std::string full;
      for (const auto& key : path) full += (full.empty() ? "" : ".") + key;
      ANISO_CHECK(seen.back().insert(path.back()).second, source, ": the key '", full,
                  "' is given twice; keep one of them");
    }
    return true;
  };
  try {
    return Json::parse(content, watch);
  } catch (const Json::parse_error& error) {
    const std::size_t at = std::min(error.byte > 0 ? error.byte - 1 : 0, content.size());
    const auto before = content.substr(0, at);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const auto column = before.size() - (before.rfind('\n') + 1) + 1;
    std::string why = error.what();
    // The library's text is "[json.exception…] parse error at line …: syntax error …".
    if (const auto colon = why.find(": "); colon != std::string::npos) why = why.substr(colon + 2);
    throw InvalidInput(text(source, ", line ", line, ", column ", column, ": ", why));
  }
}

Experiment experiment_from_json(const Json& json) {
  ANISO_CHECK(json.is_object(), "experiment: expected a JSON object, got ", shown(json));
  check_schema_number(json);
  for (const auto& [key, value] : json.items())
    ANISO_CHECK(
        std::find(top_level_keys().begin(), top_level_keys().end(), key) != top_level_keys().end(),
        "experiment.", key, ": unknown key.", suggestion(key, top_level_keys()));
  Experiment experiment;
  experiment.title = text_from(json, "title");
  experiment.watch = text_from(json, "watch");
  for (const auto& section : sections()) {
    ANISO_CHECK(json.contains(section.name), "experiment: needs the key '", section.name,
                "'. Known: ", joined_names(section.ids()), ".");
    experiment.*section.member =
        chosen_from(json[section.name], section.name, section.ids(), section.schema);
  }
  experiment.training =
      validated(schema_of_training(), json.value("training", Json::object()), "training");
  Json general = Json::object();
  for (const auto& spec : schema_of_general())
    if (json.contains(spec.name))
      general[spec.name] = validated_value(spec, json[spec.name], spec.name);
  experiment.general = validated(schema_of_general(), general, "experiment");
  experiment.analyses = analyses_from(json.value("analyses", Json::array()));
  experiment.views = json.value("views", Json::object());
  ANISO_CHECK(experiment.views.is_object(), "views: expected an object, got ",
              shown(experiment.views));
  experiment.expect = expectations_from(json.value("expect", Json::array()));
  return experiment;
}

Json to_json(const Experiment& experiment) {
  Json out = {
      {"schema", kExperimentSchema}, {"title", experiment.title}, {"watch", experiment.watch}};
  for (const auto& section : sections())
    out[section.name] = chosen_to_json(experiment.*section.member);
  out["training"] = experiment.training.json();
  for (const auto& [key, value] : experiment.general.json().items()) out[key] = value;
  out["analyses"] = Json::array();
  for (const auto& chosen : experiment.analyses) out["analyses"].push_back(chosen_to_json(chosen));
  out["views"] = experiment.views;
  out["expect"] = Json::array();
  for (const auto& e : experiment.expect) out["expect"].push_back(expectation_to_json(e));
  return out;
}

}  // namespace aniso::session
